//! Signed checkpoints, in both directions with OpenSSH.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::bare;
use crate::home::{Home, replaced, said};

#[test]
fn a_checkpoint_has_the_shape_of_a_tlog_checkpoint() {
    let home = Home::new();
    let id = home.incident();
    let text = home.ok(&["log", "checkpoint", &id]);
    let lines: Vec<&str> = text.lines().collect();
    let first: Value = serde_json::from_slice(&home.lines(&id)[0]).unwrap();
    let record = first["e"]["data"]["record"].as_str().unwrap();
    assert_eq!(lines[..2], [format!("jishi/{record}").as_str(), "5"]);
    assert_eq!(text, home.ok(&["log", "checkpoint", &id]), "the same record, the same text");
}

#[test]
fn openssh_accepts_what_we_sign_and_we_accept_it_too() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let kinds: [(&str, &[&str]); 5] = [
        ("ed", &["ed25519"]),
        ("ec", &["ecdsa"]),
        ("ec3", &["ecdsa", "-b", "384"]),
        ("rsa", &["rsa", "-b", "2048"]),
        ("rsa3", &["rsa", "-b", "3072"]),
    ];
    for (name, kind) in kinds {
        home.key(name, kind);
    }
    // One ECDSA key in 256 has a private number that begins with a zero, which its file leaves out.
    let short = ["short_p256", "short_p384"];
    for name in short {
        home.key_from(name, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/keys").join(name));
    }
    let names: Vec<&str> = kinds.map(|(name, _)| name).into_iter().chain(short).collect();
    home.allow(&names);
    for (i, &name) in names.iter().enumerate() {
        home.ok(&["log", "sign", &id, "--key", name]);
        home.ok(&["log", "sign", &id, "--key", name]);
        let text = home.text(&id);
        let number = if i == 0 { String::new() } else { format!(".{}", i + 1) };
        let sig = format!("{}{number}.sig", text.display());
        let args =
            ["-Y", "verify", "-f", "signers", "-I", name, "-n", "checkpoint@jishi", "-s", &sig];
        let said = home.tool("ssh-keygen", &args, Some(&text));
        assert_eq!(said.code, 0, "{name}: {}{}", said.out, said.err);
    }
    assert_eq!(home.points(&id).len(), 8, "one text, one signature of each key");
    let mode = |p: &PathBuf| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert!(home.points(&id).iter().all(|p| mode(p) == 0o600));
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("signed checkpoints: 1 valid, the newest reaches 5 of 5"));
    assert_eq!(said.err.matches(": valid, ").count(), 7, "{}", said.err);
}

#[test]
fn we_accept_what_openssh_signs() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let folder = home.folder(&id).join("checkpoints");
    fs::create_dir(&folder).unwrap();
    let text = home.ok(&["log", "checkpoint", &id]);
    fs::write(folder.join("5-by-hand.txt"), text).unwrap();
    for (i, kind) in ["ed25519", "ecdsa", "rsa"].into_iter().enumerate() {
        for (j, hash) in ["sha256", "sha512"].into_iter().enumerate() {
            let name = format!("{kind}{j}");
            home.key(&name, &[kind]);
            let option = format!("hashalg={hash}");
            let args = ["-Y", "sign", "-O", &option, "-n", "checkpoint@jishi", "-f", &name];
            let said = home.tool("ssh-keygen", &args, Some(&folder.join("5-by-hand.txt")));
            assert_eq!(said.code, 0, "{}", said.err);
            fs::write(folder.join(format!("5-by-hand.txt.{i}{j}.sig")), said.out).unwrap();
        }
    }
    home.allow(&["ed255190", "ed255191", "ecdsa0", "ecdsa1", "rsa0", "rsa1"]);
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert_eq!(said.err.matches(": valid, ").count(), 6, "{}", said.err);
}

