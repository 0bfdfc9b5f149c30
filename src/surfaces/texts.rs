//! Texts that callers send: a text that is too long or unprintable is refused where it is parsed, so that the error names
//! the field.

use serde::{Deserialize, Deserializer};
use unicode_normalization::UnicodeNormalization;

use super::body::sent;
pub use super::numbers::{AboveZero, Age, BoundedList, Percent, Position, UpTo, Within};
use super::read_error::SHORT_TEXT;
use super::schemas::{described, text_schema};
pub use super::times::{ClockTime, Day, DayOrInstant, Instant, TimeSent};
pub use super::values::AnyObject;
use crate::error::InputFault;

/// The reason why a text is refused.
#[derive(Debug, Clone, Copy)]
pub enum TextFault {
    TooShort(&'static str),
    Other(&'static str),
}

impl TextFault {
    fn into_error<E: serde::de::Error>(self) -> E {
        match self {
            TextFault::TooShort(text) => E::invalid_value(SHORT_TEXT, &text),
            TextFault::Other(text) => E::custom(text),
        }
    }
}

impl From<TextFault> for InputFault {
    fn from(fault: TextFault) -> InputFault {
        match fault {
            TextFault::TooShort(text) => InputFault::TooShort(text.into()),
            TextFault::Other(text) => text.into(),
        }
    }
}

fn refuse(why: &'static str) -> Result<(), TextFault> {
    Err(TextFault::Other(why))
}

/// Declares a type of text. The check and the OpenAPI document take its limits from here; a test below checks that `$pattern`
/// and `$rule` accept the same texts. `$kept` converts a text into the form that is stored.
macro_rules! text {
    ($(#[doc = $doc:literal])* $name:ident, $min:literal..=$max:literal, $pattern:expr, $rule:expr) => {
        text!($(#[doc = $doc])* $name, $min..=$max, $pattern, $rule, |text| text);
    };
    ($(#[doc = $doc:literal])* $name:ident, $min:literal..=$max:literal, $pattern:expr, $rule:expr, $kept:expr) => {
        $(#[doc = $doc])*
        #[derive(Debug, Clone)]
        pub struct $name(String);

        described!($name, text_schema([$($doc),*].concat().trim(), $min, $max, $pattern));

        impl TryFrom<String> for $name {
            type Error = TextFault;
            fn try_from(text: String) -> Result<$name, TextFault> {
                let length = text.chars().count();
                let rule: fn(&str) -> Result<(), TextFault> = $rule;
                if !($min..=$max).contains(&length) {
                    let (long, short) = (concat!("at most ", $max, " characters"), concat!("at least ", $min, " characters"));
                    return Err(if length > $max { TextFault::Other(long) } else { TextFault::TooShort(short) });
                }
                rule(&text)?;
                let kept: fn(String) -> String = $kept;
                Ok($name(kept(text)))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                $name::try_from(String::deserialize(deserializer)?).map_err(TextFault::into_error)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> String {
                text.0
            }
        }

        sent!($name => String, |text| text.0);
    };
}

// Sets of characters for the patterns below, as they are written inside brackets. Characters beyond 16 bits stand there as
// they are, because regular expressions have no escape for them that every reader knows.
macro_rules! controls {
    () => {
        r"\x00-\x1f\x7f-\x9f"
    };
}
macro_rules! spaces {
    () => {
        r"\x20\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    };
}
macro_rules! blanks {
    () => {
        r"\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
    };
}
macro_rules! joiners {
    () => {
        r"\u200c\u200d\ufe00-\ufe0f"
    };
}
macro_rules! unjoined {
    () => {
        concat!(
            r"0-9A-Za-z\xc0-\u034e\u0350-\u058f\u10a0-\u115e\u1161-\u11ff\u1c80-\u1cbf\u1d00-\u1fff",
            r"\u2126\u212a\u212b\u2c60-\u2c7f\u3040-\u3163\u3165-\ud7ff\uf900-\ufaff"
        )
    };
}
macro_rules! invisibles {
    () => {
        concat!(
            r"\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f",
            r"\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff0-\ufffb",
            "\u{110bd}\u{110cd}\u{13430}-\u{1343f}\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}"
        )
    };
}

/// Returns whether a character takes no space or changes the direction of the line; no name needs one. These are all that
/// Unicode calls ignorable or format characters, except the joiners.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}' | '\u{891}'
        | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}'
        | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns whether a character only joins or varies the letters beside it, and is invisible alone.
fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}')
}

/// Returns whether a letter is of a script without joiners: Latin, Greek, Cyrillic, Armenian, Georgian, Korean, Japanese, Chinese.
fn is_never_joined(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '\u{c0}'..='\u{58f}' | '\u{10a0}'..='\u{11ff}' | '\u{1c80}'..='\u{1cbf}' | '\u{1d00}'..='\u{1fff}'
            | '\u{2126}' | '\u{212a}' | '\u{212b}' | '\u{2c60}'..='\u{2c7f}' | '\u{3040}'..='\u{d7ff}' | '\u{f900}'..='\u{faff}')
}

/// Returns whether a joiner stands where it joins nothing and is only invisible: at the beginning, after a space, or after a
/// letter of a script without joiners. Scripts of India need joiners, and so do composed emoji.
fn has_hidden_joiner(text: &str) -> bool {
    let mut joins = false;
    for c in text.chars() {
        if !is_joiner(c) {
            joins = !(c.is_ascii() || c.is_whitespace() || is_never_joined(c));
        } else if !joins {
            return true;
        }
    }
    false
}

/// Converts a name into the form that is stored, so that two names that look the same are the same: Unicode's form NFC, one
/// space between words and none around.
fn name_as_kept(text: &str) -> String {
    let words: String = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    words.nfc().collect()
}

/// Converts a phone number into the form that is stored, so that one number is one login name: its digits, after a `+` if it
/// begins with the code of a country. The code of Korea is replaced by the 0 that is dialled within Korea.
fn phone_as_kept(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if !text.trim_start_matches(['(', ' ', '-']).starts_with('+') {
        return digits;
    }
    match digits.strip_prefix("82") {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => format!("+{digits}"),
    }
}

pub const NO_NUL: &str = r"^[^\x00]*$";
const REASON_PATTERN: &str = concat!(r"^[^\x00]*[^\x00\x09-\x0d\x85", spaces!(), r"][^\x00]*$");
const EMAIL_PATTERN: &str = concat!(
    r"^[^@",
    controls!(),
    spaces!(),
    r"]+@[^",
    controls!(),
    spaces!(),
    r"]*\.[^",
    controls!(),
    spaces!(),
    r"]*[^.",
    controls!(),
    spaces!(),
    "]$",
);
/// Pattern of a name: blanks, one visible letter, and then anything, with joiners only where they join letters.
const NAME_PATTERN: &str = concat!(
    "^[",
    blanks!(),
    "]*(?:[",
    unjoined!(),
    "]|[^",
    controls!(),
    invisibles!(),
    joiners!(),
    unjoined!(),
    blanks!(),
    "][",
    joiners!(),
    "]*)",
    "(?:[",
    unjoined!(),
    blanks!(),
    "]|[^",
    controls!(),
    invisibles!(),
    joiners!(),
    unjoined!(),
    blanks!(),
    "][",
    joiners!(),
    "]*)*$",
);

text!(
    /// A name or a title: 1 to 200 characters on one line. It is kept with one space between words and none around.
    Name, 1..=200, NAME_PATTERN, |t| {
        if t.chars().any(char::is_control) {
            return refuse("no control characters in a name");
        }
        if t.chars().any(is_invisible) || has_hidden_joiner(t) {
            return refuse("no invisible characters in a name");
        }
        if t.chars().any(|c| c.is_alphanumeric() || !c.is_ascii() && !is_joiner(c) && !c.is_whitespace()) {
            return Ok(());
        }
        if t.trim().is_empty() { refuse("it is empty") } else { refuse("a letter is needed") }
    },
    |text| name_as_kept(&text)
);
text!(
    /// A longer text, of at most 5,000 characters.
    Prose, 0..=5000, NO_NUL, no_nul
);
text!(
    /// Why: 1 to 5,000 characters that say something.
    Reason, 1..=5000, REASON_PATTERN, says_something
);
text!(
    /// Input or output of a program, of at most 100,000 characters.
    CaseText, 0..=100000, NO_NUL, no_nul
);
text!(
    /// A program, of at most 65,536 characters.
    ProgramText, 1..=65536, NO_NUL, no_nul
);
text!(
    /// What a step says, in at most 2,000 characters.
    Guide, 0..=2000, NO_NUL, no_nul
);
text!(
    /// A word such as CLICK.
    Word, 1..=50, "^[A-Za-z0-9_.-]*$", |t| {
        let known = t.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
        if known { Ok(()) } else { refuse("letters, digits, - and _ only") }
    }
);
text!(
    /// Letters, digits and hyphens.
    Code, 2..=50, "^[A-Za-z0-9-]*$", |t| {
        let known = t.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if known { Ok(()) } else { refuse("letters, digits and - only") }
    }
);
text!(
    /// A web address.
    Url, 1..=2000, r"^https?://[^\x00-\x20\x7f-\x9f]*$", |t| {
        let known = (t.starts_with("https://") || t.starts_with("http://")) && !t.chars().any(|c| c.is_control() || c == ' ');
        if known { Ok(()) } else { refuse("an address that begins with https:// or http://") }
    }
);
// Kept in lower case, since people do not remember which letters were capitals.
text!(
    /// An e-mail address.
    Email, 3..=200, EMAIL_PATTERN, |t| {
        let known = t.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.') && !b.ends_with('.'));
        if known && !t.chars().any(|c| c.is_control() || c.is_whitespace()) { Ok(()) } else { refuse("it is no e-mail address") }
    },
    |text| text.to_lowercase()
);
// Kept without spaces and hyphens, and a Korean one as it is dialled within Korea.
text!(
    /// A phone number; hyphens and spaces do not matter.
    Phone, 5..=30, r"^[+() -]*(?:[0-9][+() -]*){5,15}$", |t| {
        let digits = t.chars().filter(char::is_ascii_digit).count();
        let known = t.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')'));
        if known && (5..=15).contains(&digits) { Ok(()) } else { refuse("it is no phone number") }
    },
    |text| phone_as_kept(&text)
);
text!(
    /// A password of 8 to 200 characters.
    Password, 8..=200, NO_NUL, no_nul
);
text!(
    /// Anything short that someone typed: it may match nothing.
    Typed, 0..=200, NO_NUL, no_nul
);

text!(
    /// The name of a picture: 32 hexadecimal digits.
    PictureName, 32..=32, "^[0-9a-f]{32}$", |t| {
        let known = t.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f'));
        if known { Ok(()) } else { refuse("it is no name of a picture") }
    }
);
text!(
    /// Description of a picture, in at most 300 characters.
    PictureText, 0..=300, NO_NUL, no_nul
);
text!(
    /// Label of a mark in a picture, in at most 40 characters.
    MarkLabel, 0..=40, NO_NUL, no_nul
);
text!(
    /// Phones for which a picture is: ALL, ANDROID, IPHONE, or a make, in at most 30 characters.
    PhoneKind, 1..=30, REASON_PATTERN, says_something, |text| name_as_kept(&text)
);

fn no_nul(text: &str) -> Result<(), TextFault> {
    if text.contains('\0') { refuse("no NUL in texts") } else { Ok(()) }
}

fn says_something(text: &str) -> Result<(), TextFault> {
    if text.trim().is_empty() { Err(TextFault::TooShort("at least one letter")) } else { no_nul(text) }
}

/// Converts the login name that a person typed (an e-mail address or a phone number) into the form that is stored.
pub fn login_name(typed: String) -> String {
    match Phone::try_from(typed.trim().to_owned()) {
        Ok(phone) if !typed.contains('@') => phone.into(),
        _ => typed.trim().to_lowercase(),
    }
}

/// A text in a query, of any length.
pub struct QueryText(pub String);

impl<'de> Deserialize<'de> for QueryText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<QueryText, D::Error> {
        let text = String::deserialize(deserializer)?;
        no_nul(&text).map(|()| QueryText(text)).map_err(TextFault::into_error)
    }
}

/// A text in a query of at most 200 characters.
#[derive(Debug, Clone)]
pub struct SearchText(pub String);

described!(SearchText, text_schema("", 0, 200, NO_NUL));

sent!(SearchText => String, |text| text.0);

/// A `SearchText` that must be there. An empty one counts as left out, and leaving it out is refused.
#[derive(Deserialize)]
#[serde(transparent)]
pub struct NeededText(pub SearchText);

described!(NeededText, text_schema("", 1, 200, NO_NUL));

sent!(NeededText => String, |text| text.0.0);

impl<'de> Deserialize<'de> for SearchText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SearchText, D::Error> {
        Typed::deserialize(deserializer).map(|typed| SearchText(typed.0))
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
            "김순자 \u{fe0f}",
            "\u{fe0f}김순자",
            "김\u{180b}순자",
            "김\u{180f}순자",
            "김\u{17b5}순자",
            "김\u{fff9}순자",
            "김\u{1d173}순자",
            "Пётр\u{200d}",
        ] {
            assert!(Name::try_from(blank.to_owned()).is_err(), "{blank:?}");
        }
        for name in ["김순자", "髙橋 さくら", "O'Neill", "7", "👩\u{200d}🏫", "뷁", "क्\u{200d}ष"] {
            assert!(Name::try_from(name.to_owned()).is_ok(), "{name:?}");
        }
    }

