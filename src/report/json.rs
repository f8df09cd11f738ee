//! An assessment in the fixed JSON shape (schema 1). Names may be added, none is taken away.

use serde::Serialize;

use crate::domain::assess::{Assessment, Verdict, Warning};
use crate::domain::case::Case;
use crate::domain::duty::{DutyStatus, State};
use crate::domain::event::ToldBy;
use crate::domain::law::{LevelIx, Pack};
use crate::domain::time::{Time, Zone, write_local};
use crate::domain::tri::Tri;
use crate::words::say::{level_id, pack_of};

/// The version of this shape.
pub const SCHEMA: u32 = 1;

/// The whole assessment.
#[derive(Debug, Serialize)]
pub struct AssessmentJson<'a> {
    schema: u32,
    now: String,
    packs: Vec<PackJson<'a>>,
    levels: std::collections::BTreeMap<&'a str, LevelsJson<'a>>,
    reportable: Tri,
    duties: Vec<DutyJson<'a>>,
    forecast: Vec<ForecastJson<'a>>,
    questions: Vec<QuestionJson<'a>>,
    warnings: &'a [Warning],
    next: Option<NextJson<'a>>,
}

#[derive(Debug, Serialize)]
struct PackJson<'a> {
    id: &'a str,
    edition: &'a str,
    sha256: &'a str,
}

#[derive(Debug, Serialize)]
struct LevelsJson<'a> {
    at_least: &'a str,
    at_most: &'a str,
    /// The highest level not excluded if what goes on ended now.
    at_most_now: &'a str,
    settled: bool,
    because: Vec<BecauseJson<'a>>,
    /// Since when the reporting level has been known, where that is later than `learned_at`.
    reached_later: Option<String>,
    /// Advice whose condition holds.
    notices: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct BecauseJson<'a> {
    criterion: &'a str,
    level: &'a str,
    cites: &'a str,
    mark: String,
}

#[derive(Debug, Serialize)]
struct DutyJson<'a> {
    id: &'a str,
    applies: Tri,
    from: &'a str,
    to: String,
    recipients: Vec<RecipientJson<'a>>,
    starts: String,
    started: Option<String>,
    /// By which clock `started` was told, where it was not the host's: `watch`.
    started_by: Option<ToldBy>,
    due: Option<String>,
    /// While it is undecided: until when it must be decided on, so that drafting and approval fit.
    decide_by: Option<String>,
    /// Whether `due` rests on an estimated start.
    estimated: bool,
    /// The later, arguable clock, where the level was known only later.
    arguable: Option<ArguableJson>,
    words: Option<&'a str>,
    state: Option<State>,
    met_at: Option<String>,
    settled_by: Vec<&'a str>,
    blocked_because: Option<&'a str>,
    waived_because: Option<&'a str>,
    attempts: usize,
    cites: &'a str,
    mark: String,
}

#[derive(Debug, Serialize)]
struct RecipientJson<'a> {
    to: &'a str,
    sent_at: Option<String>,
    received_at: Option<String>,
}

#[derive(Debug, Serialize)]
struct ArguableJson {
    started: String,
    due: String,
}

#[derive(Debug, Serialize)]
struct ForecastJson<'a> {
    pack: &'a str,
    at: String,
    level: &'a str,
    criterion: &'a str,
}

#[derive(Debug, Serialize)]
struct QuestionJson<'a> {
    fact: &'a str,
    could: Vec<&'a str>,
    settles: &'a [String],
    earliest_due: Option<String>,
}

#[derive(Debug, Serialize)]
struct NextJson<'a> {
    id: &'a str,
    due: Option<String>,
    applies: Tri,
}