#[test]
fn changed_texts_other_keys_namespaces_and_times_are_refused() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.key("mallory", &["ed25519"]);
    home.ok(&["log", "sign", &id, "--key", "alice"]);
    let (text, key) = (home.text(&id), home.public("alice"));
    let refused = |code: i32, says: &str| {
        let said = home.verify_signed(&id);
        assert_eq!(said.code, code, "{says}: {}{}", said.out, said.err);
        assert!(said.err.contains(says), "`{says}` is not in {}", said.err);
    };
    home.allow(&["mallory"]);
    refused(1, "not among the allowed signers");
    home.signers(&format!("alice namespaces=\"git\" {key}"));
    refused(1, "may not sign for `checkpoint@jishi`");
    home.signers(&format!("alice valid-before=\"20200101Z\" {key}"));
    refused(1, "was valid until 2020-01-01T00:00:00Z");
    home.ok(&["log", "verify", &id, "--signers", "signers", "--at", "2019-06-01T00:00:00Z"]);
    home.signers(&format!("alice valid-after=\"29990101\" {key}"));
    refused(1, "is valid from 2999");
    home.signers(&format!("* cert-authority {key}"));
    refused(1, "`cert-authority` is not supported");
    home.signers("alice");
    refused(1, "line 1");
    let _ = fs::remove_file(home.path().join("signers"));
    refused(2, "signers");

    home.allow(&["alice", "mallory"]);
    assert_eq!(home.verify_signed(&id).code, 0);
    let good = fs::read_to_string(&text).unwrap();
    fs::write(&text, good.replace("mode live", "mode lies")).unwrap();
    refused(1, "does not fit the text");
    fs::write(&text, good.replacen("\n5\n", "\n6\n", 1)).unwrap();
    refused(1, "says 6 entries, the record has 5");
    fs::write(&text, &good).unwrap();
    let sig = PathBuf::from(format!("{}.sig", text.display()));
    let kept = fs::read(&sig).unwrap();
    let args = ["-Y", "sign", "-n", "file", "-f", "alice"];
    let other = home.tool("ssh-keygen", &args, Some(&text));
    fs::write(&sig, other.out).unwrap();
    refused(1, "made for `file`");
    for junk in [&b""[..], b"junk", &[0xff; 40_000]] {
        fs::write(&sig, junk).unwrap();
        refused(1, "not an SSH signature");
    }
    // Every byte of a signature matters, or is refused as none.
    for i in (0..kept.len()).step_by(7) {
        let mut bytes = kept.clone();
        bytes[i] ^= 4;
        fs::write(&sig, &bytes).unwrap();
        let code = home.verify_signed(&id).code;
        assert!(code == 1 || bytes[i].is_ascii_whitespace(), "byte {i} changed nothing");
    }
    fs::remove_file(&sig).unwrap();
    refused(2, "no signed checkpoint");
}

