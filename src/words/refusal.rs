//! Why something was not recorded, and the mend: one sentence and its hints.

use super::{Lang, fill};
use crate::domain::decide::Refusal;
use crate::domain::text::BadText;
use crate::domain::time::BadTime;
use crate::domain::value::BadValue;

/// A message with the ways to mend what it says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// One sentence, lower-case in English, user input in backticks.
    pub text: String,
    /// What to do about it.
    pub hints: Vec<String>,
}

impl Message {
    /// A message without hints.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), hints: Vec::new() }
    }

    /// The same with one more hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

/// Puts a refusal into words.
pub fn refusal(refusal: &Refusal, lang: Lang) -> Message {
    let say = |zh: &str, en: &str, values: &[&str]| Message::plain(fill(lang.pick(zh, en), values));
    let did_you_mean = |m: Message, nearest: &Option<String>| match nearest {
        Some(n) => m.hint(fill(lang.pick("是不是 `{0}`?", "did you mean `{0}`?"), &[n])),
        None => m,
    };
    let one_of = |m: Message, list: &[String]| {
        m.hint(fill(lang.pick("可选: {0}", "possible: {0}"), &[&list.join(", ")]))
    };
    match refusal {
        Refusal::UnknownFact { name, nearest } => {
            let m =
                say("没有名为 `{0}` 的事实或时刻", "no fact or anchor is called `{0}`", &[name]);
            did_you_mean(m, nearest)
        }
        Refusal::BadValue { fact, why, kind } => bad_value(fact, why, kind, lang),
        Refusal::BadTime { field, why } => bad_time(field, why, lang),
        Refusal::BadText(why) => bad_text(why, lang),
        Refusal::Future { field, at } => {
            say("{0} `{1}` 在将来", "{0} `{1}` lies in the future", &[field, at])
                .hint(lang.pick("请检查日期与时区", "check the day and the offset"))
        }
        Refusal::Before { field, at, other, limit } => say(
            "{0} `{1}` 早于 {2} `{3}`",
            "{0} `{1}` lies before {2} `{3}`",
            &[field, at, other, limit],
        )
        .hint(fill(
            lang.pick("若 {0} 有误, 请先更正它", "if {0} is wrong, correct it first"),
            &[other],
        )),
        Refusal::LongAgo { at, days } => say(
            "learned_at `{0}` 距今超过 {1} 天",
            "learned_at `{0}` lies more than {1} days back",
            &[at, &days.to_string()],
        )
        .hint(lang.pick("确认无误请加 --yes", "if that is meant, say --yes")),
        Refusal::Nothing => say("没有要记录的内容", "nothing to record", &[])
            .hint(lang.pick("写法: 事实=值", "write FACT=VALUE")),
        Refusal::UnknownDuty { id, nearest } => {
            let m = say("没有名为 `{0}` 的义务", "no duty is called `{0}`", &[id]);
            did_you_mean(m, nearest)
        }
        Refusal::NotRecipient { to, duty, possible } => one_of(
            say("`{0}` 不是 {1} 的报告对象", "`{0}` is not a recipient of {1}", &[to, duty]),
            possible,
        ),
        Refusal::WhichRecipient { duty, possible } => one_of(
            say("{0} 有多个报告对象, 请指明", "{0} has several recipients; name one", &[duty]),
            possible,
        ),
        Refusal::BadChannel { channel, to, possible, nearest } => {
            let m =
                say("渠道 `{0}` 不通向 {1}", "channel `{0}` does not lead to {1}", &[channel, to]);
            one_of(did_you_mean(m, nearest), possible)
        }
        Refusal::Blocked { duty, fact } => say(
            "{0} 已被阻止: {1}",
            "{0} is blocked: {1}",
            &[duty, fact],
        )
        .hint(lang.pick(
            "涉及国家秘密的按保密规定报告, 不要把内容写进本工具",
            "where state secrets are involved other rules apply; do not put content into this tool",
        )),
        Refusal::NotSent { duty, to } => {
            say("{0} 还没有报给 {1} 的记录", "nothing was sent to {1} for {0} yet", &[duty, to])
                .hint(lang.pick("请先用 sent 记录已报", "record it with `sent` first"))
        }
        Refusal::UnknownEntry { entry, count } => say(
            "没有第 {0} 条; 记录共 {1} 条, 从 0 数起",
            "there is no entry {0}; the record has {1}, counted from 0",
            &[&entry.to_string(), &count.to_string()],
        ),
        Refusal::UnknownField { entry, kind, field, possible } => one_of(
            say(
                "第 {0} 条 ({1}) 没有字段 `{2}`",
                "entry {0} ({1}) has no field `{2}`",
                &[&entry.to_string(), kind, field],
            ),
            possible,
        ),
        Refusal::FirstEntry { entry } => say(
            "第 {0} 条是记录的开头, 不能撤回",
            "entry {0} begins the record and cannot be withdrawn",
            &[&entry.to_string()],
        ),
        Refusal::NoHandOver => say("没有待接受的交接", "there is no hand-over to accept", &[]),
        Refusal::Accepted { by, entry } => say(
            "{0} 已接受这次交接 (第 {1} 条)",
            "{0} has accepted this hand-over already (entry {1})",
            &[by, &entry.to_string()],
        ),
        Refusal::Closed { entry } => say("事件已结束", "the incident is closed", &[]).hint(fill(
            lang.pick(
                "要重新打开, 请撤回第 {0} 条: jishi correct ID {0} --because ...",
                "to reopen it, withdraw entry {0}: jishi correct ID {0} --because ...",
            ),
            &[&entry.to_string()],
        )),
        Refusal::NewerEntries { count } => say(
            "记录中有 {0} 条是更新版本写的, 本版本不理解",
            "the record holds entries of a newer version that are not understood: {0}",
            &[&count.to_string()],
        )
        .hint(lang.pick(
            "它们可能改变了什么, 本版本看不到; 仍要继续请加 --yes",
            "they may change what is due, unseen by this version; to go on all the same, say --yes",
        )),
        Refusal::WatchWithoutTime => say(
            "写了 --watch, 但没有给出手表上的时间",
            "--watch says that a time was read from a watch, but no time is given",
            &[],
        )
        .hint(lang.pick("请加 --happened-at TIME", "add --happened-at TIME")),
        Refusal::OpenDuties { duties } => {
            say("还有未了的报告义务: {0}", "duties are still open: {0}", &[&duties.join(", ")])
                .hint(lang.pick(
                    "请先报告, 或用 waive 写明为何不适用",
                    "report first, or say with `waive` why they do not apply",
                ))
        }
    }
}

