//! What is true: facts, grading, duties, clocks, and the incident as the fold of its record.
//!
//! Values and functions. No clock, no file, no terminal, no text for people.

pub mod event;
pub mod law;
pub mod suggest;
pub mod text;
pub mod time;
pub mod value;
