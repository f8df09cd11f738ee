//! Stories of the line-by-line console: lines typed, and what is then true.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests stand outside test functions"
)]

use std::sync::Arc;

use chrono::TimeDelta;
use jishi::app::effect::{Effect, Msg};
use jishi::app::kept::{Kept, Slot};
use jishi::domain::decide::{Attempt, Decision, begin, decide};
use jishi::domain::event::{Attachment, Boot, ClockQuality, Entry, Event, Mode, Who};
use jishi::domain::incident::Incident;
use jishi::domain::law::Pack;
use jishi::domain::time::{Time, Zone, parse_offset};
use jishi::packs::builtin_pack;
use jishi::plain::{Plain, Setup};
use jishi::words::Lang;
use jishi::words::refusal::Message;

/// A host that keeps records in memory.
struct House {
    plain: Plain,
    now: Time,
    zone: Zone,
    packs: Vec<Arc<Pack>>,
    records: Vec<Incident>,
    said: Vec<String>,
    quit: bool,
    broken: bool,
    kept: Vec<(Slot, String)>,
    saved: Vec<String>,
}

fn entry(n: usize, now: Time, decision: Decision) -> Entry {
    Entry {
        n: n as u64,
        id: format!("{n:032x}"),
        at: now,
        happened_at: decision.happened_at,
        happened_by: None,
        by: Who { login: "alice".to_owned(), ..Who::default() },
        mode: Mode::Live,
        boot: Boot::default(),
        clock: ClockQuality::default(),
        event: decision.event,
    }
}

impl House {
    fn new(lang: Lang) -> Self {
        let zone = Zone::Fixed(parse_offset("+08:00").unwrap());
        let now = "2026-03-02T02:11:40+08:00".parse().unwrap();
        let packs = vec![Arc::new(builtin_pack("cn-cac-2025").unwrap().unwrap())];
        let setup = Setup {
            who: "alice".to_owned(),
            folder: "/home/wang".to_owned(),
            zone,
            lang,
            packs: packs.clone(),
            incidents: Vec::new(),
            problems: Vec::new(),
            caveats: Vec::new(),
            soon_seconds: 1800,
            lead_seconds: 1200,
            directory: vec![(
                "police".to_owned(),
                "phone".to_owned(),
                "<desk>".to_owned(),
                String::new(),
            )],
            kept: Vec::new(),
            clock: ClockQuality::default(),
            mode: Mode::Live,
            open: None,
        };
        let plain = Plain::new(setup, now);
        let (records, said) = (Vec::new(), Vec::new());
        Self {
            plain,
            now,
            zone,
            packs,
            records,
            said,
            quit: false,
            broken: false,
            kept: Vec::new(),
            saved: Vec::new(),
        }
    }

    /// An incident that was learned of 40 minutes ago.
    fn with_incident() -> Self {
        let mut house = Self::new(Lang::En);
        house.type_all(&["new", "CRM down", "01:30", "yes"]);
        house
    }

    fn type_all(&mut self, lines: &[&str]) -> String {
        let before = self.said.len();
        for line in lines {
            let (out, effects) = self.plain.line(line, self.now);
            self.said.extend(out);
            for effect in effects {
                self.run(effect);
            }
        }
        self.said[before..].join("\n")
    }

    fn run(&mut self, effect: Effect) {
        let msg = match effect {
            Effect::Create { title, answers, confirmed, .. } => {
                let packs = self.packs.clone();
                let record = "ab".repeat(32);
                let events =
                    begin(&record, &title, &packs, &answers, self.now, self.zone, confirmed)
                        .unwrap();
                let entries = events
                    .into_iter()
                    .enumerate()
                    .map(|(n, event)| entry(n, self.now, Decision { event, happened_at: None }));
                let id = format!("2026-0302-{}", (b'a' + self.records.len() as u8) as char);
                let incident = Incident::fold(&id, packs, entries.collect());
                self.records.push(incident.clone());
                Msg::Created { incident: Box::new(incident), own: true }
            }
            Effect::Append { intent, .. } if self.broken => Msg::NotRecorded {
                message: Message::plain("NOT RECORDED: the disk is full"),
                unsaved: format!("{intent:?}"),
                attempt: Attempt { id: "0a".repeat(16), at: self.now },
            },
            Effect::Append { incident, intent, .. } => {
                let record = self.records.iter_mut().find(|i| i.id == incident).unwrap();
                let decision = decide(record, &intent, self.now, self.zone).unwrap();
                let new = entry(record.entries.len(), self.now, decision);
                record.apply(new.clone());
                let (head, own) = ("7f3a91c2".repeat(8), Some(new.n));
                Msg::Appended { incident, entries: vec![new], head, own }
            }
            Effect::Quit => {
                self.quit = true;
                return;
            }
            Effect::Keep { slot, text } => {
                self.kept.retain(|(s, _)| *s != slot);
                self.kept.extend(text.map(|t| (slot, t)));
                return;
            }
            Effect::Digest { paths } if paths[0].contains("missing") => {
                Msg::Refused { message: Message::plain("cannot read `missing`"), why: None }
            }
            Effect::Digest { paths } => {
                let file = |name: String| Attachment { name, bytes: 3, sha256: "ab".repeat(32) };
                Msg::Digested { files: paths.into_iter().map(file).collect() }
            }
            Effect::SaveAs { path, text } => {
                self.saved.push(text);
                Msg::Saved { path }
            }
            other => panic!("{other:?}"),
        };
        let out = self.plain.tell(msg);
        self.said.extend(out);
    }