/// Builds the JSON shape; times with the offset of `zone`, citations in Chinese.
///
/// `lead` is how many seconds drafting and approval take.
pub fn assessment<'a>(
    case: &'a Case,
    a: &'a Assessment,
    zone: Zone,
    lead: i64,
) -> AssessmentJson<'a> {
    let at = |t: Time| write_local(t, zone);
    AssessmentJson {
        schema: SCHEMA,
        now: at(a.now),
        packs: case
            .packs
            .iter()
            .map(|p| PackJson { id: &p.id, edition: &p.edition, sha256: &p.sha256 })
            .collect(),
        levels: case
            .packs
            .iter()
            .zip(&a.packs)
            .map(|(p, v)| (p.id.as_str(), levels(p, v, zone)))
            .collect(),
        reportable: a.reportable,
        duties: a
            .duties
            .iter()
            .filter_map(|d| Some(duty(case, pack_of(case, &d.pack)?, d, zone, lead)))
            .collect(),
        forecast: a
            .forecast
            .iter()
            .filter_map(|f| {
                let pack = pack_of(case, &f.pack)?;
                let level = level_id(pack, Some(f.level));
                Some(ForecastJson { pack: &f.pack, at: at(f.at), level, criterion: &f.criterion })
            })
            .collect(),
        questions: a
            .questions
            .iter()
            .filter_map(|q| {
                let pack = pack_of(case, &q.pack)?;
                Some(QuestionJson {
                    fact: &q.fact,
                    could: names(pack, &q.could),
                    settles: &q.settles,
                    earliest_due: q.earliest_due.map(at),
                })
            })
            .collect(),
        warnings: &a.warnings,
        next: a.next().map(|d| NextJson { id: &d.id, due: d.due.map(at), applies: d.applies }),
    }
}

fn names<'a>(pack: &'a Pack, levels: &[LevelIx]) -> Vec<&'a str> {
    levels.iter().map(|l| level_id(pack, Some(*l))).collect()
}

fn levels<'a>(pack: &'a Pack, v: &'a Verdict, zone: Zone) -> LevelsJson<'a> {
    let because = v.reasons.iter().map(|r| {
        let basis = match (r.index, &pack.floor) {
            (Some(c), _) => Some(&pack.criteria[c].rungs[r.rung].basis),
            (None, floor) => floor.as_ref().map(|f| &f.basis),
        };
        BecauseJson {
            criterion: &r.criterion,
            level: level_id(pack, Some(r.level)),
            cites: basis.map_or("", |b| &pack.articles[b.article.at()].cite.zh),
            mark: basis.map(|b| b.mark.to_string()).unwrap_or_default(),
        }
    });
    LevelsJson {
        at_least: level_id(pack, v.bounds.at_least),
        at_most: level_id(pack, v.bounds.at_most),
        at_most_now: level_id(pack, v.bounds.at_most_now),
        settled: v.settled(),
        because: because.collect(),
        reached_later: v.reached_later.map(|t| write_local(t, zone)),
        notices: v.notices.iter().map(|i| pack.notices[*i].id.as_str()).collect(),
    }
}

fn duty<'a>(
    case: &'a Case,
    pack: &'a Pack,
    d: &'a DutyStatus,
    zone: Zone,
    lead: i64,
) -> DutyJson<'a> {
    use crate::domain::law::Start;
    let at = |t: Time| write_local(t, zone);
    let law = &pack.duties[d.index.at()];
    let body = |b: crate::domain::law::BodyIx| pack.bodies[b.at()].id.as_str();
    let first = |of: &[crate::domain::law::DutyIx]| {
        of.first().map(|d| pack.duties[d.at()].id.as_str()).unwrap_or_default()
    };
    let to: Vec<&str> = d.recipients.iter().map(|r| body(r.body)).collect();
    DutyJson {
        id: &d.id,
        applies: d.applies,
        from: body(d.from),
        to: to.join(","),
        recipients: d
            .recipients
            .iter()
            .map(|r| RecipientJson {
                to: body(r.body),
                sent_at: r.sent_at.map(at),
                received_at: r.received_at.map(at),
            })
            .collect(),
        starts: match &law.starts {
            Start::Anchor(id) => id.clone(),
            Start::Received(of) => format!("received_at of {}", first(of)),
            Start::Sent(of) => format!("sent_at of {}", first(of)),
        },
        started: d.started.map(at),
        started_by: d.started_by.filter(|_| d.started.is_some()),
        due: d.due.map(at),
        decide_by: d.decide_by(lead).map(at),
        estimated: false,
        arguable: d.arguable.map(|(s, e)| ArguableJson { started: at(s), due: at(e) }),
        words: d.words.as_ref().map(|w| w.zh.as_str()),
        state: d.state,
        met_at: d.met_at.map(at),
        settled_by: d.settled_by.iter().map(|f| pack.facts[f.at()].id.as_str()).collect(),
        blocked_because: d.blocked.map(|b| law.blocked[b].reason.zh.as_str()),
        waived_because: case.waived.get(&d.id).map(|w| w.because.as_str()),
        attempts: d.attempts,
        cites: &pack.articles[law.basis.article.at()].cite.zh,
        mark: law.basis.mark.to_string(),
    }
}
