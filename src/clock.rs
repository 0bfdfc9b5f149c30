//! Time, dates and chance. They come from `App`, so that a test sets the clock and asserts the instant.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

pub const SECOND_MS: i64 = 1_000;
pub const MINUTE_MS: i64 = 60 * SECOND_MS;
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// The clock on the wall was set when it runs so much ahead of or behind the time that passed between two looks.
const SET_MS: i64 = 5 * SECOND_MS;

#[derive(Clone)]
pub struct Clock {
    zone: TimeZone,
    started: Instant,
    /// Time that a test adds.
    passed_ms: Arc<AtomicI64>,
    /// By how much a test sets the clock on the wall.
    set_ms: Arc<AtomicI64>,
    seen: Arc<Mutex<Seen>>,
}

/// One moment on both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// On the clock on the wall, which someone may set: for what is written down and shown.
    pub wall_ms: i64,
    /// For how long the process has run: for whatever must not end because someone sets the clock.
    pub running_ms: i64,
}

#[derive(Default)]
struct Seen {
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

    /// For how long the process has run. It never jumps and never goes back.
    pub fn monotonic_ms(&self) -> i64 {
        self.now().running_ms
    }

    /// When an instant of the wall clock comes, if nobody sets that clock until then.
    pub fn monotonic_at(&self, wall_ms: i64) -> i64 {
        let now = self.now();
        now.running_ms.saturating_add(wall_ms.saturating_sub(now.wall_ms))
    }

    /// Since when nobody has set the clock on the wall, if anyone ever did. It is found out by looking often.
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

    /// For tests: time passes, on both clocks.
    pub fn advance(&self, ms: i64) {
        self.passed_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// For tests: someone sets the clock on the wall.
    pub fn jump(&self, ms: i64) {
        self.set_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// The day in the school's own zone, as `YYYY-MM-DD`.
    pub fn date_of(&self, ms: i64) -> String {
        instant(ms).to_zoned(self.zone.clone()).date().to_string()
    }

    /// The instant of a time of day, `HH:MM` or `HH:MM:SS`, on a day of the school's zone.
    pub fn at(&self, date: &str, time: &str) -> Option<i64> {
        let date: jiff::civil::Date = date.parse().ok()?;
        let time: jiff::civil::Time = time.parse().ok()?;
        Some(date.to_datetime(time).to_zoned(self.zone.clone()).ok()?.timestamp().as_millisecond())
    }

    /// As a clock on the school's wall shows it: `2025-10-25T10:30:00`, without a zone.
    pub fn local(&self, ms: i64) -> String {
        instant(ms.div_euclid(SECOND_MS) * SECOND_MS).to_zoned(self.zone.clone()).datetime().to_string()
    }

    /// When today's day began in the school's zone, and the `days - 1` before it, oldest first.
    pub fn last_days(&self, days: i64) -> Vec<Day> {
        let today = instant(self.now_ms()).to_zoned(self.zone.clone()).date();
        let begin =
            |date: jiff::civil::Date| date.to_zoned(self.zone.clone()).map_or(0, |z| z.timestamp().as_millisecond());
        (0..days)
            .rev()
            .filter_map(|back| today.checked_sub(back.days()).ok())
            .map(|date| Day {
                date: date.to_string(),
                label: format!("{:02}/{:02}", date.month(), date.day()),
                starts_ms: begin(date),
                ends_ms: date.tomorrow().map_or(i64::MAX, begin),
            })
            .collect()
    }
}

pub struct Day {
    pub date: String,
    /// `10/21`, as a chart shows it.
    pub label: String,
    pub starts_ms: i64,
    pub ends_ms: i64,
}

fn instant(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// RFC 3339 in UTC, to the second, as the seeds write it.
pub fn rfc3339(ms: i64) -> String {
    instant(ms.div_euclid(SECOND_MS) * SECOND_MS).to_string()
}

pub fn parse_rfc3339(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// A day as it is kept, `YYYY-MM-DD`, if it is one between 1900 and 9999.
pub fn parse_date(text: &str) -> Option<String> {
    let date: jiff::civil::Date = text.parse().ok()?;
    (1900..=9999).contains(&date.year()).then(|| date.to_string())
}

/// `HH:MM` or `HH:MM:SS`.
pub fn is_time_of_day(text: &str) -> bool {
    matches!(text.len(), 5 | 8) && text.as_bytes().get(2) == Some(&b':') && text.parse::<jiff::civil::Time>().is_ok()
}

/// Bytes that nobody can guess. Where the operating system has none to give, nothing may go on.
pub fn chance<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        std::process::abort();
    }
    bytes
}

/// How often a random id or code that is taken already is drawn anew.
pub const DRAWS_MAX: usize = 20;

/// The id of a person or of a live session: from 2^31 to below 2^53, which is the largest whole number that is exact in
/// JSON. Drawn at random, so that nobody finds people or sessions by counting.
pub fn random_id() -> i64 {
    loop {
        let id = i64::from_le_bytes(chance()) & ((1 << 53) - 1);
        if id >= 1 << 31 {
            return id;
        }
    }
}

/// A code of so many digits, to be read out and typed on a number pad. It does not begin with 0.
pub fn digit_code(digits: u32) -> String {
    let least = 10_u64.pow(digits.saturating_sub(1));
    // The remainder favours nothing that anyone could measure: 2^64 is much larger.
    (least + u64::from_le_bytes(chance()) % (9 * least)).to_string()
}

/// 64 bits that nobody can guess, as 11 characters of an address. It has a letter in it, so that nothing reads it as a number.
pub fn link_key() -> String {
    loop {
        let key = URL_SAFE_NO_PAD.encode(chance::<8>());
        if key.bytes().any(|b| b.is_ascii_alphabetic()) {
            return key;
        }
    }
}

/// A code that can be told over the phone: no 0/O, 1/I/L, 5/S, 2/Z, 8/B, U/V.
pub fn spoken_code<const N: usize>() -> String {
    const LETTERS: &[u8; 23] = b"ACDEFGHJKMNPQRTWXY34679";
    let mut code = String::with_capacity(N);
    while code.len() < N {
        // 253 = 11 * 23: a byte above would favour the first letters.
        if let [byte @ 0..=252] = chance::<1>() {
            code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        }
    }
    code
}
