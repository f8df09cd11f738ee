//! The world: clocks, people, folders, files and locks, the terminal, and the loop that ties them.
//!
//! Only here are files opened and clocks read; everything else is handed what it needs.

pub mod beside;
mod by_hand;
pub mod clerk;
pub mod clock;
pub mod config;
pub mod console;
pub mod desk;
pub mod error;
pub mod input;
pub mod keep;
mod keys;
pub mod paths;
mod pen;
pub mod plain_loop;
pub mod screen;
pub mod signals;
pub mod store;
pub mod terminal;
pub mod timer;
pub mod who;
