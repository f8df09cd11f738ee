//! The console, full screen or line by line.

use super::ctx::Ctx;
use super::fault::Fault;

/// Opens the console on the board or on one incident.
///
/// # Errors
/// The data folder cannot be read, or the terminal cannot be used.
pub(super) fn run(ctx: &Ctx, id: Option<&str>, plain: bool) -> Result<u8, Fault> {
    let _ = (ctx, id, plain);
    Ok(0)
}
