//! The command line: one file per group of commands, one error type, exit codes of the contract.

pub mod args;
mod console;
mod ctx;
mod facts;
mod fault;
mod log;
mod out;
mod pack;
mod points;
mod record;
mod sign;
mod status;
mod verify;
mod witness;

use std::process::ExitCode;
use std::sync::Arc;

use args::{Cli, Cmd, Format, LogCmd};
use clap::{CommandFactory, FromArgMatches};
use ctx::Ctx;
use fault::Fault;

use crate::domain::case::Case;
use crate::domain::law::Pack;
use crate::domain::time::{Time, Zone};
use crate::host::config;
use crate::host::store::survive_size_limit;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::{Lang, help};

/// Reads a facts file as `jishi assess` does, for those who test it with any text.
///
/// # Errors
/// All that is wrong with it, in words.
pub fn read_facts(
    text: &str,
    packs: Vec<Arc<Pack>>,
    now: Time,
    zone: Zone,
) -> Result<Case, Vec<String>> {
    let file = facts::parse(text).map_err(|why| vec![why])?;
    facts::case(&file, packs, now, zone, Lang::En)
        .map_err(|wrong| wrong.into_iter().map(|message| message.text).collect())
}

/// Reads the command line, does what it says, and returns the exit code.
pub fn run() -> ExitCode {
    survive_size_limit();
    let cli = match parse() {
        Ok(cli) => cli,
        Err(e) if e.use_stderr() => {
            // It repeats what was typed, and that may have been pasted from anywhere.
            let text = e.render().to_string();
            let fault = Fault::usage(usage(&text));
            match asked_format() {
                Format::Text => out::notes(text.trim_end()),
                Format::Json => out::fault(&fault, Format::Json),
            }
            return ExitCode::from(fault.code());
        }
        Err(e) => {
            // Help and version hold nothing that was typed.
            out::wrote(e.print());
            return ExitCode::from(said(0, Format::Text));
        }
    };
    let code = match dispatch(&cli) {
        Ok(code) => code,
        Err(fault) => {
            out::fault(&fault, cli.common.format);
            fault.code()
        }
    };
    ExitCode::from(said(code, cli.common.format))
}

/// The exit code, unless what was to be said could not be: nobody must take half a list for the whole.
fn said(code: u8, format: Format) -> u8 {
    let Some(why) = out::broken() else { return code };
    // The language of the settings is not known where even they could not be read.
    let lang = config::language(None, None, |name| std::env::var(name).ok());
    let fault = Fault::machine(Message::plain(Command::CannotPrint.with(lang, &[&why])));
    out::fault(&fault, format);
    fault.code()
}

/// Puts what clap says about wrong usage into the one shape of a failure: its first part is what is
/// wrong, the others are the mend.
fn usage(rendered: &str) -> Message {
    let text = rendered.trim_start().trim_start_matches("error: ");
    let mut parts = text.split("\n\n").map(|part| {
        part.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
    });
    let what = parts.next().unwrap_or_default();
    parts.filter(|part| !part.is_empty()).fold(Message::plain(what), Message::hint)
}

/// In which form output was asked for, where the arguments as a whole cannot be read.
fn asked_format() -> Format {
    let args = std::env::args_os().skip(1).map(|a| a.to_string_lossy().into_owned());
    let args: Vec<String> = args.take_while(|a| a != "--").collect();
    let apart = args.windows(2).any(|pair| pair == ["--format", "json"]);
    if apart || args.iter().any(|a| a == "--format=json") { Format::Json } else { Format::Text }
}

/// Parses the arguments; help speaks the user's language.
fn parse() -> Result<Cli, clap::Error> {
    let args: Vec<String> = std::env::args_os().map(|a| a.to_string_lossy().into_owned()).collect();
    let after = |flag: &str| {
        let i = args.iter().position(|a| a == flag)?;
        args.get(i + 1).cloned()
    };
    let asked = args.iter().find_map(|a| a.strip_prefix("--lang=").map(str::to_owned));
    let asked = asked.or_else(|| after("--lang")).and_then(|tag| Lang::from_tag(&tag));
    let mut command = Cli::command();
    if config::language(asked, None, |name| std::env::var(name).ok()) == Lang::Zh {
        command = in_chinese(command, "");
    }
    Cli::from_arg_matches(&command.try_get_matches()?)
}

