//! Time-stamps, with a local authority.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::bare;
use crate::home::Home;

/// A time-stamping authority of our own in the home's folder.
pub(crate) fn authority(home: &Home) {
    fs::write(
        home.path().join("ts.cnf"),
        "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=test tsa\n\
         [ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=critical,CA:true\n\
         [tsa]\ndefault_tsa=one\n[one]\nserial=serial\ncrypto_device=builtin\nsigner_cert=ca.pem\n\
         signer_key=ca.key\nsigner_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n\
         accuracy=secs:1\nordering=yes\ntsa_name=yes\ness_cert_id_chain=no\n",
    )
    .unwrap();
    fs::write(home.path().join("serial"), "01\n").unwrap();
    let args =
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -config ts.cnf";
    let said = home.tool("openssl", &args.split(' ').collect::<Vec<_>>(), None);
    assert_eq!(said.code, 0, "{}", said.err);
}

pub(crate) fn stamp(home: &Home, query: &str, reply: &str) {
    let args = ["ts", "-reply", "-config", "ts.cnf", "-queryfile", query, "-out", reply];
    let said = home.tool("openssl", &args, None);
    assert_eq!(said.code, 0, "{}", said.err);
}

#[test]
fn a_time_stamp_goes_out_and_comes_back_as_files_and_openssl_verifies_it() {
    if !bare::tool("openssl") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    authority(&home);
    home.ok(&["log", "timestamp", &id, "--request", "q.tsq"]);
    assert_eq!(fs::read(home.path().join("q.tsq")).unwrap().len(), 69);
    let shown = home.tool("openssl", &["ts", "-query", "-in", "q.tsq", "-text"], None);
    assert!(shown.out.contains("Certificate required: yes"), "{}", shown.out);
    stamp(&home, "q.tsq", "r.tsr");
    // The record goes on meanwhile.
    home.ok(&["note", &id, "meanwhile"]);
    let said = home.run(&["log", "timestamp", &id, "--reply", "r.tsr"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let text = home.text(&id);
    let kept = format!("{}.tsr", text.display());
    let data = text.to_str().unwrap();
    let command = format!("openssl ts -verify -data {data} -in {kept} -CAfile CA.pem");
    assert!(said.err.contains(&command), "{}", said.err);
    let args = ["ts", "-verify", "-data", data, "-in", &kept, "-CAfile", "ca.pem"];
    let verified = home.tool("openssl", &args, None);
    assert!(verified.out.contains("Verification: OK") || verified.err.contains("Verification: OK"));
    let out = home.ok(&["log", "verify", &id]);
    assert!(out.contains("timestamp: 1, the newest 2"), "{out}");
    assert!(out.contains("the authority's signature is not checked here: openssl ts"), "{out}");
    let open =
        "back-dating by one who may write (found in part, and only up to the stamp: the first 5";
    assert!(out.contains(open), "{out}");
    let (_, seen) = home.json(&["log", "verify", &id]);
    let open = seen["witnesses"]["not_found"].as_array().unwrap();
    assert!(open.contains(&"back_dating".into()), "a reply alone takes nothing off the list");

    // What is not about it, or cannot be read, is not kept.
    home.ok(&["log", "timestamp", &id, "--request", "q2.tsq"]);
    let other = Home::new();
    let other_id = other.incident();
    other.ok(&["log", "timestamp", &other_id, "--request", "q.tsq"]);
    fs::copy(other.path().join("q.tsq"), home.path().join("other.tsq")).unwrap();
    stamp(&home, "other.tsq", "other.tsr");
    home.fails(&["log", "timestamp", &id, "--reply", "other.tsr"], 1, "none of this incident's");
    // The right text, but an answer to somebody else's question.
    let digest = home.tool("openssl", &["dgst", "-sha256", "-r"], Some(&newest(&home, &id)));
    let hex = digest.out.split_whitespace().next().unwrap();
    let args = ["ts", "-query", "-digest", hex, "-sha256", "-out", "else.tsq"];
    assert_eq!(home.tool("openssl", &args, None).code, 0);
    stamp(&home, "else.tsq", "else.tsr");
    home.fails(&["log", "timestamp", &id, "--reply", "else.tsr"], 1, "another nonce");
    let args = ["ts", "-query", "-digest", hex, "-sha256", "-no_nonce", "-out", "none.tsq"];
    assert_eq!(home.tool("openssl", &args, None).code, 0);
    stamp(&home, "none.tsq", "none.tsr");
    home.fails(&["log", "timestamp", &id, "--reply", "none.tsr"], 1, "it has no nonce");
    assert!(!home.points(&id).iter().any(|p| p.to_str().unwrap().contains(".2.tsr")));
    home.fails(&["log", "timestamp", &id, "--reply", "q.tsq"], 1, "no reply of RFC 3161");
    home.fails(&["log", "timestamp", &id], 2, "--request");
    // A stamp that was put beside another text.
    let wrong = format!("{}.tsr", newest(&home, &id).display());
    fs::copy(&kept, wrong).unwrap();
    home.fails(&["log", "verify", &id], 1, "it is not about this text");
    // Every cut of a real reply.
    let bytes = fs::read(&kept).unwrap();
    for i in 0..bytes.len() {
        assert!(jishi::host::stamp::reply(&bytes[..i]).is_err(), "cut at {i}");
    }
}

#[test]
fn a_reply_that_proves_worthless_leaves_room_for_the_true_one() {
    if !bare::tool("openssl") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    authority(&home);
    home.ok(&["log", "timestamp", &id, "--request", "q.tsq"]);
    stamp(&home, "q.tsq", "true.tsr");
    // The right digest and nonce, but a signature that is none.
    let mut forged = fs::read(home.path().join("true.tsr")).unwrap();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    fs::write(home.path().join("forged.tsr"), forged).unwrap();
    home.ok(&["log", "timestamp", &id, "--reply", "forged.tsr"]);
    for _ in 0..2 {
        let said = home.run(&["log", "timestamp", &id, "--reply", "true.tsr"]);
        assert_eq!(said.code, 0, "{}", said.err);
        assert!(said.err.contains(".txt.2.tsr -CAfile"), "{}", said.err);
    }
    let text = home.text(&id);
    let holds = |number: &str| {
        let (data, reply) = (text.to_str().unwrap(), format!("{}{number}.tsr", text.display()));
        let args = ["ts", "-verify", "-data", data, "-in", &reply, "-CAfile", "ca.pem"];
        home.tool("openssl", &args, None).code == 0
    };
    assert!(!holds("") && holds(".2"));
    assert!(home.ok(&["log", "verify", &id]).contains("timestamp: 2, the newest"));
    // One that cannot be read is a problem where it is the only one, and a note beside one that fits.
    fs::write(format!("{}.tsr", text.display()), "junk").unwrap();
    let said = home.run(&["log", "verify", &id]);
    assert!(said.code == 0 && said.err.contains("another one fits"), "{}", said.err);
    fs::remove_file(format!("{}.2.tsr", text.display())).unwrap();
    home.fails(&["log", "verify", &id], 1, "no reply of RFC 3161");
}

#[test]
fn a_query_is_written_into_a_new_file_and_over_nothing() {
    let home = Home::new();
    let id = home.incident();
    let other = home.incident();
    let before = fs::read(home.record(&other)).unwrap();
    std::os::unix::fs::symlink(home.record(&other), home.path().join("link")).unwrap();
    std::os::unix::fs::symlink("nowhere", home.path().join("dangling")).unwrap();
    home.tool("mkfifo", &["pipe"], None);
    let record = home.record(&other);
    for there in [record.to_str().unwrap(), "link", "dangling", "pipe", "live"] {
        let args = ["log", "timestamp", &id, "--request", there];
        let said = home.fails(&args, 1, "exists and was not overwritten");
        assert!(said.err.contains("give another name"), "{}", said.err);
    }
    assert_eq!(fs::read(&record).unwrap(), before);
    assert!(!home.path().join("nowhere").exists(), "no link was followed");
    home.ok(&["log", "timestamp", &id, "--request", "new.tsq"]);
    let mode = fs::metadata(home.path().join("new.tsq")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

pub(crate) fn newest(home: &Home, id: &str) -> PathBuf {
    let texts = home.points(id).into_iter().filter(|p| p.extension().unwrap() == "txt");
    texts.max().unwrap()
}
