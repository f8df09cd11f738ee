//! The chain of relays as text: who tells whom, within what time, and where each link stands.

use super::pen::cells;
use crate::app::{App, Item};
use crate::domain::duty::{DutyStatus, State};
use crate::domain::law::{BodyIx, Duty, Limit, Pack, Role, Start};
use crate::domain::tri::Tri;
use crate::words::console::Word as W;
use crate::words::say;

/// The chain of relays: who tells whom, within what time, and where each link stands.
pub(super) fn chain(app: &App, item: &Item, width: u16) -> Vec<String> {
    let lang = app.lang();
    let mut out: Vec<String> = Vec::new();
    let case = &item.incident.case;
    let duties = item.assessment.duties.iter();
    let mut first: Vec<&DutyStatus> =
        duties.filter(|d| d.role == Role::First && d.state.is_some()).collect();
    // The law's order, which does not change when something is reported; what is certain first.
    first.sort_by_key(|d| (d.applies == Tri::Unknown, d.pack.clone(), d.index));
    let mut shown_operator = false;
    for d in first {
        let Some(pack) = say::pack_of(case, &d.pack) else { continue };
        let duty = &pack.duties[d.index.at()];
        let operator = say::body(pack, d.from, lang);
        for r in &d.recipients {
            let at = |t| say::moment(t, app.now(), app.zone(), lang);
            let stand = match (r.sent_at, r.received_at) {
                (_, Some(got)) => W::ChainGot.with(lang, &[&at(got)]),
                (Some(sent), None) => W::ChainSent.with(lang, &[&at(sent)]),
                (None, None) => link_state(app, d),
            };
            let lead = if shown_operator {
                " ".repeat(usize::from(cells(operator)))
            } else {
                operator.to_owned()
            };
            shown_operator = true;
            let arrow = arrow(app, duty, d.applies);
            let mut line = format!("{lead} {arrow} {} [{stand}]", say::body(pack, r.body, lang));
            let relays = relays(app, item, pack, d, r.body);
            let indent = usize::from(cells(&lead) + cells(&arrow)) + 2;
            for relay in relays {
                if cells(&line) + 1 + cells(&relay) <= width {
                    line.push(' ');
                    line.push_str(&relay);
                } else {
                    out.push(std::mem::replace(
                        &mut line,
                        format!("{}{relay}", " ".repeat(indent)),
                    ));
                }
            }
            out.push(line);
        }
    }
    out
}

fn arrow(app: &App, duty: &Duty, applies: Tri) -> String {
    let limit = match &duty.limit {
        Limit::Within { seconds, .. } => say::length(*seconds, app.lang()),
        Limit::Days { days, .. } => say::length(i64::from(*days) * 86_400, app.lang()),
        Limit::Words(words) => app.lang().of(words).to_owned(),
    };
    let unsure = if applies == Tri::Unknown { "?" } else { "" };
    format!("--{limit}{unsure}-->")
}

/// Where a link stands that nobody has acted on.
fn link_state(app: &App, d: &DutyStatus) -> String {
    let lang = app.lang();
    match (d.state, d.due) {
        (Some(State::Running), Some(due)) if d.applies == Tri::Yes => {
            let at = say::moment(due, app.now(), app.zone(), lang);
            W::Before.with(lang, &[&at])
        }
        _ => say::state(d, lang).to_owned(),
    }
}

/// The relays that a body owes once it has got this report.
fn relays(app: &App, item: &Item, pack: &Pack, first: &DutyStatus, body: BodyIx) -> Vec<String> {
    let lang = app.lang();
    let mut out: Vec<(String, Vec<&str>, String)> = Vec::new();
    for d in item.assessment.duties.iter().filter(|d| d.role == Role::Relay && d.pack == first.pack)
    {
        let duty = &pack.duties[d.index.at()];
        let follows = matches!(&duty.starts, Start::Received(of) if of.contains(&first.index));
        if !follows || d.from != body || d.state.is_none() {
            continue;
        }
        let met = d.met_at.map(|t| say::moment(t, app.now(), app.zone(), lang));
        let stand = met.map_or_else(|| link_state(app, d), |t| W::ChainSent.with(lang, &[&t]));
        let names: Vec<&str> = d.recipients.iter().map(|r| say::body(pack, r.body, lang)).collect();
        let arrow = arrow(app, duty, d.applies);
        match out.iter_mut().find(|(a, _, s)| *a == arrow && *s == stand) {
            Some((_, all, _)) => all.extend(names),
            None => out.push((arrow, names, stand)),
        }
    }
    out.into_iter().map(|(a, names, s)| format!("{a} {} [{s}]", names.join(", "))).collect()
}
