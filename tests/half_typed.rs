//! Half-typed text of any form and of any question survives a hang-up, and comes back as it was.
#![allow(missing_docs, unreachable_pub, reason = "a test")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

mod console;

use std::collections::BTreeSet;

use console::*;
use jishi::app::effect::Msg;
use jishi::app::form::{FormKind, Input};
use jishi::app::key::Key;
use jishi::app::screen::Screen;
use jishi::app::triage::{Choice, Typed};
use jishi::domain::event::Event;
use jishi::words::Lang;

fn cii() -> Desk {
    let mut d = Desk::new(
        setup(Lang::Zh),
        vec![incident("2026-0302-b", "票务主功能中断", "01:30", &cii_facts())],
    );
    d.clock("02:11:40");
    d
}

/// The console goes away, and another one is opened ten minutes later.
fn hang_up(d: &mut Desk) -> Desk {
    let last = d.app.leave();
    d.keep(last);
    let mut next = d.again(setup(Lang::Zh));
    next.clock("02:21:40");
    next
}

fn whats(d: &Desk) -> Vec<&str> {
    d.kept.iter().map(|(slot, _)| slot.what.as_str()).collect()
}

#[test]
fn text_is_kept_at_once_then_once_a_second_and_let_go_when_it_is_recorded_or_emptied() {
    let mut d = cii();
    d.keys("Enter n type:值班长");
    assert_eq!(d.keeps, 1, "the first key at once, the others a second later");
    d.clock("02:11:41");
    assert!(d.kept[0].1.contains("值班长"), "{:?}", d.kept);
    // A clock that was set back an hour keeps nothing waiting.
    d.clock("01:11:41").keys("type:x");
    assert!(d.kept[0].1.contains("值班长x"), "{:?}", d.kept);
    d.clock("02:11:50");
    // Help over the form lets nothing go, nor does putting it aside.
    d.keys("F1 Esc Esc");
    assert_eq!(whats(&d), ["note"]);
    d.keys("n Enter");
    assert_eq!(d.stored().entries.len(), 3);
    assert!(d.kept.is_empty());
    d.keys("n type:x Esc n C-u Esc");
    assert!(d.kept.is_empty(), "what was emptied is thrown away");
}

#[test]
fn a_form_into_which_nothing_was_typed_is_not_kept() {
    let mut d = cii();
    for keys in ["N Esc", "Enter r Right Esc", "l c Esc Esc", "l c Right Esc Esc", "n Esc"] {
        d.keys(keys);
        assert_eq!(d.keeps, 0, "{keys}: {:?}", d.kept);
    }
    d.keys("t PageDown Down Esc");
    assert_eq!(d.keeps, 0, "{:?}", d.kept);
}

/// Keys that open each form and type into it, from the board.
const FORMS: [(&str, &str); 10] = [
    ("new", "N type:门户 Tab C-u type:01:40"),
    ("sent", "Enter r Right Tab Tab Right Tab type:A-17"),
    ("received", "Enter r Tab Tab Tab type:A-1 Enter a Tab Tab type:B-2 Tab type:李警官"),
    ("waive", "Enter x Right Tab type:不涉及"),
    ("correct-1", "Enter l G c Right Tab C-u type:no Tab type:看错了"),
    ("correct-2", "Enter n type:第一行 C-j type:第二行 Enter l G c Tab C-j type:第三行"),
    ("note", "Enter n type:一 C-j type:二 Tab type:02:05"),
    ("handover", "Enter h h type:李"),
    ("takeover", "Enter h h type:李工 Enter A type:王"),
    ("close", "Enter C type:已恢复"),
];

#[test]
fn every_form_comes_back_at_the_same_field_with_the_same_content() {
    for (what, keys) in FORMS {
        let mut d = cii();
        d.keys(keys);
        let Screen::Form(before) = d.app.screen().clone() else { panic!("{what}: {}", d.screen()) };
        let mut d = hang_up(&mut d);
        assert_eq!(whats(&d), [what]);
        d.keys(if what == "new" { "N" } else { "Enter" });
        let Screen::Form(form) = d.app.screen() else { panic!("{what}: {}", d.screen()) };
        assert_eq!(form.kind, before.kind);
        assert_eq!((form.focus, &form.fields), (before.focus, &before.fields), "{what}");
        if form.kind != FormKind::New {
            assert!(d.screen().contains("已恢复 02:11 未记录的内容"), "{}", d.screen());
        }
        // Once it is offered; left again, it is there when its form is opened.
        d.keys("Esc");
        assert!(!matches!(d.app.screen(), Screen::Form(_)), "{what}: {}", d.screen());
        assert_eq!(whats(&d), [what]);
        let d = hang_up(&mut d);
        assert_eq!(whats(&d), [what], "and again");
    }
    let kinds: BTreeSet<_> = FORMS.iter().map(|(what, _)| what.split('-').next()).collect();
    assert_eq!(kinds.len(), 9, "one of each kind");
}