#[test]
fn a_list_of_signers_is_read_as_ssh_keygen_reads_it() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.key("bob", &["ed25519"]);
    home.ok(&["log", "sign", &id, "--key", "alice"]);
    let (text, key, bob) = (home.text(&id), home.public("alice"), home.public("bob"));
    let bare_key = key.rsplit_once(' ').unwrap().0;
    let sig = format!("{}.sig", text.display());
    let with = |options: &str| format!("alice {options} {key}").into_bytes();
    let mut lists: Vec<Vec<u8>> = [
        "namespaces=\"checkpoint@jishi\"",
        "NameSpaces=\"checkpoint@*\"",
        "namespaces=\"git,checkpoint@jishi\"",
        "namespaces=checkpoint@jishi",
        "namespaces=\"git, checkpoint@jishi\"",
        "namespaces=\" checkpoint@jishi\"",
        "namespaces=\"checkpoint@jishi\",namespaces=\"checkpoint@jishi\"",
        "namespaces=\"*,!checkpoint@jishi\"",
        "namespaces=\"checkpoint@jishi\",",
        "namespaces=\"checkpoint@jishi\"x",
        "namespaces=\"\"",
        "valid-after=\"20200101\"",
        "valid-after=20200101",
        "valid-after=\"20200101Z\",valid-before=\"29990101Z\"",
        "valid-after=\"29990101Z\"",
        "valid-before=\"20200101120000\"",
        "valid-after=\"20300101Z\",valid-before=\"20200101Z\"",
        "valid-after=\"soon\"",
        "cert-authority",
        "no-such-option",
        "  ",
    ]
    .into_iter()
    .map(with)
    .collect();
    for principals in [
        "al*",
        "!alice,*",
        "\"alice\"",
        "bob,alice",
        "bob, alice",
        "ALICE",
        "al?ce",
        "\"bob alice\"",
        "*",
    ] {
        lists.push(format!("{principals} {key}").into_bytes());
    }
    lists.extend([
        format!("alice\t{bare_key}\r\n").into_bytes(),
        [format!("alice {bare_key} J").as_bytes(), b"\xfcrgen\n"].concat(),
        format!("nonsense\nalice no-such-option {key}\nbob {bob}\nalice {key}\n").into_bytes(),
        format!("bob {key}\n# alice {key}\n").into_bytes(),
        format!("alice {bob}\n").into_bytes(),
        b"alice".to_vec(),
        b"".to_vec(),
    ]);
    let mut accepted = 0;
    for list in lists {
        fs::write(home.path().join("signers"), &list).unwrap();
        let args =
            ["-Y", "verify", "-f", "signers", "-I", "alice", "-n", "checkpoint@jishi", "-s", &sig];
        let theirs = home.tool("ssh-keygen", &args, Some(&text));
        let ours = home.run(&["log", "verify", &id, "--signers", "signers", "--signer", "alice"]);
        let list = String::from_utf8_lossy(&list);
        assert_eq!(ours.code == 0, theirs.code == 0, "{list}: {}{}", ours.err, theirs.err);
        accepted += usize::from(ours.code == 0);
    }
    assert!(accepted > 8, "{accepted}");
    home.signers(&format!("nonsense\nalice {key}\n"));
    let said = home.verify_signed(&id);
    assert!(said.code == 0 && said.err.contains("`signers`, line 1: "), "{}", said.err);

    // And so are the frame of a signature and the ends of its lines.
    let armour = fs::read_to_string(&sig).unwrap();
    let body = armour.lines().filter(|l| !l.starts_with("---")).collect::<String>();
    let (begin, end) = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----");
    let mut held = Vec::new();
    for (i, armour) in [
        armour.replace('\n', "\r\n"),
        armour.replace(begin, &format!("{begin}\r")),
        armour.replacen("\n", "\r\n", 3).replacen("\r\n", "\n", 1),
        format!("{begin}\n{body}\n{end}"),
        format!("{armour}more\n"),
        format!("\n{armour}"),
        format!("{begin}\n{body}{end}\n"),
        format!("{begin}\n\n{end}\n"),
    ]
    .iter()
    .enumerate()
    {
        fs::write(&sig, armour).unwrap();
        let args =
            ["-Y", "verify", "-f", "signers", "-I", "alice", "-n", "checkpoint@jishi", "-s", &sig];
        let theirs = home.tool("ssh-keygen", &args, Some(&text));
        let ours = home.verify_signed(&id);
        assert_eq!(ours.code == 0, theirs.code == 0, "{i}: {armour}{}", ours.err);
        held.push(ours.code == 0);
    }
    assert!(!held[0], "line ends of other systems");
    assert!(held.contains(&true));
}

#[test]
fn a_second_signer_who_is_not_listed_takes_nothing_away_and_one_who_must_have_signed_is_asked_for()
{
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    for name in ["alice", "mallory"] {
        home.key(name, &["ed25519"]);
        home.ok(&["log", "sign", &id, "--key", name]);
    }
    home.allow(&["alice"]);
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("signed checkpoints: 1 valid"), "{}", said.out);
    assert!(said.err.contains("one more signer, who is not accepted"), "{}", said.err);
    home.allow(&["alice", "mallory"]);
    let asked =
        |who: &str| home.run(&["log", "verify", &id, "--signers", "signers", "--signer", who]);
    assert_eq!(asked("alice").code, 0);
    assert_eq!(asked("mallory").code, 0);
    let said = asked("carol");
    assert_eq!(said.code, 1);
    assert!(said.err.contains("its key is not one of `carol`"), "{}", said.err);
    home.fails(&["log", "verify", &id, "--signer", "alice"], 2, "--signers");

    // A text that is gone leaves signatures that say nothing, and that is said.
    fs::remove_file(home.text(&id)).unwrap();
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 2);
    assert_eq!(said.err.matches("the text that it belongs to is gone").count(), 2, "{}", said.err);
}

