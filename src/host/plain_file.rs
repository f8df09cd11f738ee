//! Plain files by their path: nothing that would be waited for, and nothing without an end.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rustix::fs::OFlags;

/// Opens a plain file for reading; links are followed.
///
/// # Errors
/// It cannot be opened, or is a pipe, a device or a folder; none of them is waited for.
pub fn open(path: &Path) -> io::Result<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(not_plain()) }
}

fn not_plain() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, "not a plain file")
}

/// Reads a plain file, or one byte more than `most` where it is longer.
///
/// # Errors
/// As for [`open`], or it cannot be read.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens what a user named: a plain file, or a pipe that their shell holds open for us and named in
/// their place, as in `<(command)`.
///
/// # Errors
/// As for [`open`].
pub fn open_named(path: &Path) -> io::Result<File> {
    let passed = ["/dev/fd", "/proc/self/fd"].iter().any(|dir| path.parent() == Some(dir.as_ref()));
    if passed || path == Path::new("/dev/stdin") { File::open(path) } else { open(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pipes_devices_and_folders_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let (file, pipe) = (folder.path().join("file"), folder.path().join("pipe"));
        std::fs::write(&file, "text").unwrap();
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        std::os::unix::fs::symlink(&pipe, folder.path().join("link")).unwrap();
        assert_eq!(read(&file, 4).unwrap(), b"text");
        assert_eq!(read(&file, 2).unwrap(), b"tex");
        for odd in [&pipe, &folder.path().join("link"), folder.path(), "/dev/zero".as_ref()] {
            assert_eq!(open(odd).unwrap_err().to_string(), "not a plain file", "{odd:?}");
            assert!(open_named(odd).is_err(), "{odd:?}");
        }
    }
}
