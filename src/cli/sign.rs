//! `log checkpoint`, `sign`, `timestamp`, `accept`, `harden`: making a record's witnesses.

use std::io::Read as _;
use std::path::Path;

use serde::Serialize;

use super::args::{Format, SignWith};
use super::ctx::Ctx;
use super::fault::Fault;
use super::out;
use crate::domain::text;
use crate::host::beside;
use crate::host::desk::DeskError;
use crate::host::harden::{self, Hardened};
use crate::host::plain_file;
use crate::host::sign::here::{Here, NotSigned, Signed};
use crate::host::sign::points::{Found, Points, STAMP_MOST};
use crate::host::sign::{self, SignError, With};
use crate::host::stamp;
use crate::host::store::StoreError;
use crate::words::command::Command;
use crate::words::refusal::Message;
use crate::words::witness::Witness;

#[derive(Serialize)]
struct SignedJson<'a> {
    incident: &'a str,
    entries: u64,
    head: String,
    checkpoint: String,
    signature: String,
    signer: &'a str,
}

/// Prints the text of a checkpoint.
///
/// # Errors
/// No such incident, or its record is damaged.
pub(super) fn checkpoint(ctx: &Ctx, id: &str) -> Result<u8, Fault> {
    let Here { point, text, .. } = here(ctx, id)?;
    if ctx.format == Format::Json {
        #[derive(Serialize)]
        struct Shape<'a> {
            record: &'a str,
            entries: u64,
            head: String,
            text: &'a str,
        }
        let (entries, head) = (point.count, point.head.to_string());
        out::json(&Shape { record: &point.record, entries, head, text: &text });
    } else {
        out::bytes(text.as_bytes()).map_err(|e| Fault::machine(Message::plain(e.to_string())))?;
    }
    Ok(0)
}

/// Signs a checkpoint and keeps it.
///
/// # Errors
/// No key, no such incident, a record that is damaged or not as it was remembered, or what the system
/// says.
pub(super) fn sign(ctx: &Ctx, id: &str, with: &SignWith) -> Result<u8, Fault> {
    let with = chosen(ctx, with).ok_or_else(|| no_key(ctx))?;
    let here = here(ctx, id)?;
    let Signed { checkpoint, signature, signer } = keep(ctx, &here, &with)?;
    if ctx.format == Format::Json {
        out::json(&SignedJson {
            incident: &here.record.id,
            entries: here.point.count,
            head: here.point.head.to_string(),
            checkpoint,
            signature,
            signer: &signer,
        });
    } else {
        out::line(&Witness::Signed.with(ctx.lang, &[&signature, &signer]));
    }
    Ok(0)
}

/// Signs a checkpoint before an export, where a key is given or set.
///
/// # Errors
/// It was asked for here and could not be done. Where only the settings ask for it, that is told, and
/// the export goes on: in an emergency the record matters more.
pub(super) fn before_export(ctx: &Ctx, id: &str, must: bool, with: &SignWith) -> Result<(), Fault> {
    let must = must || with.key.is_some() || with.agent.is_some();
    let Some(with) = chosen(ctx, with) else {
        if must {
            return Err(no_key(ctx));
        }
        out::note(&Witness::NotSignedExport.with(ctx.lang, &[id]));
        return Ok(());
    };
    match here(ctx, id).and_then(|here| keep(ctx, &here, &with)) {
        Ok(signed) => {
            out::note(&Witness::Signed.with(ctx.lang, &[&signed.signature, &signed.signer]));
            Ok(())
        }
        Err(fault) if must => Err(fault),
        Err(fault) => {
            let text = Witness::CannotSignExport.with(ctx.lang, &[&fault.message.text]);
            let message = Message { text, hints: fault.message.hints };
            out::fault(&Fault { kind: fault.kind, message }, ctx.format);
            Ok(())
        }
    }
}

fn chosen(ctx: &Ctx, with: &SignWith) -> Option<With> {
    let file = |p: &Option<_>| p.clone().map(With::File);
    let agent = |a: &Option<_>| a.clone().map(With::Agent);
    file(&with.key).or_else(|| agent(&with.agent)).or_else(|| With::set(&ctx.config))
}

