//! `pack list`, `show`, `check`, `diff` and `selftest`: the rules, and proof that they hold here.

use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::args::{Format, PackCmd};
use super::ctx::{Ctx, read_text};
use super::fault::Fault;
use super::out;
use crate::domain::law::{Pack, Recipients};
use crate::packs::{self, cases};
use crate::words::Lang;
use crate::words::command::Command;
use crate::words::refusal::Message;

/// Carries out one of the commands on packs.
///
/// # Errors
/// No such pack, a file that cannot be read, or a pack with problems.
pub(super) fn run(ctx: &Ctx, command: &PackCmd) -> Result<u8, Fault> {
    match command {
        PackCmd::List => list(ctx),
        PackCmd::Show { id } => {
            let pack = ctx.pack(id)?;
            if ctx.format == Format::Json {
                out::json(&summary(&pack));
            } else {
                show(&pack, ctx.lang).iter().for_each(|l| out::line(l));
            }
            Ok(0)
        }
        PackCmd::Check { files } => check(ctx, files),
        PackCmd::Diff { a, b } => {
            let (a, b) = (ctx.pack(a)?, ctx.pack(b)?);
            let lines = packs::diff(&a, &b);
            if ctx.format == Format::Json {
                out::json(&lines);
            } else {
                lines.iter().for_each(|l| out::line(l));
            }
            Ok(0)
        }
    }
}

#[derive(Serialize)]
struct SummaryJson<'a> {
    id: &'a str,
    edition: &'a str,
    sha256: &'a str,
    title: &'a crate::domain::law::Text,
    in_force: &'a str,
    checked: &'a str,
    facts: Vec<&'a str>,
    criteria: Vec<&'a str>,
    duties: Vec<&'a str>,
    channels: Vec<&'a str>,
}

fn summary(p: &Pack) -> SummaryJson<'_> {
    SummaryJson {
        id: &p.id,
        edition: &p.edition,
        sha256: &p.sha256,
        title: &p.title,
        in_force: &p.in_force,
        checked: &p.checked,
        facts: p.facts.iter().map(|f| f.id.as_str()).collect(),
        criteria: p.criteria.iter().map(|c| c.id.as_str()).collect(),
        duties: p.duties.iter().map(|d| d.id.as_str()).collect(),
        channels: p.channels.iter().map(|c| c.id.as_str()).collect(),
    }
}

fn list(ctx: &Ctx) -> Result<u8, Fault> {
    let packs: Result<Vec<_>, Fault> =
        packs::builtin().iter().map(|(id, _)| ctx.pack(id)).collect();
    let packs = packs?;
    if ctx.format == Format::Json {
        let all: Vec<_> = packs.iter().map(|p| summary(p)).collect();
        out::json(&all);
        return Ok(0);
    }
    for p in &packs {
        let title = ctx.lang.of(&p.title);
        let (edition, checked) = (&p.edition, &p.checked);
        let label = ctx.lang.pick("核对于", "checked");
        out::line(&format!("{}  {edition}  {title}  ({label} {checked})", p.id));
    }
    Ok(0)
}

fn check(ctx: &Ctx, files: &[PathBuf]) -> Result<u8, Fault> {
    let mut bad = false;
    for file in files {
        let text = read_text(file, packs::MOST_BYTES, ctx.lang)?;
        match packs::load(&file.display().to_string(), &text) {
            Ok(p) => {
                let name = file.display().to_string();
                out::line(&Command::PackFine.with(ctx.lang, &[&name, &p.id, &p.edition]));
            }
            Err(problems) => {
                bad = true;
                out::block(&problems.to_string());
            }
        }
    }
    Ok(u8::from(bad))
}

