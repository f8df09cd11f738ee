//! jishi 计时 · 及时 · 记事: count the time, report in time, keep the record.

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
