//! jishi 计时 · 及时 · 记事: count the time, report in time, keep the record.
//!
//! # The house
//!
//! ```text
//! main.rs      calls the library, returns the exit code
//! cli/         the command line: args, one file per group of commands, faults and exit codes
//! domain/      WHAT IS TRUE. Values and functions; no clock, no file, no terminal.
//!   law          a checked pack: levels, criteria, duties, channels, articles
//!   value time   answers and moments, as typed and as kept
//!   tri grade    three-valued logic; bounds on the level, and why
//!   duty reached duties and their clocks; since when a level has been known
//!   question     what to ask next      assess   all of it at one moment      diff   two of them compared
//!   event        what can stand in a record
//!   incident     the fold of a record  decide/  intent -> event, or a refusal
//!   clockwatch   what the clocks say of one another and of the record: steps, sleeps, zones, sources
//!   footing      what the records lie on
//! record/      THE BYTES OF THE RECORD. Canonical form, lines, chain, damage, checkpoints, checking. No files.
//! packs/       RULES AS DATA. RON -> tree with positions -> checked pack; law cases; conditions in words.
//! report/      WHAT IS SAID. The assessment as JSON and as lines; the hand-over.
//! app/         WHAT THE USER IS DOING. Keys -> actions -> update -> effects. No terminal types.
//! view/        HOW IT LOOKS. Cells of every screen.
//! plain/       THE SAME, LINE BY LINE.
//! words/       all text of the interface, zh and en; the law's text lives in the packs.
//! host/        THE WORLD.
//!   clock tz who paths config  what the machine and the user say
//!   store/ desk heads          records on disk; incidents on top of them; the heads remembered of them
//!   plain_file                 files that are neither waited for nor without an end
//!   own process                a folder of one user's own in a shared place; whether a process is gone
//!   sign/ stamp harden export  witnesses: SSH signatures, RFC 3161, chattr +a; records on their way out
//!   console clerk screen keys terminal timer lookout keep    the full-screen loop and its hands
//!   plain_loop                 the loop of the line-by-line twin
//! ```
//!
//! Who may use whom is held by `tests/walls.rs`: `domain` uses nothing of ours; `record` and `words` use
//! `domain`; `packs` and `report` use `domain` and `words`; `app` adds `report`; `view` and `plain` use
//! `app`; `host` uses everything below it, `cli` uses `host`.
//!
//! # One key press
//!
//! terminal bytes → `host::keys` → `app::keymap` → `app::update` → `Effect::Append { intent }` → "writing…" on the
//! screen → `host::clerk` and `host::desk`: lock, read what others added, [`domain::decide::decide`] again, write,
//! sync, unlock → `Msg::Appended` → [`domain::incident::Incident::apply`], the only place where state changes →
//! `view::draw` into cells → `host::screen` writes the difference.
//!
//! # What holds everywhere
//!
//! - What the screen shows as reported is on disk, written and synced, never before.
//! - State is the fold of the record; a refusal leaves no trace; a correction is a new entry.
//! - `now` is an argument; only `host::clock` reads a clock (`clippy.toml` forbids it elsewhere).
//! - Unknown is a third answer, and nothing undecidable is ever skipped.
//! - No threshold, hour, body or channel of the law stands in code.

pub mod app;
pub mod cli;
pub mod domain;
pub mod host;
pub mod packs;
pub mod plain;
pub mod record;
pub mod report;
pub mod view;
pub mod words;
