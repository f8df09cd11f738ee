//! The append-only attribute of a file, as `chattr +a` sets it: nobody overwrites, cuts, renames or
//! removes it until it is taken away again, not even root by mistake.

use std::io;
use std::path::Path;

/// What became of setting the attribute.
#[derive(Debug)]
pub enum Hardened {
    /// It is set now.
    Set,
    /// It was set before.
    Already,
    /// Only an administrator may set it.
    NotPermitted,
    /// The file system, or this system, has no such attribute.
    NotSupported,
    /// Anything else.
    Failed(io::Error),
}

/// Says whether a file is append-only; nothing where that cannot be told.
pub fn is_set(file: &Path) -> Option<bool> {
    flags::get(&super::plain_file::open(file).ok()?).ok()
}

/// Makes a file append-only.
pub fn set(file: &Path) -> Hardened {
    let done = || -> io::Result<Hardened> {
        use std::os::unix::fs::OpenOptionsExt as _;
        let nofollow = i32::try_from(rustix::fs::OFlags::NOFOLLOW.bits()).unwrap_or_default();
        let file = std::fs::OpenOptions::new().read(true).custom_flags(nofollow).open(file)?;
        if flags::get(&file)? {
            return Ok(Hardened::Already);
        }
        flags::set(&file)?;
        // A file system may take the call and keep nothing.
        Ok(if flags::get(&file)? { Hardened::Set } else { Hardened::NotSupported })
    };
    match done() {
        Ok(hardened) => hardened,
        Err(e) => match e.kind() {
            io::ErrorKind::PermissionDenied => Hardened::NotPermitted,
            io::ErrorKind::Unsupported => Hardened::NotSupported,
            // ENOTTY: the file system knows no attributes at all.
            _ if e.raw_os_error() == Some(rustix::io::Errno::NOTTY.raw_os_error()) => {
                Hardened::NotSupported
            }
            _ => Hardened::Failed(e),
        },
    }
}

#[cfg(target_os = "linux")]
mod flags {
    use std::fs::File;
    use std::io;

    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};

    pub(super) fn get(file: &File) -> io::Result<bool> {
        Ok(ioctl_getflags(file)?.contains(IFlags::APPEND))
    }

    pub(super) fn set(file: &File) -> io::Result<()> {
        let flags = ioctl_getflags(file)?;
        Ok(ioctl_setflags(file, flags | IFlags::APPEND)?)
    }
}

#[cfg(not(target_os = "linux"))]
mod flags {
    use std::fs::File;
    use std::io;

    pub(super) fn get(_: &File) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub(super) fn set(_: &File) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}
