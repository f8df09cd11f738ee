//! Stories: keys typed, and what is true afterwards.
#![allow(missing_docs, unreachable_pub, reason = "a test")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

mod console;

use chrono::TimeDelta;
use console::*;
use jishi::app::effect::{Effect, Msg};
use jishi::app::key::{Code, Key};
use jishi::app::screen::Screen;
use jishi::domain::decide::Intent;
use jishi::domain::duty::State;
use jishi::domain::event::{Event, Mode, ToldBy};
use jishi::words::Lang;

const POLICE: &str = "cn-cac-2025/first_report.police";
const PROTECTION: &str = "cn-cac-2025/first_report.protection_department";

fn cii() -> Desk {
    let mut d = Desk::new(
        setup(Lang::Zh),
        vec![incident("2026-0302-b", "票务主功能中断", "01:30", &cii_facts())],
    );
    d.clock("02:11:40");
    d
}

/// Goes on putting questions off until this one is on the screen.
fn until(d: &mut Desk, fact: &str) {
    for _ in 0..40 {
        match d.app.screen() {
            Screen::Triage(t) if t.about == fact => return,
            _ => d.keys("PageDown"),
        };
    }
    panic!("{fact} was never asked:\n{}", d.screen());
}

fn state(d: &Desk, duty: &str) -> Option<State> {
    d.app.current().unwrap().assessment.duty(duty).unwrap().state
}

#[test]
fn an_incident_is_opened_by_keyboard_and_the_hour_runs_from_when_it_was_learned_of() {
    let mut d = Desk::new(setup(Lang::Zh), vec![]);
    d.clock("02:02");
    d.keys("N type:票务主功能中断 Tab C-u type:01:40 Enter");
    assert!(matches!(d.app.screen(), Screen::Triage(_)), "{}", d.screen());
    until(&mut d, "involves_cii");
    d.keys("y Enter");
    until(&mut d, "cii_main_down");
    d.keys("type:01:10 Enter");
    d.keys("Esc");
    let screen = d.screen();
    assert!(screen.contains("02:40 前"), "{screen}");
    assert!(screen.contains("报告公安机关") && screen.contains("报告保护工作部门"), "{screen}");
    let next = d.app.current().unwrap().assessment.next().unwrap();
    assert_eq!(next.due, Some(at("02:40")));
}

#[test]
fn a_time_from_a_watch_is_marked_in_every_field_of_a_time() {
    let watch = |d: &Desk, name: &str| match &d.stored().entries.last().unwrap().event {
        Event::Answered { told_by, .. } | Event::Corrected { told_by, .. } => {
            told_by.get(name) == Some(&ToldBy::Watch)
        }
        other => panic!("{other:?}"),
    };
    let mut d = Desk::new(setup(Lang::Zh), vec![]);
    d.clock("02:02");
    d.keys("N type:票务主功能中断 Tab C-u type:01:40表");
    assert!(d.screen().contains("= 2026-03-02 01:40:00 +08:00 (按手表)"), "{}", d.screen());
    d.keys("Enter Esc");
    assert_eq!(d.stored().case.anchors["learned_at"], at("01:40"));
    assert!(watch(&d, "learned_at"));
    // A report, an answer in the triage, a correction.
    d.keys("r Tab Tab Tab Tab type:02:01watch");
    assert!(d.screen().contains("02:01:00 +08:00 (按手表)"), "{}", d.screen());
    d.keys("Enter");
    let sent = d.stored().entries.last().unwrap();
    assert_eq!((sent.happened_at, sent.happened_by), (Some(at("02:01")), Some(ToldBy::Watch)));
    d.keys("w");
    assert!(d.screen().contains("01:40:00 +08:00 (按手表)"), "{}", d.screen());
    d.keys("Esc e type:02:02手表 Enter");
    assert!(watch(&d, "handling_ended_at"), "{}", d.screen());
    d.keys("l");
    assert!(d.screen().contains("(按手表)"), "{}", d.screen());
    d.keys("c");
    assert!(d.screen().contains("2026-03-02T02:02:00+08:00 watch"), "{}", d.screen());
    d.keys("Tab C-u type:02:01:30表 Tab type:看错 Enter");
    assert!(watch(&d, "handling_ended_at"), "{}", d.screen());
    assert_eq!(d.stored().case.anchors["handling_ended_at"], at("02:01") + TimeDelta::seconds(30));
    assert!(d.stored().case.told_by.contains_key("handling_ended_at"));
}

