//! The store's errors in the user's language.

use rustix::io::Errno;

use super::error::{Holder, StoreError};
use crate::host::wrong::wrong;
use crate::record::{Problem, Torn};
use crate::words::Lang;
use crate::words::refusal::Message;
use crate::words::store::Store as W;

impl StoreError {
    /// Puts it into words, with what the user can do about it.
    pub fn message(&self, lang: Lang) -> Message {
        if lang == Lang::En {
            return Message { text: self.to_string(), hints: self.hints() };
        }
        let say = |word: W, values: &[&str]| Message::plain(word.with(lang, values));
        match self {
            Self::NotFound { id, nearest } if nearest.is_empty() => {
                say(W::NotFound, &[id]).hint(W::ListThem.text(lang))
            }
            Self::NotFound { id, nearest } => {
                say(W::NotFound, &[id]).hint(W::DidYouMean.with(lang, &[&names(nearest)]))
            }
            Self::Ambiguous { id, candidates } => {
                say(W::Ambiguous, &[id, &names(candidates)]).hint(W::GiveMore.text(lang))
            }
            Self::BadName { path } => {
                let path = path.display().to_string();
                say(W::BadName, &[&path]).hint(W::MoveIt.with(lang, &[&path]))
            }
            Self::Unfinished { id, path } => say(W::Unfinished, &[id])
                .hint(W::OpenAnew.with(lang, &[&path.display().to_string()])),
            Self::Damaged { id, path, problem } => damaged(id, problem, lang)
                .hint(W::CopyFirst.with(lang, &[&path.display().to_string()]))
                .hint(W::ExportIt.with(lang, &[id])),
            Self::Locked { id, holder, waited_ms } => {
                say(W::Locked, &[id, &held_by(holder, lang), &waited_ms.to_string()])
                    .hint(W::TryAgain.text(lang))
            }
            Self::NotRecorded { path, what, source, .. } => {
                let path = path.display().to_string();
                let mend = if self.is_full() { W::MakeRoom } else { W::CopyByHand };
                say(W::NotRecorded, &[&path, done(what), &system(source)])
                    .hint(mend.text(lang))
                    .hint(W::GiveAgain.text(lang))
            }
            Self::Unfit { source } => say(W::Unfit, &[&source.to_string()]),
            Self::Refused { why } => say(W::Unfit, &[why]),
            Self::TooLarge { path, bytes, most } => say(
                W::TooLarge,
                &[&path.display().to_string(), &bytes.to_string(), &most.to_string()],
            ),
            Self::Permission { doing, path, source } => {
                let path = path.display().to_string();
                say(W::Permission, &[to_do(doing), &path, &system(source)])
                    .hint(W::CheckOwner.with(lang, &[&path]))
            }
            Self::NotPlain { path } => {
                let path = path.display().to_string();
                say(W::NotPlain, &[&path]).hint(W::PutReal.with(lang, &[&path]))
            }
            Self::NoRandom { why } => say(W::NoRandom, &[why]),
            Self::Io { doing, path, source } => {
                say(W::Cannot, &[to_do(doing), &path.display().to_string(), &system(source)])
            }
        }
    }
}

/// Says where a record is damaged, and with what.
pub fn damaged(id: &str, problem: &Problem, lang: Lang) -> Message {
    let [line, entry, byte] = [problem.line, problem.entry, problem.offset].map(|n| n.to_string());
    let why = wrong(&problem.wrong, lang);
    Message::plain(W::Damaged.with(lang, &[id, &line, &entry, &byte, &why]))
}

/// Says what stands behind the last entry, and that the next one answers for it.
pub fn torn(id: &str, torn: &Torn, lang: Lang) -> Message {
    let Problem { line, entry, offset, wrong: what } = &torn.problem;
    let numbers = [entry.saturating_sub(1), *line, *offset].map(|n| n.to_string());
    let why = wrong(what, lang);
    let [entry, line, byte] = &numbers;
    Message::plain(W::Torn.with(lang, &[id, entry, line, byte, &why]))
}

