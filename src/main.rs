//! jishi.
fn main() {}