#[test]
fn keys_that_cannot_be_used_are_named_with_the_way_out() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let args = ["-q", "-N", "a passphrase", "-t", "ed25519", "-f", "locked"];
    home.tool("ssh-keygen", &args, None);
    let said = home.fails(&["log", "sign", &id, "--key", "locked"], 2, "has a passphrase");
    assert!(said.err.contains("--agent"), "{}", said.err);
    home.key("p521", &["ecdsa", "-b", "521"]);
    home.key("short", &["rsa", "-b", "1024"]);
    for (key, says) in [
        ("p521", "P-521 (`ecdsa-sha2-nistp521`) is not supported"),
        ("short", "RSA of 1024 bits is not supported"),
    ] {
        let said = home.fails(&["log", "sign", &id, "--key", key], 2, says);
        assert!(said.err.contains("use ed25519, P-256, P-384 or RSA of 2048"), "{}", said.err);
    }
    home.fails(&["log", "sign", &id, "--key", "p521.pub"], 2, "it is the public half");
    home.tool("mkfifo", &["pipe"], None);
    home.fails(&["log", "sign", &id, "--key", "pipe"], 2, "not a plain file");
    home.fails(&["log", "sign", &id, "--key", "missing"], 3, "missing");
    home.fails(&["log", "sign", &id], 2, "no key to sign with");
    home.fails(&["log", "sign", &id, "--agent", "x"], 3, "SSH_AUTH_SOCK is not set");
    assert!(home.points(&id).is_empty(), "nothing was written");
    home.fails(&["log", "timestamp", &id, "--reply", "pipe"], 2, "not a plain file");
}

#[test]
fn a_signature_of_a_kind_that_is_not_supported_could_not_be_checked() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("p521", &["ecdsa", "-b", "521"]);
    let folder = home.folder(&id).join("checkpoints");
    fs::create_dir(&folder).unwrap();
    let text = folder.join("5-by-hand.txt");
    fs::write(&text, home.ok(&["log", "checkpoint", &id])).unwrap();
    let args = ["-Y", "sign", "-n", "checkpoint@jishi", "-f", "p521"];
    let made = home.tool("ssh-keygen", &args, Some(&text));
    fs::write(folder.join("5-by-hand.txt.sig"), made.out).unwrap();
    home.allow(&["p521"]);
    for args in [&["log", "verify", &id][..], &["log", "verify", &id, "--signers", "signers"]] {
        let said = home.fails(args, 2, "made with P-521 (`ecdsa-sha2-nistp521`)");
        assert!(said.err.contains("could not check"), "{}", said.err);
    }
    let (_, seen) = home.json(&["log", "verify", &id]);
    assert_eq!(seen["witnesses"]["not_checked"].as_array().unwrap().len(), 1);
    // Another signature that holds is enough.
    home.key("alice", &["ed25519"]);
    let args = ["-Y", "sign", "-n", "checkpoint@jishi", "-f", "alice"];
    let made = home.tool("ssh-keygen", &args, Some(&text));
    fs::write(folder.join("5-by-hand.txt.2.sig"), made.out).unwrap();
    home.allow(&["p521", "alice"]);
    let said = home.verify_signed(&id);
    assert!(said.code == 0 && said.err.contains("made with P-521"), "{}", said.err);
}

#[test]
fn what_is_said_of_keys_signers_and_signatures_is_said_in_chinese_too() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.key("p521", &["ecdsa", "-b", "521"]);
    home.ok(&["log", "sign", &id, "--key", "alice"]);
    let zh = |args: &[&str], says: &str| {
        let said = home.run(&[args, &["--lang", "zh"]].concat());
        assert!(said.err.contains(says) || said.out.contains(says), "{says}: {}", said.err);
    };
    zh(&["log", "sign", &id, "--key", "p521"], "不支持 P-521");
    zh(&["log", "sign", &id, "--key", "p521.pub"], "这是公钥");
    zh(&["log", "sign", &id, "--key", "signers"], "没有签名: `signers`");
    zh(&["log", "sign", &id, "--agent", "x"], "没有设置 SSH_AUTH_SOCK");
    home.signers("nonsense\n");
    let check = ["log", "verify", &id, "--signers", "signers"];
    zh(&check, "第 1 行: 不是 `签名人 [选项] 密钥类型 密钥` 的形式");
    zh(&check, "它的密钥不在名单里");
    fs::write(home.path().join("junk"), "junk").unwrap();
    zh(&["log", "timestamp", &id, "--reply", "junk"], "不是 RFC 3161 的答复");
    let sig = format!("{}.sig", home.text(&id).display());
    fs::write(sig, "junk").unwrap();
    zh(&check, "签名不成立: 不是 SSH 签名");
    let mut lines = home.lines(&id);
    lines[3] = replaced(&lines[3], "two", "TWO");
    home.put(&id, &lines);
    zh(&["log", "verify", &id], "第 4 行 (第 3 条): 摘要与条目不符");
    zh(&["log", "export", &id], "记录从第 4 行 (第 3 条) 起有损: 摘要与条目不符");
}

