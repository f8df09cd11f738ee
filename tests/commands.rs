//! The commands of the contract, run as a user runs them: output, exit codes, and an unchanged
//! record after every refusal.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_jishi"));
        c.args(args).env("JISHI_HOME", self.0.path()).env("TZ", "Asia/Shanghai");
        c.env("JISHI_LANG", "en").env_remove("NO_COLOR").stdin(Stdio::null());
        c
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().expect("runs")
    }

    /// Runs what must succeed; returns its standard output.
    fn ok(&self, args: &[&str]) -> String {
        let out = self.run(args);
        assert!(out.status.success(), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).expect("UTF-8")
    }

    fn json(&self, args: &[&str]) -> Value {
        let args = [args, &["--format", "json"]].concat();
        serde_json::from_str(&self.ok(&args)).expect("JSON")
    }

    /// Runs what must fail with a code and a message that holds these texts.
    fn fails(&self, args: &[&str], code: i32, says: &[&str]) {
        let out = self.run(args);
        let text = String::from_utf8_lossy(&out.stderr).into_owned();
        assert_eq!(out.status.code(), Some(code), "{args:?}: {text}");
        for part in says {
            assert!(text.contains(part), "{args:?}: `{part}` is not in: {text}");
        }
    }

    fn new_incident(&self, facts: &[&str]) -> String {
        self.new_with("核心库被拖库", facts)
    }

    fn new_with(&self, title: &str, facts: &[&str]) -> String {
        let args = [&["new", "--title", title, "--learned-at", "20m ago"], facts].concat();
        self.ok(&args).trim().to_owned()
    }

    fn record(&self, id: &str) -> Vec<u8> {
        let path = self.0.path().join("live").join(id).join("record.jsonl");
        std::fs::read(path).expect("a record")
    }

    fn assess(&self, facts: &str, at: &str) -> Value {
        let mut c = self.command(&["assess", "-", "--format", "json", "--at", at]);
        let mut child = c.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("runs");
        child.stdin.take().expect("stdin").write_all(facts.as_bytes()).expect("written");
        let out = child.wait_with_output().expect("ends");
        assert!(out.status.success());
        serde_json::from_slice(&out.stdout).expect("JSON")
    }
}

fn duty<'a>(status: &'a Value, id: &str) -> &'a Value {
    let full = format!("cn-cac-2025/{id}");
    let list = status["duties"].as_array().expect("duties");
    list.iter().find(|d| d["id"] == full.as_str()).expect("the duty")
}

#[test]
fn wrong_usage_is_said_in_the_shape_that_was_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jishi"));
        let out = command.env("JISHI_HOME", home.path()).args(args).output().unwrap();
        assert_eq!(out.status.code(), Some(2), "{args:?} {out:?}");
        assert!(out.stdout.is_empty(), "{out:?}");
        String::from_utf8(out.stderr).unwrap()
    };
    for (args, what, mend) in [
        (&["statsu", "--format", "json"][..], "unrecognized subcommand 'statsu'", "'status'"),
        (&["--format=json", "sent"], "--channel <CH> <ID> <DUTY>", "Usage: jishi sent"),
        (&["note", "x", "y", "--nope\n\u{1b}[2J", "--format=json"], "unexpected argument", "Usage"),
        (&["status", "--soon", "--format", "json"], "'--soon <DURATION>'", "--help"),
    ] {
        let said = run(args);
        assert_eq!(said.lines().count(), 1, "{said}");
        let json: Value = serde_json::from_str(&said).unwrap();
        assert_eq!(json["error"]["exit"], 2);
        assert!(json["error"]["message"].as_str().unwrap().contains(what), "{said}");
        let hints = json["error"]["hints"].as_array().unwrap();
        assert!(hints.iter().any(|h| h.as_str().unwrap().contains(mend)), "{said}");
    }
    for args in [&["statsu"][..], &["note", "--nope", "--", "--format=json"]] {
        assert!(run(args).starts_with("error: "), "for people as it was");
    }
}

