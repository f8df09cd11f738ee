//! Every screen as cells: normal, empty, long, narrow, tiny, wide, in both languages.
#![allow(missing_docs, unreachable_pub, reason = "a test")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails so")]

mod console;

use console::*;
use jishi::app::App;
use jishi::app::effect::Msg;
use jishi::app::form::Name;
use jishi::app::screen::Screen as Shown;
use jishi::domain::assess::Assessment;
use jishi::domain::event::{ClockQuality, Sync};
use jishi::domain::incident::Incident;
use jishi::host::screen::Screen;
use jishi::words::{Lang, say};
use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

const LONG: &str = "全国统一票务预订与实名核验平台(含移动端、自助终端、第三方代售接口)主功能\
                    大面积中断并伴随旅客个人信息疑似外泄, 已启动一级应急预案";

fn night() -> Vec<Incident> {
    let pi = [("pi_persons", "1500000"), ("involves_cii", "no"), ("central_organ", "no")];
    vec![
        incident("2026-0302-b", "票务主功能中断", "01:30", &cii_facts()),
        incident("2026-0302-c", "核心库被拖库", "01:35", &pi),
        incident("2026-0302-d", "门户首页被篡改", "01:40", &[]),
    ]
}

fn desk(lang: Lang, incidents: Vec<Incident>) -> Desk {
    let mut d = Desk::new(setup(lang), incidents);
    d.clock("02:11:40");
    d
}

/// The ways to each screen, from the board.
const WAYS: [(&str, &str); 14] = [
    ("board", ""),
    ("incident", "Enter"),
    ("triage", "Enter t"),
    ("facts", "Enter Tab"),
    ("report", "Enter r Tab Tab"),
    ("record", "Enter l Enter"),
    ("why", "Enter w"),
    ("law", "Enter o"),
    ("help", "Enter ?"),
    ("palette", "Enter /"),
    ("new", "N"),
    ("handover", "Enter r Tab Tab Tab type:A-17 Enter a Enter h h type:li Enter"),
    ("handed_over", "Enter h h type:li Enter Esc"),
    ("note", "Enter n type:told-the-vendor C-j type:and-the-duty-manager"),
];

fn at_screen(lang: Lang, size: (u16, u16), incidents: Vec<Incident>, keys: &str) -> Desk {
    let mut d = desk(lang, incidents);
    d.resize(size.0, size.1).keys(keys);
    d
}

#[test]
fn reference_size_in_both_languages() {
    for (lang, tag) in [(Lang::Zh, "zh"), (Lang::En, "en")] {
        for (name, keys) in WAYS {
            let d = at_screen(lang, (80, 24), night(), keys);
            insta::assert_snapshot!(format!("{tag}_{name}"), d.screen());
        }
    }
}

#[test]
fn narrow_and_wide() {
    for (size, tag) in [((60, 20), "narrow"), ((50, 16), "small"), ((200, 60), "wide")] {
        for (name, keys) in WAYS {
            let d = at_screen(Lang::Zh, size, night(), keys);
            insta::assert_snapshot!(format!("{tag}_{name}"), d.screen());
        }
    }
    let d = at_screen(Lang::En, (200, 60), night(), "Enter");
    insta::assert_snapshot!("wide_en_incident", d.screen());
}

#[test]
fn tiny_is_one_line_with_the_nearest_deadline() {
    for lang in [Lang::Zh, Lang::En] {
        let d = at_screen(lang, (39, 9), night(), "");
        let screen = d.screen();
        assert_eq!(screen.lines().filter(|l| !l.is_empty()).count(), 1, "{screen}");
        assert!(screen.contains("18:20") && screen.contains("02:30"), "{screen}");
        assert!(screen.contains("公安机关"), "{screen}");
    }
    for size in [(1, 1), (2, 1), (39, 1), (5, 3)] {
        at_screen(Lang::Zh, size, night(), "Enter").screen();
    }
}

