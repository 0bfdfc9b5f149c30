//! The days that a dashboard is asked for.

use crate::app::School;
use crate::clock::{DaySpan, day_after, days_between};
use crate::error::{Error, Field, InputFault, Result};

const RANGE_MAX_DAYS: i64 = 366;
pub(super) const USUAL_DAYS: i64 = 30;

/// Days that are asked for, the first and the last one. Without them, the last 30 days.
#[derive(Debug, Default)]
pub struct DayRange {
    pub from: Option<String>,
    pub to: Option<String>,
}

impl DayRange {
    /// Returns the days, the oldest first. Fails if the last is before the first, or if they are too many.
    pub(super) fn days(self, app: &School) -> Result<Vec<DaySpan>> {
        let today = app.clock.date_of(app.now_ms());
        if self.to.is_none() && self.from.as_ref().is_some_and(|from| *from > today) {
            return Err(Error::bad(Field::From, "it is after today"));
        }
        let to = self.to.unwrap_or(today);
        let from = self.from.or_else(|| day_after(&to, 1 - USUAL_DAYS)).unwrap_or_else(|| to.clone());
        match days_between(&from, &to) {
            Some(0..RANGE_MAX_DAYS) => Ok(app.clock.days(&from, &to)),
            Some(RANGE_MAX_DAYS..) => Err(Error::bad(Field::From, "at most 366 days")),
            Some(_) | None => Err(Error::bad(Field::To, InputFault::Before(Field::From))),
        }
    }
}
