//! The shapes that a pack file may have: which fields each item must have, and which it may have.

/// The fields of one kind of item.
pub(super) struct Shape {
    /// What the item is called in error messages.
    pub(super) what: &'static str,
    /// Fields that must be there.
    pub(super) must: &'static [&'static str],
    /// Fields that may be there.
    pub(super) may: &'static [&'static str],
}

macro_rules! shapes {
    ($($name:ident $what:literal [$($must:ident)*] [$($may:ident)*])*) => {
        $(pub(super) const $name: Shape = Shape {
            what: $what,
            must: &[$(stringify!($must)),*],
            may: &[$(stringify!($may)),*],
        };)*
    };
}

// First what must be there, then what may.
shapes! {
    PACK "pack" [format id edition title short in_force checked zone levels reportable sources
        articles bodies channels facts anchors criteria duties]
        [floor definitions content closing leniency notices open_points]
    TEXT "text" [zh en] []
    LEVEL "level" [id name] []
    FLOOR "floor" [level fact basis] []
    SOURCE "source" [id title] [url]
    ARTICLE "article" [id cite text] []
    DEFINITION "definition" [term meaning basis] []
    BODY "body" [id name channels] []
    CHANNEL "channel" [id name how] [value basis]
    FACT "fact" [id kind ask short help basis] [unit only_if]
    OPTION "option" [id name] []
    ANCHOR "anchor" [id ask short help] []
    CRITERION "criterion" [id title rungs] []
    RUNG "rung" [level when reason basis] []
    DUTY "duty" [id title role from to when starts limit basis] [words repeats blocked]
    BLOCK "block" [when reason basis] []
    CONTENT "content item" [no text first basis] [extras]
    EXTRA "extra" [when text] []
    NOTICE "notice" [id when text basis] []
    OPEN_POINT "open point" [id text] []
}