#[test]
fn a_checkpoint_from_anywhere_is_held_against_the_record() {
    if !bare::tool("ssh-keygen") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    home.key("alice", &["ed25519"]);
    home.allow(&["alice"]);
    home.ok(&["log", "sign", &id, "--key", "alice"]);
    fs::create_dir(home.path().join("safe")).unwrap();
    let text = home.text(&id);
    let safe = home.path().join("safe/kept.txt");
    fs::rename(&text, &safe).unwrap();
    fs::rename(format!("{}.sig", text.display()), home.path().join("safe/kept.txt.sig")).unwrap();
    for text in ["four", "five"] {
        home.ok(&["note", &id, text]);
    }
    let early = home.path().join("early.txt");
    fs::write(&early, home.ok(&["log", "checkpoint", &id])).unwrap();
    home.ok(&["note", &id, "six"]);
    let check = |args: &[&str]| {
        home.forget();
        home.run(&[&["log", "verify", &id], args].concat())
    };
    let both = ["--checkpoint", "safe/kept.txt", "--checkpoint", "early.txt"];
    let said = check(&both);
    assert_eq!(said.code, 0, "{}", said.err);
    let line = "checkpoints from elsewhere that hold: 2, the newest reaches 7 of 8 entries";
    assert!(said.out.contains(line), "{}", said.out);
    assert!(said.out.contains("entries after the first 7"), "{}", said.out);
    let said = check(&[&both[..2], &["--signers", "signers"]].concat());
    assert!(said.code == 0 && said.out.contains("signed checkpoints: 1 valid"), "{}", said.err);
    let lines = home.lines(&id);
    // Cut behind what was kept: unseen. Before it: seen.
    home.put(&id, &lines[..7]);
    assert_eq!(check(&both).code, 0);
    home.put(&id, &lines[..6]);
    let said = check(&both);
    assert_eq!(said.code, 1);
    assert!(said.out.starts_with("the bytes hold by themselves (6 entries"), "{}", said.out);
    assert!(said.err.contains("early.txt: says 7 entries, the record has 6"), "{}", said.err);
    let mut damaged = lines.clone();
    damaged[5] = replaced(&damaged[5], "four", "FOUR");
    home.put(&id, &damaged);
    let said = check(&both);
    assert!(said.err.contains("only the 5 before the damage hold: it could not"), "{}", said.err);
    home.put(&id, &lines);
    // Its signature counts, wherever it lies.
    fs::copy(&early, &safe).unwrap();
    let said = check(&["--checkpoint", "safe/kept.txt"]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("safe/kept.txt.sig: the signature does not hold"), "{}", said.err);
    fs::write(&early, "no checkpoint\n").unwrap();
    let said = check(&["--checkpoint", "early.txt"]);
    assert!(said.code == 1 && said.err.contains("not a checkpoint: line 1"), "{}", said.err);
    assert_eq!(check(&["--checkpoint", "nowhere.txt"]).code, 2);
}