#[test]
fn a_whole_incident_is_driven_by_commands() {
    let home = Home::new();
    let id = home.new_incident(&["involves_cii=no", "central_organ=no"]);
    assert!(id.len() >= 11 && !id.contains(char::is_whitespace), "the id alone: {id:?}");
    home.ok(&["set", &id, "pi_persons=1200万", "harm_to_public=是"]);
    let s = home.json(&["status", &id]);
    assert_eq!(s["levels"]["cn-cac-2025"]["at_least"], "major");
    let first = duty(&s, "first_report.provincial_cac");
    assert_eq!(
        (first["applies"].as_str(), first["state"].as_str()),
        (Some("yes"), Some("running"))
    );
    assert_eq!(duty(&s, "relay.provincial_cac.national_cac")["state"], "waiting");
    assert_eq!(s["next"]["id"], "cn-cac-2025/first_report.provincial_cac");
    assert!(home.ok(&["next"]).contains("核心库被拖库"));

    let send = ["sent", &id, "first_report.provincial_cac", "--to", "provincial_cac"];
    home.ok(&[&send[..], &["--channel", "fax_12387", "--failed", "no tone"]].concat());
    assert_eq!(
        duty(&home.json(&["status", &id]), "first_report.provincial_cac")["state"],
        "running"
    );
    home.ok(&[&send[..], &["--channel", "hotline_12387", "--ref", "H-1"]].concat());
    home.ok(&["received", &id, "first_report.provincial_cac", "--ref", "CAC-9", "--by", "李"]);
    let s = home.json(&["status", &id]);
    let first = duty(&s, "first_report.provincial_cac");
    assert_eq!((first["state"].as_str(), first["attempts"].as_u64()), (Some("met"), Some(2)));
    assert_eq!(duty(&s, "relay.provincial_cac.national_cac")["state"], "running");

    home.ok(&["waive", &id, "crime_report", "--because", "no sign of a crime"]);
    home.ok(&["note", &id, "disk image taken"]);
    home.ok(&["handover", &id, "--to", "王五"]);
    home.ok(&["correct", &id, "4", "--because", "typing slip", "ref=H-2"]);
    home.ok(&["set", &id, "handling_ended_at=now"]);
    home.fails(&["close", &id, "--because", "done"], 1, &["closing_report"]);
    let sent = ["sent", &id, "closing_report", "--channel", "written"];
    home.ok(&sent);
    home.ok(&["close", &id, "--because", "reported and closed"]);
    home.fails(&["set", &id, "views=1"], 1, &["closed"]);

    let log = home.ok(&["log", "show", &id]);
    for text in ["H-1", "CAC-9", "王五", "disk image taken", "corrected by"] {
        assert!(log.contains(text), "`{text}` is not in:\n{log}");
    }
    let verified = home.json(&["log", "verify", &id]);
    assert_eq!(verified["intact"], true);
    let head = verified["head"].as_str().expect("a head");
    let spoken = format!("{} {}", &head[..4], &head[4..16]);
    home.ok(&["log", "verify", &id, "--head", &spoken]);
    assert_eq!(home.ok(&["log", "export", &id]).into_bytes(), home.record(&id));
    assert_eq!(home.ok(&["next"]), "");
}

#[test]
fn the_final_figures_for_critical_infrastructure_come_out_not_the_drafts() {
    let home = Home::new();
    let level = |fact: &str, duration: &str| {
        let facts = format!(
            r#"{{"anchors":{{"learned_at":"2026-03-02T01:30:00+08:00"}},
                "facts":{{"involves_cii":true,"{fact}":"{duration}"}}}}"#
        );
        let a = home.assess(&facts, "2026-03-02T02:00:00+08:00");
        a["levels"]["cn-cac-2025"]["at_least"].as_str().expect("a level").to_owned()
    };
    for (fact, minutes) in [("cii_whole_down", [10, 60, 360]), ("cii_main_down", [30, 180, 1440])] {
        let levels = ["none", "relatively_major", "major", "particularly_major"];
        for (i, m) in minutes.into_iter().enumerate() {
            assert_eq!(level(fact, &format!("PT{}S", m * 60 - 1)), levels[i], "{fact} below {m}");
            assert_eq!(level(fact, &format!("PT{m}M")), levels[i + 1], "{fact} at {m}");
        }
    }
}

