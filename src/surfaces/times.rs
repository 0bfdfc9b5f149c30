//! Instants and days, as they are received and sent.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::PartialSchema;
use utoipa::openapi::schema::{AnyOfBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::body::sent;
use super::schemas::described;
use crate::clock;
use crate::school::assessments::OpeningTime;
use crate::school::attendance::MarkTime;

/// An instant: RFC 3339 on the wire, milliseconds inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant(pub i64);

const INSTANT_PATTERN: &str = r"^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$";

described!(
    Instant,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::DateTime)))
        .description(Some("An instant of the years 1970 to 9998, in RFC 3339"))
        .pattern(Some(INSTANT_PATTERN))
        .examples(["2025-10-28T10:00:00Z"])
);

sent!(Instant => i64, |at| at.0);

impl Instant {
    /// Reads RFC 3339 and nothing else: `2025-10-28T10:00:00Z`, with a fraction or an offset if need be.
    pub fn parse(text: &str) -> Option<Instant> {
        let year: u16 = text.get(..4)?.parse().ok()?;
        let (clock, zone) = text.get(19..)?.split_at(text.get(19..)?.find(['Z', 'z', '+', '-'])?);
        let fraction = clock.strip_prefix('.').map_or(clock.is_empty(), |digits| (1..=9).contains(&digits.len()));
        let has_form = |form: &str, text: &str| {
            form.len() == text.len()
                && form
                    .bytes()
                    .zip(text.bytes())
                    .all(|(f, t)| if f == b'0' { t.is_ascii_digit() } else { f == t.to_ascii_uppercase() })
        };
        let zoned = matches!(zone, "Z" | "z") || (has_form("00:00", zone.get(1..)?) && zone.get(1..3)? < "24");
        let fits =
            (1970..=9998).contains(&year) && has_form("0000-00-00T00:00:00", text.get(..19)?) && fraction && zoned;
        fits.then(|| clock::parse_rfc3339(text)).flatten().map(Instant)
    }
}

impl Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&clock::rfc3339(self.0))
    }
}

impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse(&text).ok_or_else(|| serde::de::Error::custom("a time such as 2025-10-28T10:00:00Z is needed"))
    }
}

/// A day: `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Day(pub String);

described!(
    Day,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
        .description(Some("A day of the years 1900 to 9999"))
        .pattern(Some("^(19|[2-9][0-9])[0-9]{2}-[0-9]{2}-[0-9]{2}$"))
        .examples(["2025-10-28"])
);

sent!(Day => String, |day| day.0);

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

/// A day of the school's zone, `YYYY-MM-DD`, or an instant.
#[derive(Debug, Clone)]
pub struct DayOrInstant(OpeningTime);

described!(
    DayOrInstant,
    AnyOfBuilder::new()
        .item(
            ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Date)))
                .pattern(Some("^(19[7-9][0-9]|[2-8][0-9]{3}|9[0-8][0-9]{2}|99[0-8][0-9]|999[0-8])-[0-9]{2}-[0-9]{2}$"))
        )
        .item(Instant::schema())
        .description(Some("A day of the school's zone, or an instant; of the years 1970 to 9998"))
        .examples(["2025-10-28", "2025-10-28T10:00:00Z"])
);

sent!(DayOrInstant => OpeningTime, |time| time.0);

impl<'de> Deserialize<'de> for DayOrInstant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day = Day::parse(&text).filter(|day| ("1970".."9999").contains(&&day.0[..4]));
        let edge =
            day.map(|day| OpeningTime::Day(day.0)).or_else(|| Instant::parse(&text).map(|at| OpeningTime::At(at.0)));
        let needed = "a day such as 2025-10-28 or a time such as 2025-10-28T10:00:00Z is needed";
        edge.map(DayOrInstant).ok_or_else(|| serde::de::Error::custom(needed))
    }
}

/// A time of a day, `HH:MM` or `HH:MM:SS`.
#[derive(Debug, Clone)]
pub struct ClockTime(String);

const CLOCK_TIME: &str = "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$";

described!(ClockTime, ObjectBuilder::new().schema_type(Type::String).pattern(Some(CLOCK_TIME)).examples(["14:00"]));

sent!(ClockTime => String, |time| time.0);

impl<'de> Deserialize<'de> for ClockTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ClockTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        let needed = || serde::de::Error::custom("a time such as 14:00 is needed");
        if clock::is_time_of_day(&text) { Ok(ClockTime(text)) } else { Err(needed()) }
    }
}

/// An instant, or a time `HH:MM` on the day of the meeting.
#[derive(Debug, Clone)]
pub struct TimeSent(MarkTime);

described!(
    TimeSent,
    AnyOfBuilder::new()
        .item(ObjectBuilder::new().schema_type(Type::String).pattern(Some(CLOCK_TIME)))
        .item(Instant::schema())
        .description(Some("A time of the day of the class, or an instant"))
        .examples(["09:00"])
);

sent!(TimeSent => MarkTime, |time| time.0);

impl<'de> Deserialize<'de> for TimeSent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<TimeSent, D::Error> {
        let text = String::deserialize(deserializer)?;
        if clock::is_time_of_day(&text) {
            return Ok(TimeSent(MarkTime::Clock(text)));
        }
        let needed = "a time such as 09:30 or 2025-10-28T00:30:00Z is needed";
        Instant::parse(&text).map(|at| TimeSent(MarkTime::At(at.0))).ok_or_else(|| serde::de::Error::custom(needed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_instants_and_days_that_are_read() {
        let pattern = |of: utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>| {
            regex::Regex::new(serde_json::to_value(of).unwrap()["pattern"].as_str().unwrap()).unwrap()
        };
        let (instant, day) =
            (pattern(<Instant as utoipa::PartialSchema>::schema()), pattern(<Day as utoipa::PartialSchema>::schema()));
        for text in [
            "2025-10-28T10:00:00Z",
            "1970-01-01T00:00:00+09:00",
            "9998-12-31T23:59:59.999999999-12:00",
            "2025-10-28t10:00:00z",
            "1969-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
            "2025-10-28 10:00:00Z",
            "2025-10-28T10:00Z",
            "2025-10-28T10:00:00",
            "2025-10-28T10:00:00.Z",
            "2025-10-28T10:00:00.1234567890Z",
            "2025-10-28T10:00:00+0900",
            "2025-10-28T10:00:00+24:00",
            "2025-10-28T10:00:00Z[Asia/Seoul]",
            "+2025-10-28T10:00:00Z",
            "2025-10-28T10:00:00+09",
            "2025-10-28",
            "",
            "２025-10-28T10:00:00Z",
        ] {
            assert_eq!(Instant::parse(text).is_some(), instant.is_match(text), "{text}");
        }
        for text in
            ["2025-10-28", "1900-01-01", "9999-12-31", "1899-12-31", "20251028", "2025-1-028", "2025-10-28T", ""]
        {
            assert_eq!(Day::parse(text).is_some(), day.is_match(text), "{text}");
        }
    }
}