#[test]
fn a_report_counts_only_once_it_stands_in_the_record() {
    let mut d = cii();
    d.keys("Enter r");
    d.mood = Mood::Waits;
    d.keys("Tab Tab Tab type:A-17 Enter");
    assert!(d.screen().contains("正在写入"), "{}", d.screen());
    assert_eq!(state(&d, POLICE), Some(State::Running));
    // Keys pressed meanwhile record nothing twice and lose nothing.
    d.keys("Enter Esc type:x");
    assert_eq!(d.held.len(), 1);
    d.release();
    assert_eq!(state(&d, POLICE), Some(State::Met));
    assert!(matches!(d.app.screen(), Screen::Incident { .. }));
    assert!(d.screen().contains("已记录 #2"), "{}", d.screen());
    let Event::Sent(sent) = &d.stored().entries[2].event else { panic!() };
    assert_eq!((sent.to.as_str(), sent.channel.as_str()), ("police", "phone"));
    assert_eq!(sent.reference.as_deref(), Some("A-17"));
}

#[test]
fn what_is_refused_leaves_the_form_and_its_text() {
    let mut d = cii();
    d.keys("Enter r Tab Tab Tab type:A-17 Tab type:25:99 Enter");
    assert!(d.seen.is_empty(), "{:?}", d.seen);
    let screen = d.screen();
    assert!(
        screen.contains("A-17") && screen.contains("25:99") && screen.contains("不是时间"),
        "{screen}"
    );
    d.keys("C-u type:02:05 Enter");
    assert_eq!(state(&d, POLICE), Some(State::Met));
}

#[test]
fn a_failed_write_is_said_until_it_is_acknowledged_and_the_text_is_kept() {
    let mut d = cii();
    d.mood = Mood::Fails;
    d.keys("Enter n type:值班长已到场 Enter");
    let screen = d.screen();
    assert!(screen.contains("未能确认写入磁盘") && screen.contains("disk full"), "{screen}");
    assert!(screen.contains("值班长已到场"), "{screen}");
    d.keys("j q ?");
    assert!(d.app.banner().is_some());
    d.keys("Enter");
    assert!(d.app.banner().is_none());
    assert!(matches!(d.app.screen(), Screen::Form(_)));
    d.mood = Mood::Writes;
    d.keys("Enter");
    assert!(matches!(d.stored().entries[2].event, Event::Noted { .. }));
}

#[test]
fn a_write_that_got_through_after_all_takes_its_banner_and_form_away() {
    let mut d = cii();
    d.mood = Mood::Fails;
    d.keys("Enter n type:ab Enter");
    let lost = d.seen.pop().unwrap();
    d.carry_out(lost);
    assert!(d.app.banner().is_none());
    assert!(matches!(d.app.screen(), Screen::Incident { .. }));
}

#[test]
fn what_others_write_is_never_taken_for_what_failed() {
    let mut d = cii();
    let id = "2026-0302-b".to_owned();
    d.mood = Mood::Fails;
    d.keys("Enter n type:对方已受理 Enter");
    // The same words by the same login, from another console; then others.
    for text in ["另一条", "对方已受理"] {
        let event = Event::Noted { text: text.to_owned() };
        d.other_writes(&id, event);
    }
    assert!(d.app.banner().is_some(), "{}", d.screen());
    d.mood = Mood::Writes;
    d.keys("Enter Enter");
    assert!(d.app.banner().is_none());
    assert_eq!(d.stored().entries.len(), 5, "{}", d.screen());
    assert!(d.screen().contains("已记录 #4"), "{}", d.screen());
}

#[test]
fn giving_it_again_is_the_same_act_until_something_in_it_is_changed() {
    let mut d = cii();
    d.mood = Mood::Fails;
    d.keys("Enter n type:对方已受理 Enter");
    let first = d.lost.clone().unwrap().1;
    let again = |d: &Desk| match d.seen.last() {
        Some(Effect::Append { again, .. }) => again.clone(),
        other => panic!("{other:?}"),
    };
    // Going away from the form and coming back changes nothing in it.
    d.keys("Enter Esc n Tab S-Tab Enter");
    assert_eq!(again(&d), Some(first));
    d.keys("Enter type:。 Enter");
    assert_eq!(again(&d), None);
}

#[test]
fn what_others_wrote_just_now_does_not_hide_what_was_recorded() {
    let mut d = cii();
    let id = "2026-0302-b".to_owned();
    d.keys("Enter n type:对方已受理 Enter");
    d.other_writes(&id, Event::Noted { text: "另一条".to_owned() });
    assert!(d.screen().contains("已记录 #2; li 也刚写入了记录"), "{}", d.screen());
}

#[test]
fn the_language_changes_in_place_and_nothing_typed_is_lost() {
    let mut d = cii();
    d.keys("Enter r Tab Tab Tab type:A-17 F2");
    let screen = d.screen();
    assert!(screen.contains("record as sent") && screen.contains("A-17"), "{screen}");
    assert!(screen.contains("公安机关"), "{screen}");
    d.keys("F2");
    assert!(d.screen().contains("记录已报"));
}