    fn last(&self) -> &Event {
        &self.records[0].entries.last().unwrap().event
    }

    fn count(&self) -> usize {
        self.records.first().map_or(0, |r| r.entries.len())
    }
}

#[test]
fn an_incident_is_opened_only_after_a_yes() {
    let mut house = House::new(Lang::En);
    let said = house.type_all(&["new", "CRM down", "01:30"]);
    assert!(said.contains("2026-03-02 01:30:00 +08:00") && said.contains("Record it?"), "{said}");
    assert_eq!(house.records.len(), 0);
    house.type_all(&["", "maybe", "yes"]);
    assert_eq!((house.records.len(), house.records[0].title.as_str()), (1, "CRM down"));
}

#[test]
fn a_title_and_a_moment_cannot_be_left_out() {
    let mut house = House::new(Lang::En);
    let said = house.type_all(&["new", "", "CRM down", "", "soon", "cancel"]);
    assert_eq!(said.matches("This one is needed").count(), 2);
    assert!(said.contains("`soon` is not a time") && said.contains("nothing was recorded"));
    assert_eq!(house.records.len(), 0);
}

#[test]
fn a_moment_far_back_is_asked_about() {
    let mut house = House::new(Lang::En);
    let said = house.type_all(&["new", "old", "2025-12-01 10:00"]);
    assert!(said.contains("Is that meant?"), "{said}");
    house.type_all(&["yes", "yes"]);
    assert_eq!(house.records.len(), 1);
}

#[test]
fn an_empty_line_skips_a_question_and_never_answers_it() {
    let mut house = House::with_incident();
    let before = house.count();
    let first = house.type_all(&["ask"]);
    let second = house.type_all(&[""]);
    assert!(second.contains("Skipped, nothing was recorded."));
    assert_ne!(first.lines().next(), second.lines().nth(1));
    let all = house.type_all(&["?"; 40]);
    assert!(all.contains("All other questions were skipped"), "{all}");
    assert_eq!(house.count(), before);
}

#[test]
fn the_effect_of_an_answer_is_said_before_it_is_recorded() {
    let mut house = House::with_incident();
    let said = house.type_all(&["set involves_cii=yes pi_persons=1200000"]);
    assert!(said.contains("Level by") && said.contains("Will apply"), "{said}");
    assert!(said.contains("by 02:30"), "{said}");
    assert_eq!(house.count(), 2);
    let said = house.type_all(&["no"]);
    assert!(said.contains("Nothing was recorded."));
    assert_eq!(house.count(), 2);
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    assert_eq!(house.count(), 3);
}

#[test]
fn questions_go_on_after_an_answer_was_recorded() {
    let mut house = House::with_incident();
    let said = house.type_all(&["ask"]);
    assert!(said.starts_with("Question, "), "{said}");
    let open = |said: &str| said.lines().filter(|l| l.starts_with("Question, ")).count();
    let answered = house.type_all(&["1", "yes"]);
    assert_eq!(house.count(), 3, "{answered}");
    assert_eq!(open(&answered), 1, "{answered}");
    assert!(answered.contains("Recorded as entry 2"), "{answered}");
}

#[test]
fn a_wrong_answer_is_explained_and_asked_again() {
    let mut house = House::with_incident();
    let said = house.type_all(&["ask pi_persons", "many"]);
    assert!(said.contains("`many` is not a integer") || said.contains("is not"), "{said}");
    let said = house.type_all(&["120万", "yes"]);
    assert!(said.contains("1,200,000"), "{said}");
}

