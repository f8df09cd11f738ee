//! Who sits at the terminal, and where they come from.
//!
//! This is what the host says, not proof: a person may set their own environment. What the kernel
//! keeps (user id, audit login id) is asked first; of the environment only SUDO_USER is believed, where
//! the kernel says nothing and it fits. A user without an entry in /etc/passwd is named by the number.

use rustix::process::getuid;

use crate::domain::event::Who;
use crate::domain::text::printable;

/// Longest name that is kept, in characters.
const MOST: usize = 100;
/// The audit login id of a process that never logged in.
const NO_LOGIN: u32 = u32::MAX;

/// Returns who runs this process, from where.
pub fn current() -> Who {
    let passwd = std::fs::read("/etc/passwd").unwrap_or_default();
    let login_uid = std::fs::read_to_string("/proc/self/loginuid")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(NO_LOGIN);
    let env = |name: &str| std::env::var_os(name).map(|v| v.to_string_lossy().into_owned());
    let mut who = gather(getuid().as_raw(), login_uid, &String::from_utf8_lossy(&passwd), env);
    who.tty = rustix::termios::ttyname(std::io::stdin(), Vec::new())
        .ok()
        .and_then(|name| clean(&name.to_string_lossy()));
    who.host = clean(&rustix::system::uname().nodename().to_string_lossy());
    who
}

fn gather(uid: u32, login_uid: u32, passwd: &str, env: impl Fn(&str) -> Option<String>) -> Who {
    let env = |name: &str| env(name).and_then(|value| clean(&value));
    let name = |uid| name_of(uid, passwd).unwrap_or_else(|| format!("uid {uid}"));
    let login = name(uid);
    let sudo = if login_uid == NO_LOGIN {
        env("SUDO_USER").filter(|name| is_likely(uid, name, env("SUDO_UID"), passwd))
    } else {
        // The kernel knows who logged in; a SUDO_USER that says something else is somebody's wish.
        Some(name(login_uid))
    };
    let sudo = sudo.filter(|name| login_uid != uid && *name != login);
    let ssh = env("SSH_CONNECTION").or_else(|| env("SSH_CLIENT"));
    let ssh = ssh.and_then(|text| text.split_whitespace().next().map(str::to_owned));
    Who { login, sudo, ssh, tty: None, host: None, uid: Some(uid) }
}

/// Says whether a name behind sudo can be what sudo left there: it made us root, and gave the number
/// that goes with the name.
fn is_likely(uid: u32, name: &str, number: Option<String>, passwd: &str) -> bool {
    let Some(number) = number.and_then(|n| n.parse::<u32>().ok()) else { return false };
    let listed = name_of(number, passwd);
    let taken = users(passwd).any(|(_, other)| other == name);
    uid == 0 && number != 0 && (listed.as_deref() == Some(name) || (listed.is_none() && !taken))
}

/// Looks a user id up in the text of /etc/passwd.
fn name_of(uid: u32, passwd: &str) -> Option<String> {
    users(passwd).find(|(number, _)| *number == uid).map(|(_, name)| name)
}

fn users(passwd: &str) -> impl Iterator<Item = (u32, String)> {
    passwd.lines().filter_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        Some((fields.nth(1)?.parse().ok()?, clean(name)?))
    })
}

/// Makes a name safe to keep and to print; nothing where nothing is left.
fn clean(text: &str) -> Option<String> {
    let text: String = printable(text.trim()).chars().take(MOST).collect();
    (!text.is_empty()).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0::/root:/bin/sh\nbroken line\nalice:x:1000:1000::/home/alice:\n\
                          svc:x:990:990::/:\n";

    fn with<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    #[test]
    fn the_login_name_comes_from_the_user_id_not_from_the_environment() {
        let who = gather(1000, NO_LOGIN, PASSWD, with(&[("USER", "mallory")]));
        assert_eq!(who.login, "alice");
        assert_eq!(who.uid, Some(1000));
        // Without an entry it is the number, and not what anybody may put into USER.
        let who = gather(4711, NO_LOGIN, PASSWD, with(&[("USER", "alice"), ("LOGNAME", "alice")]));
        assert_eq!((who.login.as_str(), who.uid), ("uid 4711", Some(4711)));
    }

    #[test]
    fn the_name_behind_sudo_is_kept_and_cannot_be_made_up_where_the_kernel_knows_it() {
        let sudo = [("SUDO_USER", "alice"), ("SUDO_UID", "1000")];
        let who = gather(0, NO_LOGIN, PASSWD, with(&sudo));
        assert_eq!(who.sudo.as_deref(), Some("alice"));
        assert_eq!(
            who.shown(),
            "root (sudo: alice)",
            "both, for it is the environment that says so"
        );
        assert_eq!(gather(0, 1000, PASSWD, with(&[])).person(), "alice");
        let wish = [("SUDO_USER", "root")];
        assert_eq!(gather(1000, 1000, PASSWD, with(&wish)).sudo, None);
        assert_eq!(gather(990, 1000, PASSWD, with(&wish)).person(), "alice");
        assert_eq!(gather(0, 4711, PASSWD, with(&sudo)).person(), "uid 4711");
    }

    #[test]
    fn a_name_behind_sudo_that_sudo_did_not_leave_is_not_believed() {
        let believed = |uid, name, number: &str| {
            let env = [("SUDO_USER", name), ("SUDO_UID", number)];
            gather(uid, NO_LOGIN, PASSWD, with(&env)).sudo
        };
        assert_eq!(believed(0, "alice", "1000").as_deref(), Some("alice"));
        assert_eq!(believed(0, "from-ldap", "4711").as_deref(), Some("from-ldap"));
        // Only root is what sudo makes of somebody without a trace in the kernel.
        assert_eq!(believed(990, "alice", "1000"), None);
        // The number is another's, the name is another's, or there is none.
        for (name, number) in [("alice", "990"), ("alice", "4711"), ("eve", "1000")] {
            assert_eq!(believed(0, name, number), None, "{name} {number}");
        }
        for number in ["", "-1", "0", "x", "99999999999"] {
            assert_eq!(believed(0, "alice", number), None, "{number}");
        }
    }

    #[test]
    fn the_ssh_client_is_the_first_field_and_steers_no_terminal() {
        let env = [("SSH_CONNECTION", "192.0.2.7 50000 10.0.0.1 22")];
        assert_eq!(gather(0, NO_LOGIN, PASSWD, with(&env)).ssh.as_deref(), Some("192.0.2.7"));
        let env = [("SSH_CLIENT", "\u{1b}[31m 1 2")];
        assert_eq!(gather(0, NO_LOGIN, PASSWD, with(&env)).ssh.as_deref(), Some("?[31m"));
    }

    #[test]
    fn somebody_is_always_named() {
        let who = current();
        assert!(!who.login.is_empty());
    }
}
