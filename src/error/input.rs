//! Input that cannot be accepted: the place, and what is wrong there.

use std::borrow::Cow;

use super::words::{Field, SurfaceWords};
use crate::language::Language;

/// The place of a bad value in what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputPlace {
    Field(Field),
    /// An element of a list, counted from 0.
    Element(Field, usize),
    /// A path in the JSON, or the name of a parameter, header or option, as it was sent. Only surfaces and the command line know these.
    AsSent(Cow<'static, str>),
}

impl InputPlace {
    pub fn name(&self, words: SurfaceWords) -> Cow<'static, str> {
        match self {
            InputPlace::Field(field) => field.name(words).into(),
            InputPlace::Element(list, n) => format!("{}[{n}]", list.name(words)).into(),
            InputPlace::AsSent(place) => place.clone(),
        }
    }
}

impl From<Field> for InputPlace {
    fn from(field: Field) -> InputPlace {
        InputPlace::Field(field)
    }
}

/// An element of a list.
impl From<(Field, usize)> for InputPlace {
    fn from((list, n): (Field, usize)) -> InputPlace {
        InputPlace::Element(list, n)
    }
}

/// The reason why a value cannot be accepted. Developers read it in English; people read in Korean and Japanese only whether a value is
/// missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputFault {
    /// The key is needed, and was not sent.
    Missing {
        key: &'static str,
    },
    /// A value is needed, and null was sent.
    Null(String),
    /// The text is shorter than it may be.
    TooShort(String),
    /// The time is before the one in another field.
    Before(Field),
    /// The number is above the one in another field.
    Above(Field),
    Other(Cow<'static, str>),
}

impl InputFault {
    /// Tells whether nothing was sent, or as good as nothing.
    pub fn is_absence(&self) -> bool {
        matches!(self, InputFault::Missing { .. } | InputFault::Null(_) | InputFault::TooShort(_))
    }

    pub fn text(&self, language: Language, words: SurfaceWords) -> Cow<'static, str> {
        match (language, self) {
            (Language::English, InputFault::Missing { key }) => format!("missing field `{key}`").into(),
            (Language::English, InputFault::Null(text) | InputFault::TooShort(text)) => text.clone().into(),
            (Language::English, InputFault::Before(other)) => format!("it is before {}", other.name(words)).into(),
            (Language::English, InputFault::Above(other)) => format!("it is above {}", other.name(words)).into(),
            (Language::English, InputFault::Other(text)) => text.clone(),
            (Language::Korean, InputFault::Missing { .. }) => "꼭 필요한 값입니다.".into(),
            (Language::Korean, _) => "값이 올바르지 않습니다.".into(),
            (Language::Japanese, InputFault::Missing { .. }) => "必ず入れてください。".into(),
            (Language::Japanese, _) => "値が正しくありません。".into(),
        }
    }
}

impl From<&'static str> for InputFault {
    fn from(text: &'static str) -> InputFault {
        InputFault::Other(text.into())
    }
}

impl From<String> for InputFault {
    fn from(text: String) -> InputFault {
        InputFault::Other(text.into())
    }
}
