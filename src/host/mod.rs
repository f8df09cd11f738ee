//! The world: clocks, people, folders, files and locks, the terminal, and the loop that ties them.
//!
//! Only here are files opened and clocks read; everything else is handed what it needs.

pub mod beside;
mod by_hand;
pub mod clerk;
pub mod clock;
pub mod clockwatch;
pub mod config;
pub mod console;
pub mod desk;
pub mod error;
pub mod export;
pub mod harden;
pub mod heads;
pub mod input;
pub mod keep;
mod keys;
pub mod lookout;
mod own;
pub mod paths;
mod pen;
pub mod plain_file;
pub mod plain_loop;
pub mod presence;
mod process;
pub mod screen;
pub mod sign;
pub mod signals;
pub mod stamp;
pub mod store;
pub mod terminal;
pub mod timer;
mod tz;
pub mod who;
pub mod wrong;
