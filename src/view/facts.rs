//! All moments and facts: answered, open, or not relevant.

use super::entry;
use super::frame::{CHOSEN, PLAIN, frame};
use super::pen::{Pen, cells};
use crate::app::triage::{everything, order};
use crate::app::{App, Item};
use crate::words::console::Word as W;
use crate::words::say;

pub(super) fn draw(pen: &mut Pen<'_>, app: &App, chosen: &str) {
    let lang = app.lang();
    let Some(item) = app.current() else { return };
    let case = &item.incident.case;
    let body = frame(pen, app, W::Facts.text(lang));
    let all = everything(case);
    let asks = order(case, &item.assessment);
    let names: Vec<String> = all.iter().map(|id| entry::name(app, case, id)).collect();
    let name_w = names.iter().map(|n| cells(n)).max().unwrap_or(0).min(pen.cols / 2);
    let fit = usize::from(body.height());
    let at = all.iter().position(|id| id == chosen).unwrap_or(0);
    let first = super::incident::window(at, all.len(), fit);
    for (y, (i, id)) in (body.top..).zip(all.iter().enumerate().skip(first).take(fit)) {
        let (mark, value) = value(app, item, id, &asks);
        pen.put(0, y, mark, 2, PLAIN);
        if i == at {
            pen.put(2, y, ">", 1, PLAIN);
            pen.cursor(2, y);
        }
        pen.put(4, y, &names[i], name_w, if i == at { CHOSEN } else { PLAIN });
        pen.put(4 + name_w + 2, y, &value, pen.cols, PLAIN);
    }
    let below = all.len().saturating_sub(first + fit);
    if first + below > 0 {
        super::incident::more(pen, body.end.saturating_sub(1), first, below);
    }
}

/// The mark and the answer of one moment or fact.
fn value(app: &App, item: &Item, id: &str, asks: &[String]) -> (&'static str, String) {
    let lang = app.lang();
    let case = &item.incident.case;
    let known = match case.fact(id) {
        Some(fact) => case.facts.get(id).map(|v| {
            let pack = case.packs.iter().find(|p| p.fact(id).is_some());
            say::answer(fact, pack.map(AsRef::as_ref), Some(v), app.now(), app.zone(), lang)
        }),
        None => {
            case.anchors.get(id).map(|t| say::moment_with_offset(*t, app.now(), app.zone(), lang))
        }
    };
    match known {
        Some(text) => ("ok", text),
        None if asks.iter().any(|q| q == id) => ("?", W::Unknown.text(lang).to_owned()),
        None if case.fact(id).is_none() => ("..", W::NotYet.text(lang).to_owned()),
        None => ("-", W::NotRelevant.text(lang).to_owned()),
    }
}
