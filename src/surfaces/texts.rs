//! Texts, numbers and instants as they come in: what is too long or unprintable is refused where it is read, so that
//! the error names the field.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::clock;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $min:literal..=$max:literal, $rule:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Deserialize, ToSchema)]
        #[serde(try_from = "String")]
        #[schema(value_type = String)]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<$name, String> {
                let length = text.chars().count();
                let rule: fn(&str) -> Result<(), &'static str> = $rule;
                if !($min..=$max).contains(&length) {
                    let bound = if length > $max { format!("at most {}", $max) } else { format!("at least {}", $min) };
                    return Err(format!("{bound} characters"));
                }
                rule(&text)?;
                Ok($name(text))
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }
    };
}

/// Takes no place, or turns the line around: nobody has it in their name. (The joiners of some scripts and emoji stay.)
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{3164}' | '\u{feff}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}' | '\u{2800}' | '\u{180e}' | '\u{61c}'
        | '\u{34f}' | '\u{2028}' | '\u{2029}' | '\u{206a}'..='\u{206f}' | '\u{e0000}'..='\u{e007e}' | '\u{e0080}'..='\u{e0fff}')
}

/// Joins or varies the letters beside it, and is nothing alone.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Scripts of India need joiners, and so do faces that are put together. After these letters they only hide.
fn has_hidden_joiner(text: &str) -> bool {
    let joins_nothing = |c: char| {
        c.is_ascii_alphanumeric() || ('\u{1100}'..='\u{11ff}').contains(&c) || ('\u{3040}'..='\u{d7ff}').contains(&c)
    };
    text.chars().zip(text.chars().skip(1)).any(|(before, c)| is_joiner(c) && joins_nothing(before))
}

text!(
    /// A name or a title: 1 to 200 characters on one line.
    Name, 1..=200, |t| {
        if t.chars().any(char::is_control) {
            return Err("no control characters in a name");
        }
        if t.chars().any(is_invisible) || has_hidden_joiner(t) {
            return Err("no invisible characters in a name");
        }
        if t.chars().any(|c| c.is_alphanumeric() || !c.is_ascii() && !is_joiner(c) && !c.is_whitespace()) {
            return Ok(());
        }
        if t.trim().is_empty() { Err("it is empty") } else { Err("a letter is needed") }
    }
);
text!(
    /// A longer text, of at most 5,000 characters.
    Prose, 0..=5000, no_nul
);
text!(
    /// Why: 1 to 5,000 characters that say something.
    Reason, 1..=5000, |t| {
        if t.trim().is_empty() { Err("at least one letter") } else { no_nul(t) }
    }
);
text!(
    /// What a step says, in at most 2,000 characters.
    Guide, 0..=2000, no_nul
);
text!(
    /// A word such as CLICK.
    Word, 1..=50, |t| {
        let known = t.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if known { Ok(()) } else { Err("letters, digits, - and _ only") }
    }
);
text!(
    /// Letters, digits and hyphens.
    Code, 2..=50, |t| {
        let known = t.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if known { Ok(()) } else { Err("letters, digits and - only") }
    }
);
text!(
    /// A web address.
    Url, 1..=2000, |t| {
        let known = (t.starts_with("https://") || t.starts_with("http://")) && !t.chars().any(|c| c.is_control() || c == ' ');
        if known { Ok(()) } else { Err("an address that begins with https:// or http://") }
    }
);
text!(
    /// An e-mail address.
    Email, 3..=200, |t| {
        let known = t.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.') && !b.ends_with('.'));
        if known && !t.chars().any(|c| c.is_control() || c.is_whitespace()) { Ok(()) } else { Err("it is no e-mail address") }
    }
);
text!(
    /// A phone number; hyphens and spaces do not matter.
    Phone, 5..=30, |t| {
        let digits = t.chars().filter(char::is_ascii_digit).count();
        let known = t.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
        if known && (5..=15).contains(&digits) { Ok(()) } else { Err("it is no phone number") }
    }
);
text!(
    /// A password of 8 to 200 characters.
    Password, 8..=200, no_nul
);
text!(
    /// Anything short that someone typed: it may match nothing.
    Typed, 0..=200, no_nul
);

fn no_nul(text: &str) -> Result<(), &'static str> {
    if text.contains('\0') { Err("no NUL in texts") } else { Ok(()) }
}

