//! Why a session at the terminal ended otherwise than by its user.

use std::io;

use super::desk::DeskError;
use crate::words::Lang;
use crate::words::refusal::Message;

/// Why the console could not start, or had to stop.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The terminal cannot be used.
    #[error("the terminal cannot be used: {source}")]
    Terminal {
        /// What the system said.
        source: io::Error,
    },
    /// A thread, a signal handler or the like could not be set up.
    #[error("the console cannot start: {source}")]
    Start {
        /// What the system said.
        source: io::Error,
    },
    /// Standard output takes nothing more.
    #[error("standard output cannot be written: {source}")]
    Output {
        /// What the system said.
        source: io::Error,
    },
    /// The incidents cannot be read.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// The session ended while something was not recorded for certain, or half-typed and not kept.
    #[error("something was left that is not recorded")]
    Unsaved {
        /// The command that records what could not be recorded for certain.
        command: Option<String>,
        /// What was half-typed, one line each.
        lost: Vec<String>,
    },
    /// The thread that writes records is gone.
    #[error("the writer of records stopped; what was not shown as recorded is not recorded")]
    WriterGone,
}

impl HostError {
    /// Puts it into words, with what the user can do about it.
    pub fn message(&self, lang: Lang) -> Message {
        let say = |zh: &str, source: &io::Error| {
            Message::plain(match lang {
                Lang::Zh => format!("{zh}: {source}"),
                Lang::En => self.to_string(),
            })
        };
        match self {
            Self::Terminal { source } => say("终端不能使用", source).hint(
                lang.pick("jishi --plain 可以逐行使用", "`jishi --plain` works line by line"),
            ),
            Self::Start { source } => say("控制台不能启动", source),
            Self::Output { source } => say("标准输出写不进去", source),
            Self::Unsaved { command, lost } => unsaved(command.as_deref(), lost, lang),
            Self::Desk(e) => e.message(lang),
            Self::WriterGone => Message::plain(lang.pick(
                "写记录的线程停了; 没有显示为已记录的, 就是没有记录",
                "the writer of records stopped; what was not shown as recorded is not recorded",
            )),
        }
    }
}

fn unsaved(command: Option<&str>, lost: &[String], lang: Lang) -> Message {
    let mut lines = Vec::new();
    if let Some(command) = command {
        lines.push(lang.pick(
            "未能确认写入磁盘, 请抄下; 恢复后运行一次, 只算一次:",
            "NOT RECORDED for certain; copy it, and run it once the disk is well again (it counts once):",
        ));
        lines.push(command);
    }
    if !lost.is_empty() {
        lines.push(
            lang.pick(
                "没填完的内容存不下来, 请抄下:",
                "half-typed text could not be kept; copy it:",
            ),
        );
    }
    lines.extend(lost.iter().map(String::as_str));
    Message::plain(lines.join("\n"))
}