#[test]
fn every_question_comes_back_with_the_same_choice_text_and_ticks() {
    let mut types = BTreeSet::new();
    let all = {
        let mut d = cii();
        d.keys("Enter Tab G");
        let Screen::Facts { .. } = d.app.screen() else { panic!("{}", d.screen()) };
        jishi::app::triage::everything(&d.app.current().unwrap().incident.case).len()
    };
    for i in 0..all {
        let mut d = cii();
        d.keys("Enter Tab");
        (0..i).for_each(|_| {
            d.keys("j");
        });
        d.keys("Enter");
        let Screen::Triage(t) = d.app.screen().clone() else { panic!("{}", d.screen()) };
        let mut typed = false;
        for (at, choice) in t.choices.iter().enumerate() {
            let Screen::Triage(here) = d.app.screen() else { panic!() };
            let down = isize::try_from(at).unwrap() - isize::try_from(here.at).unwrap();
            for _ in 0..down.abs() {
                d.keys(if down < 0 { "Up" } else { "Down" });
            }
            match choice {
                Choice::Typed(what, _) => {
                    types.insert(format!("{what:?}"));
                    d.keys("type:1").keys("C-a").keys("type:2");
                    typed = true;
                    if *what == Typed::Since {
                        continue;
                    }
                    break;
                }
                Choice::Option(n) if n % 2 == 1 => {
                    d.keys("Space");
                    let Screen::Triage(now) = d.app.screen() else { panic!() };
                    typed |= now.mask != t.mask;
                    types.extend((now.mask != t.mask).then(|| "Set".to_owned()));
                }
                _ => {}
            }
        }
        if !typed {
            continue;
        }
        let Screen::Triage(before) = d.app.screen().clone() else { panic!() };
        let mut d = hang_up(&mut d);
        d.keys("Enter");
        let Screen::Triage(after) = d.app.screen() else { panic!("{}", d.screen()) };
        let text = |t: &jishi::app::triage::Triage| {
            let line = |c: &Choice| match c {
                Choice::Typed(what, line) => format!("{what:?} {}", line.text()),
                other => format!("{other:?}"),
            };
            (
                t.about.clone(),
                t.at,
                t.mask,
                t.single,
                t.choices.iter().map(line).collect::<Vec<_>>(),
            )
        };
        assert_eq!(text(after), text(&before));
    }
    let want = ["Count", "Lasted", "Moment", "Percent", "Set", "Since"];
    let missing: Vec<_> = want.iter().filter(|w| !types.contains(**w)).collect();
    assert!(missing.is_empty() || missing == [&"Percent"], "not asked in these rules: {missing:?}");
}

#[test]
fn an_answer_that_is_recorded_is_kept_no_longer() {
    let mut d = cii();
    d.keys("Enter t");
    for _ in 0..40 {
        match d.app.screen() {
            Screen::Triage(t) if matches!(t.choices[0], Choice::Typed(Typed::Count, _)) => break,
            _ => d.keys("PageDown"),
        };
    }
    d.keys("type:12000");
    assert!(whats(&d)[0].starts_with("answer-"), "{:?}", d.kept);
    // Another question first; this one keeps what was typed.
    d.keys("PageDown PageUp");
    assert!(d.screen().contains("12000"), "{}", d.screen());
    d.keys("Esc t");
    assert_eq!(d.kept.len(), 1);
    let mut d = hang_up(&mut d);
    d.keys("Enter Enter");
    let Event::Answered { set, .. } = &d.stored().entries[2].event else { panic!() };
    assert_eq!(set.values().collect::<Vec<_>>(), ["12000"]);
    assert!(d.kept.is_empty(), "{:?}", d.kept);
}

#[test]
fn what_was_put_aside_survives_and_the_newest_is_offered_first() {
    let mut d = cii();
    d.keys("Enter n type:note Esc");
    d.clock("02:12:40").keys("x Tab type:why Esc");
    d.clock("02:13:40").keys("C type:done Esc Esc");
    let mut d = hang_up(&mut d);
    d.keys("Enter");
    let Screen::Form(form) = d.app.screen() else { panic!("{}", d.screen()) };
    assert_eq!(form.kind, FormKind::Close);
    assert!(d.screen().contains("已恢复 02:13 未记录的内容; 另有 2 份"), "{}", d.screen());
    d.keys("Esc n");
    let Screen::Form(form) = d.app.screen() else { panic!("{}", d.screen()) };
    let Input::Text(line) = &form.fields[0].input else { panic!() };
    assert_eq!(line.text(), "note");
    d.keys("Enter");
    assert_eq!(whats(&d).len(), 2, "{:?}", d.kept);
    d.keys("Esc Enter");
    assert!(matches!(d.app.screen(), Screen::Incident { .. }), "offered once");
}

#[test]
fn keys_that_came_before_the_hang_up_are_kept_and_commands_among_them_are_not_obeyed() {
    let mut d = cii();
    d.keys("Enter n type:a");
    for c in ["b", "c"] {
        assert!(d.app.type_last(Msg::Key(Key::parse(c).unwrap())));
    }
    assert!(d.app.type_last(Msg::Paste("def".to_owned())));
    assert!(!d.app.type_last(Msg::Key(Key::parse("Enter").unwrap())));
    let last = d.app.leave();
    d.keep(last);
    assert!(d.kept[0].1.contains("abcdef"), "{:?}", d.kept);
    assert_eq!(d.store[0].entries.len(), 2);
}

#[test]
fn text_about_an_incident_that_was_closed_meanwhile_is_not_offered() {
    let mut d = cii();
    d.keys("Enter n type:late");
    let because = "over".to_owned();
    d.other_writes("2026-0302-b", Event::Closed { because });
    let mut d = hang_up(&mut d);
    d.keys("Enter");
    assert!(matches!(d.app.screen(), Screen::Incident { .. }), "{}", d.screen());
    assert_eq!(whats(&d), ["note"], "it is not thrown away either");
}