fn names(all: &[String]) -> String {
    all.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// Names who holds a lock.
pub fn held_by(holder: &Holder, lang: Lang) -> String {
    if lang == Lang::En {
        return holder.to_string();
    }
    match holder.pid {
        0 => W::AnotherProcess.text(lang).to_owned(),
        pid => W::Holder.with(lang, &[&holder.who, &pid.to_string(), &holder.since]),
    }
}

/// What failed, in Chinese.
fn done(what: &str) -> &str {
    match what {
        "the write" => "写入",
        "the sync" => "同步到磁盘",
        "the lock" => "加锁",
        "the opening" => "打开",
        "the making" => "新建",
        "the reading" => "读取",
        other => other,
    }
}

/// What was tried, in Chinese.
fn to_do(doing: &str) -> &str {
    match doing {
        "open" => "打开",
        "open for writing" => "打开并写入",
        "read" | "read anew" => "读取",
        "look at" => "查看",
        "list" => "列出",
        "lock" => "锁定",
        "make" | "make the folder" => "新建",
        "set the mode of" => "设置权限",
        "sync" | "sync the folder" => "同步到磁盘",
        "write" => "写入",
        "find a record in" => "找到记录:",
        other => other,
    }
}

/// What the system said, in Chinese where that is known; its number stays, to be looked up.
fn system(e: &std::io::Error) -> String {
    let known = Errno::from_io_error(e).and_then(|errno| {
        Some(match errno {
            Errno::NOSPC => "磁盘已满",
            Errno::DQUOT => "磁盘配额已用完",
            Errno::IO => "磁盘读写错误",
            Errno::ROFS => "文件系统只读",
            Errno::FBIG => "超过文件大小上限",
            Errno::ACCESS | Errno::PERM => "没有权限",
            Errno::NOENT => "不存在",
            Errno::NOLCK => "没有可用的锁",
            Errno::EXIST => "已经存在",
            Errno::MFILE | Errno::NFILE => "打开的文件太多",
            _ => return None,
        })
    });
    match (known, e.raw_os_error()) {
        (Some(text), Some(n)) => format!("{text} (os error {n})"),
        _ => e.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Wrong;

    #[test]
    fn every_error_is_said_in_chinese_with_its_place_and_its_mend() {
        let (id, path) = (|| "2026-0302-a".to_owned(), || std::path::PathBuf::from("/srv/x"));
        let io = || std::io::Error::from_raw_os_error(28);
        let problem = || {
            let wrong = Wrong::TornEnd { bytes: 7 };
            Box::new(Problem { line: 3, entry: 2, offset: 900, wrong })
        };
        let held = Holder { pid: 7, who: "alice".to_owned(), since: "02:10".to_owned() };
        let all = [
            (StoreError::NotFound { id: id(), nearest: vec![] }, "没有事件"),
            (StoreError::NotFound { id: id(), nearest: vec![id()] }, "是不是 `2026-0302-a`"),
            (StoreError::Ambiguous { id: id(), candidates: vec![id()] }, "写得再全"),
            (StoreError::BadName { path: path() }, "移出"),
            (StoreError::Unfinished { id: id(), path: path() }, "没有建成"),
            (
                StoreError::Damaged { id: id(), path: path(), problem: problem() },
                "从第 2 条 (第 3 行",
            ),
            (StoreError::Damaged { id: id(), path: path(), problem: problem() }, "log export"),
            (StoreError::Locked { id: id(), holder: Box::new(held), waited_ms: 5000 }, "alice"),
            (
                StoreError::NotRecorded {
                    id: id(),
                    path: path(),
                    what: "the sync",
                    drafts: vec![],
                    source: io(),
                },
                "未记录: 同步到磁盘 `/srv/x` 失败: 磁盘已满 (os error 28)",
            ),
            (StoreError::TooLarge { path: path(), bytes: 9, most: 8 }, "最多读 8"),
            (StoreError::Permission { doing: "open", path: path(), source: io() }, "属主"),
            (StoreError::NotPlain { path: path() }, "不跟随链接"),
            (StoreError::NoRandom { why: "x".to_owned() }, "随机数"),
            (StoreError::Io { doing: "list", path: path(), source: io() }, "不能列出 `/srv/x`"),
        ];
        for (error, part) in all {
            let message = error.message(Lang::Zh);
            let whole = format!("{} {}", message.text, message.hints.join(" "));
            assert!(whole.contains(part), "{whole} should say {part}");
            assert_eq!(error.message(Lang::En).text, error.to_string());
        }
    }
}
