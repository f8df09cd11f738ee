//! What a folder of records lies on.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::dir::Dir;
use super::{FsStore, is_incident_id};
use crate::domain::footing::{Footing, Unfirm};
use crate::domain::text::printable;

impl FsStore {
    /// Returns what the folder of incidents lies on.
    pub fn ground(&self) -> Footing {
        let found = self.folder().ancestors().find_map(|path| Dir::open(path).ok());
        found.map_or(Footing::Unknown, |dir| of(&dir))
    }

    /// Returns what one incident's folder lies on: something may be mounted there by itself.
    pub fn ground_of(&self, id: &str) -> Footing {
        Dir::open(&self.folder().join(id)).map_or_else(|_| self.ground(), |dir| of(&dir))
    }

    /// Lists where not everything that is promised holds: for the folder of all incidents, and for
    /// those of the incidents that lie on something else.
    pub fn unfirm(&self, only: Option<&str>) -> Vec<Unfirm> {
        let folder = self.folder();
        let mut out = vec![Unfirm { incident: None, footing: self.ground() }];
        let device = |path: &Path| std::fs::symlink_metadata(path).map(|m| m.dev()).ok();
        let home = device(&folder);
        let listed = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        let listed = listed.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let ids: Vec<String> = match only {
            Some(id) => vec![id.to_owned()],
            None => listed.filter(|name| is_incident_id(name)).collect(),
        };
        for id in ids {
            // Asking for the device costs little; only where it is another one is more looked at.
            if device(&folder.join(&id)).is_some_and(|is| Some(is) != home) {
                let footing = self.ground_of(&id);
                out.push(Unfirm { incident: Some(id), footing });
            }
        }
        out.retain(|u| !matches!(u.footing, Footing::Local | Footing::Unknown));
        out
    }
}

#[cfg(target_os = "linux")]
fn of(dir: &Dir) -> Footing {
    let Ok(stat) = rustix::fs::fstatfs(dir.handle()) else { return Footing::Unknown };
    #[allow(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "a 32-bit number")]
    let magic = stat.f_type as u32;
    // What is mounted is asked for where the number alone does not tell.
    by_magic(magic).unwrap_or_else(|| {
        let device = rustix::fs::fstat(dir.handle()).map(|s| s.st_dev).ok();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
        by_type(magic, device.and_then(|device| type_of(&mounts, device)))
    })
}

#[cfg(not(target_os = "linux"))]
const fn of(_: &Dir) -> Footing {
    Footing::Unknown
}

/// What is mounted through a program, on this machine or from anywhere.
const FUSE: u32 = 0x6573_5546;

/// File systems by the number that `statfs` gives, from linux/magic.h and their own headers.
const SHARED: [(u32, &str); 24] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "SMB"),
    (0xfe53_4d42, "SMB"),
    (0x0102_1997, "9P"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
    (0x0116_1970, "GFS2"),
    (0x7461_636f, "OCFS2"),
    (0x4750_4653, "GPFS"),
    (0x1983_0326, "BeeGFS"),
    (0x2003_0528, "OrangeFS"),
    (0x7375_7245, "Coda"),
    (0x564c, "NCP"),
    (0xaad7_aaea, "PanFS"),
    (0xbeef_dead, "SNFS"),
    (0x6163_6673, "ACFS"),
    (0x0131_11a8, "IBRIX"),
    (0x786f_4256, "vboxsf"),
    (0xbacb_acbc, "vmhgfs"),
    (0x7c7c_6673, "prl_fs"),
    (0x6e66_7364, "nfsd"),
];

fn by_magic(magic: u32) -> Option<Footing> {
    match magic {
        0x0102_1994 | 0x8584_58f6 => Some(Footing::Memory),
        0x794c_7630 | 0x6175_6673 => Some(Footing::Overlay),
        _ => {
            let name = SHARED.iter().find(|(number, _)| *number == magic)?.1;
            Some(Footing::Shared(name.to_owned()))
        }
    }
}

/// Names under which the same are mounted, and others that have no number of their own.
const SHARED_TYPES: [&str; 31] = [
    "9p",
    "acfs",
    "afs",
    "beegfs",
    "ceph",
    "cifs",
    "coda",
    "davfs",
    "exafs",
    "fhgfs",
    "gfs2",
    "glusterfs",
    "gpfs",
    "hgfs",
    "lustre",
    "mmfs",
    "ncpfs",
    "nfs",
    "nfs4",
    "ocfs2",
    "orangefs",
    "panfs",
    "prl_fs",
    "pvfs2",
    "quobyte",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
    "vmhgfs",
    "wekafs",
];

/// Judges by the name under which something is mounted. What a program serves in a way that nobody
/// here knows is not promised anything of.
fn by_type(magic: u32, mounted: Option<&str>) -> Footing {
    match mounted {
        Some("overlay" | "aufs" | "unionfs") => Footing::Overlay,
        Some("tmpfs" | "ramfs") => Footing::Memory,
        Some("fuse.fuse-overlayfs") => Footing::Overlay,
        Some("fuse" | "fuseblk") | None if magic == FUSE => Footing::Shared("FUSE".to_owned()),
        Some(name) if magic == FUSE || SHARED_TYPES.contains(&name) => {
            let name = printable(name);
            let program = name.strip_prefix("fuse.");
            Footing::Shared(program.map_or_else(|| name.clone(), |by| format!("FUSE ({by})")))
        }
        _ => Footing::Local,
    }
}

/// Finds the name under which the file system of a device is mounted, in the kernel's list.
fn type_of(mounts: &str, device: u64) -> Option<&str> {
    let number = format!("{}:{}", rustix::fs::major(device), rustix::fs::minor(device));
    let of = |line: &&str| line.split(' ').nth(2) == Some(&number);
    let line = mounts.lines().find(of)?;
    line.split_once(" - ")?.1.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
        22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
        40 22 0:35 / /mnt/a\\040-\\040b rw shared:5 - fuse.sshfs host:/ rw\n\
        41 22 0:36 / /mnt/b rw - wekafs w rw\n\
        42 22 0:37 / /mnt/c rw - fuse.fuse-overlayfs o rw\n\
        43 22 0:38 / /mnt/d rw - btrfs /dev/vdb rw\n";

    fn found(magic: u32, minor: u32) -> Footing {
        let device = rustix::fs::makedev(if minor == 0 { 254 } else { 0 }, minor);
        by_magic(magic).unwrap_or_else(|| by_type(magic, type_of(MOUNTS, device)))
    }

    #[test]
    fn what_others_serve_is_known_by_number_or_by_name_and_what_is_here_is_local() {
        let shared = |name: &str| Footing::Shared(name.to_owned());
        for (magic, name) in SHARED {
            assert_eq!(found(magic, 0), shared(name));
        }
        assert_eq!(found(0xef53, 0), Footing::Local);
        assert_eq!(found(0x9123_683e, 38), Footing::Local);
        assert_eq!(found(0x1234_5678, 36), shared("wekafs"));
    }

    #[test]
    fn nothing_is_promised_of_what_an_unknown_program_serves() {
        let is = found(FUSE, 35);
        assert_eq!(is, Footing::Shared("FUSE (sshfs)".to_owned()));
        assert_eq!(found(FUSE, 99), Footing::Shared("FUSE".to_owned()));
        assert_eq!(found(FUSE, 37), Footing::Overlay);
        assert!(!is.takes_several());
    }

    #[test]
    fn memory_and_layers_are_told_apart() {
        assert_eq!(found(0x0102_1994, 0), Footing::Memory);
        assert_eq!(found(0x794c_7630, 0), Footing::Overlay);
    }
}