fn no_key(ctx: &Ctx) -> Fault {
    let message = Message::plain(Witness::NoKey.text(ctx.lang));
    Fault::usage(message.hint(Witness::NoKeyHint.text(ctx.lang)))
}

/// Opens an incident that is sound and as it was remembered, and works out its checkpoint.
fn here(ctx: &Ctx, id: &str) -> Result<Here, Fault> {
    Here::of(&ctx.desk(Vec::new()), id).map_err(|e| fault(ctx, e))
}

/// Signs it, and keeps what was signed.
fn keep(ctx: &Ctx, here: &Here, with: &With) -> Result<Signed, Fault> {
    here.sign(with).map_err(|e| fault(ctx, e.into()))
}

fn fault(ctx: &Ctx, e: NotSigned) -> Fault {
    let message = e.message(ctx.lang);
    match e {
        NotSigned::Desk(DeskError::Store(StoreError::Damaged { .. })) => Fault::machine(message),
        NotSigned::Desk(e) => ctx.desk_fault(e),
        NotSigned::NoRecordId => Fault::machine(message),
        NotSigned::Sign(e) if e.is_machine() => Fault::machine(message),
        NotSigned::Sign(SignError::Which { .. }) => Fault::refused(message),
        NotSigned::Sign(_) => Fault::usage(message),
    }
}

/// Writes a time-stamp query, or checks and keeps a reply.
///
/// # Errors
/// Neither is asked for, a file cannot be read or written, or the reply is about something else.
pub(super) fn timestamp(
    ctx: &Ctx,
    id: &str,
    request: Option<&Path>,
    reply: Option<&Path>,
) -> Result<u8, Fault> {
    match (request, reply) {
        (Some(file), _) => query(ctx, id, file),
        (None, Some(file)) => answer(ctx, id, file),
        (None, None) => Err(Fault::usage(Message::plain(Witness::RequestOrReply.text(ctx.lang)))),
    }
}

fn query(ctx: &Ctx, id: &str, file: &Path) -> Result<u8, Fault> {
    let fault = |e: SignError| fault(ctx, e.into());
    let Here { record, point, text } = here(ctx, id)?;
    let points = Points::make(&record.folder).map_err(fault)?;
    let name = format!("{}.txt", point.name());
    points.put_text(&name, text.as_bytes()).map_err(fault)?;
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).map_err(|e| Fault::machine(Message::plain(e.to_string())))?;
    let mut bytes = stamp::query(crate::record::Digest::of(text.as_bytes()), nonce);
    let kept = format!("{name}.tsq");
    if !points.put(&kept, &bytes).map_err(fault)? {
        // Asked before: the same query again, so that either reply answers it.
        let there = points.read().map_err(fault)?.points.into_iter().find(|p| p.name == name);
        bytes = there.and_then(|p| p.query).unwrap_or(bytes);
    }
    let shown = file.display().to_string();
    beside::put_new(file, &bytes).map_err(|e| {
        if e.kind() == std::io::ErrorKind::AlreadyExists {
            let message = Message::plain(Witness::FileThere.with(ctx.lang, &[&shown]));
            return Fault::refused(message.hint(Witness::FileThereHint.text(ctx.lang)));
        }
        let text = Witness::CannotWrite.with(ctx.lang, &[&shown, &e.to_string()]);
        Fault::machine(Message::plain(text))
    })?;
    let about = points.path().join(&name).display().to_string();
    out::line(&Witness::QueryWritten.with(ctx.lang, &[&shown, &about]));
    out::note(&Witness::SendQuery.with(ctx.lang, &[&shown, &record.id]));
    Ok(0)
}