fn bad_value(fact: &str, why: &BadValue, kind: &str, lang: Lang) -> Message {
    let say = |zh: &str, en: &str, values: &[&str]| Message::plain(fill(lang.pick(zh, en), values));
    let how = |kind: &str| {
        match kind {
            "bool" => lang
                .pick("请答 yes 或 no (是/否), 不知道答 ?", "answer yes or no, or ? for unknown"),
            "integer" => lang.pick("例: 1200000, 120万, 1.2m", "e.g. 1200000, 1.2m, 120万"),
            "percent" => lang.pick("0 到 100, 例: 29.9", "0 to 100, e.g. 29.9"),
            "duration" => lang.pick(
                "例: 2h30m, PT2H30M, since:01:10, 01:10..02:40",
                "e.g. 2h30m, PT2H30M, since:01:10, 01:10..02:40",
            ),
            _ => lang.pick("不知道答 ?", "? for unknown"),
        }
        .to_owned()
    };
    match why {
        BadValue::Kind { text, kind } => {
            say("{0}: `{1}` 不是 {2}", "{0}: `{1}` is not a {2}", &[fact, text, kind])
                .hint(how(kind))
        }
        BadValue::Negative { text } => {
            say("{0}: `{1}` 是负数", "{0}: `{1}` is negative", &[fact, text]).hint(how(kind))
        }
        BadValue::Range { text, range } => say(
            "{0}: `{1}` 超出范围 ({2})",
            "{0}: `{1}` is out of range ({2})",
            &[fact, text, range],
        ),
        BadValue::Option { text, options, nearest } => {
            let m = say("{0}: 没有选项 `{1}`", "{0}: there is no option `{1}`", &[fact, text]);
            let m = match nearest {
                Some(n) => m.hint(fill(lang.pick("是不是 `{0}`?", "did you mean `{0}`?"), &[n])),
                None => m,
            };
            if options.is_empty() {
                return m;
            }
            m.hint(fill(lang.pick("可选: {0}", "possible: {0}"), &[&options.join(", ")]))
        }
        BadValue::Backwards { text } => {
            say("{0}: `{1}` 的结束早于开始", "{0}: `{1}` ends before it starts", &[fact, text])
        }
        BadValue::Future { text } => {
            say("{0}: `{1}` 在将来", "{0}: `{1}` lies in the future", &[fact, text])
        }
        BadValue::Time(t) => bad_time(fact, t, lang),
    }
}

/// Puts an unreadable time into words.
pub fn bad_time(field: &str, why: &BadTime, lang: Lang) -> Message {
    let (zh, en, text, hint_zh, hint_en) = match why {
        BadTime::Unreadable { text } => (
            "{0}: `{1}` 不是时间",
            "{0}: `{1}` is not a time",
            text,
            "例: 2026-03-02T01:30+08:00, 2026-03-02 01:30, 01:30, 20m ago, now",
            "e.g. 2026-03-02T01:30+08:00, 2026-03-02 01:30, 01:30, 20m ago, now",
        ),
        BadTime::Gap { text } => (
            "{0}: 本地时区没有 `{1}` (夏令时拨快)",
            "{0}: the local zone has no `{1}` (clocks were put forward)",
            text,
            "请写明偏移, 例: +08:00",
            "give the offset, e.g. +08:00",
        ),
        BadTime::Fold { text } => (
            "{0}: 本地时区有两个 `{1}` (夏令时拨慢)",
            "{0}: the local zone has `{1}` twice (clocks were put back)",
            text,
            "请写明偏移, 例: +08:00",
            "give the offset, e.g. +08:00",
        ),
    };
    Message::plain(fill(lang.pick(zh, en), &[field, text])).hint(lang.pick(hint_zh, hint_en))
}

/// Puts a text that cannot be kept into words.
pub fn bad_text(why: &BadText, lang: Lang) -> Message {
    let say = |zh: &str, en: &str, values: &[&str]| Message::plain(fill(lang.pick(zh, en), values));
    match why {
        BadText::Empty { field } => say("{0} 为空", "{0} is empty", &[field]),
        BadText::Control { field, code, at } => say(
            "{0} 第 {2} 个字符是控制字符或看不见的字符 {1}",
            "{0} holds the control or invisible character {1} at character {2}",
            &[field, code, &at.to_string()],
        )
        .hint(lang.pick("请去掉它", "leave it out")),
        BadText::Long { field, chars, most } => say(
            "{0} 有 {1} 个字符; 最多 {2}",
            "{0} has {1} characters; at most {2} are kept",
            &[field, &chars.to_string(), &most.to_string()],
        ),
    }
}
