//! What the README shows is what there is.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test may")]

use std::fs;

use jishi::app::keymap::Keymap;
use jishi::words::Lang;

fn readme() -> String {
    fs::read_to_string("README.md").expect("the README")
}

/// Puts `body` between two marks of the README, or checks that it stands there.
fn holds(from: &str, to: &str, body: &str) {
    let text = readme();
    let start = text.find(from).expect("the first mark") + from.len();
    let end = start + text[start..].find(to).expect("the second mark");
    if std::env::var_os("README_UPDATE").is_some() {
        let new = format!("{}{body}{}", &text[..start], &text[end..]);
        fs::write("README.md", new).expect("written");
        return;
    }
    assert_eq!(&text[start..end], body, "run the test with README_UPDATE=1");
}

#[test]
fn the_key_table_and_the_checker_are_the_real_ones() {
    let keys = Keymap::with(&[]).readme_table(Lang::En);
    let from = "<!-- keys: made from the keymap; a test holds it -->\n";
    holds(from, "<!-- end of keys -->", &format!("\n{keys}\n"));
    let script = fs::read_to_string("assets/verify/verify.py").expect("the checker");
    holds("```python\n", "```", &script);
    let attacks = fs::read_to_string("assets/verify/ATTACKS.md").expect("the table");
    let body = attacks.split_once("\n\n").expect("a title").1.replace("\n## ", "\n### ");
    let from = "<!-- attacks: a test holds that this is assets/verify/ATTACKS.md -->\n";
    holds(from, "<!-- end of attacks -->", &format!("\n{body}\n"));
}

#[test]
fn the_readme_names_both_commands_and_no_number_but_the_six_channels() {
    let text = readme();
    assert!(text.contains("cargo run --release") && text.contains("cargo test"));
    for file in ["README.md", "assets/packs/cn-cac-2025.ron", "assets/config.example.ron"] {
        let text = fs::read_to_string(file).expect("readable");
        assert!(!text.contains("400-"), "{file}: a number from the advertising");
    }
}