#[test]
fn the_assessment_has_the_shape_of_the_contract() {
    let home = Home::new();
    let facts = r#"{ "packs": ["cn-cac-2025"],
        "anchors": { "learned_at": "2026-03-02T01:30:00+08:00" },
        "facts": { "involves_cii": true, "cii_main_down": {"since": "2026-03-02T01:10:00+08:00"},
                   "pi_persons": 1000000, "site_classes": ["gov_county"], "share_prefecture_pct": 29.9,
                   "views": null },
        "submissions": [ { "duty": "cn-cac-2025/first_report.police",
            "sent_at": "2026-03-02T01:40:00+08:00", "received_at": "2026-03-02T01:41:00+08:00" } ] }"#;
    let a = home.assess(facts, "2026-03-02T02:00:00+08:00");
    assert_eq!(a["schema"], 1);
    for key in ["now", "packs", "levels", "reportable", "duties", "forecast", "questions", "next"] {
        assert!(!a[key].is_null(), "`{key}` is missing");
    }
    let l = &a["levels"]["cn-cac-2025"];
    assert_eq!(l["at_least"], "relatively_major");
    assert_eq!(l["at_most"], "particularly_major");
    assert_eq!(l["settled"], false);
    assert!(l["because"].as_array().expect("list").iter().all(|b| b["cites"].is_string()));
    let police = duty(&a, "first_report.police");
    for (key, want) in [
        ("applies", "yes"),
        ("from", "operator"),
        ("to", "police"),
        ("starts", "learned_at"),
        ("started", "2026-03-02T01:30:00+08:00"),
        ("due", "2026-03-02T02:30:00+08:00"),
        ("state", "met"),
    ] {
        assert_eq!(police[key], want, "{key}");
    }
    assert_eq!(police["estimated"], false);
    assert_eq!(a["forecast"][0]["at"], "2026-03-02T04:10:00+08:00");
    assert_eq!(a["forecast"][0]["level"], "major");
    assert_eq!(a["next"]["id"], "cn-cac-2025/first_report.protection_department");
    let q = a["questions"].as_array().expect("list");
    let whole = q.iter().find(|q| q["fact"] == "cii_whole_down").expect("asked");
    assert_eq!(whole["could"][0], "particularly_major");
    assert_eq!(whole["earliest_due"], "2026-03-02T02:30:00+08:00");
}

#[test]
fn a_facts_file_may_be_ron() {
    let home = Home::new();
    let ron = r#"( anchors: { "learned_at": "2026-03-02T01:30:00+08:00" }, // at night
        facts: { "pi_persons": 1000000, "involves_cii": false, "views": None } )"#;
    let a = home.assess(ron, "2026-03-02T02:00:00+08:00");
    assert_eq!(a["levels"]["cn-cac-2025"]["at_least"], "relatively_major");
}

#[test]
fn every_wrong_fact_of_a_file_is_named_with_its_place() {
    let home = Home::new();
    let path = home.0.path().join("facts.json");
    let text = r#"{ "anchors": { "learned": "2026-03-02T01:30:00+08:00", "learned_at": "soon" },
        "facts": { "pi_person": 1, "views": -5, "involves_cii": "yes", "site_classes": ["gov_conty"],
                   "site_down": {"from": "2026-03-02T03:00:00+08:00", "to": "2026-03-02T02:00:00+08:00"},
                   "share_province_pct": 101 },
        "submissions": [ { "duty": "first_report.polize", "sent_at": "2026-03-02T01:30:00+08:00" } ] }"#;
    std::fs::write(&path, text).expect("written");
    let path = path.to_str().expect("UTF-8");
    let says = [
        "facts.json",
        "anchors.learned",
        "`soon`",
        "facts.pi_person",
        "`pi_persons`",
        "facts.views",
        "`-5`",
        "facts.involves_cii",
        "`gov_conty`",
        "`gov_county`",
        "facts.site_down",
        "ends before",
        "`101`",
        "submissions[0].duty",
        "first_report.police",
    ];
    home.fails(&["assess", path, "--at", "2026-03-02T04:00:00+08:00"], 2, &says);
    home.fails(&["assess", "/nowhere/at-all.json"], 2, &["`/nowhere/at-all.json`"]);
    std::fs::write(path, "{ \"facts\": { \"views\": 1, }").expect("written");
    home.fails(&["assess", path], 2, &["facts.json", "line 1"]);
}

