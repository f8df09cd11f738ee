//! Law cases as data: answers in, bounds and clocks out. They test the packs, and a few of them
//! ship with each pack so that `jishi selftest` can run them on the machine at hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::domain::assess::{Assessment, assess};
use crate::domain::case::{Case, LEARNED_AT, Submission};
use crate::domain::law::{LevelIx, Pack};
use crate::domain::time::{self, Time, Zone};
use crate::domain::tri::Tri;
use crate::domain::value::Value;

/// One case: what is known, and what must come out.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LawCase {
    /// A sentence in snake case.
    pub name: String,
    /// Where in the law it stands.
    pub source: String,
    /// What holds where `facts` says nothing.
    base: String,
    #[serde(default)]
    now: Option<String>,
    #[serde(default)]
    anchors: BTreeMap<String, String>,
    #[serde(default)]
    facts: BTreeMap<String, String>,
    #[serde(default)]
    submissions: Vec<Report>,
    expect: Expect,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Report {
    duty: String,
    sent_at: String,
    #[serde(default)]
    received_at: Option<String>,
    #[serde(default)]
    to: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Expect {
    at_least: Option<String>,
    at_most: Option<String>,
    settled: Option<bool>,
    reportable: Option<String>,
    duties: BTreeMap<String, DutyExpect>,
    forecast: Option<Vec<ForecastExpect>>,
    because: Vec<String>,
    warnings: Option<usize>,
    next: Option<String>,
    asks: Vec<String>,
    asks_not: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct DutyExpect {
    applies: Option<String>,
    due: Option<String>,
    state: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForecastExpect {
    at: String,
    level: String,
}

/// Reads a file of cases.
///
/// # Errors
/// The text is not RON, or not of the shape; says where.
pub fn read(text: &str) -> Result<Vec<LawCase>, String> {
    ron::Options::default()
        .with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME)
        .from_str(text)
        .map_err(|e| e.to_string())
}

/// Runs one case and lists every difference between what must come out and what did.
pub fn differences(pack: &Arc<Pack>, law_case: &LawCase) -> Vec<String> {
    match build(pack, law_case) {
        Ok((case, now)) => compare(pack, &law_case.expect, &assess(&case, now)),
        Err(why) => vec![why],
    }
}

/// Builds the case that a law case describes, and its moment.
///
/// # Errors
/// A time, fact or base that cannot be read.
pub fn build(pack: &Arc<Pack>, law_case: &LawCase) -> Result<(Case, Time), String> {
    let zone = Zone::Fixed(pack.zone);
    let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
    let moment = |t: &str| time::parse(t, far, zone).map_err(|e| e.to_string());
    let mut case = Case { packs: vec![Arc::clone(pack)], ..Case::default() };
    for (id, at) in &law_case.anchors {
        case.anchors.insert(id.clone(), moment(at)?);
    }
    if !case.anchors.contains_key(LEARNED_AT) {
        case.anchors.insert(LEARNED_AT.to_owned(), moment("2026-03-02T01:30:00+08:00")?);
    }
    let now = match &law_case.now {
        Some(t) => moment(t)?,
        None => case.anchors[LEARNED_AT],
    };
    match law_case.base.as_str() {
        "quiet" => {
            for fact in &pack.facts {
                let definition = pack.floor.as_ref().map(|f| &pack.facts[f.fact.at()].id);
                let value = if definition == Some(&fact.id) {
                    Value::Bool(true)
                } else if let crate::domain::value::Kind::Choice(ids) = &fact.kind {
                    // The narrowest reading stands last.
                    Value::Choice(u8::try_from(ids.len().saturating_sub(1)).unwrap_or(0))
                } else {
                    Value::lowest(&fact.kind)
                };
                case.facts.insert(fact.id.clone(), value);
            }
        }
        "unknown" => {}
        other => return Err(format!("`base` is `quiet` or `unknown`, not `{other}`")),
    }
    for (id, text) in &law_case.facts {
        let (_, fact) = pack.fact(id).ok_or_else(|| format!("no fact `{id}`"))?;
        if text == "?" {
            case.facts.remove(id);
        } else {
            let value = Value::parse(&fact.kind, text, now, zone).map_err(|e| e.to_string())?;
            case.facts.insert(id.clone(), value);
        }
    }
    for r in &law_case.submissions {
        case.submissions.push(Submission {
            duty: format!("{}/{}", pack.id, r.duty),
            to: r.to.clone(),
            sent_at: moment(&r.sent_at)?,
            received_at: r.received_at.as_deref().map(moment).transpose()?,
            sent_by: None,
            received_by: None,
            failed: false,
            channel: None,
            reference: None,
            entry: None,
        });
    }
    Ok((case, now))
}

fn compare(pack: &Pack, expect: &Expect, a: &Assessment) -> Vec<String> {
    let mut out = Vec::new();
    let mut check = |what: &str, want: Option<String>, got: String| {
        if let Some(want) = want
            && want != got
        {
            out.push(format!("{what}: expected {want}, got {got}"));
        }
    };
    let Some(verdict) = a.packs.first() else { return vec!["no verdict".to_owned()] };
    let level = |l: Option<LevelIx>| crate::words::say::level_id(pack, l).to_owned();
    check("at_least", expect.at_least.clone(), level(verdict.bounds.at_least));
    check("at_most", expect.at_most.clone(), level(verdict.bounds.at_most));
    check("settled", expect.settled.map(|b| b.to_string()), verdict.settled().to_string());
    check("reportable", expect.reportable.clone(), tri(a.reportable).to_owned());
    check("warnings", expect.warnings.map(|n| n.to_string()), a.warnings.len().to_string());
    let zone = Zone::Fixed(pack.zone);
    let utc = |t: &str| {
        let far = chrono::DateTime::<chrono::Utc>::MAX_UTC;
        time::parse(t, far, zone).map_or_else(|e| e.to_string(), time::write_utc)
    };
    let due = |t: Option<Time>| t.map_or_else(|| "none".to_owned(), time::write_utc);
    for (id, want) in &expect.duties {
        let Some(got) = a.duty(&format!("{}/{id}", pack.id)) else {
            check(id, Some("a duty".to_owned()), "none of that name".to_owned());
            continue;
        };
        check(&format!("{id} applies"), want.applies.clone(), tri(got.applies).to_owned());
        let want_due = want.due.as_deref().map(|t| if t == "none" { t.to_owned() } else { utc(t) });
        check(&format!("{id} due"), want_due, due(got.due));
        let state = serde_json::to_value(got.state).ok();
        let state = state.and_then(|s| s.as_str().map(str::to_owned)).unwrap_or_default();
        check(&format!("{id} state"), want.state.clone(), state);
    }
    if let Some(want) = &expect.forecast {
        let want: Vec<_> = want.iter().map(|f| format!("{} {}", utc(&f.at), f.level)).collect();
        let got = a.forecast.iter();
        let got: Vec<_> =
            got.map(|f| format!("{} {}", time::write_utc(f.at), level(Some(f.level)))).collect();
        check("forecast", Some(want.join("; ")), got.join("; "));
    }
    if let Some(want) = &expect.next {
        let got = a.next().map_or("none", |d| d.id.split_once('/').map_or("", |(_, s)| s));
        check("next", Some(want.clone()), got.to_owned());
    }
    for id in &expect.because {
        let is = verdict.reasons.iter().any(|r| r.criterion == *id);
        check(&format!("because {id}"), Some("true".to_owned()), is.to_string());
    }
    for (ids, want) in [(&expect.asks, true), (&expect.asks_not, false)] {
        for id in ids {
            let is = a.questions.iter().any(|q| q.fact == *id);
            check(&format!("asks {id}"), Some(want.to_string()), is.to_string());
        }
    }
    out
}

fn tri(t: Tri) -> &'static str {
    match t {
        Tri::Yes => "yes",
        Tri::No => "no",
        Tri::Unknown => "undecided",
    }
}
