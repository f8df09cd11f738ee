//! Signed checkpoints, in both directions with OpenSSH.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::bare;
use crate::home::{Home, said};

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
    home.fails(&["log", "sign", &id, "--key", "p521"], 2, "not supported");
    home.fails(&["log", "sign", &id, "--key", "p521.pub"], 2, "cannot be used as a private key");
    home.fails(&["log", "sign", &id, "--key", "missing"], 3, "missing");
    home.fails(&["log", "sign", &id], 2, "no key to sign with");
    home.fails(&["log", "sign", &id, "--agent", "x"], 3, "SSH_AUTH_SOCK is not set");
    assert!(home.points(&id).is_empty(), "nothing was written");
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
    for (name, kind) in kinds {
        home.key(name, kind);
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
