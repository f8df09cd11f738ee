//! The command line: one file per group of commands, one error type, exit codes of the contract.

pub mod args;
mod console;
mod ctx;
mod facts;
mod fault;
mod log;
mod out;
mod pack;
mod record;
mod status;

use std::process::ExitCode;

use args::{Cli, Cmd};
use clap::Parser;
use ctx::Ctx;
use fault::Fault;

use crate::host::store::survive_size_limit;
use crate::words::command::Command;
use crate::words::refusal::Message;

/// Reads the command line, does what it says, and returns the exit code.
pub fn run() -> ExitCode {
    survive_size_limit();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(e) if e.use_stderr() => {
            // It repeats what was typed, and that may have been pasted from anywhere.
            out::note(e.render().to_string().trim_end());
            return ExitCode::from(Fault::usage(Message::plain("")).code());
        }
        Err(e) => {
            // Help and version hold nothing that was typed.
            let _ = e.print();
            return ExitCode::SUCCESS;
        }
    };
    match dispatch(&cli) {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            out::fault(&fault, cli.common.format);
            ExitCode::from(fault.code())
        }
    }
}

fn dispatch(cli: &Cli) -> Result<u8, Fault> {
    let reads = matches!(
        cli.command,
        Some(
            Cmd::Assess { .. }
                | Cmd::Status { .. }
                | Cmd::Next
                | Cmd::Log(_)
                | Cmd::Pack(_)
                | Cmd::Selftest
                | Cmd::Draft { .. }
                | Cmd::Calendar { .. }
        )
    );
    let ctx = Ctx::new(&cli.common, reads)?;
    match &cli.command {
        None => console::run(&ctx, None, cli.common.plain),
        Some(Cmd::Open { id }) => console::run(&ctx, Some(id), cli.common.plain),
        Some(Cmd::New { title, learned_at, pack, facts, yes }) => {
            record::new(&ctx, title, learned_at, pack, facts, *yes)
        }
        Some(Cmd::Assess { file }) => status::assess(&ctx, file),
        Some(Cmd::Status { id, check, soon, advice }) => {
            status::status(&ctx, id.as_deref(), *check, soon.as_deref(), *advice)
        }
        Some(Cmd::Next) => status::next(&ctx),
        Some(Cmd::Log(command)) => log::run(&ctx, command),
        Some(Cmd::Pack(command)) => pack::run(&ctx, command),
        Some(Cmd::Selftest) => pack::selftest(&ctx),
        Some(Cmd::Draft { .. }) => Err(later(&ctx, "draft")),
        Some(Cmd::Calendar { .. }) => Err(later(&ctx, "calendar")),
        Some(Cmd::Exercise { .. }) => Err(later(&ctx, "exercise")),
        Some(command) => record::act(&ctx, command),
    }
}

fn later(ctx: &Ctx, name: &str) -> Fault {
    Fault::usage(
        Message::plain(Command::NotInThisVersion.with(ctx.lang, &[name]))
            .hint(Command::NotInThisVersionHint.text(ctx.lang)),
    )
}