#[test]
fn an_unknown_is_an_answer_that_is_recorded_only_where_it_changes_something() {
    let mut d = cii();
    d.keys("Enter t");
    let Screen::Triage(first) = d.app.screen().clone() else { panic!() };
    d.keys("G Enter");
    let Screen::Triage(second) = d.app.screen().clone() else { panic!() };
    assert_ne!(first.about, second.about);
    assert!(second.skipped.contains(&first.about));
    assert_eq!(d.stored().entries.len(), 2);
    // Taking a known answer back is an entry.
    d.keys("Tab g");
    for _ in 0..40 {
        if matches!(d.app.screen(), Screen::Facts { fact } if fact == "involves_cii") {
            break;
        }
        d.keys("j");
    }
    d.keys("Enter G Enter");
    assert_eq!(d.stored().entries.len(), 3);
    assert!(!d.stored().case.facts.contains_key("involves_cii"));
    assert!(matches!(d.app.screen(), Screen::Facts { .. }));
}

#[test]
fn the_effect_of_an_answer_is_shown_before_it_is_given() {
    let mut d = Desk::new(
        setup(Lang::Zh),
        vec![incident("a", "拖库", "01:30", &[("involves_cii", "no"), ("central_organ", "no")])],
    );
    d.clock("02:11:40").keys("Enter t");
    until(&mut d, "pi_persons");
    d.keys("type:120万");
    let screen = d.screen();
    assert!(screen.contains("至少 未达级别 -> 较大"), "{screen}");
    assert!(screen.contains("+  05:30 前  报告属地省级网信部门"), "{screen}");
    d.keys("C-u type:十个");
    assert!(d.screen().contains("不是 数目"), "{}", d.screen());
    assert_eq!(d.stored().entries.len(), 2);
}

#[test]
fn an_outage_that_goes_on_shows_when_the_level_will_rise() {
    let mut d = cii();
    d.keys("Enter");
    let row = d.screen().lines().find(|l| l.contains("将升为 重大")).unwrap().to_owned();
    assert!(row.starts_with('~') && row.contains("04:10") && row.contains("1:58:20"), "{row}");
}

#[test]
fn relays_run_from_receipt_and_the_chain_says_who_got_it_when() {
    let mut facts = cii_facts();
    facts.push(("pi_persons", "20000000"));
    facts.push(("state_secrets", "no"));
    let mut d = Desk::new(setup(Lang::Zh), vec![incident("a", "票务", "01:30", &facts)]);
    d.clock("02:05").keys("Enter r");
    while !d.screen().contains("> 义务          报告保护工作部门") {
        d.keys("Right");
    }
    d.keys("Enter");
    assert_eq!(state(&d, PROTECTION), Some(State::Met));
    d.clock("02:10").keys("a Enter");
    let screen = d.screen();
    assert!(screen.contains("保护工作部门 [02:10 收到]"), "{screen}");
    assert!(screen.contains("02:40 前"), "{screen}");
}

#[test]
fn overdue_counts_up_and_the_reason_is_asked_for() {
    let mut d = cii();
    d.clock("02:42:30").keys("Enter");
    let screen = d.screen();
    assert!(screen.contains("!!>超时 12:30"), "{screen}");
    d.keys("r");
    assert!(d.screen().contains("超时的原因"), "{}", d.screen());
    d.keys("Up type:值班电话占线 Enter");
    assert_eq!(state(&d, POLICE), Some(State::MetLate));
    let Event::Sent(sent) = &d.stored().entries[2].event else { panic!() };
    assert_eq!(sent.late_because.as_deref(), Some("值班电话占线"));
}

#[test]
fn a_duty_is_waived_with_a_reason_and_never_without() {
    let mut d = cii();
    d.keys("Enter x Enter");
    assert!(d.screen().contains("为空"), "{}", d.screen());
    d.keys("Tab type:由集团统一报 Enter");
    assert_eq!(state(&d, POLICE), Some(State::Waived));
}

#[test]
fn a_correction_is_a_new_entry_and_both_stay_in_sight() {
    let mut d = cii();
    d.keys("Enter r Enter l G c");
    for _ in 0..10 {
        if d.screen().contains("编号") {
            break;
        }
        d.keys("Right");
    }
    d.keys("Tab type:B-2 Tab type:当时没有编号 Enter");
    let stored = d.stored();
    assert_eq!(stored.entries.len(), 4);
    let Some(Event::Sent(now)) = stored.effective(2).map(|e| e.event) else { panic!() };
    assert_eq!(now.reference.as_deref(), Some("B-2"));
    let screen = d.screen();
    assert!(screen.contains("[已由 #3 更正]") && screen.contains("更正 #2"), "{screen}");
}

#[test]
fn a_hand_over_and_a_note_stand_in_the_record() {
    let mut d = cii();
    d.keys("Enter h h type:李工 Enter Esc n type:已通知 Enter");
    let stored = d.stored();
    assert_eq!(stored.handed_to.as_deref(), Some("李工"));
    assert_eq!(stored.entries.len(), 4);
}