#[test]
fn a_fact_that_there_is_none_of_is_named_with_the_nearest() {
    let mut house = House::with_incident();
    let said = house.type_all(&["set pi_person=3"]);
    assert!(said.contains("did you mean `pi_persons`?"), "{said}");
}

#[test]
fn a_report_and_its_receipt_are_recorded_field_by_field() {
    let mut house = House::with_incident();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    let said = house.type_all(&["sent first_report.police"]);
    assert!(said.contains("Over which channel?") && said.contains("<desk>"), "{said}");
    let said = house.type_all(&["phone", "02:05", "", "T-1", ""]);
    assert!(said.contains("To be recorded") && said.contains("2026-03-02 02:05:00"), "{said}");
    house.type_all(&["yes"]);
    let Event::Sent(sent) = house.last() else { panic!("{:?}", house.last()) };
    assert_eq!((sent.to.as_str(), sent.channel.as_str()), ("police", "phone"));
    assert_eq!((sent.reference.as_deref(), &sent.failed), (Some("T-1"), &None));
    house.type_all(&["received first_report.police", "", "R-7", "Wang", "yes"]);
    let Event::Received { reference, officer, .. } = house.last() else { panic!() };
    assert_eq!((reference.as_deref(), officer.as_deref()), (Some("R-7"), Some("Wang")));
}

#[test]
fn a_late_report_is_asked_for_its_reason_and_a_failed_one_is_not() {
    let mut house = House::with_incident();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    house.now += TimeDelta::hours(1);
    let said = house.type_all(&["sent first_report.police", "phone", "", ""]);
    assert!(said.contains("Why is it late?"), "{said}");
    house.type_all(&["cancel"]);
    let said = house.type_all(&["sent first_report.police", "phone", "", "no answer"]);
    assert!(!said.contains("Why is it late?"), "{said}");
}

#[test]
fn numbers_stand_for_what_was_shown_last() {
    let mut house = House::with_incident();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    let said = house.type_all(&["clocks"]);
    let line = said.lines().find(|l| l.starts_with("1 ")).unwrap().to_owned();
    let why = house.type_all(&["why 1"]);
    assert!(line.contains("public security") || line.contains("police") || !why.is_empty());
    assert!(why.contains("02:30 +08:00"), "{why}");
    assert!(house.type_all(&["why 99"]).contains("There is no number 99."));
}

#[test]
fn waive_note_hand_over_correct_and_close_become_entries() {
    let mut house = House::with_incident();
    house.type_all(&["note rang the vendor", "yes"]);
    assert!(matches!(house.last(), Event::Noted { text } if text == "rang the vendor"));
    house.type_all(&["handover Li", "yes"]);
    assert!(matches!(house.last(), Event::HandedOver { to } if to == "Li"));
    house.type_all(&["waive crime_report", "no crime", "yes"]);
    assert!(matches!(house.last(), Event::Waived { because, .. } if because == "no crime"));
    house.type_all(&["correct 2", "text=rang the vendor twice", "typing error", "yes"]);
    assert!(matches!(house.last(), Event::Corrected { entry: 2, .. }));
    house.type_all(&["correct 3", "withdraw", "Li was ill", "yes"]);
    assert!(matches!(house.last(), Event::Corrected { fields, .. } if fields.is_empty()));
    let said = house.type_all(&["correct 2", "", "nonsense", "because", "cancel"]);
    assert!(said.contains("Nothing was recorded") || said.contains("Given up"), "{said}");
    house.type_all(&["close false alarm", "yes"]);
    assert!(matches!(house.last(), Event::Closed { .. }), "{:?}", house.said);
    let said = house.type_all(&["record all"]);
    assert!(said.contains("rang the vendor") && said.contains("(corrected by entry 5)"), "{said}");
}

#[test]
fn what_the_engine_refuses_is_said_with_its_mend_and_nothing_is_asked() {
    let mut house = House::with_incident();
    let said = house.type_all(&["received first_report.police", "", "", ""]);
    assert!(said.contains("nothing was sent"), "{said}");
    assert_eq!(house.count(), 2);
}