#[test]
fn bad_input_is_refused_with_place_value_and_mend_and_leaves_the_record_alone() {
    let home = Home::new();
    let id = home.new_incident(&["involves_cii=yes", "cii_main_down=30m"]);
    let before = home.record(&id);
    let cases: &[(&[&str], i32, &[&str])] = &[
        (&["set", &id, "pi_person=1"], 2, &["`pi_person`", "`pi_persons`"]),
        (&["set", &id, "pi_persons=lots"], 2, &["pi_persons", "`lots`", "120万"]),
        (&["set", &id, "pi_persons=-3"], 2, &["`-3`", "negative"]),
        (&["set", &id, "site_classes=gov_conty"], 2, &["`gov_conty`", "`gov_county`"]),
        (&["set", &id, "cii_main_down=03:00..02:00"], 2, &["`03:00..02:00`"]),
        (&["set", &id, "site_down=since:2999-01-01 00:00"], 2, &["future"]),
        (&["set", &id, "share_province_pct=100.1"], 2, &["0 to 100"]),
        (&["set", &id, "involves_cii"], 2, &["FACT=VALUE"]),
        (&["set", &id, "learned_at=2999-01-01T00:00:00Z"], 1, &["future"]),
        (&["set", &id, "learned_at=2020-01-01T00:00:00Z"], 1, &["30 days", "--yes"]),
        (
            &["sent", &id, "first_report.polise", "--channel", "phone"],
            1,
            &["`first_report.polise`", "first_report.police"],
        ),
        (
            &["sent", &id, "first_report.police", "--channel", "hotline_12387"],
            1,
            &["hotline_12387", "phone"],
        ),
        (
            &["sent", &id, "first_report.police", "--channel", "phone", "--to", "provincial_cac"],
            1,
            &["provincial_cac", "police"],
        ),
        (
            &[
                "sent",
                &id,
                "first_report.police",
                "--channel",
                "phone",
                "--happened-at",
                "2999-01-01 00:00",
            ],
            1,
            &["future"],
        ),
        (
            &["sent", &id, "first_report.police", "--channel", "phone", "--happened-at", "2h ago"],
            1,
            &["learned_at"],
        ),
        (
            &["sent", &id, "first_report.police", "--channel", "phone", "--happened-at", "later"],
            2,
            &["`later`"],
        ),
        (
            &["sent", &id, "first_report.police", "--channel", "phone", "--attach", "/no/such"],
            2,
            &["`/no/such`"],
        ),
        (&["received", &id, "first_report.police"], 1, &["sent"]),
        (&["waive", &id, "first_report.police", "--because", " "], 2, &["because"]),
        (&["correct", &id, "99", "--because", "x"], 1, &["99", "counted from 0"]),
        (&["correct", &id, "0", "--because", "x"], 1, &["cannot be withdrawn"]),
        (&["correct", &id, "1", "--because", "x", "nonsense=1"], 2, &["`nonsense`"]),
        (&["note", &id, "bell\u{7}"], 2, &["U+0007"]),
        (&["set", "2000-0101-z", "views=1"], 1, &["`2000-0101-z`"]),
        (&["set", &id, "views=1", "--at", "now"], 2, &["--at"]),
        (&["status", "../etc"], 1, &[]),
        (&["draft", &id, "first_report.police"], 2, &["draft"]),
        (&["calendar"], 2, &["calendar"]),
        (&["exercise", "run"], 2, &["exercise"]),
        (&["frobnicate"], 2, &["frobnicate"]),
    ];
    for (args, code, says) in cases {
        home.fails(args, *code, says);
        assert_eq!(home.record(&id), before, "{args:?} changed the record");
    }
    home.fails(&["new", "--title", "x", "--learned-at", "2999-01-01T00:00:00Z"], 1, &["future"]);
    home.fails(&["new", "--title", "x", "--learned-at", "2020-01-01T00:00:00Z"], 1, &["--yes"]);
    home.ok(&["new", "--title", "x", "--learned-at", "2020-01-01T00:00:00Z", "--yes"]);
    home.fails(
        &["new", "--title", "x", "--learned-at", "now", "--pack", "cn-cac-2024"],
        2,
        &["cn-cac-2025"],
    );
}