#[test]
fn closing_is_refused_while_a_duty_runs() {
    let mut d = cii();
    d.keys("Enter C type:已恢复 Enter");
    assert!(d.seen.is_empty());
    assert!(d.screen().contains("还有未了的报告义务"), "{}", d.screen());
}

#[test]
fn the_end_of_handling_starts_thirty_days() {
    let mut d = cii();
    d.keys("Enter r Enter e type:02:11 Enter");
    let closing = d.app.current().unwrap().assessment.duty("cn-cac-2025/closing_report").unwrap();
    assert_eq!(closing.due, Some(at("2026-04-01 02:11")));
    assert!(matches!(d.app.screen(), Screen::Incident { .. }));
}

#[test]
fn a_far_away_moment_is_asked_about_once() {
    let mut d = Desk::new(setup(Lang::Zh), vec![]);
    d.keys("N type:旧案 Tab C-u type:2026-01-02 Backspace type:3");
    d.keys("C-u");
    d.send(Msg::Paste("2026-01-02 03:00\n".to_owned()));
    d.keys("Enter");
    assert!(d.screen().contains("按 y 照样记录"), "{}", d.screen());
    // A key that bounced is no answer.
    d.keys("Enter Enter Space");
    assert!(d.seen.is_empty());
    d.keys("n");
    assert!(d.seen.is_empty());
    d.keys("Enter y");
    assert!(matches!(d.seen.first(), Some(Effect::Create { confirmed: true, .. })));
    assert!(d.app.current().is_some());
}

#[test]
fn now_means_the_moment_of_the_key_however_long_the_write_waits() {
    let mut d = cii();
    d.keys("Enter e type:now");
    d.mood = Mood::Waits;
    d.keys("Enter");
    d.clock("02:15").release();
    assert_eq!(d.stored().case.anchors["handling_ended_at"], at("02:11:40"));
}

#[test]
fn what_others_write_shows_at_once_and_disturbs_nothing_that_is_being_typed() {
    let mut d = cii();
    d.keys("Enter n type:半句");
    d.other_writes("2026-0302-b", Event::Noted { text: "我在路上".to_owned() });
    let screen = d.screen();
    assert!(screen.contains("半句") && screen.contains("li 刚刚写入了记录"), "{screen}");
    d.keys("Enter");
    assert_eq!(d.stored().entries.len(), 4);
}

#[test]
fn text_that_was_left_comes_back_with_its_form() {
    let mut d = cii();
    d.keys("Enter n type:写了一半 Esc n");
    assert!(d.screen().contains("写了一半"), "{}", d.screen());
    d.keys("Enter n");
    assert!(!d.screen().contains("写了一半"));
}

#[test]
fn the_palette_finds_an_action_by_name_in_either_language() {
    let mut d = cii();
    d.keys("Enter / type:交接 Enter");
    assert!(d.screen().starts_with("交接"), "{}", d.screen());
    d.keys("Esc / type:waiv Enter");
    assert!(d.screen().starts_with("不适用"), "{}", d.screen());
}

#[test]
fn a_question_mark_is_help_and_in_a_text_it_is_a_question_mark() {
    let mut d = cii();
    d.keys("Enter ?");
    assert!(matches!(d.app.screen(), Screen::Help { .. }));
    d.keys("q n type:真的?q/L");
    assert!(d.screen().contains("真的?q/L"), "{}", d.screen());
}

#[test]
fn q_leaves_screen_by_screen_and_then_the_program() {
    let mut d = cii();
    d.keys("Enter l q q");
    assert!(matches!(d.app.screen(), Screen::Board));
    assert!(d.seen.is_empty());
    d.keys("q");
    assert_eq!(d.seen, [Effect::Quit]);
    let ctrl = |c| Key { code: Code::Char(c), ctrl: true, alt: false };
    d.send(Msg::Key(ctrl('z')));
    d.send(Msg::Key(ctrl('l')));
    d.send(Msg::Key(ctrl('c')));
    assert_eq!(d.seen[1..], [Effect::Suspend, Effect::Repaint, Effect::Quit]);
}

#[test]
fn state_secrets_block_the_reports_and_say_so() {
    let mut d = cii();
    d.keys("Enter t");
    until(&mut d, "state_secrets");
    d.keys("y Enter Esc r Enter");
    let screen = d.screen();
    assert!(screen.contains("阻止") || screen.contains("保密"), "{screen}");
    assert_eq!(state(&d, POLICE), Some(State::Blocked));
}

