//! Rules as data: RON text, its tree, and the checked pack. All problems at once, each in place.
//!
//! `tree` reads the text and keeps positions, `raw` says which fields each item may have, `check`
//! builds the pack or lists everything that is wrong, `write` puts conditions and limits back
//! into words, `diff` compares two packs.

pub mod cases;
mod check;
mod diff;
mod problem;
mod raw;
mod tree;
mod write;

pub use diff::diff;
pub use problem::{Problem, Problems};
pub use write::{cond_text, duration_text, limit_text};

use crate::domain::law::Pack;
use problem::Faults;

/// Largest pack text, in bytes. The built-in pack is a tenth of it.
pub const MOST_BYTES: usize = 1024 * 1024;

/// Reads and checks a pack.
///
/// # Errors
/// Everything that is wrong with the text, each problem with its line and column.
pub fn load(file_name: &str, text: &str) -> Result<Pack, Problems> {
    let mut faults = Faults::default();
    if text.len() > MOST_BYTES {
        let bytes = text.len();
        faults.add(0, format!("the pack has {bytes} bytes; at most {MOST_BYTES} are read"));
        return Err(faults.placed(file_name, text));
    }
    match tree::parse(text) {
        Ok(root) => check::check(text, &root).map_err(|faults| faults.placed(file_name, text)),
        Err(broken) => {
            faults.add(broken.at, broken.message);
            Err(faults.placed(file_name, text))
        }
    }
}

const BUILT_IN: [(&str, &str); 1] =
    [("cn-cac-2025", include_str!("../../assets/packs/cn-cac-2025.ron"))];

/// Lists the packs that ship with the program: id and RON text.
pub fn builtin() -> Vec<(&'static str, &'static str)> {
    BUILT_IN.to_vec()
}

/// Loads a pack that ships with the program, or nothing when there is none of that id.
pub fn builtin_pack(id: &str) -> Option<Result<Pack, Problems>> {
    let (id, text) = BUILT_IN.iter().find(|(known, _)| *known == id)?;
    Some(load(&format!("{id}.ron"), text))
}

const GOLDEN: [(&str, &str); 1] =
    [("cn-cac-2025", include_str!("../../assets/packs/golden/cn-cac-2025.ron"))];

/// Lists the golden cases that ship with the packs: pack id and RON text for [`cases::read`].
pub fn golden() -> Vec<(&'static str, &'static str)> {
    GOLDEN.to_vec()
}
