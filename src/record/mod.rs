//! The bytes of the record: canonical form, lines, and the chain that ties them together.
//!
//! No file and no clock is touched here. A record is a sequence of lines
//! `{"e":{…},"h":"<64 hex>"}` + LF; `h` is the SHA-256 of exactly the bytes of `e`, and each `e` holds
//! the `h` before it as `prev`. A link alone would leave the newest line unprotected, a digest alone
//! the order; so there are both.
//!
//! - [`canon`]: the one way in which an entry is written;
//! - [`mod@line`]: one entry to bytes and back, by position and without writing it anew;
//! - [`mod@check`]: everything recomputed, from the start or from a place that was verified before;
//! - [`checkpoint`]: a place in a record as a text that can be signed;
//! - [`damage`]: what a crash leaves at the end, and the entry that answers for it;
//! - [`digest`]: SHA-256 values and the short form in which people read them out.

mod batch;
pub mod canon;
pub mod check;
pub mod checkpoint;
pub mod damage;
pub mod digest;
mod glance;
pub mod line;
pub mod wrong;

pub use check::{Chain, Limits, Report, check, check_bytes, entry_with_head, heads_at, verify};
pub use checkpoint::Checkpoint;
pub use damage::{Gap, Torn};
pub use digest::Digest;
pub use line::{Line, Unfit, decode, encode};
pub use wrong::{Problem, Wrong};
