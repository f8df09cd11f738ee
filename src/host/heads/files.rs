//! The files in which heads are remembered: this user's own, plain, and replaced whole.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::time::Duration;

use rustix::fs::OFlags;

/// How long another program of the same user is waited for; it needs milliseconds.
const WAIT: Duration = Duration::from_millis(500);

/// Makes the user's folder. What lies above it may be a group's, and is then made for the group.
pub(super) fn make_folder(folder: &Path) -> io::Result<()> {
    let missing: Vec<&Path> = folder.ancestors().take_while(|p| !p.exists()).collect();
    for path in missing.into_iter().rev() {
        let parent = path.parent().unwrap_or(Path::new("/"));
        let shared = path != folder && fs::metadata(parent)?.mode() & 0o2020 == 0o2020;
        // Sticky, where users have their folders side by side: none of them moves another's away.
        let mode = match shared {
            true if Some(path) == folder.parent() => 0o3770,
            true => 0o2770,
            false => 0o700,
        };
        match DirBuilder::new().mode(mode).create(path) {
            Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
            other => other?,
        }
        if shared {
            // The umask took the group's rights away.
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        }
        File::open(parent)?.sync_all()?;
    }
    if let Some(parent) = folder.parent() {
        let meta = fs::metadata(parent)?;
        // As an earlier version made it.
        if meta.mode() & 0o1020 == 0o020 && meta.uid() == rustix::process::geteuid().as_raw() {
            let mode = meta.mode() & 0o7777 | 0o1000;
            fs::set_permissions(parent, std::os::unix::fs::PermissionsExt::from_mode(mode))?;
        }
    }
    own_folder(folder)
}

/// Says that what is there belongs to this user or to root.
fn own(meta: &fs::Metadata) -> io::Result<()> {
    let own = meta.uid() == rustix::process::geteuid().as_raw() || meta.uid() == 0;
    if own { Ok(()) } else { Err(io::Error::other("it belongs to another user")) }
}

pub(super) fn own_folder(folder: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(folder)?;
    if meta.is_dir() { own(&meta) } else { Err(ErrorKind::InvalidInput.into()) }
}

/// Opens a file of this user's own; neither a link nor a pipe in its place leads or holds us up.
pub(super) fn own_file(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().read(true).custom_flags(PLAIN).open(path)?;
    plain(&file)?;
    Ok(file)
}

fn plain(file: &File) -> io::Result<()> {
    let meta = file.metadata()?;
    if meta.is_file() { own(&meta) } else { Err(ErrorKind::InvalidInput.into()) }
}

const PLAIN: i32 = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).bits().cast_signed();

pub(super) fn lock(folder: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .custom_flags(PLAIN)
        .open(folder.join("lock"))?;
    plain(&file)?;
    let mut waited = Duration::ZERO;
    while file.try_lock().is_err() {
        if waited >= WAIT {
            return Err(io::Error::new(ErrorKind::TimedOut, "another program holds its lock"));
        }
        let nap = Duration::from_millis(2);
        std::thread::sleep(nap);
        waited += nap;
    }
    Ok(file)
}

/// Puts a file in the place of another, so that after a crash one of the two is there, whole.
pub(super) fn replace(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let temporary = folder.join(format!(".{name}.{}", std::process::id()));
    let written = || -> io::Result<()> {
        // A leftover of a program that had our number and was killed.
        match fs::remove_file(&temporary) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let mut file =
            OpenOptions::new().create_new(true).write(true).mode(0o600).open(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, folder.join(name))
    };
    if let Err(e) = written() {
        let _ = fs::remove_file(&temporary);
        return Err(e);
    }
    File::open(folder)?.sync_all()
}
