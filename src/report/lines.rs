//! An assessment as plain lines: soonest clock first, then what is open.

use crate::domain::assess::{Assessment, Warning};
use crate::domain::case::Case;
use crate::domain::duty::DutyStatus;
use crate::domain::law::Pack;
use crate::domain::time::{Time, Zone};
use crate::domain::tri::Tri;
use crate::words::Lang;
use crate::words::say::{self, Urgency, pack_of};

/// How the lines are written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// The language.
    pub lang: Lang,
    /// The zone in which times are shown.
    pub zone: Zone,
    /// Seconds within which a clock counts as ending soon.
    pub soon: i64,
}

/// The level of each pack: what is certain, what is forecast, what cannot be excluded.
pub fn level_lines(case: &Case, a: &Assessment, style: Style) -> Vec<String> {
    let lang = style.lang;
    let mut out = Vec::new();
    for (pack, verdict) in case.packs.iter().zip(&a.packs) {
        let settled = if verdict.settled() {
            lang.pick(" (已定)", " (settled)")
        } else {
            lang.pick(" (未定)", " (not settled)")
        };
        let label = lang.pick("等级", "level");
        out.push(format!("{label}  {}{settled}", say::bounds(pack, verdict, lang)));
        for reason in &verdict.reasons {
            out.push(format!("      {}", reason_line(pack, reason, lang)));
        }
        if let Some(at) = verdict.reached_later {
            let at = say::moment_with_offset(at, a.now, style.zone, lang);
            let text = lang.pick("应报等级的事实获知于", "reporting level known since");
            out.push(format!("      {text} {at}"));
        }
    }
    out
}

/// Why a level is certain, with the article and the mark of its support.
pub fn reason_line(pack: &Pack, reason: &crate::domain::assess::Because, lang: Lang) -> String {
    let level = say::level(pack, Some(reason.level), lang);
    let (text, basis) = match (reason.index, &pack.floor) {
        (Some(c), _) => {
            let rung = &pack.criteria[c].rungs[reason.rung];
            (lang.of(&rung.reason), &rung.basis)
        }
        (None, Some(floor)) => (lang.of(&pack.facts[floor.fact.at()].short), &floor.basis),
        (None, None) => return level,
    };
    let cite = lang.of(&pack.articles[basis.article.at()].cite);
    format!("{level}: {text} [{cite}, {}]", basis.mark)
}

/// One duty on one line.
pub fn duty_line(case: &Case, d: &DutyStatus, now: Time, style: Style) -> String {
    let lang = style.lang;
    let mark = Urgency::of(d, now, style.soon).mark();
    let left = match d.due {
        Some(due) if d.is_open() => say::countdown((due - now).num_seconds(), lang),
        _ => d.words.as_ref().map(|w| lang.of(w).to_owned()).unwrap_or_default(),
    };
    let due = d.due.map(|t| say::moment_with_offset(t, now, style.zone, lang)).unwrap_or_default();
    let who = pack_of(case, &d.pack).filter(|_| !d.own).map(|p| say::body(p, d.from, lang));
    let who = who.map(|w| format!("[{w}] ")).unwrap_or_default();
    let mut line = format!(
        "{mark:<2}  {left}  {who}{}  {due}  {}  {}",
        say::duty_title(case, d, lang),
        say::state(d, lang),
        d.id
    );
    if let Some(at) = d.met_at {
        let at = say::moment(at, now, style.zone, lang);
        line.push_str(&format!("  {at}"));
    }
    if let Some((_, due)) = d.arguable.filter(|_| d.is_open()) {
        let due = say::moment_with_offset(due, now, style.zone, lang);
        let text = lang.pick("另一种可主张的期限", "arguable second limit");
        line.push_str(&format!("  ({text}: {due})"));
    }
    line
}

/// The facts that would settle an undecided duty, by their short names.
pub fn settled_by(case: &Case, d: &DutyStatus, lang: Lang, most: usize) -> String {
    let Some(pack) = pack_of(case, &d.pack) else { return String::new() };
    let names: Vec<&str> =
        d.settled_by.iter().take(most).map(|f| lang.of(&pack.facts[f.at()].short)).collect();
    let rest = d.settled_by.len().saturating_sub(most);
    let more = if rest > 0 { format!(" +{rest}") } else { String::new() };
    format!("{}{more}", names.join(lang.pick("、", ", ")))
}

