//! What changed between two packs, line by line, by id and not by place in the file.

use super::write::{cond_text, limit_text, recipients_text, start_text};
use crate::domain::law::{
    Advice, Anchor, Article, Basis, Body, Channel, Cond, ContentItem, Criterion, Definition, Duty,
    Fact, Pack, Source, Text,
};
use crate::domain::value::Kind;

/// Compares two packs: one readable line for each thing that was added, removed or changed.
pub fn diff(a: &Pack, b: &Pack) -> Vec<String> {
    let mut out = Vec::new();
    let said = [
        ("id", &a.id, &b.id),
        ("edition", &a.edition, &b.edition),
        ("in_force", &a.in_force, &b.in_force),
        ("checked", &a.checked, &b.checked),
    ];
    for (name, a, b) in said {
        changed(&mut out, name, a, b);
    }
    changed(&mut out, "zone", &a.zone.to_string(), &b.zone.to_string());
    text(&mut out, "title", &a.title, &b.title);
    text(&mut out, "short", &a.short, &b.short);
    changed(&mut out, "reportable", &said_cond(a, &a.reportable), &said_cond(b, &b.reportable));
    let floor = |p: &Pack| match &p.floor {
        None => "none".to_owned(),
        Some(f) => format!("{} by {}", p.levels[f.level.at()].id, p.facts[f.fact.at()].id),
    };
    changed(&mut out, "floor", &floor(a), &floor(b));
    let order = |p: &Pack| p.levels.iter().map(|l| l.id.as_str()).collect::<Vec<_>>().join(" < ");
    changed(&mut out, "levels", &order(a), &order(b));
    parts(a, b, &mut out);
    out
}

/// Each kind of part as rows of id, aspect and text, compared row by row.
fn parts(a: &Pack, b: &Pack, out: &mut Vec<String>) {
    type Rows = fn(&Pack) -> Vec<(String, Vec<(String, String)>)>;
    let kinds: [(&str, Rows); 13] = [
        ("level", |p| p.levels.iter().map(|l| (l.id.clone(), both("name", &l.name))).collect()),
        ("source", |p| {
            let row =
                |s: &Source| vec![("title".into(), s.title.clone()), ("url".into(), s.url.clone())];
            p.sources.iter().map(|s| (s.id.clone(), row(s))).collect()
        }),
        ("article", |p| {
            let row = |x: &Article| [both("cite", &x.cite), both("text", &x.text)].concat();
            p.articles.iter().map(|x| (x.id.clone(), row(x))).collect()
        }),
        ("definition", |p| {
            let row = |d: &Definition| both("meaning", &d.meaning);
            p.definitions.iter().map(|d| (d.term.zh.clone(), row(d))).collect()
        }),
        ("body", |p| {
            let row = |x: &Body| {
                let channels: Vec<&str> =
                    x.channels.iter().map(|c| p.channels[c.at()].id.as_str()).collect();
                let mut rows = both("name", &x.name);
                rows.push(("channels".into(), channels.join(", ")));
                rows
            };
            p.bodies.iter().map(|x| (x.id.clone(), row(x))).collect()
        }),
        ("channel", |p| {
            let row = |x: &Channel| {
                let mut rows = [both("name", &x.name), both("how", &x.how)].concat();
                rows.push(("value".into(), x.value.clone()));
                rows
            };
            p.channels.iter().map(|x| (x.id.clone(), row(x))).collect()
        }),
        ("fact", |p| p.facts.iter().map(|f| (f.id.clone(), fact(p, f))).collect()),
        ("anchor", |p| {
            let row = |x: &Anchor| {
                [both("ask", &x.ask), both("short", &x.short), both("help", &x.help)].concat()
            };
            p.anchors.iter().map(|x| (x.id.clone(), row(x))).collect()
        }),
        ("criterion", |p| p.criteria.iter().map(|c| (c.id.clone(), criterion(p, c))).collect()),
        ("duty", |p| p.duties.iter().map(|d| (d.id.clone(), duty(p, d))).collect()),
        ("content item", |p| p.content.iter().map(|c| (c.no.to_string(), content(p, c))).collect()),
        ("notice", |p| {
            let row = |x: &Advice| {
                let mut rows = both("text", &x.text);
                rows.push(("when".into(), said_cond(p, &x.when)));
                rows.push(("basis".into(), basis(p, &x.basis)));
                rows
            };
            p.notices.iter().map(|x| (x.id.clone(), row(x))).collect()
        }),
        ("open point", |p| {
            p.open_points.iter().map(|o| (o.id.clone(), both("text", &o.text))).collect()
        }),
    ];
    for (word, rows) in kinds {
        let (old, new) = (rows(a), rows(b));
        for (id, aspects) in &old {
            match new.iter().find(|(other, _)| other == id) {
                None => out.push(format!("- {word} `{id}`")),
                Some((_, now)) => compare(out, &format!("{word} `{id}`"), aspects, now),
            }
        }
        for (id, _) in new.iter().filter(|(id, _)| !old.iter().any(|(other, _)| other == id)) {
            out.push(format!("+ {word} `{id}`"));
        }
    }
    for (word, old, new) in
        [("closing", &a.closing, &b.closing), ("leniency", &a.leniency, &b.leniency)]
    {
        let rows = |list: &[Text]| -> Vec<(String, String)> {
            list.iter().enumerate().flat_map(|(i, t)| both(&(i + 1).to_string(), t)).collect()
        };
        compare(out, word, &rows(old), &rows(new));
    }
}