#[test]
fn a_rehearsal_says_so_on_every_screen() {
    let i = incident_in(Mode::Exercise, "x", "桌面推演", "01:30", &cii_facts());
    let mut d = Desk::new(setup(Lang::Zh), vec![i]);
    for keys in ["", "Enter", "t", "Tab", "Esc Esc r", "Esc w", "Esc l", "Esc o", "Esc ?", "Esc /"]
    {
        d.keys(keys);
        assert!(d.screen().starts_with("演练 EXERCISE"), "{}", d.screen());
    }
    d.resize(39, 9);
    assert!(d.screen().contains("演练 EXERCISE"));
}

#[test]
fn a_failed_attempt_is_recorded_and_the_clock_goes_on() {
    let mut d = cii();
    d.keys("Enter r S-Tab type:无人接听 Enter");
    assert_eq!(state(&d, POLICE), Some(State::Running));
    assert!(d.screen().contains("1 次未成功"), "{}", d.screen());
    assert!(matches!(
        d.seen.last(),
        Some(Effect::Append { intent: Intent::Report { failed: Some(_), .. }, .. })
    ));
}

#[test]
fn a_set_is_ticked_with_the_space_bar() {
    let mut d = cii();
    d.keys("Enter t");
    until(&mut d, "site_classes");
    d.keys("Space j j Space Enter");
    let value = &d.stored().case.facts["site_classes"];
    assert_eq!(value, &jishi::domain::value::Value::Set(0b101));
}

#[test]
fn no_sequence_of_keys_breaks_the_console_at_any_size() {
    let keys = [
        "Enter",
        "Esc",
        "Tab",
        "S-Tab",
        "Up",
        "Down",
        "Left",
        "Right",
        "Space",
        "PageDown",
        "G",
        "r",
        "t",
        "a",
        "w",
        "n",
        "h",
        "l",
        "x",
        "e",
        "o",
        "c",
        "N",
        "C",
        "?",
        "/",
        "L",
        "j",
        "k",
        "1",
        "3",
        "y",
        "type:12",
        "type:测试",
        "type:02:05",
        "Backspace",
        "C-u",
        "C-w",
        "F2",
        "F1",
    ];
    let sizes = [(80, 24), (40, 10), (39, 9), (60, 20), (200, 60), (1, 1), (45, 12)];
    let mut seed: u32 = 7;
    let mut next = |n: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % n
    };
    for _ in 0..25 {
        let mut d = cii();
        for i in 0..120 {
            d.keys(keys[next(keys.len())]);
            if i % 10 == 0 {
                let (cols, rows) = sizes[next(sizes.len())];
                d.resize(cols, rows);
                d.send(Msg::Tick { now: d.now + TimeDelta::seconds(i) });
                d.now += TimeDelta::seconds(i);
            }
            d.mood = [Mood::Writes, Mood::Writes, Mood::Writes, Mood::Fails][next(4)];
            d.buffer();
            assert!(d.app.wake().is_some());
        }
        for item in d.app.items() {
            let stored = d.store.iter().find(|i| i.id == item.incident.id).unwrap();
            assert_eq!(stored.entries, item.incident.entries, "the screen shows what is stored");
        }
    }
}

#[test]
fn on_the_smallest_screen_every_field_of_a_form_can_be_reached() {
    let mut d = cii();
    d.resize(40, 10).keys("Enter r");
    for _ in 0..6 {
        assert!(d.screen().lines().any(|l| l.starts_with('>')), "{}", d.screen());
        d.keys("Tab");
    }
}

#[test]
fn clocks_of_a_closed_incident_stand_still() {
    let facts = [("harm_to_public", "no"), ("involves_cii", "no")];
    let mut d = Desk::new(setup(Lang::Zh), vec![incident("a", "误报", "01:30", &facts)]);
    d.clock("02:11:40").keys("Enter C type:误报 Enter");
    assert!(d.stored().closed.is_some(), "{}", d.screen());
    let before = d.screen();
    assert_eq!(d.app.wake(), Some(at("02:12:00")));
    d.clock("02:11:59");
    assert_eq!(d.screen(), before);
}

mod wake {
    use super::*;

    #[test]
    fn every_second_while_a_clock_with_seconds_is_in_sight() {
        let d = cii();
        assert_eq!(d.app.wake(), Some(at("02:11:41")));
    }

    #[test]
    fn once_a_minute_where_only_the_header_tells_the_time() {
        let mut d = Desk::new(setup(Lang::Zh), vec![]);
        d.clock("02:11:40");
        assert_eq!(d.app.wake(), Some(at("02:12:00")));
        assert!(!d.screen().contains("02:11:40"), "{}", d.screen());
    }

    #[test]
    fn a_clock_of_thirty_days_wakes_nobody_every_second() {
        let facts = [
            ("involves_cii", "no"),
            ("central_organ", "no"),
            ("state_secrets", "no"),
            ("pi_persons", "1500000"),
        ];
        let mut d = Desk::new(setup(Lang::Zh), vec![incident("a", "拖库", "01:30", &facts)]);
        d.clock("02:11:40").keys("Enter r Enter e type:02:11 Enter");
        let screen = d.screen();
        assert!(screen.contains("29 天 23 小时") && screen.contains("02:11 +08:00"), "{screen}");
        assert_eq!(d.app.wake(), Some(at("02:12:00")));
    }