#[test]
fn check_speaks_in_exit_codes() {
    let home = Home::new();
    assert_eq!(home.run(&["status", "--check"]).status.code(), Some(0), "nothing runs");
    let id = home.new_incident(&[]);
    let code =
        |args: &[&str]| home.run(&[&["status", &id, "--check"], args].concat()).status.code();
    assert_eq!(code(&[]), Some(3), "nothing is known: cannot tell");
    home.ok(&["set", &id, "involves_cii=no", "central_organ=no", "pi_persons=100万"]);
    assert_eq!(code(&[]), Some(0), "hours are left");
    assert_eq!(code(&["--soon", "5h"]), Some(1));
    let at = (chrono_now() + chrono::TimeDelta::hours(4)).to_rfc3339();
    assert_eq!(code(&["--at", &at]), Some(2), "overdue");
    home.ok(&["sent", &id, "first_report.provincial_cac", "--channel", "web_12387"]);
    assert_eq!(code(&[]), Some(0), "reported");
}

#[expect(clippy::disallowed_methods, reason = "the program under test uses the real clock")]
fn chrono_now() -> chrono::DateTime<chrono::Utc> {
    chrono::Utc::now()
}

#[test]
fn verify_finds_damage_and_a_lost_tail_and_needs_no_pack() {
    let home = Home::new();
    let id = home.new_incident(&["involves_cii=no"]);
    home.ok(&["note", &id, "one"]);
    let head = home.json(&["log", "verify", &id])["head"].as_str().expect("head").to_owned();
    home.ok(&["note", &id, "two"]);
    let folder = home.0.path().join("live").join(&id);
    std::fs::remove_dir_all(folder.join("packs")).expect("removed");
    home.ok(&["log", "verify", folder.to_str().expect("UTF-8"), "--head", &head]);
    let other = "0123456789abcdef";
    home.fails(&["log", "verify", &id, "--head", other], 1, &[other]);
    let file = folder.join("record.jsonl");
    let mut bytes = std::fs::read(&file).expect("read");
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    std::fs::write(&file, &bytes).expect("written");
    assert_eq!(home.run(&["log", "verify", &id]).status.code(), Some(1));
    home.fails(&["note", &id, "three"], 3, &[]);
    assert_eq!(std::fs::read(&file).expect("read"), bytes, "a damaged record is not written to");
    assert_eq!(home.run(&["log", "verify", "/nowhere"]).status.code(), Some(2));
    let all = home.run(&["status"]);
    assert!(String::from_utf8_lossy(&all.stderr).contains(&id), "a damaged one is not hidden");
}

#[test]
fn packs_are_listed_shown_checked_and_compared() {
    let home = Home::new();
    assert!(home.ok(&["pack", "list"]).contains("cn-cac-2025"));
    let shown = home.ok(&["pack", "show", "cn-cac-2025"]);
    for text in ["cii_main_down", "first_report.police", "12387", "C2", "INF", "4hou"] {
        assert!(shown.contains(text), "`{text}`");
    }
    home.ok(&["pack", "check", "assets/packs/cn-cac-2025.ron"]);
    let invalid = std::fs::read_dir("tests/packs/invalid").expect("corpus").flatten().next();
    let path = invalid.expect("one").path();
    let out = home.run(&["pack", "check", path.to_str().expect("UTF-8")]);
    assert_eq!(out.status.code(), Some(1));
    let name = path.file_name().expect("a name").to_string_lossy().into_owned();
    assert!(String::from_utf8_lossy(&out.stdout).contains(&format!("{name}:")), "file:line:column");
    let text = std::fs::read_to_string("assets/packs/cn-cac-2025.ron").expect("read");
    let other = home.0.path().join("other.ron");
    std::fs::write(&other, text.replacen("Minutes(30)", "Minutes(45)", 1)).expect("written");
    let diff = home.ok(&["pack", "diff", "cn-cac-2025", other.to_str().expect("UTF-8")]);
    assert!(diff.contains("45"), "{diff}");
    assert!(home.ok(&["selftest"]).contains("cn-cac-2025"));
}