#[test]
fn a_clock_that_ends_soon_or_ended_is_told_once() {
    let mut house = House::with_incident();
    house.now = "2026-03-02T01:40:00+08:00".parse().unwrap();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    assert!(!house.type_all(&["help"]).contains("Attention"));
    let wake = house.plain.wake().unwrap();
    assert_eq!(wake.to_rfc3339(), "2026-03-01T18:00:00+00:00");
    house.now = wake;
    let said = house.type_all(&["help"]);
    assert!(said.contains("Attention: 30:00 left"), "{said}");
    assert!(!house.type_all(&["help"]).contains("Attention"));
    house.now = "2026-03-02T02:30:01+08:00".parse().unwrap();
    let said = house.plain.tell(Msg::Tick { now: house.now }).join("\n");
    assert!(said.contains("overdue 00:01"), "{said}");
}

#[test]
fn a_failed_write_is_said_and_the_text_is_given_to_copy() {
    let mut house = House::with_incident();
    house.broken = true;
    let said = house.type_all(&["note rang the vendor", "yes"]);
    assert!(said.contains("NOT RECORDED") && said.contains("Copy by hand"), "{said}");
    assert!(!house.plain.is_writing());
}

#[test]
fn entries_of_others_are_told_and_counted() {
    let mut house = House::with_incident();
    let id = house.records[0].id.clone();
    let note = Decision { event: Event::Noted { text: "hello".to_owned() }, happened_at: None };
    let entries = vec![entry(2, house.now, note)];
    let (incident, head) = (id, String::new());
    let said = house.plain.tell(Msg::Appended { incident, entries, head, own: None });
    assert_eq!(said, ["alice recorded entry 2: note: hello"]);
}

#[test]
fn every_view_works_in_both_languages_and_no_line_can_steer_a_terminal() {
    for lang in [Lang::Zh, Lang::En] {
        let mut house = House::new(lang);
        house.type_all(&["new", "票务 down", "20m ago", "yes"]);
        house.type_all(&["set involves_cii=yes cii_main_down=since:01:50", "yes"]);
        for line in
            ["help", "list", "1", "clocks", "why", "1", "next", "facts", "law", "record", "lang"]
        {
            let said = house.type_all(&[line]);
            assert!(!said.is_empty() || line == "1", "{line}");
            assert!(!said.chars().any(|c| c != '\n' && c.is_control()), "{line}");
        }
        house.type_all(&["back", "quit"]);
        assert!(house.quit);
    }
}

#[test]
fn chinese_names_of_commands_work() {
    let mut house = House::new(Lang::Zh);
    house.type_all(&["新建", "门户被篡改", "01:50", "是"]);
    assert_eq!(house.records.len(), 1);
    let said = house.type_all(&["时限"]);
    assert!(said.contains("时限") && said.contains("省级网信部门"), "{said}");
    assert!(house.type_all(&["时线"]).contains("没有命令"));
}

#[test]
fn every_line_is_short_enough_to_be_listened_to() {
    let mut house = House::with_incident();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    for line in ["help", "list", "clocks", "next", "record"] {
        for said in house.type_all(&[line]).lines() {
            assert!(said.chars().count() <= 200, "{said}");
        }
    }
}

#[test]
fn files_are_read_before_a_report_is_shown_for_a_yes() {
    let mut house = House::with_incident();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    let said = house.type_all(&["sent first_report.police", "phone", "", "", "", "missing"]);
    assert!(said.contains("cannot read `missing`") && said.contains("Which files"), "{said}");
    let said = house.type_all(&["a.pdf; b.txt"]);
    assert!(said.contains("a.pdf") && said.contains("Record it?"), "{said}");
    house.type_all(&["yes"]);
    let Event::Sent(sent) = house.last() else { panic!("{:?}", house.last()) };
    assert_eq!(sent.attachments.len(), 2);
    assert!(house.kept.is_empty());
}

#[test]
fn a_form_that_was_broken_off_is_offered_again_and_never_taken_up_by_itself() {
    let mut house = House::with_incident();
    house.type_all(&["set involves_cii=yes pi_persons=1200000", "yes"]);
    house.type_all(&["sent first_report.police", "phone", "02:05"]);
    assert_eq!(house.kept.len(), 1);
    let setup = Setup {
        packs: house.packs.clone(),
        incidents: house.records.iter().map(|i| (i.clone(), String::new())).collect(),
        kept: house.kept.iter().map(|(s, text)| (s.incident.clone(), text.clone())).collect(),
        ..Setup::new(house.zone, Lang::En)
    };
    house.plain = Plain::new(setup, house.now);
    let said = house.type_all(&["list", "1"]);
    assert!(said.contains("was left half-typed") && said.contains("resume"), "{said}");
    assert_eq!(house.plain.prompt(), "command> ");
    let said = house.type_all(&["resume"]);
    assert!(said.contains("If it did not go through"), "{said}");
    house.type_all(&["", "T-1", "", "yes"]);
    let Event::Sent(sent) = house.last() else { panic!("{:?}", house.last()) };
    assert_eq!(sent.reference.as_deref(), Some("T-1"));
    assert!(house.kept.is_empty(), "{:?}", house.kept);
}

