//! What is wrong with a record's bytes, in the user's language.

use crate::domain::event::Mode;
use crate::record::Wrong;
use crate::record::checkpoint::{BadCheckpoint, TEXT_MOST};
use crate::words::Lang;
use crate::words::harm::Harm;
use crate::words::signing::Signing;

/// Puts what is wrong with a line into words.
pub fn wrong(wrong: &Wrong, lang: Lang) -> String {
    let with = |key: Harm, values: &[&dyn ToString]| {
        let values: Vec<String> = values.iter().map(|v| v.to_string()).collect();
        key.with(lang, &values.iter().map(String::as_str).collect::<Vec<_>>())
    };
    match wrong {
        Wrong::Empty => with(Harm::Empty, &[]),
        Wrong::TornEnd { bytes } => with(Harm::TornEnd, &[bytes]),
        Wrong::LineTooLong { most } => with(Harm::LineTooLong, &[most]),
        Wrong::TooLong { most } => with(Harm::TooLong, &[most]),
        Wrong::Shrunk { was, is } => with(Harm::Shrunk, &[was, is]),
        Wrong::Rewritten { was, is } => with(Harm::Rewritten, &[&was.short(), &is.short()]),
        Wrong::NotALine => with(Harm::NotALine, &[]),
        Wrong::BadDigest { stored, computed } => {
            with(Harm::BadDigest, &[&stored.short(), &computed.short()])
        }
        Wrong::Control { at } => with(Harm::Control, &[at]),
        Wrong::Unreadable { why } => with(Harm::Unreadable, &[why]),
        Wrong::WrongNumber { stored, expected } => with(Harm::WrongNumber, &[stored, expected]),
        Wrong::BadLink { stored, expected } => {
            with(Harm::BadLink, &[&stored.short(), &expected.short()])
        }
        Wrong::NotOpened { kind } => with(Harm::NotOpened, &[kind]),
        Wrong::OpenedAgain => with(Harm::OpenedAgain, &[]),
        Wrong::BadRecordId => with(Harm::BadRecordId, &[]),
        Wrong::NotAnswered { bytes } => with(Harm::NotAnswered, &[bytes]),
        Wrong::AnswersNothing { offset } => with(Harm::AnswersNothing, &[offset]),
        Wrong::ModeChanged { is: Mode::Live, .. } => with(Harm::LiveInExercise, &[]),
        Wrong::ModeChanged { is: Mode::Exercise, .. } => with(Harm::ExerciseInLive, &[]),
    }
}

/// Puts into words why a text is no checkpoint.
pub fn point(bad: &BadCheckpoint, lang: Lang) -> String {
    match bad {
        BadCheckpoint::Long => Signing::PointLong.with(lang, &[&TEXT_MOST.to_string()]),
        BadCheckpoint::Line { line, .. } => {
            let what = match line {
                1 => Signing::PointRecord,
                2 => Signing::PointCount,
                _ => Signing::PointHead,
            };
            Signing::PointLine.with(lang, &[&line.to_string(), what.text(lang)])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Digest;

    #[test]
    fn a_text_that_is_no_checkpoint_is_told_as_the_record_tells_it() {
        let id = "5a".repeat(32);
        let texts = [String::new(), format!("jishi/{id}\nx\n"), format!("jishi/{id}\n1\nx\n")];
        for text in texts.into_iter().chain(["x".repeat(TEXT_MOST + 1)]) {
            let bad = crate::record::Checkpoint::parse(text.as_bytes()).unwrap_err();
            assert_eq!(point(&bad, Lang::En), bad.to_string());
            assert_ne!(point(&bad, Lang::Zh), bad.to_string());
        }
    }

    #[test]
    fn in_english_it_is_what_the_record_says_itself_and_in_chinese_it_is_chinese() {
        let (a, b) = (Digest::of(b"a"), Digest::of(b"b"));
        let text = || "text".to_owned();
        for w in [
            Wrong::Empty,
            Wrong::TornEnd { bytes: 7 },
            Wrong::LineTooLong { most: 8 },
            Wrong::TooLong { most: 9 },
            Wrong::Shrunk { was: 2, is: 1 },
            Wrong::Rewritten { was: a, is: b },
            Wrong::NotALine,
            Wrong::BadDigest { stored: a, computed: b },
            Wrong::Control { at: 3 },
            Wrong::Unreadable { why: text() },
            Wrong::WrongNumber { stored: 4, expected: 5 },
            Wrong::BadLink { stored: a, expected: b },
            Wrong::NotOpened { kind: text() },
            Wrong::OpenedAgain,
            Wrong::BadRecordId,
            Wrong::NotAnswered { bytes: 6 },
            Wrong::AnswersNothing { offset: 10 },
            Wrong::ModeChanged { was: Mode::Live, is: Mode::Exercise },
            Wrong::ModeChanged { was: Mode::Exercise, is: Mode::Live },
        ] {
            assert_eq!(wrong(&w, Lang::En), w.to_string());
            let zh = wrong(&w, Lang::Zh);
            assert!(zh.chars().any(|c| ('一'..='鿿').contains(&c)) && !zh.contains("{0}"), "{zh}");
        }
    }
}
