//! An assessment as plain lines: soonest clock first, then what is open.

use unicode_width::UnicodeWidthStr;

use crate::domain::assess::{Assessment, Warning};
use crate::domain::case::Case;
use crate::domain::duty::{DutyStatus, State};
use crate::domain::law::{Anchor, Pack};
use crate::domain::time::{Time, Zone};
use crate::domain::tri::Tri;
use crate::words::Lang;
use crate::words::entry::told_by;
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
    /// Seconds that drafting and approval take.
    pub lead: i64,
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

/// The moments from which clocks count, as far as they are known, and by which clock they were told.
pub fn start_lines(case: &Case, now: Time, style: Style) -> Vec<String> {
    let lang = style.lang;
    let line = |anchor: &Anchor| {
        let at = *case.anchors.get(&anchor.id)?;
        let at = say::moment_with_offset(at, now, style.zone, lang);
        let by = told_by(case.told_by.get(&anchor.id).copied(), lang);
        let label = lang.pick("起点", "start");
        Some(format!("{label}  {} {at}{by}", lang.of(&anchor.short)))
    };
    case.all_anchors().into_iter().filter_map(line).collect()
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

/// One duty as cells: mark, time left, what, limit, state, id, remark.
fn duty_cells(case: &Case, d: &DutyStatus, now: Time, style: Style) -> [String; 6] {
    let lang = style.lang;
    let left = match d.due {
        Some(due) if d.is_open() => say::countdown((due - now).num_seconds(), lang),
        _ if d.state == Some(State::Waiting) => String::new(),
        _ => d.words.as_ref().map(|w| lang.of(w).to_owned()).unwrap_or_default(),
    };
    let due = d.due.map(|t| say::moment_with_offset(t, now, style.zone, lang)).unwrap_or_default();
    let mut state = say::state(d, lang).to_owned();
    if let Some(at) = d.met_at {
        state = format!("{state} {}", say::moment(at, now, style.zone, lang));
    }
    [
        Urgency::with_lead(d, now, style.soon, style.lead).mark().to_owned(),
        left,
        due,
        state,
        say::duty_title(case, d, lang).to_owned(),
        d.id.clone(),
    ]
}

/// Lays cells out in columns by display width; the last column is not padded.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> Vec<String> {
    let width = |c: usize| rows.iter().map(|r| r[c].width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..N).map(width).collect();
    rows.iter()
        .map(|row| {
            let mut line = String::new();
            for (c, cell) in row.iter().enumerate() {
                line.push_str(cell);
                if c + 1 < N {
                    line.push_str(&" ".repeat(widths[c] - cell.width() + 2));
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
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

/// Until when an undecided duty must be decided on, or that it is too late for that.
pub fn decide_by(d: &DutyStatus, now: Time, style: Style) -> Option<String> {
    let by = d.decide_by(style.lead)?;
    let at = say::moment_with_offset(by, now, style.zone, style.lang);
    let (zh, en) = if by <= now {
        ("定级已晚, 先报 (应于 {0} 前定级)", "past the time to decide ({0}): report first")
    } else {
        ("最迟 {0} 定级", "decide by {0}")
    };
    Some(crate::words::fill(style.lang.pick(zh, en), &[&at]))
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

/// Everything, for `status ID` and `assess`; the advice in full, or only its count.
pub fn assessment(case: &Case, a: &Assessment, style: Style, advice: bool) -> Vec<String> {
    let lang = style.lang;
    let mut out = start_lines(case, a.now, style);
    out.extend(level_lines(case, a, style));
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
    let shown: Vec<&DutyStatus> = a.duties.iter().filter(|d| d.state.is_some()).collect();
    let rows: Vec<_> = shown.iter().map(|d| duty_cells(case, d, a.now, style)).collect();
    for (line, d) in columns(&rows).into_iter().zip(&shown) {
        out.push(line);
        if let Some((_, due)) = d.arguable.filter(|_| d.is_open()) {
            let due = say::moment_with_offset(due, a.now, style.zone, lang);
            let text = lang
                .pick("若从获知等级时起算, 到", "if counted from when the level was known, until");
            out.push(format!("      {text} {due}"));
        }
        if d.applies == Tri::Unknown && !d.settled_by.is_empty() && d.own {
            let text = lang.pick("待定于", "settled by");
            out.push(format!("      {text}: {}", settled_by(case, d, lang, 4)));
        }
        out.extend(decide_by(d, a.now, style).map(|line| format!("      {line}")));
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
    let notices: Vec<&str> = case
        .packs
        .iter()
        .zip(&a.packs)
        .flat_map(|(p, v)| v.notices.iter().map(|i| lang.of(&p.notices[*i].text)))
        .collect();
    if advice {
        notices.iter().for_each(|n| out.push(format!("i   {n}")));
    } else if !notices.is_empty() {
        let n = notices.len().to_string();
        let text =
            lang.pick("{0} 条提示, 加 --advice 显示", "{0} pieces of advice; --advice shows them");
        out.push(format!("i   {}", crate::words::fill(text, &[&n])));
    }
    out.extend(question_lines(case, a, style));
    out
}

/// How many questions get a line of their own; the rest share one.
const QUESTIONS_IN_FULL: usize = 6;

fn question_lines(case: &Case, a: &Assessment, style: Style) -> Vec<String> {
    let lang = style.lang;
    if a.questions.is_empty() {
        return Vec::new();
    }
    let title = lang.pick("未知, 最值得先问的在前", "open, the one most worth asking first");
    let mut out = vec![String::new(), title.to_owned()];
    let mut rows = Vec::new();
    for q in a.questions.iter().take(QUESTIONS_IN_FULL) {
        let Some(fact) = case.fact(&q.fact) else { continue };
        let due = q.earliest_due.map(|t| say::moment(t, a.now, style.zone, lang));
        let due = due.map(|d| format!("{} {d}", lang.pick("可早到", "as early as")));
        let mark = Urgency::Undecided.mark().to_owned();
        let name = lang.of(&fact.short).to_owned();
        rows.push([mark, name, q.fact.clone(), due.unwrap_or_default()]);
    }
    out.extend(columns(&rows));
    let rest: Vec<&str> =
        a.questions.iter().skip(QUESTIONS_IN_FULL).map(|q| q.fact.as_str()).collect();
    if !rest.is_empty() {
        out.push(format!("?   {}", rest.join(" ")));
    }
    out
}