#[test]
fn an_incident_keeps_the_law_that_it_was_opened_under() {
    let home = Home::new();
    let text = std::fs::read_to_string("assets/packs/cn-cac-2025.ron").expect("read");
    let own = home.0.path().join("own.ron");
    std::fs::write(&own, text.replacen("Hours(4)", "Hours(3)", 1)).expect("written");
    let pack = own.to_str().expect("UTF-8");
    let args = ["new", "--title", "x", "--learned-at", "2026-03-02T01:30:00+08:00", "--yes"];
    let facts = ["--pack", pack, "pi_persons=100万", "involves_cii=no", "central_organ=no"];
    let id = home.ok(&[&args[..], &facts[..]].concat()).trim().to_owned();
    std::fs::remove_file(&own).expect("removed");
    let s = home.json(&["status", &id]);
    let due = duty(&s, "first_report.provincial_cac")["due"].as_str().expect("due").to_owned();
    assert_eq!(due, "2026-03-02T04:30:00+08:00");
    let stored = home.0.path().join("live").join(&id).join("packs");
    let file = std::fs::read_dir(stored).expect("folder").flatten().next().expect("a text").path();
    std::fs::write(&file, text).expect("written");
    home.fails(&["status", &id], 3, &[&id]);
}

#[test]
fn a_record_of_a_newer_version_opens_checks_and_asks_before_it_is_reported_in() {
    let home = Home::new();
    let args = ["new", "--title", "x", "--learned-at", "20m ago", "involves_cii=no"];
    let id = home.ok(&args).trim().to_owned();
    let folder = home.0.path().join("live").join(&id);
    let bytes = std::fs::read("tests/record/v2/begun-by-a-newer-version.jsonl").expect("read");
    std::fs::write(folder.join("record.jsonl"), &bytes).expect("written");
    std::fs::remove_dir_all(home.0.path().join("state")).expect("forgotten");
    for lang in ["en", "zh"] {
        for command in [&["status", &id][..], &["log", "show", &id], &["handover", &id, "--show"]] {
            let out = home.run(&[command, &["--lang", lang][..]].concat());
            let all = [out.stdout, out.stderr].concat();
            let all = String::from_utf8_lossy(&all);
            let said = if lang == "en" { "2 entries not understood" } else { "2 条" };
            assert!(all.contains(said) && all.contains("门户网站被篡改"), "{command:?} {all}");
        }
    }
    assert_eq!(home.run(&["log", "verify", &id]).status.code(), Some(0));
    assert_eq!(home.run(&["status", "--check"]).status.code(), Some(3));
    assert_eq!(home.run(&["status", &id, "--check"]).status.code(), Some(3));
    assert_eq!(home.run(&["next"]).status.code(), Some(3));
    let kinds = home.run(&["status", &id, "--format", "json"]);
    let s: Value = serde_json::from_slice(&kinds.stdout).expect("JSON");
    let kinds: Vec<_> = s["incident"]["caveats"].as_array().expect("a list").iter().collect();
    assert!(kinds.iter().any(|c| c["kind"] == "not_understood"), "{kinds:?}");
    home.fails(&["handover", &id, "--to", "wang"], 1, &["--yes"]);
    home.ok(&["handover", &id, "--to", "wang", "--yes"]);
    home.ok(&["note", &id, "rang the vendor"]);
    let now = std::fs::read(folder.join("record.jsonl")).expect("read");
    assert!(now.starts_with(&bytes) && now.len() > bytes.len());
    assert_eq!(home.run(&["log", "verify", &id]).status.code(), Some(0));
}

