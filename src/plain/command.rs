//! The commands and their names in both languages.

use crate::domain::suggest::nearest;
use crate::domain::text::half_width;

/// A command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Command {
    List,
    New,
    Open,
    Ask,
    Set,
    Facts,
    Clocks,
    Why,
    Sent,
    Received,
    Waive,
    Correct,
    Note,
    Handover,
    Accept,
    Sign,
    Export,
    Save,
    Resume,
    Close,
    Record,
    Next,
    Law,
    Lang,
    Help,
    Back,
    Quit,
}

const NAMES: [(Command, &[&str]); 27] = [
    (Command::List, &["list", "ls", "列表", "事件"]),
    (Command::New, &["new", "新建"]),
    (Command::Open, &["open", "打开"]),
    (Command::Ask, &["ask", "triage", "questions", "研判", "问题"]),
    (Command::Set, &["set", "答"]),
    (Command::Facts, &["facts", "事实"]),
    (Command::Clocks, &["clocks", "status", "时限", "计时"]),
    (Command::Why, &["why", "为何", "为什么"]),
    (Command::Sent, &["sent", "report", "已报"]),
    (Command::Received, &["received", "收到", "回执"]),
    (Command::Waive, &["waive", "不适用"]),
    (Command::Correct, &["correct", "更正"]),
    (Command::Note, &["note", "备注"]),
    (Command::Handover, &["handover", "交接"]),
    (Command::Accept, &["accept", "接受"]),
    (Command::Sign, &["sign", "签名", "签检查点"]),
    (Command::Export, &["export", "导出"]),
    (Command::Save, &["save", "保存"]),
    (Command::Resume, &["resume", "继续"]),
    (Command::Close, &["close", "结束"]),
    (Command::Record, &["record", "log", "记录"]),
    (Command::Next, &["next", "下一步"]),
    (Command::Law, &["law", "法条", "规则"]),
    (Command::Lang, &["lang", "语言"]),
    (Command::Help, &["help", "?", "帮助"]),
    (Command::Back, &["back", "返回"]),
    (Command::Quit, &["quit", "exit", "退出"]),
];

/// Splits a line into its command and the rest; the error holds the word and the nearest name.
pub(super) fn read(line: &str) -> Result<(Command, &str), (String, Option<String>)> {
    let line = line.trim();
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let plain = half_width(word).to_lowercase();
    let found = NAMES.iter().find(|(_, names)| names.contains(&plain.as_str()));
    match found {
        Some((command, _)) => Ok((*command, rest.trim())),
        None => {
            let all = NAMES.iter().flat_map(|(_, names)| names.iter().copied());
            Err((word.to_owned(), nearest(&plain, all)))
        }
    }
}

/// Says whether a line gives up the present input.
pub(super) fn gives_up(line: &str) -> bool {
    matches!(line.trim().to_lowercase().as_str(), "cancel" | "取消" | "放弃")
}

/// Reads yes or no; anything else is neither.
pub(super) fn yes_or_no(line: &str) -> Option<bool> {
    match half_width(line.trim()).to_lowercase().as_str() {
        "yes" | "y" | "是" => Some(true),
        "no" | "n" | "否" => Some(false),
        _ => None,
    }
}

/// Reads a number that picks from a list, counted from 1.
pub(super) fn pick(line: &str) -> Option<usize> {
    half_width(line.trim()).parse::<usize>().ok()
}