    #[test]
    fn nothing_changes_on_the_screen_before_the_moment_of_waking() {
        let mut d = cii();
        for keys in ["", "Enter", "t", "Esc w", "Esc r", "Esc h"] {
            d.keys(keys);
            let before = d.screen();
            let wake = d.app.wake().unwrap();
            d.send(Msg::Tick { now: wake - TimeDelta::milliseconds(1) });
            assert_eq!(d.screen(), before);
            d.send(Msg::Tick { now: wake });
            assert_ne!(d.screen(), before);
        }
    }
}

#[test]
fn what_is_undecided_says_until_when_it_must_be_decided_and_then_to_report_first() {
    let mut d = Desk::new(setup(Lang::Zh), vec![incident("a", "门户被篡改", "01:40", &[])]);
    d.clock("02:11:40").keys("Enter");
    let screen = d.screen();
    assert!(screen.contains("最迟 02:20 定级"), "{screen}");
    d.clock("02:20");
    let screen = d.screen();
    assert!(screen.contains("下一步  定级已晚, 先报: 报 "), "{screen}");
    let row = screen.lines().find(|l| l.contains("02:40 前")).unwrap();
    assert!(row.starts_with("?!") && row.contains("定级已晚, 先报"), "{row}");
    // The two-hour track still has time.
    assert!(screen.lines().any(|l| l.starts_with("? ") && l.contains("03:40 前")), "{screen}");
    until_asked(&mut d, "involves_cii");
    assert!(d.screen().contains("定级已晚, 先报"), "{}", d.screen());
}

fn until_asked(d: &mut Desk, fact: &str) {
    d.keys("t");
    until(d, fact);
}

#[test]
fn files_that_went_with_a_report_are_named_with_their_digests() {
    let mut d = cii();
    d.keys("Enter r Tab Tab Tab Tab Tab type:/tmp/missing.pdf Enter");
    assert!(d.screen().contains("cannot read `/tmp/missing.pdf`"), "{}", d.screen());
    assert_eq!(d.stored().entries.len(), 2);
    d.keys("C-u type:/tmp/a.pdf;b.txt Enter");
    let Event::Sent(sent) = &d.stored().entries[2].event else { panic!() };
    let names: Vec<&str> = sent.attachments.iter().map(|a| a.name.as_str()).collect();
    assert_eq!(names, ["a.pdf", "b.txt"]);
}

#[test]
fn what_was_not_recorded_can_be_saved_elsewhere_and_never_over_another_file() {
    let mut d = cii();
    d.mood = Mood::Fails;
    d.keys("Enter n type:ab Enter s type:/tmp/there Enter");
    let screen = d.screen();
    assert!(screen.contains("was not overwritten") && screen.contains("/tmp/there"), "{screen}");
    d.keys("C-u type:/tmp/new.txt Enter");
    let screen = d.screen();
    assert!(screen.contains("已存到 /tmp/new.txt; 它还不在记录里"), "{screen}");
    let saved = d.seen.iter().rev().find_map(|e| match e {
        Effect::SaveAs { text, .. } => Some(text.clone()),
        _ => None,
    });
    assert!(saved.unwrap().starts_with("# disk full\nAppend"));
    assert!(d.app.banner().is_some(), "it stays until it is acknowledged");
    d.keys("s Esc Enter");
    assert!(d.app.banner().is_none());
}

#[test]
fn all_of_a_long_command_can_be_read_by_scrolling() {
    let mut d = cii();
    d.mood = Mood::Fails;
    d.keys("Enter n");
    d.send(Msg::Paste(format!("begin {} end", "字".repeat(1500))));
    d.keys("Enter");
    assert!(!d.screen().contains("happened_at"), "{}", d.screen());
    for _ in 0..60 {
        d.keys("j");
    }
    let screen = d.screen();
    assert!(screen.contains("happened_at") && screen.contains("未能确认写入磁盘"), "{screen}");
}

