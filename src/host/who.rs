//! Who sits at the terminal, and where they come from.
//!
//! This is what the host says, not proof: a person may set their own environment. What the kernel
//! keeps (user id, audit login id) is asked first, the environment only where that says nothing.

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
    let login = name_of(uid, passwd)
        .or_else(|| env("LOGNAME"))
        .or_else(|| env("USER"))
        .unwrap_or_else(|| format!("uid {uid}"));
    let sudo = if login_uid == NO_LOGIN {
        env("SUDO_USER")
    } else {
        // The kernel knows who logged in; a SUDO_USER that says something else is somebody's wish.
        name_of(login_uid, passwd).or_else(|| Some(format!("uid {login_uid}")))
    };
    let sudo = sudo.filter(|name| login_uid != uid && *name != login);
    let ssh = env("SSH_CONNECTION").or_else(|| env("SSH_CLIENT"));
    let ssh = ssh.and_then(|text| text.split_whitespace().next().map(str::to_owned));
    Who { login, sudo, ssh, tty: None, host: None }
}

/// Looks a user id up in the text of /etc/passwd.
fn name_of(uid: u32, passwd: &str) -> Option<String> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse::<u32>().ok()? == uid).then(|| clean(name))?
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
        let who = gather(4711, NO_LOGIN, PASSWD, with(&[("USER", "from-ldap")]));
        assert_eq!(who.login, "from-ldap");
        assert_eq!(gather(4711, NO_LOGIN, PASSWD, with(&[])).login, "uid 4711");
    }

    #[test]
    fn the_name_behind_sudo_is_kept_and_cannot_be_made_up_where_the_kernel_knows_it() {
        let sudo = [("SUDO_USER", "alice")];
        assert_eq!(gather(0, NO_LOGIN, PASSWD, with(&sudo)).sudo.as_deref(), Some("alice"));
        assert_eq!(gather(0, 1000, PASSWD, with(&[])).person(), "alice");
        let wish = [("SUDO_USER", "root")];
        assert_eq!(gather(1000, 1000, PASSWD, with(&wish)).sudo, None);
        assert_eq!(gather(990, 1000, PASSWD, with(&wish)).person(), "alice");
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