#[test]
fn empty_long_and_damaged() {
    let mut d = desk(Lang::Zh, vec![]);
    insta::assert_snapshot!("empty_board", d.screen());
    d.keys("t r l w");
    assert!(!d.screen().is_empty());
    let long = || vec![incident("2026-0302-x", LONG, "01:30", &cii_facts())];
    for (name, keys) in [("board", ""), ("incident", "Enter"), ("record", "Enter l Enter")] {
        let d = at_screen(Lang::Zh, (80, 24), long(), keys);
        insta::assert_snapshot!(format!("long_{name}"), d.screen());
    }
    let mut s = setup(Lang::Zh);
    s.problems = vec![("2026-0228-a".to_owned(), "第 7 条摘要不符".to_owned())];
    s.clock = ClockQuality { sync: Sync::No, ..ClockQuality::default() };
    let d = Desk::new(s, night());
    assert!(d.screen().contains("2026-0228-a") && d.screen().contains("第 7 条摘要不符"));
    assert!(d.screen().contains("时钟未同步"));
}

#[test]
fn after_the_first_reports() {
    let mut d = desk(Lang::Zh, night());
    d.keys("Enter r type:x Enter").clock("02:15:05");
    d.keys("a Tab Tab type:G-77 Enter");
    insta::assert_snapshot!("reported_incident", d.screen());
    d.clock("02:33:10");
    insta::assert_snapshot!("overdue_incident", d.screen());
    d.keys("Esc");
    insta::assert_snapshot!("overdue_board", d.screen());
}

#[test]
fn a_write_under_way_and_a_write_that_failed() {
    let mut d = desk(Lang::Zh, night());
    d.keys("Enter n type:已通知值班长");
    d.mood = Mood::Waits;
    d.keys("Enter");
    insta::assert_snapshot!("writing", d.screen());
    let mut d = desk(Lang::En, night());
    d.mood = Mood::Fails;
    d.keys("Enter n type:told-the-duty-manager Enter");
    insta::assert_snapshot!("not_recorded", d.screen());
    d.keys("s type:/tmp/there Enter");
    insta::assert_snapshot!("not_recorded_save", d.screen());
}

fn everywhere() -> Vec<Desk> {
    let mut all = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        for size in [(80, 24), (60, 20), (40, 10), (100, 30), (160, 50), (200, 60), (39, 9)] {
            for (_, keys) in WAYS {
                let mut incidents = night();
                let title = "“引号”——破折号…①·→α 😀x";
                let mut odd = incident("z", title, "01:20", &cii_facts());
                // As a record may hold it that was not written by this program.
                odd.title = title.replace('x', "\u{200d}x");
                incidents.push(odd);
                all.push(at_screen(lang, size, incidents, keys));
            }
        }
    }
    all
}

#[test]
fn no_row_holds_half_a_character_and_no_sign_of_ambiguous_width_is_drawn() {
    for d in everywhere() {
        let (buf, _) = d.buffer();
        for y in 0..buf.area.height {
            let mut x = 0;
            while x < buf.area.width {
                let symbol = buf[(x, y)].symbol();
                let width = symbol.width().max(1) as u16;
                assert!(
                    x + width <= buf.area.width,
                    "half a character in row {y}:\n{}",
                    d.screen()
                );
                for c in symbol.chars() {
                    let s = c.to_string();
                    assert!(
                        s.width() == s.width_cjk() || c.is_alphabetic(),
                        "{c} is of ambiguous width:\n{}",
                        d.screen()
                    );
                }
                x += width;
            }
        }
    }
}

#[test]
fn the_hardware_cursor_always_sits_somewhere_on_the_screen() {
    for d in everywhere() {
        let (buf, cursor) = d.buffer();
        let (x, y) = cursor.unwrap_or_else(|| panic!("no cursor:\n{}", d.screen()));
        assert!(x < buf.area.width && y < buf.area.height);
    }
}

