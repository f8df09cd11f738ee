//! The console, full screen or line by line.

use std::sync::Arc;

use super::ctx::Ctx;
use super::fault::Fault;
use crate::host::console::{self, ConsoleSetup};
use crate::host::desk::Desk;
use crate::host::error::HostError;
use crate::host::keep::Keep;
use crate::host::{plain_loop, terminal};
use crate::words::refusal::Message;

/// Opens the console on the board or on one incident.
///
/// # Errors
/// The data folder cannot be read, or the terminal cannot be used.
pub(super) fn run(ctx: &Ctx, id: Option<&str>, plain: bool) -> Result<u8, Fault> {
    let shelf = Desk::builtin_shelf().map_err(|p| Fault::machine(Message::plain(p.to_string())))?;
    let desk = Arc::new(ctx.desk(shelf));
    let setup = ConsoleSetup {
        lang: ctx.lang,
        config: ctx.config.clone(),
        warnings: ctx.warnings.clone(),
        keep: Keep::under(&ctx.paths.state, desk.store().mode(), &*ctx.clock()),
        home: ctx.paths.home.clone(),
        desk,
        open: id.map(str::to_owned),
    };
    let done = if plain || !terminal::can_show_screens() {
        plain_loop::run(setup)
    } else {
        console::run(setup)
    };
    done.map(|()| 0).map_err(|e| match e {
        HostError::Desk(e) => ctx.desk_fault(e),
        other => Fault::machine(other.message(ctx.lang)),
    })
}
