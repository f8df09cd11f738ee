//! One table of keys. Help, the hint bar, the palette and the README's table all come from it.

use super::key::{Code, Key};
use crate::words::Lang;
use crate::words::console::Word as W;

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    /// Everywhere.
    Global,
    /// All incidents.
    Board,
    /// One incident.
    Incident,
    /// One question.
    Triage,
    /// All facts and moments.
    Facts,
    /// A form.
    Form,
    /// The list of entries.
    Record,
    /// A text to read: why, law, help.
    Read,
    /// All actions by name.
    Palette,
    /// What somebody who takes over must know.
    HandOver,
    /// A banner that waits to be acknowledged.
    Banner,
    /// The path of a file in which the banner's text is saved.
    Save,
    /// A question before something is recorded.
    Ask,
}

macro_rules! actions {
    ($($variant:ident = $name:literal;)*) => {
        /// What a key does. Its name is what configuration writes.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "each action is described by its label in the table")]
        pub enum Action { $($variant,)* }

        impl Action {
            /// The name that configuration uses.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Finds an action by name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
        }
    };
}
actions! {
    Up = "up"; Down = "down"; PageUp = "page_up"; PageDown = "page_down"; Top = "top";
    Bottom = "bottom"; Left = "left"; Right = "right"; Open = "open"; Back = "back";
    New = "new"; Triage = "triage"; Sent = "sent"; Received = "received"; Waive = "waive";
    Why = "why"; Note = "note"; HandOver = "hand_over"; Record = "record"; Ended = "ended";
    Close = "close"; Law = "law"; Correct = "correct"; Confirm = "confirm"; Toggle = "toggle";
    NextField = "next_field"; PrevField = "prev_field"; NextQuestion = "next_question";
    PrevQuestion = "prev_question"; List = "list"; Yes = "yes"; No = "no";
    Acknowledge = "acknowledge"; SaveAs = "save_as"; Accept = "accept"; Sign = "sign";
    Export = "export"; Help = "help"; Palette = "palette"; Language = "language";
    Quit = "quit"; Suspend = "suspend"; Repaint = "repaint";
}