#[test]
fn due_times_stand_below_one_another() {
    for lang in [Lang::Zh, Lang::En] {
        let d = at_screen(lang, (80, 24), night(), "Enter");
        let (buf, _) = d.buffer();
        let column = |needle: &str| -> Vec<usize> {
            text(&buf)
                .lines()
                .filter(|l| l.starts_with(['!', '?', '~']))
                .filter_map(|l| l.find(needle).map(|b| l[..b].width()))
                .collect()
        };
        let all = column(lang.pick("02:30 前", "by 02:30"));
        assert!(all.len() >= 2 && all.windows(2).all(|w| w[0] == w[1]), "{all:?}");
    }
}

#[test]
fn without_colour_every_urgency_still_has_its_own_sign_or_word() {
    let mut d = desk(Lang::Zh, night());
    d.keys("Enter r Enter").clock("02:33:10");
    let (buf, _) = d.buffer();
    let mut by_colour = std::collections::BTreeMap::new();
    for y in 2..buf.area.height {
        let cell = &buf[(0, y)];
        let mark = format!("{}{}", buf[(0, y)].symbol(), buf[(1, y)].symbol());
        let bold = cell.modifier.bits();
        by_colour.entry(mark).or_insert_with(Vec::new).push((cell.fg, bold));
    }
    // One mark has one style: what the style says, the mark has said already. Overdue and soon
    // share a mark and differ in their words.
    for (mark, styles) in by_colour {
        if mark != "!!" {
            assert!(styles.windows(2).all(|w| w[0] == w[1]), "{mark}: {styles:?}");
        }
    }
    assert!(d.screen().contains("超时"));
}

/// Bytes that the difference between two frames costs on the line.
fn cost(a: &Buffer, b: &Buffer) -> usize {
    let mut screen = Screen::new(std::io::sink(), a.area.width, a.area.height, true);
    screen.frame().clone_from(a);
    screen.show(None).unwrap();
    screen.frame().clone_from(b);
    screen.show(None).unwrap()
}

#[test]
fn a_second_on_an_idle_screen_costs_less_than_160_bytes() {
    let eight: Vec<Incident> = (0..8)
        .map(|i| incident(&format!("i{i}"), "票务主功能中断", &format!("01:4{i}"), &cii_facts()))
        .collect();
    for (incidents, keys, clocks) in
        [(eight, "", 8), (night(), "Enter", 6), (night(), "Enter h", 0)]
    {
        let mut d = at_screen(Lang::Zh, (80, 24), incidents, keys);
        let ticking = d.screen().lines().filter(|l| l.starts_with(['!', '?', '~'])).count();
        assert!(ticking >= clocks, "{}", d.screen());
        let mut total = 0;
        for second in 1..=60 {
            let (before, _) = d.buffer();
            d.send(Msg::Tick { now: at("02:11:40") + chrono::TimeDelta::seconds(second) });
            let (after, _) = d.buffer();
            total += cost(&before, &after);
        }
        println!("{ticking} clocks: {} bytes a second", total / 60);
        assert!(total / 60 < 160, "{} bytes a second", total / 60);
    }
}

#[test]
fn nothing_is_drawn_when_nothing_changed() {
    let d = at_screen(Lang::Zh, (80, 24), night(), "Enter");
    assert_eq!(d.buffer().0.diff(&d.buffer().0).len(), 0);
}

#[test]
fn the_chosen_duty_keeps_its_deadline_however_long_its_title_is() {
    for lang in [Lang::Zh, Lang::En] {
        for size in [(80, 24), (60, 20)] {
            let mut d = at_screen(lang, size, night(), "Enter r");
            for _ in 0..12 {
                let screen = d.screen();
                let line = screen.lines().find(|l| l.starts_with("> ")).unwrap();
                let Shown::Form(form) = d.app.screen() else { panic!() };
                let duty = form.value(Name::Duty);
                let item = d.app.current().unwrap();
                if let Some(due) = item.assessment.duty(&duty).and_then(|d| d.due) {
                    let at = say::moment(due, d.now, zone(), lang);
                    assert!(line.contains(&at), "{duty} {at}: {screen}");
                }
                d.keys("Right");
            }
        }
    }
}

