//! What is true: facts, grading, duties, clocks, and the incident as the fold of its record.
//!
//! Values and functions. No clock, no file, no terminal, no text for people.

pub mod assess;
pub mod case;
pub mod clockwatch;
pub mod decide;
pub mod diff;
pub mod duty;
pub mod event;
pub mod footing;
pub mod grade;
pub mod incident;
pub mod law;
pub mod question;
mod reached;
pub mod suggest;
pub mod text;
pub mod time;
pub mod tri;
pub mod value;