fn compare(out: &mut Vec<String>, place: &str, old: &[(String, String)], new: &[(String, String)]) {
    for (aspect, before) in old {
        let now = new.iter().find(|(other, _)| other == aspect).map(|(_, text)| text.as_str());
        match now {
            None => out.push(format!("- {place} {aspect}: {before}")),
            Some(now) => changed(out, &format!("{place} {aspect}"), before, now),
        }
    }
    for (aspect, now) in new.iter().filter(|(a, _)| !old.iter().any(|(other, _)| other == a)) {
        out.push(format!("+ {place} {aspect}: {now}"));
    }
}

fn fact(p: &Pack, f: &Fact) -> Vec<(String, String)> {
    let mut rows = vec![("kind".into(), f.kind.name().to_owned())];
    rows.extend([both("ask", &f.ask), both("short", &f.short), both("help", &f.help)].concat());
    if let Kind::Set(ids) | Kind::Choice(ids) = &f.kind {
        for (id, name) in ids.iter().zip(&f.options) {
            rows.extend(both(&format!("option `{id}`"), name));
        }
    }
    if let Some(unit) = &f.unit {
        rows.extend(both("unit", unit));
    }
    if let Some(cond) = &f.only_if {
        rows.push(("only_if".into(), said_cond(p, cond)));
    }
    rows.push(("basis".into(), basis(p, &f.basis)));
    rows
}

fn criterion(p: &Pack, c: &Criterion) -> Vec<(String, String)> {
    let mut rows = both("title", &c.title);
    for rung in &c.rungs {
        let level = &p.levels[rung.level.at()].id;
        rows.push((format!("{level} when"), said_cond(p, &rung.when)));
        rows.extend(both(&format!("{level} reason"), &rung.reason));
        rows.push((format!("{level} basis"), basis(p, &rung.basis)));
    }
    rows
}

fn duty(p: &Pack, d: &Duty) -> Vec<(String, String)> {
    let mut rows = both("title", &d.title);
    rows.push(("from".into(), p.bodies[d.from.at()].id.clone()));
    rows.push(("to".into(), recipients_text(p, &d.to, false)));
    rows.push(("when".into(), said_cond(p, &d.when)));
    rows.push(("starts".into(), start_text(p, &d.starts, false)));
    rows.push(("limit".into(), limit_text(&d.limit, false)));
    rows.push(("limit (zh)".into(), limit_text(&d.limit, true)));
    rows.push(("repeats".into(), if d.repeats { "yes" } else { "no" }.into()));
    for (i, block) in d.blocked.iter().enumerate() {
        rows.push((format!("block {} when", i + 1), said_cond(p, &block.when)));
        rows.extend(both(&format!("block {} reason", i + 1), &block.reason));
    }
    rows.push(("basis".into(), basis(p, &d.basis)));
    rows
}

fn content(p: &Pack, c: &ContentItem) -> Vec<(String, String)> {
    let mut rows = both("text", &c.text);
    rows.push(("first".into(), if c.first { "yes" } else { "no" }.into()));
    for (i, (cond, text)) in c.extras.iter().enumerate() {
        rows.push((format!("extra {} when", i + 1), said_cond(p, cond)));
        rows.extend(both(&format!("extra {} text", i + 1), text));
    }
    rows.push(("basis".into(), basis(p, &c.basis)));
    rows
}

fn basis(p: &Pack, basis: &Basis) -> String {
    let sources: Vec<&str> = basis.sources.iter().map(|s| p.sources[*s].id.as_str()).collect();
    let article = &p.articles[basis.article.at()].id;
    format!("{article}, {} [{}]", basis.mark, sources.join(", "))
}

fn said_cond(p: &Pack, cond: &Cond) -> String {
    cond_text(p, cond, false)
}

fn both(aspect: &str, text: &Text) -> Vec<(String, String)> {
    vec![(format!("{aspect} (zh)"), text.zh.clone()), (format!("{aspect} (en)"), text.en.clone())]
}

fn changed(out: &mut Vec<String>, what: &str, before: &str, now: &str) {
    if before != now {
        out.push(format!("~ {what}: {before} -> {now}"));
    }
}

fn text(out: &mut Vec<String>, what: &str, before: &Text, now: &Text) {
    compare(out, what, &both("text", before), &both("text", now));
}