/// The pack as lines: what a reviewer of the law would want to see, with marks and sources.
fn show(p: &Pack, lang: Lang) -> Vec<String> {
    let mut out = vec![
        format!("{}  {}", p.id, lang.of(&p.title)),
        format!(
            "{} {}  {} {}  {} {}  sha256 {}",
            lang.pick("版本", "edition"),
            p.edition,
            lang.pick("施行", "in force"),
            p.in_force,
            lang.pick("核对于", "checked"),
            p.checked,
            p.sha256
        ),
    ];
    let basis = |b: &crate::domain::law::Basis| {
        let sources: Vec<&str> = b.sources.iter().map(|s| p.sources[*s].id.as_str()).collect();
        format!(
            "[{}; {}; {}]",
            lang.of(&p.articles[b.article.at()].cite),
            b.mark,
            sources.join(" ")
        )
    };
    let zh = lang == Lang::Zh;
    let head = |out: &mut Vec<String>, zh: &str, en: &str| {
        out.push(String::new());
        out.push(format!("# {}", lang.pick(zh, en)));
    };
    head(&mut out, "等级标准", "criteria");
    for c in &p.criteria {
        out.push(format!("{}  {}", c.id, lang.of(&c.title)));
        for r in &c.rungs {
            let level = crate::words::say::level(p, Some(r.level), lang);
            let when = packs::cond_text(p, &r.when, zh);
            out.push(format!("  {level}: {} {}", lang.of(&r.reason), basis(&r.basis)));
            out.push(format!("      {when}"));
        }
    }
    head(&mut out, "义务", "duties");
    for d in &p.duties {
        let limit = packs::limit_text(&d.limit, zh);
        let to: Vec<&str> = match &d.to {
            Recipients::Bodies(list) => list.iter().map(|b| p.bodies[b.at()].id.as_str()).collect(),
            Recipients::SameAs(list) => list.iter().map(|d| p.duties[d.at()].id.as_str()).collect(),
        };
        let from = &p.bodies[d.from.at()].id;
        out.push(format!("{}  {}  {limit}  {}", d.id, lang.of(&d.title), basis(&d.basis)));
        out.push(format!("  {from} -> {}", to.join(", ")));
        out.push(format!("      {}", packs::cond_text(p, &d.when, zh)));
    }
    head(&mut out, "渠道", "channels");
    for c in &p.channels {
        let b = c.basis.as_ref().map(basis).unwrap_or_default();
        out.push(format!("{}  {}  {}  {b}", c.id, lang.of(&c.name), c.value));
    }
    head(&mut out, "报告内容", "content");
    for c in &p.content {
        let first = if c.first { lang.pick(" (可先报)", " (may go first)") } else { "" };
        out.push(format!("{}. {}{first} {}", c.no, lang.of(&c.text), basis(&c.basis)));
        for (_, extra) in &c.extras {
            out.push(format!("   + {}", lang.of(extra)));
        }
    }
    for (title_zh, title_en, list) in
        [("总结报告", "closing report", &p.closing), ("从轻条件", "leniency", &p.leniency)]
    {
        head(&mut out, title_zh, title_en);
        list.iter().for_each(|t| out.push(format!("- {}", lang.of(t))));
    }
    head(&mut out, "法律没有说清的", "what the law leaves open");
    p.open_points.iter().for_each(|o| out.push(format!("- {}", lang.of(&o.text))));
    head(&mut out, "来源", "sources");
    p.sources.iter().for_each(|s| out.push(format!("{}  {}  {}", s.id, s.title, s.url)));
    out
}

#[derive(Serialize)]
struct SelftestJson<'a> {
    pack: &'a str,
    edition: &'a str,
    cases: usize,
    failed: Vec<FailedJson<'a>>,
}

#[derive(Serialize)]
struct FailedJson<'a> {
    name: &'a str,
    differences: Vec<String>,
}

/// Runs the golden cases that ship with the packs.
///
/// # Errors
/// A built-in pack or its cases cannot be read.
pub(super) fn selftest(ctx: &Ctx) -> Result<u8, Fault> {
    let mut worst = 0;
    let mut reports = Vec::new();
    let mut loaded: Vec<(Arc<Pack>, Vec<cases::LawCase>)> = Vec::new();
    for (id, text) in packs::golden() {
        let list =
            cases::read(text).map_err(|e| Fault::machine(Message::plain(format!("{id}: {e}"))))?;
        loaded.push((ctx.pack(id)?, list));
    }
    for (pack, list) in &loaded {
        let failed: Vec<FailedJson<'_>> = list
            .iter()
            .map(|c| FailedJson { name: &c.name, differences: cases::differences(pack, c) })
            .filter(|f| !f.differences.is_empty())
            .collect();
        if !failed.is_empty() {
            worst = 1;
        }
        if ctx.format == Format::Text {
            for f in &failed {
                out::line(&Command::GoldenFailed.with(ctx.lang, &[f.name]));
                f.differences.iter().for_each(|d| out::line(&format!("  {d}")));
            }
            if failed.is_empty() {
                let n = list.len().to_string();
                let name = format!("{} {}", pack.id, pack.edition);
                out::line(&Command::GoldenHeld.with(ctx.lang, &[&name, &n]));
            }
        }
        reports.push(SelftestJson {
            pack: &pack.id,
            edition: &pack.edition,
            cases: list.len(),
            failed,
        });
    }
    if ctx.format == Format::Json {
        out::json(&reports);
    }
    Ok(worst)
}