type Row = (Context, &'static str, Action, W, bool);

/// Context, keys, action, label, and whether the hint bar shows it.
const TABLE: &[Row] = {
    use Action as A;
    use Context as C;
    &[
        (C::Board, "Enter", A::Open, W::ActOpen, true),
        (C::Board, "N", A::New, W::ActNew, true),
        (C::Board, "t", A::Triage, W::ActTriage, true),
        (C::Board, "r", A::Sent, W::ActSent, true),
        (C::Board, "l", A::Record, W::ActRecord, false),
        (C::Board, "w", A::Why, W::ActWhy, false),
        (C::Board, "o", A::Law, W::ActLaw, false),
        (C::Board, "q", A::Quit, W::ActQuit, true),
        (C::Incident, "r", A::Sent, W::ActSent, true),
        (C::Incident, "t", A::Triage, W::ActTriage, true),
        (C::Incident, "a", A::Received, W::ActReceived, true),
        (C::Incident, "w Enter", A::Why, W::ActWhy, true),
        (C::Incident, "n", A::Note, W::ActNote, true),
        (C::Incident, "h", A::HandOver, W::ActHandOver, true),
        (C::Incident, "l", A::Record, W::ActRecord, true),
        (C::Incident, "x", A::Waive, W::ActWaive, false),
        (C::Incident, "e", A::Ended, W::ActEnded, false),
        (C::Incident, "C", A::Close, W::ActClose, false),
        (C::Incident, "o", A::Law, W::ActLaw, false),
        (C::Incident, "Tab", A::List, W::ActList, false),
        (C::Incident, "S", A::Sign, W::ActSign, false),
        (C::Incident, "E", A::Export, W::ActExport, false),
        (C::Triage, "Enter", A::Confirm, W::ActConfirm, true),
        (C::Triage, "PageDown C-n ]", A::NextQuestion, W::ActNextQuestion, true),
        (C::Triage, "PageUp C-p [", A::PrevQuestion, W::ActPrevQuestion, false),
        (C::Triage, "Tab", A::List, W::ActList, true),
        (C::Triage, "Space", A::Toggle, W::ActToggle, false),
        (C::Triage, "y", A::Yes, W::ActYes, false),
        (C::Triage, "n", A::No, W::ActNo, false),
        (C::Triage, "w C-t", A::Why, W::ActWhy, true),
        (C::Facts, "Enter", A::Open, W::ActAnswer, true),
        (C::Facts, "w", A::Why, W::ActWhy, true),
        (C::Facts, "Tab t", A::Triage, W::ActTriage, true),
        (C::Form, "Enter", A::Confirm, W::ActConfirm, true),
        (C::Form, "Tab Down", A::NextField, W::ActNextField, true),
        (C::Form, "S-Tab Up", A::PrevField, W::ActPrevField, false),
        (C::Form, "Left", A::Left, W::ActLeft, true),
        (C::Form, "Right Space", A::Right, W::ActRight, false),
        (C::Record, "Enter", A::Open, W::ActEntry, true),
        (C::Record, "c", A::Correct, W::ActCorrect, true),
        (C::Record, "E", A::Export, W::ActExport, true),
        (C::Record, "S", A::Sign, W::ActSign, true),
        (C::Record, "n", A::Note, W::ActNote, true),
        (C::Palette, "Enter", A::Confirm, W::ActRun, true),
        (C::Palette, "Down C-n Tab", A::Down, W::ActDown, true),
        (C::Palette, "Up C-p S-Tab", A::Up, W::ActUp, false),
        (C::HandOver, "h", A::HandOver, W::ActHandOverTo, true),
        (C::HandOver, "A", A::Accept, W::ActAccept, true),
        (C::Banner, "s", A::SaveAs, W::ActSaveAs, true),
        (C::Banner, "j Down", A::Down, W::ActDown, true),
        (C::Banner, "k Up", A::Up, W::ActUp, true),
        (C::Banner, "Enter", A::Acknowledge, W::ActAcknowledge, true),
        (C::Save, "Enter", A::Confirm, W::ActSave, true),
        (C::Save, "Esc", A::Back, W::ActBack, true),
        (C::Ask, "y", A::Yes, W::ActRecordAnyway, true),
        (C::Ask, "n Esc", A::No, W::ActDoNotRecord, true),
        (C::Global, "j Down", A::Down, W::ActDown, false),
        (C::Global, "k Up", A::Up, W::ActUp, false),
        (C::Global, "PageDown C-f", A::PageDown, W::ActPageDown, false),
        (C::Global, "PageUp C-b", A::PageUp, W::ActPageUp, false),
        (C::Global, "g Home", A::Top, W::ActTop, false),
        (C::Global, "G End", A::Bottom, W::ActBottom, false),
        (C::Global, "Esc q", A::Back, W::ActBack, true),
        (C::Global, "/ C-k", A::Palette, W::ActPalette, true),
        (C::Global, "? F1", A::Help, W::ActHelp, true),
        (C::Global, "L F2", A::Language, W::ActLanguage, true),
        (C::Global, "C-l", A::Repaint, W::ActRepaint, false),
        (C::Global, "C-z", A::Suspend, W::ActSuspend, false),
        (C::Global, "C-c", A::Quit, W::ActQuit, false),
    ]
};

/// One line of the table with the user's own keys.
#[derive(Debug, Clone)]
pub struct Bound {
    /// Where.
    pub context: Context,
    /// Which keys.
    pub keys: Vec<Key>,
    /// What they do.
    pub action: Action,
    /// In words.
    pub label: W,
    /// The hint bar shows it.
    pub bar: bool,
}

/// The table with the user's own keys.
#[derive(Debug, Clone)]
pub struct Keymap {
    /// Its lines, in the order of the hint bar.
    pub bounds: Vec<Bound>,
    /// Overrides that could not be taken, or that hide another key: the text, and what is wrong.
    pub problems: Vec<(String, W)>,
}

impl Default for Keymap {
    fn default() -> Self {
        Self::with(&[])
    }
}

impl Keymap {
    /// The table, with the keys of some actions replaced: (action name, keys with blanks between).
    pub fn with(overrides: &[(String, String)]) -> Self {
        let read = |keys: &str| keys.split(' ').filter_map(Key::parse).collect::<Vec<_>>();
        let mut bounds: Vec<Bound> = TABLE
            .iter()
            .map(|&(context, keys, action, label, bar)| Bound {
                context,
                keys: read(keys),
                action,
                label,
                bar,
            })
            .collect();
        let mut problems = Vec::new();
        for (name, text) in overrides {
            let Some(action) = Action::from_name(name) else {
                problems.push((name.clone(), W::BadAction));
                continue;
            };
            let keys: Option<Vec<Key>> = text.split_whitespace().map(Key::parse).collect();
            let Some(keys) = keys.filter(|k| !k.is_empty()) else {
                problems.push((text.clone(), W::BadKey));
                continue;
            };
            let plain = |k: &Key| matches!(k.code, Code::Char(_)) && !k.ctrl && !k.alt;
            for b in bounds.iter_mut().filter(|b| b.action == action) {
                // Where text is typed, a plain character never gets here: the default stays, too.
                let typed = matches!(
                    b.context,
                    Context::Form
                        | Context::Triage
                        | Context::Palette
                        | Context::Banner
                        | Context::Save
                        | Context::Ask
                );
                if typed && keys.iter().all(plain) {
                    b.keys.extend(&keys);
                } else {
                    b.keys.clone_from(&keys);
                }
            }
        }
        for (i, a) in bounds.iter().enumerate() {
            for b in bounds[i + 1..].iter().filter(|b| b.context == a.context) {
                if let Some(key) = a.keys.iter().find(|k| b.keys.contains(k)) {
                    problems.push((key.to_string(), W::KeyTaken));
                }
            }
        }
        Self { bounds, problems }
    }

    /// What a key does here; the context's own keys come before the global ones.
    pub fn action(&self, context: Context, key: Key) -> Option<Action> {
        // Whatever the user's own keys are, this one always leaves.
        if key.ctrl && key.code == Code::Char('c') {
            return Some(Action::Quit);
        }
        let find = |c: Context| {
            self.bounds.iter().find(|b| b.context == c && b.keys.contains(&key)).map(|b| b.action)
        };
        find(context)
            .or_else(|| if context.is_closed() { quit_only(key) } else { find(Context::Global) })
    }

    /// The first key of an action here, as it is written.
    pub fn key_of(&self, context: Context, action: Action) -> Option<String> {
        let here = self.bounds.iter().filter(|b| b.action == action);
        let mut here = here.filter(|b| b.context == context || b.context == Context::Global);
        here.next().and_then(|b| b.keys.first()).map(Key::to_string)
    }

    /// The lines that hold here: the context's own first, then the global ones it does not hide.
    pub fn lines(&self, context: Context) -> Vec<&Bound> {
        let own: Vec<&Bound> = self.bounds.iter().filter(|b| b.context == context).collect();
        let mut all = own.clone();
        if !context.is_closed() {
            let global = self.bounds.iter().filter(|b| b.context == Context::Global);
            all.extend(
                global.filter(|g| !own.iter().any(|o| g.keys.iter().all(|k| o.keys.contains(k)))),
            );
        }
        all
    }

    /// The key table of the README, in Markdown.
    pub fn readme_table(&self, lang: Lang) -> String {
        let mut out = format!(
            "| {} | {} | {} | {} |\n| --- | --- | --- | --- |\n",
            W::KeyWhere.text(lang),
            W::Key.text(lang),
            W::KeyDoes.text(lang),
            W::KeyName.text(lang),
        );
        for b in &self.bounds {
            let keys: Vec<String> = b.keys.iter().map(|k| format!("`{k}`")).collect();
            let place = b.context.name().text(lang);
            let does = b.label.text(lang);
            out.push_str(&format!(
                "| {place} | {} | {does} | `{}` |\n",
                keys.join(" "),
                b.action.name()
            ));
        }
        out
    }
}

/// A banner lets nothing through but leaving, suspending and painting again.
fn quit_only(key: Key) -> Option<Action> {
    match (key.code, key.ctrl) {
        (Code::Char('c'), true) => Some(Action::Quit),
        (Code::Char('z'), true) => Some(Action::Suspend),
        (Code::Char('l'), true) => Some(Action::Repaint),
        _ => None,
    }
}

impl Context {
    /// Says whether the keys that hold everywhere do not hold here.
    pub fn is_closed(self) -> bool {
        matches!(self, Self::Banner | Self::Save | Self::Ask)
    }

    /// Its name.
    pub fn name(self) -> W {
        match self {
            Self::Global => W::CtxGlobal,
            Self::Board => W::Board,
            Self::Incident => W::Incident,
            Self::Triage => W::Triage,
            Self::Facts => W::Facts,
            Self::Form => W::CtxForm,
            Self::Record => W::Record,
            Self::Read => W::CtxRead,
            Self::Palette => W::Palette,
            Self::HandOver => W::FormHandOver,
            Self::Banner => W::CtxBanner,
            Self::Save => W::CtxSave,
            Self::Ask => W::CtxAsk,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_in_the_table_can_be_read() {
        for (_, keys, action, ..) in TABLE {
            for k in keys.split(' ') {
                assert!(Key::parse(k).is_some(), "{k} of {}", action.name());
            }
        }
    }

    #[test]
    fn no_key_means_two_things_in_one_context() {
        let map = Keymap::default();
        for a in &map.bounds {
            for b in &map.bounds {
                if a.context == b.context && a.action != b.action {
                    assert!(
                        !a.keys.iter().any(|k| b.keys.contains(k)),
                        "{:?} {:?}",
                        a.action,
                        b.action
                    );
                }
            }
        }
    }

    #[test]
    fn a_users_own_key_replaces_ours_and_a_wrong_one_is_named() {
        let own = [("sent", "R"), ("nosuch", "x"), ("note", "C-")];
        let own: Vec<_> = own.iter().map(|(a, k)| (String::from(*a), String::from(*k))).collect();
        let map = Keymap::with(&own);
        let key = |t: &str| Key::parse(t).unwrap();
        assert_eq!(map.action(Context::Incident, key("R")), Some(Action::Sent));
        assert_eq!(map.action(Context::Incident, key("r")), None);
        assert_eq!(
            map.problems,
            [("nosuch".to_owned(), W::BadAction), ("C-".to_owned(), W::BadKey)]
        );
        assert!(map.readme_table(Lang::En).contains("| incident | `R` |"));
    }

    #[test]
    fn no_key_of_the_user_can_lock_them_in() {
        let own = [("quit", "Q"), ("confirm", "S"), ("sent", "n")];
        let own: Vec<_> = own.iter().map(|(a, k)| (String::from(*a), String::from(*k))).collect();
        let map = Keymap::with(&own);
        let key = |t: &str| Key::parse(t).unwrap();
        assert_eq!(map.action(Context::Form, key("C-c")), Some(Action::Quit));
        assert_eq!(map.action(Context::Form, key("Enter")), Some(Action::Confirm));
        assert_eq!(map.problems, [("n".to_owned(), W::KeyTaken)]);
    }
}