#[test]
fn a_hand_over_waits_until_it_is_accepted_and_is_accepted_once() {
    let mut d = cii();
    d.keys("Enter h A");
    assert!(d.screen().contains("没有待接受的交接"), "{}", d.screen());
    d.keys("h");
    let screen = d.screen();
    assert!(screen.contains("> 交给  ____  接手人的姓名"), "{screen}");
    d.keys("type:李工 Enter");
    let screen = d.screen();
    assert!(screen.contains("wang 交给 李工 02:11, 待接受"), "{screen}");
    d.keys("Esc");
    assert!(d.screen().contains("wang 交给 李工 (02:11): 交接待接受 (h)"), "{}", d.screen());
    d.keys("Esc");
    assert!(d.screen().contains("交接待接受: 李工"), "{}", d.screen());
    // Nothing is accepted by one key: who takes over is asked, and wang is not it.
    d.keys("Enter h A");
    assert_eq!(d.stored().entries.len(), 3);
    assert!(d.screen().contains("> 接手人  李工"), "{}", d.screen());
    d.keys("Enter");
    let Event::TookOver { entry: 2, name: Some(name) } = &d.stored().entries[3].event else {
        panic!("{:?}", d.stored().entries[3])
    };
    assert_eq!(name, "李工");
    assert!(d.screen().contains("李工 (wang) 于 02:11 接受"), "{}", d.screen());
    d.keys("A");
    assert!(d.screen().contains("已接受这次交接"), "{}", d.screen());
    assert_eq!(d.stored().entries.len(), 4);
    d.keys("Esc");
    let screen = d.screen();
    assert!(!screen.contains("交接待接受"), "{screen}");
    assert!(screen.contains("交接    02:11 由 李工 (wang) 接手"), "{screen}");
    d.keys("l");
    assert!(d.screen().contains("接受交接 (#2): 李工"), "{}", d.screen());
}

#[test]
fn who_takes_over_from_another_is_proposed_by_their_own_login() {
    let mut s = setup(Lang::En);
    s.who = "li".to_owned();
    let mut d = Desk::new(s, vec![incident("a", "拖库", "01:30", &cii_facts())]);
    d.clock("02:11:40").keys("Enter h h type:whoever-is-on-duty Enter A");
    // The double writes as wang.
    assert!(d.screen().contains("> who takes over  li"), "{}", d.screen());
    d.keys("type:Li-Ming Enter");
    let Event::TookOver { name, .. } = &d.stored().entries[3].event else { panic!() };
    assert_eq!(name.as_deref(), Some("Li-Ming"));
}

#[test]
fn a_refusal_speaks_in_the_words_of_the_screen_and_follows_the_language() {
    let mut d = cii();
    d.keys("Enter r Tab Tab Tab Tab type:2026-03-02T03:30 Enter");
    let screen = d.screen();
    assert!(screen.contains("实际时间 `2026-03-02T03:30"), "{screen}");
    d.keys("F2");
    let screen = d.screen();
    assert!(screen.contains("happened at `2026-03-02T03:30"), "{screen}");
    d.keys("F2 C-u type:01:00 Enter");
    assert!(d.screen().contains("早于 发现或获知"), "{}", d.screen());
    d.keys("Esc C type:已恢复 Enter");
    let screen = d.screen();
    assert!(screen.contains("报告公安机关") && !screen.contains("waive"), "{screen}");
    assert!(!screen.contains("first_report"), "{screen}");
}

#[test]
fn a_notice_follows_the_language() {
    let mut d = cii();
    d.keys("Enter n type:x Enter");
    assert!(d.screen().contains("已记录 #2"));
    d.other_writes("2026-0302-b", Event::Noted { text: "y".to_owned() });
    assert!(d.screen().contains("已记录 #2; li 也刚写入了记录"));
    d.keys("L");
    d.other_writes("2026-0302-b", Event::Noted { text: "z".to_owned() });
    assert!(d.screen().contains("li has just added to the record"));
}

#[test]
fn a_note_keeps_its_line_breaks() {
    let mut d = cii();
    d.keys("Enter n type:第一行 C-j type:第二行");
    d.send(Msg::Paste("粘贴一\r\n粘贴二\n".to_owned()));
    let screen = d.screen();
    assert!(screen.lines().any(|l| l.trim_end().ends_with("第一行")), "{screen}");
    d.keys("Enter");
    let Event::Noted { text } = &d.stored().entries[2].event else { panic!() };
    assert_eq!(text, "第一行\n第二行粘贴一\n粘贴二");
    d.keys("l G Enter");
    let screen = d.screen();
    assert!(screen.lines().any(|l| l.trim() == "> 粘贴二"), "{screen}");
    // Elsewhere the same key is Enter.
    d.keys("Esc h h type:李工 C-j");
    assert_eq!(d.stored().entries.len(), 4);
}

#[test]
fn who_else_is_on_and_a_newer_edition_are_said_in_passing() {
    let mut s = setup(Lang::Zh);
    let mut newer = (*law()).clone();
    newer.edition = "9999-01-01".to_owned();
    newer.sha256 = "ff".repeat(32);
    s.packs = vec![std::sync::Arc::new(newer)];
    let mut d = Desk::new(s, vec![incident("a", "拖库", "01:30", &cii_facts())]);
    d.clock("02:11:40").keys("Enter");
    d.send(Msg::Present(vec!["li".to_owned(), "zhang".to_owned()]));
    let screen = d.screen();
    assert!(screen.contains("同时在线 li, zhang"), "{screen}");
    assert!(screen.contains("规则包已有新版 9999-01-01, 本事件按"), "{screen}");
    d.send(Msg::Present(vec![]));
    assert!(!d.screen().contains("同时在线"));
}

