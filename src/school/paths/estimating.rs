//! Estimate of when a path will be completed.

use super::reading::{LearningPath, read_visible};
use crate::app::School;
use crate::clock::{DAY_MS, DaySpan};
use crate::db::{Tx, args};
use crate::error::Result;
use crate::rounding::rounded;
use crate::school::rights::Caller;

/// Weeks that are looked at to measure a pace, the week that ends today included.
const MEASURED_WEEKS: usize = 8;
/// Days with study time that are needed in these weeks. With fewer, the pace is assumed.
const MEASURED_MIN_DAYS: usize = 7;
const WEEK_MS: f64 = 7.0 * DAY_MS as f64;
/// No path is estimated to take longer.
const LONGEST_WEEKS: f64 = 5_200.0;

/// How fast a person learns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// In a week in which they learn at all.
    pub hours_per_week: f64,
    /// The part of the weeks in which they do, from 0 to 1.
    pub weekly_consistency: f64,
    /// Whether it was measured, and not assumed.
    pub is_measured: bool,
}

const ASSUMED: Pace = Pace { hours_per_week: 5.0, weekly_consistency: 0.8, is_measured: false };

pub struct Estimate {
    pub path: i64,
    pub minutes: i64,
    pub left_minutes: i64,
    /// The first midnight (UTC) by which the path will be completed; `None` if no course is left.
    pub completed_ms: Option<i64>,
    pub pace: Pace,
}

/// Estimates how long a path still takes: at the learner's own pace, if they studied on at least seven days of the last eight
/// weeks, and otherwise at five hours a week, in four weeks of five.
pub async fn estimate(app: &School, caller: &Caller, id: i64) -> Result<Estimate> {
    let mut tx = app.db.read().await?;
    let path = read_visible(&mut tx, caller, id).await?;
    let days = app.clock.last_days(7 * MEASURED_WEEKS as i64);
    let pace = read_pace(&mut tx, path.person, &days).await?.unwrap_or(ASSUMED);
    let left_minutes = path.left_minutes();
    let completed_ms = has_more(&path).then(|| pace.end_ms(left_minutes, app.now_ms()));
    Ok(Estimate { path: path.id, minutes: path.minutes(), left_minutes, completed_ms, pace })
}

fn has_more(path: &LearningPath) -> bool {
    path.courses.iter().any(|course| !course.is_completed())
}

async fn read_pace(tx: &mut Tx, person: i64, days: &[DaySpan]) -> Result<Option<Pace>> {
    let Some(first) = days.first() else { return Ok(None) };
    let sql = "select d.day, cast(sum(d.seconds) as bigint) from study_days d join enrollments e on e.id = d.enrollment
        where e.person = $1 and d.day >= $2 and d.seconds > 0 group by d.day";
    let studied: Vec<(String, i64)> = tx.all(sql, args![person, &first.date]).await?;
    let seconds_of = |day: &DaySpan| studied.iter().find(|(date, _)| *date == day.date).map_or(0, |(_, s)| *s);
    Ok(Pace::measured(&days.iter().map(seconds_of).collect::<Vec<i64>>()))
}

impl Pace {
    /// Measures the pace from the seconds of each day, the oldest first. Weeks before the first one with study do not count.
    fn measured(seconds: &[i64]) -> Option<Pace> {
        if seconds.iter().filter(|seconds| **seconds > 0).count() < MEASURED_MIN_DAYS {
            return None;
        }
        let weeks: Vec<i64> =
            seconds.chunks(7).map(|week| week.iter().sum()).skip_while(|sum: &i64| *sum == 0).collect();
        let active = weeks.iter().filter(|seconds| **seconds > 0).count() as f64;
        let hours = weeks.iter().sum::<i64>() as f64 / 3_600.0;
        Some(Pace {
            hours_per_week: rounded(hours / active, 2).max(0.01),
            weekly_consistency: rounded(active / weeks.len() as f64, 2),
            is_measured: true,
        })
    }

    /// Returns the first midnight (UTC) by which this many minutes of learning are done.
    fn end_ms(self, minutes: i64, now_ms: i64) -> i64 {
        let weeks = minutes as f64 / 60.0 / (self.hours_per_week * self.weekly_consistency);
        let end_ms = now_ms + (weeks.min(LONGEST_WEEKS) * WEEK_MS).ceil() as i64;
        (end_ms + DAY_MS - 1).div_euclid(DAY_MS) * DAY_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{parse_rfc3339, rfc3339};

    #[test]
    fn a_pace_is_measured_from_seven_days_of_study_on() {
        let mut days = [0; 56];
        days[28..34].fill(3_600);
        assert_eq!(Pace::measured(&days), None);
        days[55] = 3_600;
        // Four weeks since the first one: six hours, none, none, one.
        let pace = Pace { hours_per_week: 3.5, weekly_consistency: 0.5, is_measured: true };
        assert_eq!(Pace::measured(&days), Some(pace));
        let seconds = [1; 56];
        assert_eq!(Pace::measured(&seconds).map(|pace| pace.hours_per_week), Some(0.01));
    }

    #[test]
    fn the_end_is_the_midnight_after_the_time_that_is_needed() {
        let now_ms = parse_rfc3339("2025-11-04T14:00:00Z").unwrap();
        let end = |minutes| rfc3339(ASSUMED.end_ms(minutes, now_ms));
        // 22 h 30 min at four hours a week: 39 days and 9 hours.
        assert_eq!(end(1_350), "2025-12-14T00:00:00Z");
        assert_eq!(end(0), "2025-11-05T00:00:00Z");
        assert_eq!(end(i64::MAX), "2125-07-04T00:00:00Z");
    }
}
