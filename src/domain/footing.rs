//! What the records lie on, and whether what is promised of them holds there.

/// What a folder of records lies on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Footing {
    /// A file system of this machine: everything that is promised holds.
    Local,
    /// Memory: gone with the next start of the machine.
    Memory,
    /// Layers over one another, as containers have them: gone with the container.
    Overlay,
    /// A file system that other machines or another program serve, by its name: whether a lock and a
    /// sync reach that far depends on them, so that only one console should write.
    Shared(String),
    /// The system does not say, or the folder is not there yet.
    Unknown,
}

impl Footing {
    /// Says whether several may write there at once.
    pub const fn takes_several(&self) -> bool {
        matches!(self, Self::Local | Self::Memory | Self::Overlay)
    }
}

/// Where the records lie on something of which not everything holds: on what, and which incident's, or
/// those of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfirm {
    /// The incident's id; nothing for the folder of all.
    pub incident: Option<String>,
    /// On what.
    pub footing: Footing,
}
