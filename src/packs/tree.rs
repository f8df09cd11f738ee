//! RON text as a tree in which every value knows where it stands.
//!
//! `ron` stops at the first fault and forgets positions once a value is read. A pack is written by
//! people, who want every fault of it at once and each with its place; so the text is read once
//! into this tree, and shapes and meaning are both checked on it. What is read here is the part
//! of RON that packs need (no maps, no characters, no bytes); a test holds that `ron` agrees.

use std::borrow::Cow;

/// How deep brackets may nest; conditions of a real pack stay below ten.
const DEEPEST: usize = 64;

/// One value and its place.
#[derive(Debug)]
pub(super) struct Node<'t> {
    /// Byte offset of its first character.
    pub(super) at: usize,
    /// Byte offset behind its last character.
    pub(super) end: usize,
    /// The value.
    pub(super) what: What<'t>,
}

/// The value of a node.
#[derive(Debug)]
pub(super) enum What<'t> {
    /// `"text"`.
    Text(Cow<'t, str>),
    /// `12`, `29.9`, as it is written.
    Number(&'t str),
    /// `true`, `Bool`.
    Name(&'t str),
    /// `[a, b]`.
    List(Vec<Node<'t>>),
    /// `(a, b)` or `Name(a, b)`.
    Tuple(Option<&'t str>, Vec<Node<'t>>),
    /// `(a: 1)` or `Name(a: 1)`.
    Fields(Option<&'t str>, Vec<Field<'t>>),
}

/// One `name: value`.
#[derive(Debug)]
pub(super) struct Field<'t> {
    /// The name.
    pub(super) name: &'t str,
    /// Byte offset of the name.
    pub(super) at: usize,
    /// The value.
    pub(super) value: Node<'t>,
}

impl Node<'_> {
    /// Says what kind of value stands here, for error messages.
    pub(super) fn word(&self) -> String {
        match &self.what {
            What::Text(_) => "a text".to_owned(),
            What::Number(n) => format!("the number `{n}`"),
            What::Name(n) | What::Tuple(Some(n), _) | What::Fields(Some(n), _) => format!("`{n}`"),
            What::List(_) => "a list".to_owned(),
            What::Tuple(None, _) => "a tuple".to_owned(),
            What::Fields(None, _) => "a struct".to_owned(),
        }
    }
}

/// Where reading stopped, and why.
#[derive(Debug)]
pub(super) struct Broken {
    /// Byte offset.
    pub(super) at: usize,
    /// What is wrong.
    pub(super) message: String,
}

/// Reads a whole text.
///
/// # Errors
/// The first place that is not RON, or is nested too deeply.
pub(super) fn parse(text: &str) -> Result<Node<'_>, Broken> {
    let mut reader = Reader { text, at: 0 };
    reader.gap()?;
    while reader.rest().starts_with("#!") {
        reader.attribute()?;
        reader.gap()?;
    }
    let node = reader.value(0)?;
    reader.gap()?;
    match reader.peek() {
        None => Ok(node),
        Some(c) => Err(reader.broken(format!("{} after the end of the pack", shown(c)))),
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn broken(&self, message: impl Into<String>) -> Broken {
        Broken { at: self.at, message: message.into() }
    }

    fn take_while(&mut self, is: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !is(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Skips white space and comments.
    fn gap(&mut self) -> Result<(), Broken> {
        loop {
            self.take_while(|c| c.is_ascii_whitespace());
            if self.rest().starts_with("//") {
                self.take_while(|c| c != '\n');
            } else if self.rest().starts_with("/*") {
                self.block_comment()?;
            } else {
                return Ok(());
            }
        }
    }

    fn block_comment(&mut self) -> Result<(), Broken> {
        let start = self.at;
        let mut open = 0usize;
        loop {
            let rest = self.rest();
            if rest.starts_with("/*") {
                open += 1;
                self.at += 2;
            } else if rest.starts_with("*/") {
                open -= 1;
                self.at += 2;
                if open == 0 {
                    return Ok(());
                }
            } else if let Some(c) = rest.chars().next() {
                self.at += c.len_utf8();
            } else {
                return Err(Broken { at: start, message: "this comment never ends".to_owned() });
            }
        }
    }

    /// `#![enable(implicit_some)]`: allowed, and implied.
    fn attribute(&mut self) -> Result<(), Broken> {
        let inside = self.rest().find(']').map(|end| (end, &self.rest()[..end]));
        match inside {
            Some((end, body)) if body.replace(' ', "") == "#![enable(implicit_some)" => {
                self.at += end + 1;
                Ok(())
            }
            _ => Err(self.broken("the only attribute of a pack is `#![enable(implicit_some)]`")),
        }
    }

    fn value(&mut self, depth: usize) -> Result<Node<'t>, Broken> {
        if depth > DEEPEST {
            return Err(self.broken(format!("brackets are nested deeper than {DEEPEST}")));
        }
        let at = self.at;
        let what = match self.peek() {
            None => return Err(self.broken("the text ends where a value is expected")),
            Some('"') => What::Text(self.string()?),
            Some('[') => What::List(self.items(']', depth)?),
            Some('(') => self.parens(None, depth)?,
            Some('r') if self.rest().starts_with("r\"") || self.rest().starts_with("r#") => {
                What::Text(self.raw_string()?)
            }
            Some(c) if c.is_ascii_digit() || matches!(c, '+' | '-' | '.') => {
                What::Number(self.take_while(|c| {
                    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '+' | '-')
                }))
            }
            Some(c) if c.is_ascii_alphabetic() || c == '_' => {
                let name = self.name();
                let end = self.at;
                self.gap()?;
                if self.peek() == Some('(') {
                    self.parens(Some(name), depth)?
                } else {
                    self.at = end;
                    What::Name(name)
                }
            }
            Some(c) => return Err(self.broken(format!("{} is not the start of a value", shown(c)))),
        };
        Ok(Node { at, end: self.at, what })
    }

    fn name(&mut self) -> &'t str {
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    fn parens(&mut self, name: Option<&'t str>, depth: usize) -> Result<What<'t>, Broken> {
        if self.field_ahead()? {
            Ok(What::Fields(name, self.fields(depth)?))
        } else {
            Ok(What::Tuple(name, self.items(')', depth)?))
        }
    }

    /// Says whether `(` is followed by `name:`.
    fn field_ahead(&mut self) -> Result<bool, Broken> {
        let start = self.at;
        self.at += 1;
        self.gap()?;
        let named = !self.name().is_empty();
        self.gap()?;
        let found = named && self.peek() == Some(':');
        self.at = start;
        Ok(found)
    }

    fn items(&mut self, close: char, depth: usize) -> Result<Vec<Node<'t>>, Broken> {
        let mut items = Vec::new();
        self.separated(close, |reader| {
            items.push(reader.value(depth + 1)?);
            Ok(())
        })?;
        Ok(items)
    }

    fn fields(&mut self, depth: usize) -> Result<Vec<Field<'t>>, Broken> {
        let mut fields = Vec::new();
        self.separated(')', |reader| {
            let at = reader.at;
            let name = reader.name();
            if name.is_empty() {
                return Err(reader.broken("a field name is expected"));
            }
            reader.gap()?;
            if reader.peek() != Some(':') {
                return Err(reader.broken(format!("`:` is expected after the field `{name}`")));
            }
            reader.at += 1;
            reader.gap()?;
            fields.push(Field { name, at, value: reader.value(depth + 1)? });
            Ok(())
        })?;
        Ok(fields)
    }

    /// Reads from the opening bracket to `close`, with commas between.
    fn separated(
        &mut self,
        close: char,
        mut item: impl FnMut(&mut Self) -> Result<(), Broken>,
    ) -> Result<(), Broken> {
        let open = self.at;
        let unclosed = || {
            let bracket = if close == ')' { '(' } else { '[' };
            Broken { at: open, message: format!("this `{bracket}` is never closed") }
        };
        self.at += 1;
        loop {
            self.gap()?;
            match self.peek() {
                None => return Err(unclosed()),
                Some(c) if c == close => break,
                Some(_) => item(self)?,
            }
            self.gap()?;
            match self.peek() {
                None => return Err(unclosed()),
                Some(',') => self.at += 1,
                Some(c) if c == close => break,
                Some(c) => {
                    let found = shown(c);
                    return Err(self.broken(format!("`,` or `{close}` is expected, not {found}")));
                }
            }
        }
        self.at += close.len_utf8();
        Ok(())
    }

    fn raw_string(&mut self) -> Result<Cow<'t, str>, Broken> {
        let start = self.at;
        self.at += 1;
        let hashes = self.take_while(|c| c == '#');
        let close = format!("\"{hashes}");
        match self.rest().strip_prefix('"').and_then(|body| body.split_once(close.as_str())) {
            Some((body, _)) => {
                self.at += 1 + body.len() + close.len();
                Ok(Cow::Borrowed(body))
            }
            None => Err(Broken { at: start, message: "this text never ends".to_owned() }),
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Broken> {
        let start = self.at;
        self.at += 1;
        let plain = self.take_while(|c| c != '"' && c != '\\');
        if self.peek() == Some('"') {
            self.at += 1;
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        loop {
            match self.peek() {
                None => {
                    return Err(Broken { at: start, message: "this text never ends".to_owned() });
                }
                Some('"') => {
                    self.at += 1;
                    return Ok(Cow::Owned(text));
                }
                Some('\\') => text.push(self.escape()?),
                Some(_) => text.push_str(self.take_while(|c| c != '"' && c != '\\')),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Broken> {
        let start = self.at;
        let wrong = || Broken { at: start, message: "this escape is not known".to_owned() };
        self.at += 1;
        let kind = self.peek().ok_or_else(wrong)?;
        self.at += kind.len_utf8();
        let code = |hex: &str| u32::from_str_radix(hex, 16).ok().and_then(char::from_u32);
        match kind {
            'n' => Ok('\n'),
            't' => Ok('\t'),
            'r' => Ok('\r'),
            '0' => Ok('\0'),
            '\\' | '"' | '\'' => Ok(kind),
            'x' => {
                let hex = self.rest().get(..2).ok_or_else(wrong)?;
                self.at += 2;
                code(hex).ok_or_else(wrong)
            }
            'u' => {
                let (hex, _) = self
                    .rest()
                    .strip_prefix('{')
                    .and_then(|rest| rest.split_once('}'))
                    .ok_or_else(wrong)?;
                self.at += hex.len() + 2;
                code(hex).ok_or_else(wrong)
            }
            _ => Err(wrong()),
        }
    }
}

/// A character as error messages show it; what cannot be seen is shown by its code.
pub(super) fn shown(c: char) -> String {
    if crate::domain::text::forbidden(c) || c.is_whitespace() {
        format!("U+{:04X}", u32::from(c))
    } else {
        format!("`{c}`")
    }
}