#[test]
fn a_record_that_is_damaged_further_up_is_shown_as_far_as_it_holds_and_never_written_to() {
    let home = Home::new();
    let args = ["new", "--title", "票务中断", "--learned-at", "20m ago", "involves_cii=yes"];
    let id = home.ok(&args).trim().to_owned();
    home.ok(&["note", &id, "one"]);
    home.ok(&["note", &id, "two"]);
    let path = home.0.path().join("live").join(&id).join("record.jsonl");
    let text = std::fs::read_to_string(&path).expect("read").replace("\"one\"", "\"0ne\"");
    std::fs::write(&path, &text).expect("written");
    let n = text.lines().position(|line| line.contains("0ne")).expect("changed");
    let (en, zh) = (format!("entry {n}"), format!("第 {n} 条"));
    for (lang, parts) in [
        ("en", [en.as_str(), "the digest does not fit", "log export"]),
        ("zh", [zh.as_str(), "摘要与条目不符", "log export"]),
    ] {
        for command in [&["status", &id][..], &["log", "show", &id], &["handover", &id, "--show"]] {
            let out = home.run(&[command, &["--lang", lang][..]].concat());
            assert_eq!(out.status.code(), Some(3), "{command:?}");
            let err = String::from_utf8_lossy(&out.stderr).into_owned();
            assert!(parts.iter().all(|p| err.contains(p)), "{command:?} {err}");
            let shown = String::from_utf8_lossy(&out.stdout).into_owned();
            assert!(shown.contains("票务中断") && !shown.contains("0ne"), "{shown}");
        }
        let out = home.run(&["note", &id, "x", "--lang", lang]);
        assert_eq!(out.status.code(), Some(3));
        assert!(String::from_utf8_lossy(&out.stderr).contains(parts[0]));
    }
    // Its clocks still count, and that they cannot be relied on is said.
    let listed = home.run(&["status"]);
    assert!(String::from_utf8_lossy(&listed.stdout).contains("票务中断"));
    let next = home.run(&["next"]);
    assert!(!next.stdout.is_empty());
    assert_eq!((listed.status.code(), next.status.code()), (Some(3), Some(3)));
    let out = home.run(&["log", "export", &id]);
    assert_eq!(out.stdout, text.as_bytes());
    assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
}

#[test]
fn times_without_an_offset_are_local_and_echoed_with_it() {
    let home = Home::new();
    let out = home.run(&["new", "--title", "x", "--learned-at", "2026-03-02 01:30", "--yes"]);
    assert!(String::from_utf8_lossy(&out.stderr).contains("2026-03-02T01:30:00+08:00"));
    assert!(out.status.success());
}

#[test]
fn errors_are_json_too_and_both_languages_speak() {
    let home = Home::new();
    let out = home.run(&["status", "nope", "--format", "json"]);
    let error: Value = serde_json::from_slice(&out.stderr).expect("JSON");
    assert_eq!(error["error"]["exit"], 1);
    let zh = home.run(&["set", "nope", "views", "--lang", "zh"]);
    assert!(String::from_utf8_lossy(&zh.stderr).contains("不是 FACT=VALUE"));
}

#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let home = Home::new();
    let id = home.new_incident(&[]);
    let folder = home.0.path().join("live").join(&id);
    let mode = |p: &Path| std::fs::metadata(p).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("record.jsonl")), 0o600);
}

#[test]
fn an_undecided_duty_says_until_when_it_must_be_decided() {
    let home = Home::new();
    let id = home.new_incident(&[]);
    let status = home.json(&["status", &id]);
    let duties = status["duties"].as_array().unwrap();
    let of = |name: &str| duties.iter().find(|d| d["id"] == name).unwrap();
    let police = of("cn-cac-2025/first_report.police");
    let time = |v: &Value| {
        chrono::DateTime::parse_from_rfc3339(v.as_str().expect("a time")).expect("a time")
    };
    assert_eq!(time(&police["due"]) - time(&police["decide_by"]), chrono::TimeDelta::minutes(20));
    home.ok(&["set", &id, "involves_cii=yes", "pi_persons=1200000"]);
    let status = home.json(&["status", &id]);
    let duties = status["duties"].as_array().unwrap();
    let police = duties.iter().find(|d| d["id"] == "cn-cac-2025/first_report.police").unwrap();
    assert!(police["decide_by"].is_null());
    let other = home.new_incident(&[]);
    assert!(home.ok(&["status", &other]).contains("decide by"));
}