/// A contradiction among the answers.
pub fn warning_line(case: &Case, w: &Warning, lang: Lang) -> String {
    let short =
        |id: &String| case.fact(id).map_or_else(|| id.clone(), |f| lang.of(&f.short).to_owned());
    match w {
        Warning::Denied { pack, fact, criteria } => {
            let titles: Vec<&str> = pack_of(case, pack)
                .map(|p| {
                    p.criteria
                        .iter()
                        .filter(|c| criteria.contains(&c.id))
                        .map(|c| lang.of(&c.title))
                        .collect()
                })
                .unwrap_or_default();
            crate::words::fill(
                lang.pick(
                    "矛盾: 「{0}」答了否, 但已达到标准: {1}; 等级不变, 请复核",
                    "contradiction: `{0}` is no, but a threshold is met: {1}; the level stands, check it",
                ),
                &[&short(fact), &titles.join(", ")],
            )
        }
        Warning::Presupposes { fact, excluded_by, .. } => {
            let by: Vec<String> = excluded_by.iter().map(short).collect();
            crate::words::fill(
                lang.pick(
                    "矛盾: 填了「{0}」, 但「{1}」答了否; 两者都保留, 请复核",
                    "contradiction: `{0}` is given although `{1}` excludes it; both stand, check them",
                ),
                &[&short(fact), &by.join(", ")],
            )
        }
    }
}

/// Everything, for `status ID` and `assess`.
pub fn assessment(case: &Case, a: &Assessment, style: Style) -> Vec<String> {
    let lang = style.lang;
    let mut out = level_lines(case, a, style);
    let reportable = match (a.reportable, lang) {
        (Tri::Yes, Lang::Zh) => "应当报告",
        (Tri::Yes, Lang::En) => "must be reported",
        (Tri::No, Lang::Zh) => "按已知事实, 未达应报等级",
        (Tri::No, Lang::En) => "below the reporting level on what is known",
        (Tri::Unknown, Lang::Zh) => "是否应报未定; 不能排除",
        (Tri::Unknown, Lang::En) => "not settled; reporting cannot be excluded",
    };
    out.push(format!("{}  {reportable}", lang.pick("报告", "report")));
    out.push(String::new());
    for d in a.duties.iter().filter(|d| d.state.is_some()) {
        out.push(duty_line(case, d, a.now, style));
        if d.applies == Tri::Unknown && !d.settled_by.is_empty() && d.own {
            let text = lang.pick("待定于", "settled by");
            out.push(format!("      {text}: {}", settled_by(case, d, lang, 4)));
        }
    }
    for f in &a.forecast {
        let Some(pack) = pack_of(case, &f.pack) else { continue };
        let left = say::countdown((f.at - a.now).num_seconds(), lang);
        let level = say::level(pack, Some(f.level), lang);
        let at = say::moment_with_offset(f.at, a.now, style.zone, lang);
        let title = pack.criteria.iter().find(|c| c.id == f.criterion);
        let title = title.map_or(f.criterion.as_str(), |c| lang.of(&c.title));
        let text = lang.pick("若持续, 将升为", "if it goes on, becomes");
        out.push(format!("~   {left}  {text} {level}  {at}  {title}"));
    }
    for w in &a.warnings {
        out.push(format!("!   {}", warning_line(case, w, lang)));
    }
    for (pack, verdict) in case.packs.iter().zip(&a.packs) {
        for i in &verdict.notices {
            out.push(format!("i   {}", lang.of(&pack.notices[*i].text)));
        }
    }
    if !a.questions.is_empty() {
        out.push(String::new());
        out.push(
            lang.pick("未知 (按先后值得问的次序)", "open, in the order worth asking").to_owned(),
        );
        for q in &a.questions {
            let Some(fact) = case.fact(&q.fact) else { continue };
            let due = q.earliest_due.map(|t| say::moment(t, a.now, style.zone, lang));
            let due = due.map(|d| format!("  {} {d}", lang.pick("可早到", "as early as")));
            out.push(format!(
                "?   {}  ({}){}",
                lang.of(&fact.short),
                q.fact,
                due.unwrap_or_default()
            ));
        }
    }
    out
}