#[test]
fn the_nearest_deadline_stays_in_the_header_of_every_form_whatever_else_it_says() {
    use jishi::domain::clockwatch::Change;
    use jishi::domain::event::ClockEvent;
    for lang in [Lang::Zh, Lang::En] {
        for size in [(60, 20), (80, 24), (50, 16)] {
            for sync in [Sync::Yes, Sync::No, Sync::Unknown] {
                let mut s = setup(lang);
                s.clock = ClockQuality { sync, ..ClockQuality::default() };
                let long = incident("2026-0302-x", LONG, "01:30", &cii_facts());
                let mut d = Desk::new(s, vec![long]);
                let change = Change { what: ClockEvent::Stepped, ms: Some(900), note: None };
                d.send(Msg::ClockChanged(change));
                d.clock("02:11:40").resize(size.0, size.1);
                for keys in ["Enter r", "Esc n", "Esc h", "h", "Esc Esc x", "Esc l", "Esc t"] {
                    d.keys(keys);
                    let screen = d.screen();
                    let header = screen.lines().next().unwrap();
                    assert!(header.contains("!! 18:20 (02:30)"), "{keys} {size:?}: {screen}");
                    assert!(!header.starts_with("!!"), "the title has some room: {screen}");
                    if sync == Sync::No && size.0 >= 60 {
                        let says = lang.pick("!! 时钟未同步", "!! clock not synced");
                        assert!(header.contains(says), "{screen}");
                    }
                }
            }
        }
    }
}

#[test]
fn a_banner_over_a_long_note_leaves_its_rule_whole() {
    for lang in [Lang::Zh, Lang::En] {
        for size in [(60, 20), (80, 24), (50, 16)] {
            let mut d = at_screen(lang, size, night(), "Enter n");
            d.mood = Mood::Fails;
            for i in 0..14 {
                d.keys(&format!("type:line-{i}-{} C-j", "x".repeat(40)));
            }
            d.keys("Enter");
            let screen = d.screen();
            let lines: Vec<&str> = screen.lines().collect();
            let says = lang.pick("!! 未能确认写入磁盘", "!! NOT RECORDED");
            let at = lines.iter().position(|l| l.starts_with(says)).unwrap();
            assert!(lines[at - 1].chars().all(|c| c == '-'), "{screen}");
        }
    }
}

#[test]
fn one_duty_is_not_called_duties() {
    let mut d = at_screen(Lang::En, (80, 24), night(), "Enter t");
    let mut one = 0;
    for _ in 0..30 {
        let screen = d.screen();
        assert!(!screen.contains(" 1 duties") && !screen.contains(" 1 outcomes"), "{screen}");
        one += usize::from(screen.contains("settles the duty that ends"));
        one += usize::from(screen.contains("settles one duty"));
        d.keys("PageDown");
    }
    assert!(one > 0, "no question settles just one duty");
}

#[test]
fn each_of_many_incidents_carries_its_own_assessment_from_the_start() {
    let cii = cii_facts();
    let all: Vec<Incident> = (0..131)
        .map(|i| {
            let facts = if i % 3 == 0 { &cii[..] } else { &[] };
            incident(
                &format!("2026-0302-{i}"),
                "多",
                if i % 2 == 0 { "01:30" } else { "01:40" },
                facts,
            )
        })
        .collect();
    let mut setup = setup(Lang::En);
    setup.incidents = all.iter().map(|one| (one.clone(), String::new())).collect();
    let app = App::new(setup);
    assert_eq!(app.items().len(), all.len());
    for (item, one) in app.items().iter().zip(&all) {
        assert_eq!(item.incident.id, one.id);
        let deadlines =
            |a: &Assessment| a.duties.iter().map(|d| format!("{d:?}")).collect::<Vec<_>>();
        assert_eq!(deadlines(&item.assessment), deadlines(&one.assess(at("02:00"))));
    }
}