    #[test]
    fn names_that_look_the_same_are_kept_the_same() {
        let kept = |text: &str| String::from(Name::try_from(text.to_owned()).unwrap());
        let spaced =
            ["김 순자", " 김 순자", "김 순자 ", "김\u{a0}순자", "김  순자", "김\u{3000}순자", "김\u{2003}\u{2009}순자"];
        for name in spaced {
            assert_eq!(kept(name), "김 순자", "{name:?}");
        }
        for (name, one) in
            [("김순자", "김순자"), ("Ame\u{301}lie", "Amélie"), ("\u{212a}im", "Kim"), ("क्\u{200d}ष", "क्\u{200d}ष")]
        {
            let apart: String = name.nfd().collect();
            assert_eq!((kept(name), kept(&apart)), (one.to_owned(), one.to_owned()));
        }
    }

    /// Returns a check that accepts what the text's schema in the OpenAPI document accepts.
    fn described<T: utoipa::PartialSchema>() -> impl Fn(&str) -> bool {
        let schema = serde_json::to_value(T::schema()).unwrap();
        let pattern = regex::Regex::new(schema["pattern"].as_str().unwrap()).unwrap();
        let length = schema["minLength"].as_u64().unwrap()..=schema["maxLength"].as_u64().unwrap();
        move |text| length.contains(&(text.chars().count() as u64)) && pattern.is_match(text)
    }

