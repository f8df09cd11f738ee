//! A home of one's own for a test, and a forger's tools.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

pub(crate) struct Home {
    pub(crate) dir: tempfile::TempDir,
}

/// Output of a command as text.
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut c = Command::new(env!("CARGO_BIN_EXE_jishi"));
        c.args(args).env("JISHI_HOME", self.path()).env("JISHI_LANG", "en").env("TZ", "UTC");
        c.env_remove("SSH_AUTH_SOCK").current_dir(self.path()).stdin(Stdio::null());
        c
    }

    pub(crate) fn run(&self, args: &[&str]) -> Said {
        said(&self.command(args).output().unwrap())
    }

    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, 0, "{args:?}: {}{}", said.out, said.err);
        said.out
    }

    pub(crate) fn fails(&self, args: &[&str], code: i32, says: &str) -> Said {
        let said = self.run(args);
        assert_eq!(said.code, code, "{args:?}: {}{}", said.out, said.err);
        assert!(said.err.contains(says), "{args:?}: `{says}` is not in: {}", said.err);
        said
    }

    pub(crate) fn json(&self, args: &[&str]) -> (i32, Value) {
        let said = self.run(&[args, &["--format", "json"]].concat());
        (said.code, serde_json::from_str(&said.out).unwrap_or(Value::Null))
    }

    /// An incident with five entries. A host whose clock is not kept says so in one of them.
    pub(crate) fn incident(&self) -> String {
        let args = ["new", "--title", "门户网站被篡改", "--learned-at", "20m ago"];
        let id = self.ok(&args).trim().to_owned();
        for text in &["one", "two", "three"][self.lines(&id).len() - 2..] {
            self.ok(&["note", &id, text]);
        }
        id
    }

    pub(crate) fn folder(&self, id: &str) -> PathBuf {
        self.path().join("live").join(id)
    }

    pub(crate) fn record(&self, id: &str) -> PathBuf {
        self.folder(id).join("record.jsonl")
    }

    pub(crate) fn lines(&self, id: &str) -> Vec<Vec<u8>> {
        let bytes = fs::read(self.record(id)).unwrap();
        bytes.split_inclusive(|c| *c == b'\n').map(<[u8]>::to_vec).collect()
    }

    pub(crate) fn put(&self, id: &str, lines: &[Vec<u8>]) {
        fs::write(self.record(id), lines.concat()).unwrap();
    }

    pub(crate) fn key(&self, name: &str, kind: &[&str]) {
        let args = [&["-q", "-N", "", "-C", name, "-f", name, "-t"], kind].concat();
        self.tool("ssh-keygen", &args, None);
    }

    /// Takes a key that is kept with the tests.
    pub(crate) fn key_from(&self, name: &str, file: &Path) {
        let to = self.path().join(name);
        fs::copy(file, &to).unwrap();
        fs::set_permissions(&to, fs::Permissions::from_mode(0o600)).unwrap();
        let public = self.tool("ssh-keygen", &["-y", "-f", name], None);
        assert_eq!(public.code, 0, "{}", public.err);
        fs::write(self.path().join(format!("{name}.pub")), public.out).unwrap();
    }

    pub(crate) fn public(&self, name: &str) -> String {
        fs::read_to_string(self.path().join(format!("{name}.pub"))).unwrap().trim().to_owned()
    }

    pub(crate) fn signers(&self, text: &str) {
        fs::write(self.path().join("signers"), text).unwrap();
    }

    /// Allows these keys to sign checkpoints, each in its own name.
    pub(crate) fn allow(&self, names: &[&str]) {
        let line = |n: &&str| format!("{n} namespaces=\"checkpoint@jishi\" {}\n", self.public(n));
        self.signers(&names.iter().map(line).collect::<String>());
    }

    pub(crate) fn tool(&self, name: &str, args: &[&str], input: Option<&Path>) -> Said {
        let stdin = input.map_or_else(Stdio::null, |p| fs::File::open(p).unwrap().into());
        let out = Command::new(name).args(args).current_dir(self.path()).stdin(stdin).output();
        said(&out.unwrap())
    }

    pub(crate) fn points(&self, id: &str) -> Vec<PathBuf> {
        let list = fs::read_dir(self.folder(id).join("checkpoints")).into_iter().flatten();
        let mut all: Vec<_> = list.map(|e| e.unwrap().path()).collect();
        all.sort();
        all
    }

    pub(crate) fn text(&self, id: &str) -> PathBuf {
        self.points(id).into_iter().find(|p| p.extension().unwrap() == "txt").unwrap()
    }

    pub(crate) fn verify_signed(&self, id: &str) -> Said {
        self.run(&["log", "verify", id, "--signers", "signers"])
    }

    /// Forgets the heads, as on another host.
    pub(crate) fn forget(&self) {
        let _ = fs::remove_dir_all(self.path().join("state"));
    }
}

pub(crate) fn said(out: &Output) -> Said {
    Said {
        code: out.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&out.stdout).into_owned(),
        err: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// A forger's tool: entries as they are, chained anew, so that every digest and link fits.
pub(crate) fn chained(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut prev = "0".repeat(64);
    let mut out = Vec::new();
    for (n, line) in lines.iter().enumerate() {
        let mut whole: Value = serde_json::from_slice(line).unwrap();
        whole["e"]["n"] = n.into();
        whole["e"]["prev"] = prev.clone().into();
        let e = jishi::record::canon::write(&whole["e"]).unwrap();
        prev = jishi::record::Digest::of(e.as_bytes()).to_string();
        out.push(format!("{{\"e\":{e},\"h\":\"{prev}\"}}\n").into_bytes());
    }
    out
}

pub(crate) fn replaced(line: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(line).unwrap();
    assert!(text.contains(from));
    text.replacen(from, to, 1).into_bytes()
}