fn answer(ctx: &Ctx, id: &str, file: &Path) -> Result<u8, Fault> {
    let lang = ctx.lang;
    let fault = |e: SignError| fault(ctx, e.into());
    let shown = file.display().to_string();
    let refused = |text: String| Fault::refused(Message::plain(text));
    let mut bytes = Vec::new();
    plain_file::open(file).and_then(|f| f.take(STAMP_MOST + 1).read_to_end(&mut bytes)).map_err(
        |e| {
            let values = [shown.as_str(), &sign::why(&e, lang)];
            Fault::usage(Message::plain(Command::CannotRead.with(lang, &values)))
        },
    )?;
    if bytes.len() as u64 > STAMP_MOST {
        let why = format!("> {STAMP_MOST} bytes");
        return Err(refused(Witness::BadReply.with(lang, &[&shown, &why])));
    }
    let reply = stamp::reply(&bytes)
        .map_err(|e| refused(Witness::BadReply.with(lang, &[&shown, &e.text(lang)])))?;
    let store = ctx.store();
    let id = store.resolve(id).map_err(|e| ctx.desk_fault(e.into()))?;
    let folder = store.folder().join(&id);
    let points = Points::open(&folder).map_err(fault)?;
    let all = points.as_ref().map_or(Ok(Found::default()), Points::read).map_err(fault)?;
    let about = all.points.into_iter().find(|p| p.digest() == reply.digest);
    let (Some(points), Some(point)) = (points, about) else {
        let digest = reply.digest.to_string();
        return Err(refused(Witness::ReplyForNothing.with(lang, &[&shown, &digest])));
    };
    // As openssl has it: a query with a nonce is answered with the same, and with no other.
    let asked = point.query.as_deref().and_then(stamp::nonce_of);
    if let Some(asked) = asked
        && reply.nonce.as_ref() != Some(&asked)
    {
        let key = if reply.nonce.is_some() { Witness::ReplyNonce } else { Witness::ReplyNoNonce };
        return Err(refused(key.with(lang, &[&shown])));
    }
    let text = points.path().join(&point.name).display().to_string();
    let there = point.stamps.iter().find(|(_, stamp)| *stamp == bytes);
    let kept = match there {
        Some((name, _)) => points.path().join(name),
        None => points.put_stamp(&point.name, &bytes).map_err(fault)?,
    };
    let kept = kept.display().to_string();
    out::line(&Witness::ReplyKept.with(lang, &[&kept, &reply.time]));
    out::note(&Witness::CheckStamp.with(lang, &[&text, &kept]));
    Ok(0)
}

/// Goes on with a record as it is.
///
/// # Errors
/// No reason, no such incident, or a record that is damaged.
pub(super) fn accept(ctx: &Ctx, id: &str, because: &str) -> Result<u8, Fault> {
    let lang = ctx.lang;
    let because = text::note("because", because)
        .map_err(|why| Fault::usage(crate::words::refusal::bad_text(&why, lang)))?;
    let desk = ctx.desk(Vec::new());
    let (record, entries) = desk
        .accept(id, |doubt, record| {
            let (count, head) = (record.chain().count.to_string(), record.head().to_string());
            match doubt.map(|d| d.was()) {
                None => Witness::AcceptedNote.with(lang, &[&count, &head, &because]),
                Some(was) => {
                    let (n, h) = (was.count.to_string(), was.head.to_string());
                    Witness::AcceptedNoteWas.with(lang, &[&count, &head, &because, &n, &h])
                }
            }
        })
        .map_err(|e| ctx.desk_fault(e))?;
    let n = entries.first().map_or(0, |e| e.n).to_string();
    out::line(&Witness::Accepted.with(lang, &[&n, &record.head().short()]));
    Ok(0)
}

/// Makes a record's file append-only.
///
/// # Errors
/// It is not permitted, or there is no such attribute.
pub(super) fn harden(ctx: &Ctx, file: &Path) -> Result<u8, Fault> {
    let (lang, shown) = (ctx.lang, file.display().to_string());
    match harden::set(file) {
        Hardened::Set => out::line(&Witness::HardenSet.with(lang, &[&shown])),
        Hardened::Already => out::line(&Witness::HardenAlready.with(lang, &[&shown])),
        Hardened::NotPermitted => {
            let message = Message::plain(Witness::HardenNotPermitted.text(lang));
            let hint = Witness::HardenNotPermittedHint.with(lang, &[&shown]);
            return Err(Fault::machine(message.hint(hint)));
        }
        Hardened::NotSupported => {
            let text = Witness::HardenNotSupported.with(lang, &[&shown]);
            return Err(Fault::refused(Message::plain(text)));
        }
        Hardened::Failed(e) => {
            let text = Witness::HardenFailed.with(lang, &[&shown, &e.to_string()]);
            return Err(Fault::machine(Message::plain(text)));
        }
    }
    Ok(0)
}
