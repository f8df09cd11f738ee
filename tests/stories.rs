//! Whole incidents, step by step, on a simulated clock and a real record on disk.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

mod support;

use std::sync::Arc;

use jishi::domain::event::{Mode, Who};
use jishi::domain::incident::Incident;
use jishi::host::clock::FixedClock;
use jishi::host::desk::{Desk, DeskError};
use jishi::host::store::FsStore;
use support::{Step, Story, check, stories, zone};

fn tell(story: &Story) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = Arc::new(FixedClock::new("2026-01-01T00:00:00Z".parse().expect("a time")));
    let who = Who { login: "story".to_owned(), ..Who::default() };
    let store = FsStore::new(folder.path(), Mode::Live, clock.clone(), who, zone());
    let shelf = Desk::builtin_shelf().expect("packs load");
    let desk = Desk::new(store, shelf, clock.clone(), zone());
    let mut incident: Option<Incident> = None;
    let mut refused = false;
    let mut wrong = Vec::new();
    for (line, step) in &story.steps {
        let mut fail = |why: String| wrong.push(format!("{}:{line}: {why}", story.name));
        let was_refused = std::mem::take(&mut refused);
        match step {
            Step::Clock(at) => clock.set(*at),
            Step::Open { title, answers } => match desk.create(title, &[], answers, true) {
                Ok(opened) => incident = Some(opened),
                Err(e) => fail(e.to_string()),
            },
            Step::Do(intent) => {
                let id = incident.as_ref().expect("an open incident").id.clone();
                match desk.act(&id, intent) {
                    Ok((after, _)) => incident = Some(after),
                    Err(DeskError::Refused(_)) => refused = true,
                    Err(e) => fail(e.to_string()),
                }
            }
            Step::Expect(what, _) if what == "refused" => {
                if !was_refused {
                    fail("was not refused".to_owned());
                }
            }
            Step::Expect(what, words) => {
                let incident = incident.as_ref().expect("an open incident");
                if let Err(why) = check(incident, desk.now(), what, words) {
                    fail(format!("{what} {}: {why}", words.join(" ")));
                }
            }
        }
        let unexpected = refused && !next_expects_refusal(story, *line);
        if unexpected {
            wrong.push(format!("{}:{line}: was refused", story.name));
        }
    }
    let id = incident.expect("an incident").id;
    let (again, record) = desk.open(&id).expect("opens again");
    assert_eq!(again.entries.len(), record.entries.len());
    wrong
}

fn next_expects_refusal(story: &Story, line: usize) -> bool {
    let next = story.steps.iter().find(|(n, _)| *n > line);
    matches!(next, Some((_, Step::Expect(what, _))) if what == "refused")
}

#[test]
fn the_stories_come_out_as_told() {
    let wrong: Vec<String> = stories().iter().flat_map(tell).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