    #[track_caller]
    fn agree<T: utoipa::PartialSchema + TryFrom<String>>(texts: &[String]) {
        let fits = described::<T>();
        let taken: Vec<&String> = texts.iter().filter(|text| T::try_from((*text).clone()).is_ok()).collect();
        assert!(!taken.is_empty() && taken.len() < texts.len(), "{} of {}", taken.len(), texts.len());
        for text in texts {
            assert_eq!(T::try_from(text.clone()).is_ok(), fits(text), "{} {text:?}", std::any::type_name::<T>());
        }
    }

    #[test]
    fn the_document_has_the_patterns_that_are_checked() {
        let blocks = [
            0..0x3400,
            0xd780..0xd800,
            0xf900..0x10100,
            0x11080..0x110e0,
            0x13420..0x13450,
            0x1bca0..0x1bcb0,
            0x1d160..0x1d180,
            0x1f600..0x1f650,
            0xe0000..0xe1010,
        ];
        let mut texts: Vec<String> = Vec::new();
        for c in blocks.into_iter().flatten().filter_map(char::from_u32) {
            let around = ["", "a", "1", "가", " ", "्", "\u{200d}"];
            texts.extend(around.iter().flat_map(|by| [format!("{by}{c}"), format!("{c}{by}")]));
            texts.extend([format!("a@b{c}.kr"), format!("a{c}@b.kr"), format!("a@b.k{c}"), format!("http://a{c}")]);
            texts.extend([format!("010-123{c}"), format!("long enough{c}")]);
        }
        for text in [
            "a@b",
            "@b.kr",
            "a@@b.kr",
            "a@b.",
            "a@.b",
            "a@b.kr.",
            "ftp://a",
            "https://",
            "010 (12) 34",
            "12345678901234567",
        ] {
            texts.extend([text.to_owned(), text.repeat(30), format!("{text}\n")]);
        }
        agree::<Name>(&texts);
        agree::<Prose>(&texts);
        agree::<Reason>(&texts);
        agree::<Guide>(&texts);
        agree::<Word>(&texts);
        agree::<Code>(&texts);
        agree::<Url>(&texts);
        agree::<Email>(&texts);
        agree::<Phone>(&texts);
        agree::<Password>(&texts);
        agree::<Typed>(&texts);
    }
}
