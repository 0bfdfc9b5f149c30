//! Time, dates and random values. They come from `App`, so that a test sets the clock and asserts the instant.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// The time by which the wall clock may differ from the time that passed between two readings before it counts as set by someone.
const SET_MS: i64 = 5 * SECOND_MS;

#[derive(Clone)]
pub struct Clock {
    zone: TimeZone,
    started: Instant,
    /// Time that a test adds.
    passed_ms: Arc<AtomicI64>,
    /// By how much a test sets the wall clock.
    set_ms: Arc<AtomicI64>,
    seen: Arc<Mutex<ClockReadings>>,
}

/// Returns the wall clock of the machine, also where a test moves the clock of the school.
pub fn machine_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// One moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// The wall clock, which someone may set: for times that are stored and shown.
    pub wall_ms: i64,
    /// The time for which the process has run: for periods that must not end because someone sets the clock.
    pub running_ms: i64,
}

#[derive(Default)]
struct ClockReadings {
    last: Option<Moment>,
    steady_since_ms: Option<i64>,
}

impl Clock {
    pub fn new(zone: TimeZone) -> Clock {
        Clock { zone, started: Instant::now(), passed_ms: Arc::default(), set_ms: Arc::default(), seen: Arc::default() }
    }

    pub fn now(&self) -> Moment {
        let ran_ms = i64::try_from(self.started.elapsed().as_millis()).unwrap_or(i64::MAX);
        let passed_ms = self.passed_ms.load(Ordering::Relaxed);
        let wall_ms = Timestamp::now().as_millisecond() + self.set_ms.load(Ordering::Relaxed);
        Moment { wall_ms: wall_ms + passed_ms, running_ms: ran_ms.saturating_add(passed_ms) }
    }

    pub fn now_ms(&self) -> i64 {
        self.now().wall_ms
    }

    /// Returns how long the process has run. It never jumps and never goes back.
    pub fn monotonic_ms(&self) -> i64 {
        self.now().running_ms
    }

    /// Converts an instant of the wall clock to the time that the process will have run, if nobody sets the wall clock until then.
    pub fn monotonic_at(&self, wall_ms: i64) -> i64 {
        let now = self.now();
        now.running_ms.saturating_add(wall_ms.saturating_sub(now.wall_ms))
    }