#[test]
fn a_hand_over_is_printed_under_24_lines_and_accepted_once() {
    let home = Home::new();
    let id = home.new_incident(&["involves_cii=yes", "pi_persons=1200000"]);
    home.fails(&["handover", &id, "--accept"], 1, &["no hand-over to accept"]);
    home.fails(&["handover", &id], 2, &[]);
    home.ok(&["sent", &id, "first_report.police", "--channel", "phone", "--ref", "A-17"]);
    home.ok(&["handover", &id, "--to", "李工"]);
    let shown = home.ok(&["handover", &id, "--show"]);
    assert!(shown.lines().count() < 24, "{shown}");
    for part in ["A-17", "李工", "waits to be accepted", "police", "next"] {
        assert!(shown.contains(part), "`{part}` is not in: {shown}");
    }
    assert!(home.ok(&["status", &id]).contains("hand-over waits for 李工"));
    // Whoever handed over takes nothing over; another one who shares the login says who they are.
    home.fails(&["handover", &id, "--accept"], 2, &["say who takes over", "add --as NAME"]);
    home.fails(&["handover", &id, "--accept", "--as", " "], 2, &["name"]);
    home.ok(&["handover", &id, "--accept", "--as", "李工"]);
    home.fails(&["handover", &id, "--accept"], 1, &["李工 (", "accepted this hand-over already"]);
    let status = home.json(&["status", &id]);
    assert_eq!(status["incident"]["handover_accepted"], true);
    let by = status["incident"]["taken_over_by"].as_str().unwrap().to_owned();
    assert!(by.starts_with("李工 ("), "{by}");
    let shown = home.ok(&["handover", &id, "--show"]);
    assert!(shown.lines().last().unwrap().contains(&format!("accepted by {by}")), "{shown}");
    assert!(home.ok(&["log", "show", &id]).contains("takes over (#4): 李工"));
}

/// Cells that a line takes in a terminal.
fn cells(line: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(line)
}

#[test]
fn a_hand_over_tells_forecasts_and_both_references_and_wraps_what_is_long() {
    let home = Home::new();
    let id = home.new_incident(&["involves_cii=yes", "cii_main_down=since:30m ago"]);
    let police = "first_report.police";
    home.ok(&["sent", &id, police, "--channel", "phone", "--ref", "A-1"]);
    home.ok(&["received", &id, police, "--ref", "JX-1"]);
    let shown = home.ok(&["handover", &id, "--show"]);
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    for part in [
        "police 公安机关, phone, reference A-1; received",
        ", their reference JX-1",
        "forecast (if it goes on) becomes major 重大 at ",
        "report to the protection department 保护工作部门",
        "report to your department's cyberspace office 网信工作机构",
    ] {
        assert!(squeezed(&shown).contains(&squeezed(part)), "`{part}` is not in: {shown}");
    }
    assert!(!shown.lines().any(|l| l.ends_with("..")), "nothing is cut: {shown}");
    let zh = home.ok(&["handover", &id, "--show", "--lang", "zh"]);
    assert!(zh.contains("编号 A-1") && zh.contains("回执编号 JX-1"), "{zh}");
    assert!(zh.contains("将升为 重大"), "{zh}");
    for text in [shown, zh] {
        assert!(text.lines().count() < 24 && text.lines().all(|l| cells(l) <= 80), "{text}");
    }
}

#[test]
fn a_hand_over_stays_under_24_lines_however_long_everything_in_it_is() {
    let home = Home::new();
    let title = "票务主功能中断而且标题很长".repeat(15);
    let id = home.new_with(&title, &["involves_cii=yes", "cii_main_down=since:30m ago"]);
    let reference = "R".repeat(190);
    for duty in ["first_report.police", "first_report.protection_department", "first_report.police"]
    {
        home.ok(&["sent", &id, duty, "--channel", "phone", "--ref", &reference]);
        home.ok(&["received", &id, duty, "--ref", &reference]);
    }
    home.ok(&["handover", &id, "--to", &"李".repeat(190)]);
    for lang in ["en", "zh"] {
        let text = home.ok(&["handover", &id, "--show", "--lang", lang]);
        assert!(text.lines().count() < 24 && text.lines().all(|l| cells(l) <= 80), "{text}");
        assert!(text.contains("RRRR") && text.contains("李李"), "{text}");
    }
}
