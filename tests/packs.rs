//! Packs: the built-in one, and two corpora of files whose names are the rule that they keep or break.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};

use jishi::domain::law::{Cond, Limit, Pack, Recipients, Text};
use jishi::domain::value::Quantity;
use jishi::packs;
use unicode_width::UnicodeWidthStr;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packs").join(folder);
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

fn law() -> Pack {
    match packs::builtin_pack("cn-cac-2025").unwrap() {
        Ok(pack) => pack,
        Err(problems) => panic!("{problems}"),
    }
}

#[test]
fn every_built_in_pack_loads_and_is_called_what_its_id_says() {
    for (id, text) in packs::builtin() {
        match packs::load(id, text) {
            Ok(pack) => assert_eq!(pack.id, id),
            Err(problems) => panic!("{problems}"),
        }
    }
    assert!(packs::builtin_pack("no-such-pack").is_none());
}

#[test]
fn every_valid_file_loads() {
    for file in files("valid") {
        let text = fs::read_to_string(&file).unwrap();
        if let Err(problems) = packs::load(&file.display().to_string(), &text) {
            panic!("{problems}");
        }
    }
}

#[test]
fn every_pack_is_ron_to_others_too() {
    let mut texts: Vec<String> = packs::builtin().iter().map(|(_, t)| (*t).to_owned()).collect();
    texts.extend(files("valid").iter().map(|f| fs::read_to_string(f).unwrap()));
    for text in texts {
        ron::from_str::<serde::de::IgnoredAny>(&text).unwrap();
    }
}

