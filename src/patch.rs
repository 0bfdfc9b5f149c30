//! Changes of values that may be missing.

use serde::{Deserialize, Deserializer};

/// A change of a value that may be missing: it was left out, is null, or is a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Left out: what is stored stays.
    #[default]
    Keep,
    /// Null: there is no value any more.
    Clear,
    Set(T),
}

impl<T> Patch<T> {
    pub fn is_sent(&self) -> bool {
        !matches!(self, Patch::Keep)
    }

    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Patch::Keep => Patch::Keep,
            Patch::Clear => Patch::Clear,
            Patch::Set(value) => Patch::Set(convert(value)),
        }
    }

    /// Returns the value after the change, where it was `now` before.
    pub fn over(self, now: Option<T>) -> Option<T> {
        match self {
            Patch::Keep => now,
            Patch::Clear => None,
            Patch::Set(value) => Some(value),
        }
    }

    /// Returns the value that was sent.
    pub fn value(self) -> Option<T> {
        self.over(None)
    }
}

/// A key with `#[serde(default)]` that is left out is `Keep`.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Patch<T>, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Patch::Clear, Patch::Set))
    }
}
