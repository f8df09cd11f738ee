//! The command line: names, flags, help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// jishi: which reporting clocks run, whom to tell, and the record of what was told.
#[derive(Debug, Parser)]
#[command(name = "jishi", version, about, max_term_width = 100)]
#[command(after_help = "With no command it opens the console. Not legal advice; submits nothing.")]
pub struct Cli {
    /// Flags that every command takes.
    #[command(flatten)]
    pub common: Common,
    /// What to do; the console when nothing is said.
    #[command(subcommand)]
    pub command: Option<Cmd>,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
pub struct Common {
    /// Keep data under this folder (else JISHI_HOME, else the platform's data folder)
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Language of messages: zh or en
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<String>,
    /// Output for people or for programs
    #[arg(long, global = true, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Take this as "now"; for commands that only read
    #[arg(long, global = true, value_name = "TIME")]
    pub at: Option<String>,
    /// Line by line instead of full screen
    #[arg(long, global = true)]
    pub plain: bool,
    /// Give an act again whose outcome is unknown: the id that was named then; it counts once
    #[arg(long, global = true, value_name = "ENTRY-ID")]
    pub again: Option<String>,
}

/// How output is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Cmd {
    /// Open the console on one incident
    Open {
        /// Incident id, or a unique beginning or end of one
        id: String,
    },
    /// Open an incident; prints its id alone
    New {
        /// Its title
        #[arg(long)]
        title: String,
        /// When it was found or learned of, the earlier (发现或获知)
        #[arg(long, value_name = "TIME")]
        learned_at: String,
        /// The time was read from somebody's watch, not from this host
        #[arg(long)]
        watch: bool,
        /// Rule pack: an id, or a path to a .ron file; cn-cac-2025 if none is named
        #[arg(long, value_name = "ID")]
        pack: Vec<String>,
        /// First answers
        #[arg(value_name = "FACT=VALUE")]
        facts: Vec<String>,
        /// A learned-at more than thirty days back is meant
        #[arg(long)]
        yes: bool,
    },
    /// Answer facts; FACT=? says "don't know (any more)"
    Set {
        /// Incident
        id: String,
        /// Answers; anchors (learned_at, occurred_at, handling_ended_at) are set in the same way
        #[arg(value_name = "FACT=VALUE", required = true)]
        facts: Vec<String>,
        /// Since when it was known
        #[arg(long, value_name = "TIME")]
        happened_at: Option<String>,
        /// The times given were read from somebody's watch, not from this host
        #[arg(long)]
        watch: bool,
        /// Why, or where from
        #[arg(long)]
        note: Option<String>,
        /// A learned-at more than thirty days back, or entries of a newer version, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// Assess a facts file without keeping anything; `-` reads standard input
    Assess {
        /// JSON or RON
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Clocks of one incident or of all, soonest first
    Status {
        /// Incident
        id: Option<String>,
        /// Exit 0 fine, 1 due soon, 2 overdue, 3 cannot tell
        #[arg(long)]
        check: bool,
        /// What counts as soon, e.g. 30m
        #[arg(long, value_name = "DURATION")]
        soon: Option<String>,
        /// Print the advice that fits the facts, too
        #[arg(long)]
        advice: bool,
    },
    /// The next deadline on one short line, for a prompt or a status bar
    Next,
    /// Record one attempt to report
    Sent {
        /// Incident
        id: String,
        /// Duty, e.g. first_report.police
        duty: String,
        /// Who was told; may be left out where the duty has one recipient
        #[arg(long, value_name = "WHO")]
        to: Option<String>,
        /// Channel
        #[arg(long, value_name = "CH")]
        channel: String,
        /// Reference or ticket number
        #[arg(long = "ref", value_name = "R")]
        reference: Option<String>,
        /// When it was sent
        #[arg(long, value_name = "TIME")]
        happened_at: Option<String>,
        /// The time was read from somebody's watch, not from this host
        #[arg(long, requires = "happened_at")]
        watch: bool,
        /// A file that went with it; its digest is recorded
        #[arg(long, value_name = "FILE")]
        attach: Vec<PathBuf>,
        /// It did not go through, and why
        #[arg(long, value_name = "WHY")]
        failed: Option<String>,
        /// Why it is late
        #[arg(long, value_name = "WHY")]
        late_because: Option<String>,
        /// Entries of a newer version, which this one does not understand, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// Record that the recipient acknowledged; starts a relay clock
    Received {
        /// Incident
        id: String,
        /// Duty
        duty: String,
        /// Which recipient, where several were told
        #[arg(long, value_name = "WHO")]
        to: Option<String>,
        /// The recipient's reference
        #[arg(long = "ref", value_name = "R")]
        reference: Option<String>,
        /// The person who took it
        #[arg(long, value_name = "WHO")]
        by: Option<String>,
        /// When it was acknowledged
        #[arg(long, value_name = "TIME")]
        happened_at: Option<String>,
        /// The time was read from somebody's watch, not from this host
        #[arg(long, requires = "happened_at")]
        watch: bool,
        /// Entries of a newer version, which this one does not understand, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// Record that a duty does not apply, with the reason
    Waive {
        /// Incident
        id: String,
        /// Duty
        duty: String,
        /// Why
        #[arg(long, value_name = "WHY")]
        because: String,
        /// Entries of a newer version, which this one does not understand, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// Correct an earlier entry, or withdraw it when no field is given
    Correct {
        /// Incident
        id: String,
        /// Number of the entry, as `log show` prints it
        entry: u64,
        /// Why
        #[arg(long, value_name = "WHY")]
        because: String,
        /// New values
        #[arg(value_name = "FIELD=VALUE")]
        fields: Vec<String>,
        /// Entries of a newer version, which this one does not understand, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// Keep a note
    Note {
        /// Incident
        id: String,
        /// The text
        text: String,
        /// When it happened
        #[arg(long, value_name = "TIME")]
        happened_at: Option<String>,
        /// The time was read from somebody's watch, not from this host
        #[arg(long, requires = "happened_at")]
        watch: bool,
    },
    /// Record a hand-over, accept one, or print what the next one must know
    #[command(group(clap::ArgGroup::new("what").required(true)))]
    Handover {
        /// Incident
        id: String,
        /// Who takes over
        #[arg(long, value_name = "WHO", group = "what")]
        to: Option<String>,
        /// Take over what was handed over last
        #[arg(long, group = "what")]
        accept: bool,
        /// Who takes over, where several share a login
        #[arg(long = "as", value_name = "NAME", requires = "accept")]
        name: Option<String>,
        /// Print clocks, who was told what, open questions and the next decision
        #[arg(long, group = "what")]
        show: bool,
        /// Entries of a newer version, which this one does not understand, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// Close an incident
    Close {
        /// Incident
        id: String,
        /// Why
        #[arg(long, value_name = "WHY")]
        because: String,
        /// Entries of a newer version, which this one does not understand, are no hindrance
        #[arg(long)]
        yes: bool,
    },
    /// The record: show, verify, export
    #[command(subcommand)]
    Log(LogCmd),
    /// Rule packs: list, show, check, diff
    #[command(subcommand)]
    Pack(PackCmd),
    /// Run the golden cases that ship with the packs: 0 all hold, 1 not
    Selftest,
    /// Draft report or call card (not in this version)
    Draft {
        /// Ignored
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// iCalendar of the running clocks (not in this version)
    Calendar {
        /// Ignored
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
    /// Rehearsal (not in this version)
    Exercise {
        /// Ignored
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        rest: Vec<String>,
    },
}

/// What to do with a record.
#[derive(Debug, Subcommand)]
pub enum LogCmd {
    /// Show the entries
    Show {
        /// Incident
        id: String,
    },
    /// Recompute everything: 0 intact, 1 problem found, 2 could not check
    Verify(Verify),
    /// Write the record's bytes to standard output; with a key, a checkpoint is signed before
    Export {
        /// Incident
        id: String,
        /// Do not export unless a checkpoint was signed
        #[arg(long)]
        sign: bool,
        /// With what to sign
        #[command(flatten)]
        with: SignWith,
    },
    /// Print the text of a checkpoint: which record, how many entries, which head
    Checkpoint {
        /// Incident
        id: String,
    },
    /// Sign a checkpoint with an SSH key and keep it in the incident's folder
    Sign {
        /// Incident
        id: String,
        /// With what to sign
        #[command(flatten)]
        with: SignWith,
    },
    /// Time-stamp a checkpoint (RFC 3161) with files that you carry to an authority and back
    Timestamp {
        /// Incident
        id: String,
        /// Write the query to this file
        #[arg(long, value_name = "FILE", conflicts_with = "reply")]
        request: Option<PathBuf>,
        /// Check this reply and keep it
        #[arg(long, value_name = "FILE")]
        reply: Option<PathBuf>,
    },
    /// Go on with a record that is not as it was remembered; the reason becomes an entry
    Accept {
        /// Incident
        id: String,
        /// Why
        #[arg(long, value_name = "WHY")]
        because: String,
    },
    /// Make the record's file append-only, as chattr +a does
    Harden {
        /// Incident
        id: String,
        /// A record that is damaged or not as it was remembered is no hindrance
        #[arg(long)]
        yes: bool,
    },
}

/// What to recompute, and what to hold it against.
#[derive(Debug, Clone, Args)]
pub struct Verify {
    /// Incident, or the folder or file of a record
    #[arg(value_name = "ID|FOLDER")]
    pub target: String,
    /// A head that somebody wrote down; its first digits are enough
    #[arg(long, value_name = "H")]
    pub head: Option<String>,
    /// The text of a checkpoint that was kept elsewhere, with FILE.sig beside it; may be repeated
    #[arg(long, value_name = "FILE")]
    pub checkpoint: Vec<PathBuf>,
    /// Check signed checkpoints against this list of allowed signers (OpenSSH's form)
    #[arg(long, value_name = "FILE")]
    pub signers: Option<PathBuf>,
    /// Who must have signed, by a name in the list of signers
    #[arg(long, value_name = "WHO", requires = "signers")]
    pub signer: Option<String>,
}

/// With what to sign; else what config.ron names.
#[derive(Debug, Clone, Default, Args)]
pub struct SignWith {
    /// A private key file in OpenSSH's form, without passphrase
    #[arg(long, value_name = "FILE")]
    pub key: Option<PathBuf>,
    /// A key in ssh-agent
    #[arg(long, value_name = "FINGERPRINT|COMMENT", conflicts_with = "key")]
    pub agent: Option<String>,
}

/// What to do with rule packs.
#[derive(Debug, Subcommand)]
pub enum PackCmd {
    /// List the packs
    List,
    /// Show one pack: levels, criteria, duties, channels, sources
    Show {
        /// Pack id or .ron file
        id: String,
    },
    /// Check pack files; every problem with file, line and column
    Check {
        /// Files
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
    },
    /// Compare two packs
    Diff {
        /// Pack id or .ron file
        a: String,
        /// Pack id or .ron file
        b: String,
    },
}
