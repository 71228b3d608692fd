//! Between JSON and the values of expressions, with bounds: what leaves an expression has no undefined part, no
//! function in it, and is not larger than a step's output may be.

use std::io;

use minijinja::{
    Error, ErrorKind, Value as Dynamic,
    value::{Serde, ValueKind},
};
use serde_json::{Map, Number, Value};

/// No value that an expression gives, and no output of a step, is larger than this, written as JSON: bytes.
pub const MAX_VALUE_BYTES: usize = 16 * 1024 * 1024;
const MAX_DEPTH: usize = 100;

/// JSON as expressions see it.
pub(super) fn to_dynamic(value: &Value) -> Dynamic {
    Dynamic::from(Serde(value))
}

/// What an expression gave, as JSON.
pub(super) fn to_json(value: &Dynamic) -> Result<Value, Error> {
    to_json_within(&mut { MAX_VALUE_BYTES }, value)
}

/// `room`: bytes that may still come, counted down.
pub(super) fn to_json_within(room: &mut usize, value: &Dynamic) -> Result<Value, Error> {
    Conversion { room }.json(value, 0)
}

/// Text as it stands; everything else as JSON, so that booleans are `true` and nothing is `null`.
pub(super) fn to_text(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Bytes of a value, written as JSON.
pub(super) fn size(value: &Value) -> usize {
    struct Counter(usize);
    impl io::Write for Counter {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let mut counter = Counter(0);
    // Counting cannot fail, and a JSON value can always be written.
    let _ = serde_json::to_writer(&mut counter, value);
    counter.0
}

/// For error messages.
pub(super) fn shortened(value: &Value) -> String {
    let text = value.to_string();
    let shown: String = text.chars().take(80).collect();
    if shown.len() < text.len() { format!("{shown}...") } else { shown }
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidOperation, why)
}

/// Counts down the bytes that may still come.
struct Conversion<'a> {
    room: &'a mut usize,
}

impl Conversion<'_> {
    fn take(&mut self, bytes: usize) -> Result<(), Error> {
        *self.room = self
            .room
            .checked_sub(bytes)
            .ok_or_else(|| refused(format!("the value is larger than {} MB", MAX_VALUE_BYTES / 1024 / 1024)))?;
        Ok(())
    }

    fn json(&mut self, value: &Dynamic, depth: usize) -> Result<Value, Error> {
        if depth > MAX_DEPTH {
            return Err(refused(format!("the value is nested deeper than {MAX_DEPTH} levels")));
        }
        self.take(2)?;
        Ok(match value.kind() {
            ValueKind::Undefined if depth == 0 => return Err(Error::from(ErrorKind::UndefinedError)),
            ValueKind::Undefined => return Err(Error::new(ErrorKind::UndefinedError, "a part of it is not defined")),
            ValueKind::None => Value::Null,
            ValueKind::Bool => Value::Bool(value.is_true()),
            ValueKind::Number => Value::Number(number(value)?),
            ValueKind::String => {
                let text = value.as_str().unwrap_or_default();
                self.take(text.len())?;
                Value::String(text.to_owned())
            }
            ValueKind::Seq | ValueKind::Iterable => {
                let mut list = Vec::new();
                for item in value.try_iter()?.checked() {
                    list.push(self.json(&item?, depth + 1)?);
                }
                Value::Array(list)
            }
            ValueKind::Map => {
                let mut map = Map::new();
                for key in value.try_iter()?.checked() {
                    let key = key?;
                    let Some(name) = key.as_str() else {
                        return Err(refused(format!("a key must be a text, and this is a {}", key.kind())));
                    };
                    self.take(name.len())?;
                    map.insert(name.to_owned(), self.json(&value.get_item(&key)?, depth + 1)?);
                }
                Value::Object(map)
            }
            kind => return Err(refused(format!("a {kind} is no JSON value"))),
        })
    }
}

fn number(value: &Dynamic) -> Result<Number, Error> {
    if value.is_integer() {
        let whole = value.as_i64().map(Number::from);
        return whole
            .or_else(|| u64::try_from(value.clone()).ok().map(Number::from))
            .ok_or_else(|| refused("the number is too large for JSON"));
    }
    f64::try_from(value.clone())
        .ok()
        .and_then(Number::from_f64)
        .ok_or_else(|| refused("the number is not one that JSON has"))
}