struct Agent {
    child: Child,
    socket: PathBuf,
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_key_in_ssh_agent_signs_by_fingerprint_or_comment() {
    if !bare::tool("ssh-keygen") || !bare::tool("ssh-agent") || !bare::tool("ssh-add") {
        return;
    }
    let home = Home::new();
    let id = home.incident();
    let socket = home.path().join("agent");
    let child = Command::new("ssh-agent")
        .args(["-D", "-a"])
        .arg(&socket)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let agent = Agent { child, socket };
    for _ in 0..200 {
        if agent.socket.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let kinds: [(&str, &[&str]); 3] =
        [("ed", &["ed25519"]), ("ec", &["ecdsa"]), ("rs", &["rsa", "-b", "2048"])];
    let ask = |args: &[&str]| {
        said(&home.command(args).env("SSH_AUTH_SOCK", &agent.socket).output().unwrap())
    };
    let none = ask(&["log", "sign", &id, "--agent", "ed"]);
    assert_eq!(none.code, 1, "{}", none.err);
    assert!(none.err.contains("holds no keys"), "{}", none.err);
    home.key("authority", &["ed25519"]);
    for (name, kind) in kinds {
        home.key(name, kind);
        // The agent holds its certificate, too, under the same comment.
        let public = format!("{name}.pub");
        let args = ["-q", "-s", "authority", "-I", name, "-n", name, &public];
        assert_eq!(home.tool("ssh-keygen", &args, None).code, 0);
        let mut add = Command::new("ssh-add");
        add.arg("-q").arg(home.path().join(name)).env("SSH_AUTH_SOCK", &agent.socket);
        let added = said(&add.output().unwrap());
        assert_eq!(added.code, 0, "{}", added.err);
        let said = ask(&["log", "sign", &id, "--agent", name]);
        assert_eq!(said.code, 0, "{}", said.err);
        home.ok(&["note", &id, "one more"]);
    }
    let print = home.tool("ssh-keygen", &["-l", "-f", "ed.pub"], None).out;
    let print = print.split_whitespace().nth(1).unwrap();
    assert_eq!(ask(&["log", "sign", &id, "--agent", print]).code, 0);
    let other = ask(&["log", "sign", &id, "--agent", "carol"]);
    assert_eq!(other.code, 1, "{}", other.err);
    assert!(other.err.contains("ssh-agent holds SHA256:"), "{}", other.err);

    for (name, kind, says) in [
        ("p5", ["ecdsa", "-b", "521"], "P-521 (`ecdsa-sha2-nistp521`) is not supported"),
        ("r1", ["rsa", "-b", "1024"], "RSA of 1024 bits is not supported"),
    ] {
        home.key(name, &kind);
        let mut add = Command::new("ssh-add");
        add.arg("-q").arg(home.path().join(name)).env("SSH_AUTH_SOCK", &agent.socket);
        assert!(add.status().unwrap().success());
        let said = ask(&["log", "sign", &id, "--agent", name]);
        assert_eq!(said.code, 2, "{}", said.err);
        assert!(said.err.contains(says), "{}", said.err);
    }

    home.allow(&["ed", "ec", "rs"]);
    let said = home.verify_signed(&id);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(
        said.out.contains("signed checkpoints: 4 valid, the newest reaches 8 of 8"),
        "{}",
        said.out
    );
    for sig in home.points(&id).iter().filter(|p| p.extension().unwrap() == "sig") {
        let text = sig.with_extension("");
        let sig = sig.to_str().unwrap();
        let all = ["ed", "ec", "rs"].into_iter().filter(|name| {
            let args =
                ["-Y", "verify", "-f", "signers", "-I", name, "-n", "checkpoint@jishi", "-s", sig];
            home.tool("ssh-keygen", &args, Some(&text)).code == 0
        });
        assert_eq!(all.count(), 1, "{sig}");
    }
}

#[test]
fn an_agent_that_talks_nonsense_is_refused() {
    use std::io::{Read as _, Write as _};
    let home = Home::new();
    let id = home.incident();
    let socket = home.path().join("nonsense");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let answers: [&[u8]; 6] = [
        b"",
        &[0, 0, 0, 0],
        &[0xff, 0xff, 0xff, 0xff, 12],
        &[0, 0, 0, 5, 12, 0xff, 0xff, 0xff, 0xff],
        &[0, 0, 0, 9, 12, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff],
        &[0, 0, 0, 1, 5],
    ];
    let thread = std::thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 64]);
            let _ = stream.write_all(answer);
        }
    });
    for _ in answers {
        let mut c = home.command(&["log", "sign", &id, "--agent", "x"]);
        let said = said(&c.env("SSH_AUTH_SOCK", &socket).output().unwrap());
        assert_eq!(said.code, 3, "{}", said.err);
        assert!(said.err.contains("ssh-agent: "), "{}", said.err);
    }
    thread.join().unwrap();
}
