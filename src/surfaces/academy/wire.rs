//! The JSON that all of this surface has alike. The rest stands beside its handlers.

use serde::{Deserializer, Serialize, Serializer};
use utoipa::openapi::schema::{ObjectBuilder, Type};

use crate::school::Window;
use crate::surfaces::body::sent;
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;
use crate::surfaces::request_url::RequestUrl;
use crate::surfaces::schemas::described;

query! {
    pub struct AcademyPages {
        /// The number of the page, from 1
        page: Option<Within<1, 1_000_000>>,
        /// The number of rows on a page (20). More than 100 counts as 100
        page_size: Option<Within<1, 1_000_000>>,
    }
}

const PAGE_SIZE: i64 = 20;
const PAGE_MAX_SIZE: i64 = 100;

impl From<AcademyPages> for Window {
    fn from(pages: AcademyPages) -> Window {
        let size = pages.page_size.plain().unwrap_or(PAGE_SIZE).min(PAGE_MAX_SIZE);
        Window::of_page(pages.page.plain().unwrap_or(1), size)
    }
}

answer! {
    /// Says that something was done.
    #[schema(example = json!({"detail": "로그아웃했습니다"}))]
    pub struct AcademyDone from &'static str as text { detail: String = translate(text).into() }

    pub struct AcademyPage from (Window, i64, &RequestUrl) as (window, total, url) {
        /// The number of rows on all pages
        count: i64 = total,
        /// The URL of the page behind this one
        next: Option<String> = window.has_more(total).then(|| url.with("page", window.number() + 1)),
        /// The URL of the page before this one
        previous: Option<String> = (window.number() > 1).then(|| url.with("page", window.number() - 1)),
    }
}

/// A duration in whole seconds: `HH:MM:SS` on the wire, with as many digits for the hours as they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AcademyDuration(pub i64);

described!(
    AcademyDuration,
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Hours, minutes and seconds"))
        .pattern(Some("^[0-9]{2,5}:[0-5][0-9]:[0-5][0-9]$"))
        .examples(["00:04:10"])
);

sent!(AcademyDuration => i64, |duration| duration.0);

impl AcademyDuration {
    fn parse(text: &str) -> Option<AcademyDuration> {
        let number = |digits: &str, lengths: std::ops::RangeInclusive<usize>| {
            let is_number = lengths.contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            digits.parse::<i64>().ok().filter(|_| is_number)
        };
        let mut parts = text.split(':');
        let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
        let of_60 = |digits: &str| number(digits, 2..=2).filter(|number| *number < 60);
        let total = number(hours, 2..=5)? * 3_600 + of_60(minutes)? * 60 + of_60(seconds)?;
        parts.next().is_none().then_some(AcademyDuration(total))
    }
}

impl Serialize for AcademyDuration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let AcademyDuration(seconds) = self;
        serializer.collect_str(&format_args!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
    }
}

impl<'de> Deserialize<'de> for AcademyDuration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<AcademyDuration, D::Error> {
        let text = String::deserialize(deserializer)?;
        AcademyDuration::parse(&text).ok_or_else(|| serde::de::Error::custom("a duration such as 00:04:10 is needed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_hours_minutes_and_seconds() {
        for (seconds, text) in [(0, "00:00:00"), (250, "00:04:10"), (86_399, "23:59:59"), (360_000, "100:00:00")] {
            assert_eq!(serde_json::to_value(AcademyDuration(seconds)).unwrap(), text);
            assert_eq!(AcademyDuration::parse(text), Some(AcademyDuration(seconds)));
        }
        let pattern = serde_json::to_value(<AcademyDuration as utoipa::PartialSchema>::schema()).unwrap();
        let pattern = regex::Regex::new(pattern["pattern"].as_str().unwrap()).unwrap();
        for text in
            ["4:10", "0:04:10", "00:60:00", "00:00:60", "00:04:10:00", "-1:00:00", "00:04:1", "+1:00:00", "99999:59:59"]
        {
            assert_eq!(AcademyDuration::parse(text).is_some(), pattern.is_match(text), "{text}");
        }
    }
}
