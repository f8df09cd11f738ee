//! The one way in which an entry is written: RFC 8785, restricted.
//!
//! Keys are ASCII and sorted; values are strings, integers up to 2^53-1, arrays and objects. Inside
//! this set jq, Python and every RFC 8785 library agree to the byte, which they do not for floats,
//! non-ASCII keys and control characters (DEL is written differently by jq). So those are refused
//! here, before anything is hashed.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// The largest integer that every JSON reader keeps exactly.
pub const INTEGER_MOST: u64 = (1 << 53) - 1;

/// Why a value has no canonical form; the path is as jq writes it, e.g. `.data.packs[0].id`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// A key is empty or holds more than ASCII letters, digits, `_`, `-` and `.`.
    #[error("{path} has the key `{key}`; a key has ASCII letters, digits, `_`, `-` and `.`")]
    Key {
        /// Where the object stands.
        path: String,
        /// The key, made printable.
        key: String,
    },
    /// A string holds a control character.
    #[error("{path} holds the control character {code} at character {at}")]
    Control {
        /// Where the string stands.
        path: String,
        /// `U+XXXX`.
        code: String,
        /// Position, from 1.
        at: usize,
    },
    /// A number is not an integer within ±(2^53-1).
    #[error("{path} is the number `{number}`; a record keeps integers up to 2^53-1")]
    Number {
        /// Where the number stands.
        path: String,
        /// The number as given.
        number: String,
    },
    /// A value of a kind that a record does not hold.
    #[error("{path} is {what}; a record keeps strings, integers, lists and objects")]
    Kind {
        /// Where the value stands.
        path: String,
        /// What it is.
        what: &'static str,
    },
}

/// Writes a value in canonical form.
///
/// # Errors
/// See [`NotCanonical`]; nothing is dropped or replaced to make a value fit.
pub fn write(value: &Value) -> Result<String, NotCanonical> {
    let mut out = String::with_capacity(512);
    put(value, &mut String::new(), &mut out)?;
    Ok(out)
}

/// Writes an object whose keys are known beforehand, one after the other. They must come in canonical
/// order; what stands in them is held to the same rules as by [`fn@write`].
pub(super) struct Object<'a> {
    out: &'a mut String,
    path: String,
    last: &'static str,
}

impl<'a> Object<'a> {
    pub(super) fn begin(out: &'a mut String) -> Self {
        out.push('{');
        Self { out, path: String::new(), last: "" }
    }

    pub(super) fn end(self) {
        self.out.push('}');
    }

    fn key(&mut self, key: &'static str) {
        debug_assert!(self.last < key, "`{key}` comes after `{}`", self.last);
        if !self.last.is_empty() {
            self.out.push(',');
        }
        self.last = key;
        self.out.push('"');
        self.out.push_str(key);
        self.out.push_str("\":");
    }

    pub(super) fn text(&mut self, key: &'static str, text: &str) -> Result<(), NotCanonical> {
        self.key(key);
        put_string(text, &|| format!("{}.{key}", self.path), self.out)
    }

    pub(super) fn number(&mut self, key: &'static str, n: u64) -> Result<(), NotCanonical> {
        self.key(key);
        if n > INTEGER_MOST {
            let path = format!("{}.{key}", self.path);
            return Err(NotCanonical::Number { path, number: n.to_string() });
        }
        // To a string it cannot fail.
        let _ = write!(self.out, "{n}");
        Ok(())
    }

    pub(super) fn value(&mut self, key: &'static str, value: &Value) -> Result<(), NotCanonical> {
        self.key(key);
        put(value, &mut format!("{}.{key}", self.path), self.out)
    }

    pub(super) fn object(
        &mut self,
        key: &'static str,
        fill: impl FnOnce(&mut Object<'_>) -> Result<(), NotCanonical>,
    ) -> Result<(), NotCanonical> {
        self.key(key);
        let path = format!("{}.{key}", self.path);
        self.out.push('{');
        let mut inner = Object { out: self.out, path, last: "" };
        fill(&mut inner)?;
        inner.end();
        Ok(())
    }
}

fn put(value: &Value, path: &mut String, out: &mut String) -> Result<(), NotCanonical> {
    let here = |path: &str| if path.is_empty() { ".".to_owned() } else { path.to_owned() };
    match value {
        Value::String(s) => put_string(s, &|| path.clone(), out),
        Value::Number(n) => {
            if !fits(n) {
                return Err(NotCanonical::Number { path: here(path), number: n.to_string() });
            }
            out.push_str(&n.to_string());
            Ok(())
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                within(path, &format!("[{i}]"), |path| put(item, path, out))?;
            }
            out.push(']');
            Ok(())
        }
        Value::Object(map) => {
            // Sorted here, not by the map: its order depends on features of serde_json that some
            // other crate may switch on.
            let mut fields: Vec<_> = map.iter().collect();
            fields.sort_unstable_by_key(|&(key, _)| key.as_bytes());
            out.push('{');
            for (i, (key, field)) in fields.into_iter().enumerate() {
                if key.is_empty() || !key.bytes().all(plain) {
                    let key = crate::domain::text::printable(key);
                    return Err(NotCanonical::Key { path: here(path), key });
                }
                if i > 0 {
                    out.push(',');
                }
                out.push('"');
                out.push_str(key);
                out.push_str("\":");
                within(path, &format!(".{key}"), |path| put(field, path, out))?;
            }
            out.push('}');
            Ok(())
        }
        Value::Null => Err(NotCanonical::Kind { path: here(path), what: "null" }),
        Value::Bool(_) => Err(NotCanonical::Kind { path: here(path), what: "true or false" }),
    }
}