#[test]
fn every_invalid_file_reports_what_it_expects_and_nothing_else() {
    let mut wrong = Vec::new();
    for file in files("invalid") {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).unwrap();
        let expected: Vec<(usize, usize, &str)> = text
            .lines()
            .map_while(|line| line.strip_prefix("// expect: "))
            .map(|line| {
                let (place, message) = line.split_once(' ').unwrap();
                let (line, column) = place.split_once(':').unwrap();
                (line.parse().unwrap(), column.parse().unwrap(), message)
            })
            .collect();
        assert!(!expected.is_empty(), "{name} expects nothing");
        let Err(problems) = packs::load(&name, &text) else {
            wrong.push(format!("{name} loads"));
            continue;
        };
        let met = |p: &packs::Problem, (line, column, message): &(usize, usize, &str)| {
            p.line == *line && p.column == *column && p.message.contains(message)
        };
        let all = expected.iter().all(|e| problems.list.iter().any(|p| met(p, e)));
        let none_else = problems.list.iter().all(|p| expected.iter().any(|e| met(p, e)));
        if !all || !none_else {
            wrong.push(format!("{name} expects {expected:?}, and reports\n{problems}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_file_with_five_faults_reports_all_five_in_the_order_of_the_text() {
    let text = include_str!("packs/invalid/five_faults_at_once.ron");
    let problems = packs::load("five.ron", text).unwrap_err();
    assert_eq!(problems.list.len(), 5, "{problems}");
    assert!(problems.list.is_sorted());
    assert!(
        problems.to_string().contains("five.ron:29:28: `Boole` is not a kind of fact\n    did")
    );
}

#[test]
fn a_broken_text_is_refused_wherever_it_breaks() {
    let text = include_str!("packs/valid/every_shape.ron");
    for (end, _) in text.char_indices().filter(|(i, _)| *i < text.trim_end().len()) {
        assert!(packs::load("cut.ron", &text[..end]).is_err(), "cut at {end}");
    }
    for (at, c) in text.char_indices().filter(|(_, c)| "()[]:,\"".contains(*c)) {
        let without = format!("{}{}", &text[..at], &text[at + c.len_utf8()..]);
        if let Err(problems) = packs::load("without.ron", &without) {
            assert!(!problems.list.is_empty());
        }
    }
}

#[test]
fn hostile_text_is_refused_quickly() {
    let long = format!("Pack({})", " ".repeat(packs::MOST_BYTES));
    assert!(packs::load("long", &long).unwrap_err().to_string().contains("at most 1048576"));
    let deep = "[".repeat(500_000);
    assert!(packs::load("deep", &deep).unwrap_err().to_string().contains("deeper than 64"));
    let wide = format!("Pack(levels: [{}])", "(id:\"a\"),".repeat(100_000));
    assert!(packs::load("wide", &wide).unwrap_err().to_string().contains("too many"));
    let fields = format!("Pack({})", "a:1,".repeat(200_000));
    assert!(packs::load("fields", &fields).unwrap_err().to_string().contains("more than 100"));
    let bells = format!("Pack(id: \"{}\")", "\u{7}".repeat(900_000));
    assert!(packs::load("bells", &bells).unwrap_err().to_string().contains("U+0007"));
}

#[test]
fn the_digest_is_that_of_the_text() {
    let pack = packs::load("m", include_str!("packs/valid/minimal.ron")).unwrap();
    assert_eq!(pack.sha256.len(), 64);
    assert!(pack.sha256.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase()));
    assert_eq!(&*pack.source_text, include_str!("packs/valid/minimal.ron"));
}

/// The table B.7 of the notes on the law: I, II, III.
#[test]
fn every_bound_is_that_of_the_final_text() {
    const H: i64 = 3600;
    let table: [(&str, [i64; 3]); 11] = [
        ("site_down", [24 * H, 6 * H, 2 * H]),
        ("cii_whole_down", [6 * H, H, 600]),
        ("cii_main_down", [24 * H, 3 * H, 1800]),
        ("share", [500_000, 500_000, 300_000]),
        ("affected_persons", [10_000_000, 1_000_000, 100_000]),
        ("pi_persons", [100_000_000, 10_000_000, 1_000_000]),
        ("direct_loss_rmb", [100_000_000, 20_000_000, 5_000_000]),
        ("defaced_home", [6 * H, 2 * H, 1800]),
        ("defaced_other", [24 * H, 12 * H, 2 * H]),
        ("reposts", [100_000, 10_000, 1_000]),
        ("views", [1_000_000, 100_000, 10_000]),
    ];
    fn bounds(cond: &Cond, out: &mut Vec<i64>) {
        match cond {
            Cond::AtLeast(_, Quantity(q)) => out.push(*q),
            Cond::All(list) | Cond::Any(list) => list.iter().for_each(|c| bounds(c, out)),
            Cond::MoreThan(..) => panic!("every bound of this law is inclusive"),
            _ => {}
        }
    }
    let law = law();
    for (id, figures) in table {
        let criterion = law.criteria.iter().find(|c| c.id == id).unwrap();
        let mut found = Vec::new();
        criterion.rungs.iter().rev().for_each(|r| bounds(&r.when, &mut found));
        assert_eq!(found, figures, "{id}");
    }
    assert_eq!(law.criteria.len(), 16);
}

#[test]
fn limits_follow_the_track_and_every_duty_of_article_four_is_blocked_by_secrets() {
    let law = law();
    let table: [(&str, Option<i64>, bool); 15] = [
        ("first_report.protection_department", Some(60), true),
        ("first_report.police", Some(60), true),
        ("first_report.ministry_cac_office", Some(120), true),
        ("first_report.provincial_cac", Some(240), true),
        ("relay.protection_department.national_cac", Some(30), true),
        ("relay.protection_department.mps", Some(30), true),
        ("relay.ministry_cac_office.national_cac", Some(60), true),
        ("relay.provincial_cac.national_cac", Some(60), true),
        ("relay.provincial_cac.peers", Some(60), true),
        ("supplement", None, true),
        ("progress", None, true),
        ("closing_report", Some(30 * 1440), true),
        ("crime_report", None, false),
        ("sector_report", None, false),
        ("secrets_report", Some(1440), false),
    ];
    assert_eq!(law.duties.len(), table.len());
    for (duty, (id, minutes, blocked)) in law.duties.iter().zip(table) {
        assert_eq!(duty.id, id);
        let limit = match &duty.limit {
            Limit::Within { seconds, .. } => Some(seconds / 60),
            Limit::Days { days, .. } => Some(i64::from(*days) * 1440),
            Limit::Words(_) => None,
        };
        assert_eq!(limit, minutes, "{id}");
        assert_eq!(!duty.blocked.is_empty(), blocked, "{id}");
    }
}

#[test]
fn the_12387_channels_belong_to_the_cyberspace_departments_alone() {
    let law = law();
    let (numbered, general): (Vec<_>, Vec<_>) =
        law.channels.iter().partition(|c| !c.value.is_empty());
    assert_eq!((numbered.len(), general.len()), (6, 5));
    for body in &law.bodies {
        let has = body.channels.iter().any(|c| !law.channels[c.at()].value.is_empty());
        assert_eq!(
            has,
            matches!(body.id.as_str(), "provincial_cac" | "national_cac"),
            "{}",
            body.id
        );
    }
    for duty in &law.duties {
        if let Recipients::Bodies(list) = &duty.to {
            assert!(list.iter().all(|b| !law.bodies[b.at()].channels.is_empty()), "{}", duty.id);
        }
    }
}

#[test]
fn what_stands_in_narrow_places_fits_there() {
    let law = law();
    let fits = |text: &Text, most: usize, en: usize| {
        assert!(text.zh.width() <= most, "`{}` is {} wide", text.zh, text.zh.width());
        assert!(text.en.width() <= en, "`{}` is {} wide", text.en, text.en.width());
    };
    fits(&law.short, 16, 16);
    law.facts.iter().for_each(|f| fits(&f.short, 16, 16));
    law.anchors.iter().for_each(|a| fits(&a.short, 16, 16));
    law.duties.iter().for_each(|d| fits(&d.title, 28, 60));
    law.channels.iter().for_each(|c| fits(&c.name, 20, 28));
}

#[test]
fn conditions_and_limits_are_said_in_words() {
    let law = law();
    let rung =
        |id: &str, i: usize| &law.criteria.iter().find(|c| c.id == id).unwrap().rungs[i].when;
    assert_eq!(packs::cond_text(&law, rung("pi_persons", 1), true), "个人信息泄露 达到 1000 万 人");
    assert_eq!(
        packs::cond_text(&law, rung("pi_persons", 1), false),
        "PI leaked at least 10,000,000 persons"
    );
    assert_eq!(
        packs::cond_text(&law, rung("cii_main_down", 0), false),
        "CII main down at least 30 min"
    );
    let (_, duty) = law.duty("first_report.provincial_cac").unwrap();
    assert_eq!(
        packs::cond_text(&law, &duty.when, true),
        "达到 较大 且 非「涉及关基」 且 非「中央和国家机关」"
    );
    assert_eq!(packs::limit_text(&duty.limit, true), "4 小时 (及时)");
    assert_eq!(packs::limit_text(&duty.limit, false), "4 h (promptly)");
    for criterion in &law.criteria {
        for rung in &criterion.rungs {
            assert!(!packs::cond_text(&law, &rung.when, true).is_empty());
        }
    }
}

#[test]
fn two_packs_are_compared_by_name_and_not_by_place() {
    let text = include_str!("../assets/packs/cn-cac-2025.ron");
    let law = law();
    assert_eq!(packs::diff(&law, &law), Vec::<String>::new());
    let other = text
        .replace("AtLeast(\"pi_persons\", 1_000_000)", "AtLeast(\"pi_persons\", 2_000_000)")
        .replace("limit: Hours(4)", "limit: Hours(3)")
        .replace("010-82992387", "000")
        .replace("id: \"progress\"", "id: \"news\"")
        .replace("\"progress\"", "\"news\"");
    let other = packs::load("other", &other).unwrap();
    let lines = packs::diff(&law, &other);
    for line in [
        "~ criterion `pi_persons` relatively_major when: PI leaked at least 1,000,000 persons -> PI leaked at least 2,000,000 persons",
        "~ duty `first_report.provincial_cac` limit: 4 h (promptly) -> 3 h (promptly)",
        "~ channel `fax_12387` value: 010-82992387 -> 000",
        "- duty `progress`",
        "+ duty `news`",
    ] {
        assert!(lines.iter().any(|l| l == line), "{line}\n{}", lines.join("\n"));
    }
}