impl Email {
    /// As it is kept: nobody remembers which letters were large.
    pub fn kept(self) -> String {
        self.0.to_lowercase()
    }
}

impl Phone {
    pub fn kept(self) -> String {
        self.0.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
    }
}

/// What someone typed to sign in with, as it is kept.
pub fn login_name(typed: String) -> String {
    match Phone::try_from(typed.trim().to_owned()) {
        Ok(phone) if !typed.contains('@') => phone.kept(),
        _ => typed.trim().to_lowercase(),
    }
}

/// An instant: RFC 3339 on the wire, milliseconds inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, examples("2025-10-28T10:00:00Z"))]
pub struct Instant(pub i64);

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&clock::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        let ms = clock::parse_rfc3339(&text).filter(|ms| (0..=253_402_300_799_000).contains(ms));
        ms.map(Instant).ok_or_else(|| serde::de::Error::custom("a time such as 2025-10-28T10:00:00Z is needed"))
    }
}

/// A whole number from `A` to `B`.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(value_type = i64)]
pub struct Within<const A: i64, const B: i64>(pub i64);

impl<'de, const A: i64, const B: i64> Deserialize<'de> for Within<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        if (A..=B).contains(&number) {
            Ok(Within(number))
        } else {
            Err(serde::de::Error::custom(format!("from {A} to {B}")))
        }
    }
}

pub type Age = Within<0, 150>;
pub type Position = Within<0, 1_000_000>;

/// A key that is there with `null` says something else than one that is not there.
pub fn named<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(deserializer).map(Some)
}

/// A JSON object of any content, put into words anew, so that whoever reads it later can.
/// At most 16 KiB of it: it is kept, and read by others.
#[derive(Debug, Clone)]
pub struct Anything(String);

const ANYTHING_MAX_BYTES: usize = 16 * 1024;

impl<'de> Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Anything, D::Error> {
        let object = serde_json::Map::<String, serde_json::Value>::deserialize(deserializer)?;
        let text = serde_json::Value::Object(object).to_string();
        if text.len() > ANYTHING_MAX_BYTES {
            return Err(serde::de::Error::custom("at most 16 KiB"));
        }
        Ok(Anything(text))
    }
}

impl Anything {
    pub fn text(self) -> String {
        self.0
    }
}

/// A text in a query, which may look like a number.
pub struct Loose(pub String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Loose, D::Error> {
        match serde_json::Value::deserialize(deserializer)? {
            serde_json::Value::String(text) if !text.contains('\0') => Ok(Loose(text)),
            serde_json::Value::String(_) => Err(serde::de::Error::custom("no NUL in texts")),
            other => Ok(Loose(other.to_string())),
        }
    }
}

/// From 0 to 100.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(value_type = f64, minimum = 0, maximum = 100)]
pub struct Percent(pub f64);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Percent, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if (0.0..=100.0).contains(&number) {
            Ok(Percent(number))
        } else {
            Err(serde::de::Error::custom("from 0 to 100"))
        }
    }
}

/// A day: `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[schema(value_type = String, format = Date, examples("2025-10-28"))]
pub struct Day(pub String);

impl Day {
    pub fn parse(text: &str) -> Option<Day> {
        (text.len() == 10).then(|| clock::parse_date(text)).flatten().map(Day)
    }
}

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Day, D::Error> {
        let text = String::deserialize(deserializer)?;
        Day::parse(&text).ok_or_else(|| serde::de::Error::custom("a day such as 2025-10-28 is needed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_nobody_sees_is_none() {
        for blank in [
            "\u{200d}\u{200d}",
            "\u{fe0f}",
            "\u{115f}",
            "\u{2800}",
            "\u{ffa0}",
            "...",
            " \u{a0} ",
            "",
            "홍\u{200d}길동",
            "홍\u{34f}길동",
            "A\u{200c}da",
            "홍\u{2028}길동",
            "홍\u{e0041}",
        ] {
            assert!(Name::try_from(blank.to_owned()).is_err(), "{blank:?}");
        }
        for name in ["김순자", "髙橋 さくら", "O'Neill", "7", "👩\u{200d}🏫", "뷁", "क्\u{200d}ष"] {
            assert!(Name::try_from(name.to_owned()).is_ok(), "{name:?}");
        }
    }
}
