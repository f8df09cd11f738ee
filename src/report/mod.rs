//! What is said: assessments and status for machines and for people. No files, no terminal.
//!
//! - `json`: the assessment in the shape that scripts hold on to
//! - `handover`: what somebody who takes over must know
//! - `lines`: the same as plain lines

pub mod handover;
pub mod json;
pub mod lines;