#[test]
fn several_forms_and_a_question_that_the_console_left_are_offered_by_name() {
    let mut house = House::with_incident();
    let id = house.records[0].id.clone();
    let text = |form: &str, about: Option<&str>, at: &str, field: (&str, &str)| Kept {
        form: form.to_owned(),
        about: about.map(str::to_owned),
        at: format!("2026-03-01T18:0{at}:00Z"),
        focus: field.0.to_owned(),
        fields: [(field.0.to_owned(), field.1.to_owned())].into(),
        ..Kept::default()
    };
    let all = [
        text("note", None, "1", ("text", "rang the vendor")),
        text("answer", Some("pi_persons"), "2", ("count", "12000")),
        text("close", None, "3", ("because", "")),
    ];
    house.kept = all.iter().map(|k| (k.slot(&id), k.write())).collect();
    let setup = Setup {
        packs: house.packs.clone(),
        incidents: house.records.iter().map(|i| (i.clone(), String::new())).collect(),
        kept: all.iter().map(|k| (id.clone(), k.write())).collect(),
        ..Setup::new(house.zone, Lang::En)
    };
    house.plain = Plain::new(setup, house.now);
    let said = house.type_all(&["list", "1"]);
    let at = |text: &str| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"));
    assert!(at("resume close") < at("resume answer-pi_persons"), "{said}");
    assert!(at("count=12000") < at("resume note"), "{said}");
    assert!(house.type_all(&["resume"]).contains("Why"), "the newest");
    house.type_all(&["cancel", "resume answer-pi_persons"]);
    assert_eq!(house.plain.prompt(), "answer> ");
    house.type_all(&["12000", "yes", "resume note", "yes"]);
    assert!(matches!(house.last(), Event::Noted { text } if text == "rang the vendor"));
    assert!(house.kept.is_empty(), "{:?}", house.kept);
}

#[test]
fn a_form_that_is_given_up_is_kept_no_longer() {
    let mut house = House::with_incident();
    house.type_all(&["waive crime_report"]);
    assert_eq!(house.kept.len(), 1);
    house.type_all(&["cancel"]);
    assert!(house.kept.is_empty());
}

#[test]
fn what_was_not_recorded_can_be_saved_in_a_file() {
    let mut house = House::with_incident();
    assert!(house.type_all(&["save /tmp/x"]).contains("Nothing is left unsaved"));
    house.broken = true;
    house.type_all(&["note rang the vendor", "yes"]);
    let said = house.type_all(&["save /tmp/x"]);
    assert!(said.contains("not in the record yet"), "{said}");
    assert!(house.saved[0].contains("rang the vendor"), "{:?}", house.saved);
}

#[test]
fn a_hand_over_is_told_and_accepted_once() {
    let mut house = House::with_incident();
    let said = house.type_all(&["handover"]);
    assert!(said.lines().count() < 24 && said.contains("told"), "{said}");
    let said = house.type_all(&["accept"]);
    assert!(said.contains("no hand-over to accept"), "{said}");
    house.type_all(&["handover Li", "yes"]);
    assert!(house.type_all(&["back", "1"]).contains("A hand-over waits: alice to Li"));
    // Alice handed over: whoever takes over is somebody else, and says so.
    let said = house.type_all(&["accept"]);
    assert!(said.contains("Who takes over?") && said.contains("1 Li"), "{said}");
    assert!(house.type_all(&[""]).contains("needed"));
    house.type_all(&["1", "yes"]);
    assert!(matches!(house.last(), Event::TookOver { name: Some(name), .. } if name == "Li"));
    assert!(house.type_all(&["accept"]).contains("Li (alice) has accepted this hand-over already"));
}

#[test]
fn help_names_every_way_in_which_text_comes_back_and_records_get_out() {
    let mut house = House::new(Lang::En);
    let said = house.type_all(&["help"]);
    for command in ["save PATH", "resume", "sign", "export PATH"] {
        assert!(said.contains(command), "`{command}`: {said}");
    }
    let said = House::new(Lang::Zh).type_all(&["help"]);
    assert!(said.contains("save") && said.contains("resume") && said.contains("export"), "{said}");
}
