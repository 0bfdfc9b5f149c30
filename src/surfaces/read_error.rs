//! The error of a value that cannot be read from what was sent. Its place and its fault are data: serde hands them over in the
//! functions below, so that no text of serde's has to be understood.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Expected, Unexpected};

use crate::error::{Error, InputFault};

/// Longest key or text of a fault that goes into the answer, in letters. Both may contain what was sent.
const SHOWN_MAX_CHARS: usize = 300;

/// Reported by our types of text for a text that is shorter than it may be.
pub const SHORT_TEXT: Unexpected<'static> = Unexpected::Other("a text that is too short");

#[derive(Debug)]
pub struct ReadError {
    /// From the inside out.
    path: Vec<PathStep>,
    fault: InputFault,
}

#[derive(Debug)]
pub enum PathStep {
    Key(String),
    Item(usize),
}

impl ReadError {
    /// Makes an error at a path, which is given from the inside out.
    pub fn at(path: Vec<PathStep>, fault: impl Into<InputFault>) -> ReadError {
        ReadError { path, fault: fault.into() }
    }

    fn new(fault: impl Into<InputFault>) -> ReadError {
        ReadError::at(Vec::new(), fault)
    }

    fn below(mut self, step: PathStep) -> ReadError {
        self.path.push(step);
        self
    }

    pub fn below_key(self, key: &str) -> ReadError {
        self.below(PathStep::Key(key.to_owned()))
    }

    pub fn below_item(self, n: usize) -> ReadError {
        self.below(PathStep::Item(n))
    }

    /// Returns the path of the bad value, such as `logs[3].event_type`.
    fn place(&self) -> String {
        let mut place = String::new();
        for step in self.path.iter().rev() {
            match step {
                PathStep::Key(key) if place.is_empty() => place.push_str(&shortened(key)),
                PathStep::Key(key) => place.extend([".", &shortened(key)]),
                PathStep::Item(n) => place.push_str(&format!("[{n}]")),
            }
        }
        place
    }
}

impl serde::de::Error for ReadError {
    fn custom<T: fmt::Display>(text: T) -> ReadError {
        ReadError::new(shortened(&text.to_string()).into_owned())
    }

    fn missing_field(key: &'static str) -> ReadError {
        ReadError::new(InputFault::Missing { key }).below_key(key)
    }

    fn invalid_type(found: Unexpected, needed: &dyn Expected) -> ReadError {
        let text = format!("invalid type: {}, expected {needed}", shortened(&in_json(found)));
        if found == Unexpected::Unit { ReadError::new(InputFault::Null(text)) } else { ReadError::new(text) }
    }

    fn invalid_value(found: Unexpected, needed: &dyn Expected) -> ReadError {
        if found == SHORT_TEXT {
            return ReadError::new(InputFault::TooShort(needed.to_string()));
        }
        ReadError::new(format!("invalid value: {}, expected {needed}", shortened(&in_json(found))))
    }
}

/// Cuts a text that would make the answer as long as what was sent.
pub fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_MAX_CHARS) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    }
}

/// Names a value as JSON writes it.
fn in_json(found: Unexpected) -> String {
    match found {
        Unexpected::Unit => "null".into(),
        Unexpected::Float(number) => format!("floating point `{}`", serde_json::Value::from(number)),
        other => other.to_string(),
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {:?}", self.place(), self.fault)
    }
}

impl std::error::Error for ReadError {}

impl From<ReadError> for Error {
    fn from(error: ReadError) -> Error {
        match error.place() {
            place if place.is_empty() => Error::unreadable(error.fault),
            place => Error::bad_as_sent(place, error.fault),
        }
    }
}
