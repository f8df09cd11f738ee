//! What a folder of records lies on, and whether what is promised holds there.

use super::FsStore;
use super::dir::Dir;

/// What the folder of records lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// A file system of this machine: everything that is promised holds.
    Local,
    /// Memory: gone with the next start of the machine.
    Memory,
    /// A file system of another machine, by its name: whether a lock and a sync reach that far depends
    /// on both, so that only one console should write.
    Network(&'static str),
    /// The system does not say, or the folder is not there yet.
    Unknown,
}

impl Ground {
    /// Says whether several writers and a power cut are provided for.
    pub const fn is_firm(self) -> bool {
        matches!(self, Self::Local)
    }
}

impl FsStore {
    /// Returns what the folder of incidents lies on.
    pub fn ground(&self) -> Ground {
        let found = self.folder().ancestors().find_map(|path| Dir::open(path).ok());
        found.map_or(Ground::Unknown, |dir| of(&dir))
    }
}

#[cfg(target_os = "linux")]
fn of(dir: &Dir) -> Ground {
    let Ok(stat) = rustix::fs::fstatfs(dir.handle()) else { return Ground::Unknown };
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a 32-bit number")]
    let kind = stat.f_type as u32;
    // From linux/magic.h and the file systems' own headers.
    match kind {
        0x6969 => Ground::Network("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => Ground::Network("SMB"),
        0x0102_1997 => Ground::Network("9P"),
        0x5346_414f | 0x6b41_4653 => Ground::Network("AFS"),
        0x00c3_6400 => Ground::Network("Ceph"),
        0x0bd0_0bd0 => Ground::Network("Lustre"),
        0x6573_5546 => Ground::Network("FUSE"),
        0x786f_4256 => Ground::Network("VirtualBox"),
        0x0102_1994 | 0x8584_58f6 => Ground::Memory,
        _ => Ground::Local,
    }
}

#[cfg(not(target_os = "linux"))]
const fn of(_: &Dir) -> Ground {
    Ground::Unknown
}