fn within<T>(path: &mut String, step: &str, f: impl FnOnce(&mut String) -> T) -> T {
    let before = path.len();
    path.push_str(step);
    let out = f(path);
    path.truncate(before);
    out
}

const fn plain(c: u8) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-' | b'.')
}

fn fits(n: &Number) -> bool {
    n.as_u64().is_some_and(|n| n <= INTEGER_MOST)
        || n.as_i64().is_some_and(|n| n.unsigned_abs() <= INTEGER_MOST)
}

fn put_string(text: &str, path: &dyn Fn() -> String, out: &mut String) -> Result<(), NotCanonical> {
    out.push('"');
    for (i, c) in text.chars().enumerate() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            // C0, DEL and C1.
            c if c.is_control() => {
                let code = format!("U+{:04X}", u32::from(c));
                return Err(NotCanonical::Control { path: path(), code, at: i + 1 });
            }
            c => out.push(c),
        }
    }
    out.push('"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_and_only_what_must_be_is_escaped() {
        let value = json!({"b": "说 \"a\\b\"\n\t", "a": [1, -2, {"z": "", "y_1": 9_007_199_254_740_991u64}]});
        assert_eq!(
            write(&value).unwrap(),
            r#"{"a":[1,-2,{"y_1":9007199254740991,"z":""}],"b":"说 \"a\\b\"\n\t"}"#
        );
    }

    #[test]
    fn an_object_written_key_by_key_is_the_canonical_one_and_held_to_the_same_rules() {
        let mut out = String::new();
        let mut o = Object::begin(&mut out);
        o.text("a", "说 \"x\"\n").unwrap();
        o.object("b", |o| {
            o.number("m", INTEGER_MOST)?;
            o.value("v", &json!([1, "two"]))
        })
        .unwrap();
        o.number("n", 0).unwrap();
        o.end();
        let same = json!({"a": "说 \"x\"\n", "n": 0, "b": {"v": [1, "two"], "m": INTEGER_MOST}});
        assert_eq!(out, write(&same).unwrap());

        let refused = |fill: fn(&mut Object<'_>) -> Result<(), NotCanonical>| {
            let mut out = String::new();
            Object::begin(&mut out).object("by", fill).unwrap_err().to_string()
        };
        let most = refused(|o| o.number("ms", INTEGER_MOST + 1));
        assert!(most.contains(".by.ms is the number `9007199254740992`"), "{most}");
        let text = refused(|o| o.text("login", "a\u{1b}b"));
        assert!(text.contains(".by.login holds the control character U+001B at character 2"));
        assert!(refused(|o| o.value("x", &json!({"y": null}))).contains(".by.x.y is null"));
    }

    #[test]
    fn what_tools_write_differently_is_refused_with_its_place() {
        let cases = [
            (json!({"data": {"x": 1.5}}), ".data.x is the number `1.5`"),
            (json!({"data": {"x": 9_007_199_254_740_992u64}}), "`9007199254740992`"),
            (json!({"data": [0, null]}), ".data[1] is null"),
            (json!({"a": {"b": true}}), ".a.b is true or false"),
            (json!({"t": "ok\u{7f}"}), ".t holds the control character U+007F at character 3"),
            (json!({"t": "\u{9b}31m"}), "U+009B at character 1"),
            (json!({"t": "a\u{1b}[31m"}), "U+001B at character 2"),
            (json!({"t": "a\rb"}), "U+000D"),
            (json!({"d": {"键": 1}}), ".d has the key `键`"),
            (json!({"": 1}), ". has the key ``"),
        ];
        for (value, part) in cases {
            let message = write(&value).unwrap_err().to_string();
            assert!(message.contains(part), "{message} should say {part}");
        }
    }
}