#[test]
fn a_checkpoint_is_signed_from_the_record_and_from_the_palette_while_all_else_goes_on() {
    let mut d = cii();
    d.mood = Mood::Waits;
    d.keys("Enter l S");
    let sign = Effect::Sign { incident: "2026-0302-b".to_owned() };
    assert_eq!(d.held, std::slice::from_ref(&sign));
    assert!(d.screen().contains("正在签名.. 密钥可能在等你确认或触碰"), "{}", d.screen());
    // Whoever presses it again while a key waits asks for nothing new; a note is handed over at once.
    d.keys("S n type:x Enter");
    assert!(matches!(&d.held[..], [_, Effect::Append { .. }]), "{:?}", d.held);
    d.release();
    assert!(matches!(d.stored().entries[2].event, Event::Noted { .. }));
    assert!(!d.screen().contains("正在签名"), "{}", d.screen());
    d.keys("Esc / type:sign Enter");
    assert_eq!(d.seen.iter().filter(|e| **e == sign).count(), 2);
    assert!(d.screen().contains("-- signed: checkpoints/5-7f3a91c208de4b17.txt.sig"));
}

#[test]
fn an_export_asks_for_a_new_file_proposes_one_and_keeps_the_path_that_was_refused() {
    let mut d = cii();
    d.keys("Enter l E");
    assert!(d.screen().contains("/home/wang/jishi-2026-0302-b-20260302-0211.jsonl"));
    assert!(d.screen().contains("Enter 导出") && !d.screen().contains("确认并记录"));
    d.keys("type:/tmp/there.jsonl Enter");
    let screen = d.screen();
    assert!(screen.contains("!! exists and was not overwritten"), "{screen}");
    assert!(screen.contains("> 新文件  /tmp/there.jsonl"), "{screen}");
    d.keys("C-u Enter");
    assert!(d.screen().contains("先写出文件路径"), "{}", d.screen());
    d.keys("type:/tmp/copy.jsonl Enter");
    assert!(d.screen().contains("-- exported to /tmp/copy.jsonl: 5 entries"), "{}", d.screen());
    assert!(matches!(d.app.screen(), Screen::Record { .. }));
    assert_eq!(d.stored().entries.len(), 2, "nothing is recorded by it");
    d.keys("Esc E type:half Esc");
    assert!(d.kept.is_empty(), "a path is no word for the record");
}

#[test]
fn a_damaged_record_is_exported_from_the_console_all_the_same() {
    let mut s = setup(Lang::Zh);
    let say = || jishi::words::refusal::Message::plain("damaged");
    let kind = jishi::words::caveat::CaveatKind::Damaged;
    let caveat = jishi::words::caveat::Caveat { kind, zh: say(), en: say() };
    s.caveats = vec![("a".to_owned(), vec![caveat])];
    let mut d = Desk::new(s, vec![incident("a", "拖库", "01:30", &cii_facts())]);
    d.keys("Enter n");
    assert!(matches!(d.app.screen(), Screen::Incident { .. }));
    d.keys("E Enter");
    assert!(d.seen.iter().any(|e| matches!(e, Effect::Export { .. })), "{:?}", d.seen);
}

#[test]
fn a_long_notice_is_told_whole_on_a_narrow_screen() {
    let mut d = cii();
    d.resize(60, 20).keys("Enter l");
    let text = "all 2215 bytes were exported to /home/wang/copy.jsonl as they are";
    let message = jishi::words::refusal::Message::plain(text).hint("the record is damaged");
    d.send(Msg::Exported { message, sound: false });
    let screen = d.screen();
    let told: String = screen.lines().rev().take(4).collect::<Vec<_>>().into_iter().rev().collect();
    assert!(
        told.contains("!! all 2215 bytes") && told.contains("the record is damaged"),
        "{screen}"
    );
}

#[test]
fn what_was_not_recorded_is_proposed_to_be_saved_in_the_home_folder() {
    let mut d = cii();
    d.mood = Mood::Fails;
    d.resize(60, 20).keys("Enter n type:x Enter s");
    assert!(d.screen().contains("/jishi-unsaved-2026-0302-b-0211.txt"), "{}", d.screen());
    d.keys("Enter");
    let saved = |d: &Desk| match d.seen.last() {
        Some(Effect::SaveAs { path, .. }) => path.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(saved(&d), "/home/wang/jishi-unsaved-2026-0302-b-0211.txt");
    d.keys("s type:/tmp/mine.txt Enter");
    assert_eq!(saved(&d), "/tmp/mine.txt");
}
