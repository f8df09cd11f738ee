//! The law, case by case: `tests/packs/cases/<pack id>/*.ron`, written from the text of the law.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use jishi::packs::{self, cases};

fn run(id: &str, list: &[cases::LawCase]) -> Vec<String> {
    let pack = Arc::new(packs::builtin_pack(id).expect("built in").expect("loads"));
    list.iter()
        .flat_map(|c| {
            let name = c.name.clone();
            cases::differences(&pack, c).into_iter().map(move |d| format!("{name}: {d}"))
        })
        .collect()
}

#[test]
fn every_case_of_the_law_comes_out_as_the_law_says() {
    let root = Path::new("tests/packs/cases");
    let mut ran = 0;
    let mut wrong = Vec::new();
    for pack in fs::read_dir(root).expect("cases").flatten() {
        let id = pack.file_name().to_string_lossy().into_owned();
        for file in fs::read_dir(pack.path()).expect("pack folder").flatten() {
            let text = fs::read_to_string(file.path()).expect("readable");
            let list = cases::read(&text).unwrap_or_else(|e| panic!("{:?}: {e}", file.path()));
            ran += list.len();
            wrong.extend(run(&id, &list));
        }
    }
    assert!(ran > 400, "only {ran} cases were found");
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_golden_cases_that_ship_with_the_packs_hold() {
    for (id, text) in packs::golden() {
        let list = cases::read(text).expect("reads");
        assert!(!list.is_empty());
        let wrong = run(id, &list);
        assert!(wrong.is_empty(), "{id}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn a_case_that_expects_the_wrong_thing_is_noticed() {
    let text = r#"[( name: "wrong", source: "", base: "quiet", facts: { "pi_persons": "999999" },
        expect: (at_least: "relatively_major", next: "first_report.provincial_cac") )]"#;
    let list = cases::read(text).expect("reads");
    assert_eq!(run("cn-cac-2025", &list).len(), 2);
}
