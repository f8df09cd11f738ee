//! Who may use whom: reads the `use` lines and paths of each room. Crude, and enough.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;
use std::path::{Path, PathBuf};

/// Room, and the rooms it may use besides itself.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("domain", &[]),
    ("packs", &["domain", "words"]),
    ("record", &["domain"]),
    ("words", &["domain"]),
    ("report", &["domain", "words"]),
    ("exercise", &["domain", "words"]),
    ("app", &["domain", "report", "exercise", "words"]),
    ("view", &["app", "domain", "words"]),
    ("plain", &["app", "domain", "words"]),
    ("host", &["domain", "record", "packs", "report", "exercise", "app", "view", "plain", "words"]),
];

/// Crates that only one room may name.
const ONLY_IN: [(&str, &[&str]); 4] = [
    ("ratatui::", &["view", "host"]),
    ("crossterm::", &["host"]),
    ("tokio::", &["host"]),
    ("std::fs", &["host", "cli"]),
];

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn sources(room: &str) -> Vec<(PathBuf, String)> {
    let mut paths = vec![PathBuf::from(format!("src/{room}.rs"))];
    files(&Path::new("src").join(room), &mut paths);
    let read = |p: PathBuf| fs::read_to_string(&p).ok().map(|text| (p, text));
    paths.into_iter().filter_map(read).collect()
}

/// Lines of code, without comments, up to the file's tests.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, l)| !l.starts_with("#[cfg(test)]"))
        .filter(|(_, l)| !l.trim_start().starts_with("//"))
}

fn rooms_named(line: &str) -> Vec<String> {
    line.match_indices("crate::")
        .flat_map(|(at, _)| {
            let rest = &line[at + "crate::".len()..];
            let list = rest.strip_prefix('{').and_then(|r| r.split_once('}')).map(|(l, _)| l);
            let names: Vec<&str> = list.map_or_else(|| vec![rest], |l| l.split(',').collect());
            names
                .into_iter()
                .map(|n| {
                    n.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
                })
                .collect::<Vec<String>>()
        })
        .collect()
}

#[test]
fn rooms_use_only_what_the_house_allows() {
    let known: Vec<&str> = MAY_USE.iter().map(|(r, _)| *r).chain(["cli"]).collect();
    let mut wrong = Vec::new();
    for (room, may) in MAY_USE {
        for (path, text) in sources(room) {
            for (n, line) in code(&text) {
                for used in rooms_named(line) {
                    let is_room = known.contains(&used.as_str());
                    if is_room && used != room && !may.contains(&used.as_str()) {
                        wrong.push(format!("{}:{}: {room} uses {used}", path.display(), n + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn terminals_files_and_the_loop_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for room in MAY_USE.iter().map(|(r, _)| *r).chain(["cli"]) {
        for (path, text) in sources(room) {
            for (n, line) in code(&text) {
                for (name, rooms) in ONLY_IN {
                    if line.contains(name) && !rooms.contains(&room) {
                        wrong.push(format!("{}:{}: `{name}` in {room}", path.display(), n + 1));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_rooms_are_there() {
    for room in ["domain", "packs", "record", "words", "report", "app", "view", "plain", "host"] {
        assert!(!sources(room).is_empty(), "no source of {room} was read");
    }
}

#[test]
fn no_figure_of_the_law_stands_in_code() {
    let figures =
        ["12387", "1_000_000", "10_000_000", "100_000_000", "5_000_000", "20_000_000", "14_400"];
    let mut wrong = Vec::new();
    let mut all = Vec::new();
    files(Path::new("src"), &mut all);
    for path in all {
        let text = fs::read_to_string(&path).expect("readable");
        for (n, line) in code(&text) {
            // Scales of numbers and of time are no law: `1.2m`, `120万`, milliseconds.
            let scale = line.contains("(\"")
                || line.contains('亿')
                || line.contains("millis")
                || line.contains("nanos");
            if !scale && figures.iter().any(|f| line.contains(f)) {
                wrong.push(format!("{}:{}: {}", path.display(), n + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
