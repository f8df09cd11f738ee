//! Facts files (JSON or RON) and `FACT=VALUE` arguments.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::domain::case::{Case, Submission};
use crate::domain::law::Pack;
use crate::domain::suggest::nearest;
use crate::domain::time::{self, Time, Zone};
use crate::domain::value::{BadValue, Kind, Value};
use crate::words::Lang;
use crate::words::command::Command;
use crate::words::refusal::{Message, refusal};

/// A facts file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FactsFile {
    /// Pack ids; the default pack when there are none.
    #[serde(default)]
    pub(super) packs: Vec<String>,
    #[serde(default)]
    anchors: BTreeMap<String, Option<String>>,
    #[serde(default)]
    facts: BTreeMap<String, Json>,
    #[serde(default)]
    submissions: Vec<Sub>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sub {
    duty: String,
    sent_at: String,
    #[serde(default)]
    received_at: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

/// Largest facts file, in bytes.
pub(super) const MOST_BYTES: usize = 1024 * 1024;

/// Reads the shape of a facts file; JSON if it begins with `{` and parses as such, else RON.
///
/// # Errors
/// A message with line and column.
pub(super) fn parse(text: &str) -> Result<FactsFile, String> {
    let json = serde_json::from_str::<FactsFile>(text);
    match json {
        Ok(file) => Ok(file),
        Err(json_error) => {
            let ron = ron::Options::default()
                .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
                .from_str::<FactsFile>(text);
            // JSON is nearly RON: a file that begins as JSON is told the JSON fault.
            ron.map_err(|ron_error| {
                if text.trim_start().starts_with('{') {
                    json_error.to_string()
                } else {
                    ron_error.to_string()
                }
            })
        }
    }
}

/// Turns a facts file into a case.
///
/// # Errors
/// One message per wrong name, kind or range, each with its place in the file.
pub(super) fn case(
    file: &FactsFile,
    packs: Vec<Arc<Pack>>,
    now: Time,
    zone: Zone,
    lang: Lang,
) -> Result<Case, Vec<Message>> {
    let mut case = Case { packs, ..Case::default() };
    let mut wrong = Vec::new();
    for (name, text) in &file.anchors {
        let place = format!("anchors.{name}");
        if case.anchor(name).is_none() {
            let ids = case.all_anchors();
            wrong.push(unknown(&place, name, ids.iter().map(|a| a.id.as_str()), lang));
        } else if let Some(text) = text {
            match moment(&place, text, now, zone, lang) {
                Ok(at) => drop(case.anchors.insert(name.clone(), at)),
                Err(m) => wrong.push(m),
            }
        }
    }
    for (name, json) in &file.facts {
        let place = format!("facts.{name}");
        let Some(fact) = case.fact(name) else {
            let ids = case.all_facts();
            wrong.push(unknown(&place, name, ids.iter().map(|f| f.id.as_str()), lang));
            continue;
        };
        if json.is_null() {
            continue;
        }
        match value(&fact.kind, json, now, zone) {
            Ok(v) => drop(case.facts.insert(name.clone(), v)),
            Err(why) => {
                let kind = fact.kind.name();
                let r = crate::domain::decide::Refusal::BadValue { fact: place, why, kind };
                wrong.push(refusal(&r, lang));
            }
        }
    }
    for (i, sub) in file.submissions.iter().enumerate() {
        match submission(&case, i, sub, now, zone, lang) {
            Ok(s) => case.submissions.push(s),
            Err(m) => wrong.push(m),
        }
    }
    if wrong.is_empty() { Ok(case) } else { Err(wrong) }
}

fn unknown<'a>(
    place: &str,
    name: &str,
    names: impl Iterator<Item = &'a str>,
    lang: Lang,
) -> Message {
    let text = lang.pick("没有这个名字", "no such name");
    let message = Message::plain(format!("{place}: `{name}`: {text}"));
    match nearest(name, names) {
        Some(n) => message.hint(Command::DidYouMean.with(lang, &[&n])),
        None => message,
    }
}

fn moment(place: &str, text: &str, now: Time, zone: Zone, lang: Lang) -> Result<Time, Message> {
    let at = time::parse(text, now, zone)
        .map_err(|why| crate::words::refusal::bad_time(place, &why, lang))?;
    if at > now {
        let shown = time::write_local(at, zone);
        let r = crate::domain::decide::Refusal::Future { field: place.to_owned(), at: shown };
        return Err(refusal(&r, lang));
    }
    Ok(at)
}

fn submission(
    case: &Case,
    i: usize,
    sub: &Sub,
    now: Time,
    zone: Zone,
    lang: Lang,
) -> Result<Submission, Message> {
    let place = |field: &str| format!("submissions[{i}].{field}");
    let Some((pack, index)) = case.find_duty(&sub.duty) else {
        let ids = case.duty_ids();
        return Err(unknown(&place("duty"), &sub.duty, ids.iter().map(String::as_str), lang));
    };
    if let Some(to) = &sub.to
        && pack.body(to).is_none()
    {
        let ids = pack.bodies.iter().map(|b| b.id.as_str());
        return Err(unknown(&place("to"), to, ids, lang));
    }
    let sent_at = moment(&place("sent_at"), &sub.sent_at, now, zone, lang)?;
    let received = sub.received_at.as_deref();
    let received_at =
        received.map(|t| moment(&place("received_at"), t, now, zone, lang)).transpose()?;
    Ok(Submission {
        duty: pack.full_id(index),
        to: sub.to.clone(),
        sent_at,
        received_at,
        sent_by: None,
        received_by: None,
        failed: false,
        channel: None,
        reference: None,
        entry: None,
    })
}

/// Reads a JSON value as an answer of a kind; strings are read as they are typed.
fn value(kind: &Kind, json: &Json, now: Time, zone: Zone) -> Result<Value, BadValue> {
    let wrong = || BadValue::Kind { text: json.to_string(), kind: kind.name() };
    let text = match (kind, json) {
        (Kind::Bool, Json::Bool(b)) => return Ok(Value::Bool(*b)),
        (Kind::Integer, Json::Number(n)) if n.is_i64() || n.is_u64() => n.to_string(),
        (Kind::Percent, Json::Number(n)) => n.to_string(),
        (Kind::Set(_), Json::Array(list)) => {
            let names: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
            names.ok_or_else(wrong)?.join(",")
        }
        (Kind::Duration, Json::Object(map)) => {
            let part = |key: &str| map.get(key).and_then(Json::as_str);
            match (part("since"), part("from"), part("to"), map.len()) {
                (Some(since), None, None, 1) => format!("since:{since}"),
                (None, Some(from), Some(to), 2) => format!("{from}..{to}"),
                _ => return Err(wrong()),
            }
        }
        (Kind::Integer | Kind::Bool, Json::String(_)) => return Err(wrong()),
        (_, Json::String(s)) => s.clone(),
        _ => return Err(wrong()),
    };
    Value::parse(kind, &text, now, zone)
}

/// Splits `FACT=VALUE` arguments.
///
/// # Errors
/// An argument without `=`.
pub(super) fn pairs(args: &[String], lang: Lang) -> Result<Vec<(String, String)>, Message> {
    args.iter()
        .map(|arg| match arg.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => {
                Ok((name.trim().to_owned(), value.to_owned()))
            }
            _ => Err(Message::plain(Command::FactForm.with(lang, &[arg]))
                .hint(Command::FactFormHint.text(lang))),
        })
        .collect()
}