    /// Returns since when nobody has set the wall clock, or `None` if nobody was seen to set it. Must be called often: a change
    /// is found by comparing two calls.
    pub fn steady_since_ms(&self) -> Option<i64> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.now();
        if let Some(last) = seen.last.replace(now) {
            let drift_ms = (now.wall_ms - last.wall_ms) - (now.running_ms - last.running_ms);
            if drift_ms.abs() > SET_MS {
                seen.steady_since_ms = Some(now.wall_ms);
            }
        }
        seen.steady_since_ms
    }

    /// For tests: lets time pass, on both clocks.
    pub fn advance(&self, ms: i64) {
        self.passed_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// For tests: moves the wall clock by this much, without letting time pass.
    pub fn jump(&self, ms: i64) {
        self.set_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// Returns the day in the school's time zone, as `YYYY-MM-DD`.
    pub fn date_of(&self, ms: i64) -> String {
        instant(ms).to_zoned(self.zone.clone()).date().to_string()
    }

    /// Returns the instant of a time of day, `HH:MM` or `HH:MM:SS`, on a day in the school's time zone.
    pub fn at(&self, date: &str, time: &str) -> Option<i64> {
        let date: Date = date.parse().ok()?;
        let time: jiff::civil::Time = time.parse().ok()?;
        Some(date.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond())
    }

    /// Returns the date and time in the school's time zone, without the zone: `2025-10-25T10:30:00`.
    pub fn local(&self, ms: i64) -> String {
        instant(ms.div_euclid(SECOND_MS) * SECOND_MS).to_zoned(self.zone.clone()).datetime().to_string()
    }

    /// Returns today and the `days - 1` days before it, in the school's time zone, oldest first.
    pub fn last_days(&self, days: i64) -> Vec<DaySpan> {
        let today = self.date_of(self.now_ms());
        day_after(&today, 1 - days).map_or_else(Vec::new, |first| self.days(&first, &today))
    }

    /// Returns the days from one to another, in the school's time zone, oldest first.
    pub fn days(&self, first: &str, last: &str) -> Vec<DaySpan> {
        let (Ok(first), Ok(last)) = (first.parse::<Date>(), last.parse::<Date>()) else { return Vec::new() };
        let begin = |date: Date| date.to_zoned(self.zone.clone()).map_or(0, |z| z.timestamp().as_millisecond());
        first
            .series(1.day())
            .take_while(|date| *date <= last)
            .map(|date| DaySpan {
                date: date.to_string(),
                label: format!("{:02}/{:02}", date.month(), date.day()),
                starts_ms: begin(date),
                ends_ms: date.tomorrow().map_or(i64::MAX, begin),
            })
            .collect()
    }
}

#[derive(Debug, Clone)]
pub struct DaySpan {
    pub date: String,
    /// Month and day for a chart: `10/21`.
    pub label: String,
    pub starts_ms: i64,
    pub ends_ms: i64,
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Returns RFC 3339 in UTC, cut to the second, as the seed APIs write it.
pub fn rfc3339(ms: i64) -> String {
    instant(ms.div_euclid(SECOND_MS) * SECOND_MS).to_string()
}

pub fn parse_rfc3339(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// Returns a day as it is stored, `YYYY-MM-DD`, if it is one from 1900 to 9999.
pub fn parse_date(text: &str) -> Option<String> {
    let date: Date = text.parse().ok()?;
    (1900..=9999).contains(&date.year()).then(|| date.to_string())
}

/// Returns the day that is this many days after another one, or before it.
pub fn day_after(day: &str, days: i64) -> Option<String> {
    let date: Date = day.parse().ok()?;
    date.checked_add(jiff::Span::new().try_days(days).ok()?).ok().map(|date| date.to_string())
}

/// Returns how many days a day is after another one.
pub fn days_between(first: &str, last: &str) -> Option<i64> {
    let (first, last): (Date, Date) = (first.parse().ok()?, last.parse().ok()?);
    first.until(last).ok().map(|span| i64::from(span.get_days()))
}

/// Tells whether a text is `HH:MM` or `HH:MM:SS`.
pub fn is_time_of_day(text: &str) -> bool {
    matches!(text.len(), 5 | 8) && text.as_bytes().get(2) == Some(&b':') && text.parse::<jiff::civil::Time>().is_ok()
}

/// Returns bytes that nobody can guess. Aborts the process if the operating system cannot give any.
pub fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

/// Draws a number below `end`. The bias of the remainder is too small to measure where 2^64 is much larger.
pub fn random_below(end: u64) -> u64 {
    u64::from_le_bytes(random_bytes()) % end
}

/// Draws a word of 16 letters and digits.
pub fn random_word() -> String {
    format!("{:016x}", u64::from_le_bytes(random_bytes()))
}

/// The number of times that a random id or code is drawn anew if it is already taken.
pub const DRAWS_MAX: usize = 20;

/// Returns a random id of a person or of a live session, from 2^31 to below 2^53: all are exact numbers in JSON. Random, so
/// that nobody finds people or sessions by counting.
pub fn random_id() -> i64 {
    loop {
        let id = i64::from_le_bytes(random_bytes()) & ((1 << 53) - 1);
        if id >= 1 << 31 {
            return id;
        }
    }
}

/// Returns a code of this many digits, to be read out and typed on a number pad. It does not begin with 0.
pub fn digit_code(digits: u32) -> String {
    let least = 10_u64.pow(digits.saturating_sub(1));
    (least + random_below(9 * least)).to_string()
}

/// Returns 64 bits that nobody can guess, as 11 characters for a URL. One of them is a letter, so that nothing reads the key
/// as a number.
pub fn link_key() -> String {
    loop {
        let key = URL_SAFE_NO_PAD.encode(random_bytes::<8>());
        if key.bytes().any(|b| b.is_ascii_alphabetic()) {
            return key;
        }
    }
}

/// Returns a code that can be read out over the phone: it has no 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V.
pub fn spoken_code<const N: usize>() -> String {
    const LETTERS: &[u8; 23] = b"ACDEFGHJKMNPQRTWXY34679";
    let mut code = String::with_capacity(N);
    while code.len() < N {
        // 253 = 11 * 23: using bytes from 253 on would make the first letters more likely.
        if let [byte @ 0..=252] = random_bytes::<1>() {
            code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        }
    }
    code
}