/// Puts the Chinese help in the place of the English.
fn in_chinese(command: clap::Command, path: &str) -> clap::Command {
    let text = |list: &[(&str, &'static str)], name: &str| {
        list.iter().find(|(n, _)| *n == name).map(|(_, zh)| *zh)
    };
    let mut command = match text(help::ZH, path) {
        Some(zh) => command.about(zh),
        None => command,
    };
    command = command.mut_args(|arg| match text(help::ZH_FLAGS, arg.get_id().as_str()) {
        Some(zh) => arg.help(zh),
        None => arg,
    });
    command.mut_subcommands(|sub| {
        let path = format!("{path} {}", sub.get_name());
        in_chinese(sub, path.trim_start())
    })
}

fn dispatch(cli: &Cli) -> Result<u8, Fault> {
    let reads = matches!(
        cli.command,
        Some(
            Cmd::Assess { .. }
                | Cmd::Status { .. }
                | Cmd::Next
                | Cmd::Pack(_)
                | Cmd::Selftest
                | Cmd::Draft { .. }
                | Cmd::Calendar { .. }
        )
    ) || matches!(&cli.command, Some(Cmd::Log(c)) if !matches!(c, LogCmd::Accept { .. }));
    let ctx = Ctx::new(&cli.common, reads)?;
    // A prompt shows no time of day, and a console says it itself.
    if !matches!(cli.command, None | Some(Cmd::Open { .. } | Cmd::Next)) {
        ctx.warn_of_zone();
    }
    let outcome = obey(&ctx, cli);
    witness::tell(&ctx, cli.command.as_ref(), outcome)
}

fn obey(ctx: &Ctx, cli: &Cli) -> Result<u8, Fault> {
    match &cli.command {
        None => console::run(ctx, None, cli.common.plain),
        Some(Cmd::Open { id }) => console::run(ctx, Some(id), cli.common.plain),
        Some(Cmd::New { title, learned_at, watch, pack, facts, yes }) => {
            record::new(ctx, title, learned_at, pack, facts, (*watch, *yes))
        }
        Some(Cmd::Assess { file }) => status::assess(ctx, file),
        Some(Cmd::Status { id, check, soon, advice }) => {
            status::status(ctx, id.as_deref(), *check, soon.as_deref(), *advice)
        }
        Some(Cmd::Next) => status::next(ctx),
        Some(Cmd::Log(command)) => log::run(ctx, command),
        Some(Cmd::Pack(command)) => pack::run(ctx, command),
        Some(Cmd::Selftest) => pack::selftest(ctx),
        Some(Cmd::Draft { .. }) => Err(later(ctx, "draft")),
        Some(Cmd::Calendar { .. }) => Err(later(ctx, "calendar")),
        Some(Cmd::Exercise { .. }) => Err(later(ctx, "exercise")),
        Some(command) => record::act(ctx, command),
    }
}

fn later(ctx: &Ctx, name: &str) -> Fault {
    Fault::usage(
        Message::plain(Command::NotInThisVersion.with(ctx.lang, &[name]))
            .hint(Command::NotInThisVersionHint.text(ctx.lang)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(command: &clap::Command, path: &str, out: &mut Vec<String>) {
        let has = |list: &[(&str, &str)], name: &str| list.iter().any(|(n, _)| *n == name);
        if !has(help::ZH, path) {
            out.push(format!("command `{path}`"));
        }
        for arg in command.get_arguments() {
            let id = arg.get_id().as_str();
            if !["help", "version", "rest"].contains(&id) && !has(help::ZH_FLAGS, id) {
                out.push(format!("`{id}` of `{path}`"));
            }
        }
        for sub in command.get_subcommands() {
            missing(sub, format!("{path} {}", sub.get_name()).trim_start(), out);
        }
    }

    #[test]
    fn all_help_has_its_chinese() {
        let mut out = Vec::new();
        missing(&Cli::command(), "", &mut out);
        assert!(out.is_empty(), "{}", out.join("\n"));
    }
}
