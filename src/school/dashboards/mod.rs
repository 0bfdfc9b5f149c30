//! Dashboards: visits, money and learning, day by day. Days that are over are read from sums, so that a year of them costs a few
//! hundred rows, whatever happened in it.

pub mod days;
pub mod lists;
pub mod range;
mod row_counts;
pub mod student;
pub mod visits;

use std::collections::BTreeMap;

use crate::app::School;
use crate::clock::DaySpan;
use crate::error::Result;
use crate::school::dashboards::days::DayFacts;
use crate::school::dashboards::range::{DayRange, USUAL_DAYS};
use crate::school::dashboards::visits::DayVisitors;
use crate::school::rights::Caller;

const WEEK_DAYS: i64 = 7;

/// Sums of some days up to today.
#[derive(Debug)]
pub struct Period {
    pub from: String,
    pub to: String,
    /// Requests by which learners learn.
    pub views: i64,
    /// People who learned, each once.
    pub learners: i64,
    pub new_people: i64,
    pub payments: i64,
    pub paid: i64,
    pub refunded: i64,
    pub completions: i64,
}

pub struct SchoolSummary {
    pub today: Period,
    /// The last 7 days, today among them.
    pub week: Period,
    /// The last 30 days, today among them.
    pub month: Period,
}

/// Sums up the whole school, for administrators.
pub async fn summary(app: &School, caller: &Caller) -> Result<SchoolSummary> {
    caller.must_be_admin()?;
    let month = DayRange::default().days(app)?;
    let mut tx = app.db.read().await?;
    let facts = days::facts(&mut tx, &month, app.now_ms()).await?;
    let visitors = visits::of_days(&mut tx, &month).await?;
    let last = |days: i64| {
        let first = month.len().saturating_sub(usize::try_from(days).unwrap_or_default());
        period(month.get(first..).unwrap_or_default(), &facts, &visitors)
    };
    Ok(SchoolSummary { today: last(1), week: last(WEEK_DAYS), month: last(USUAL_DAYS) })
}

fn period(days: &[DaySpan], facts: &BTreeMap<String, DayFacts>, visitors: &BTreeMap<String, DayVisitors>) -> Period {
    let end = |day: Option<&DaySpan>| day.map(|day| day.date.clone()).unwrap_or_default();
    let fact = |of: fn(&DayFacts) -> i64| days.iter().filter_map(|day| facts.get(&day.date)).map(of).sum();
    let visit = |of: fn(&DayVisitors) -> i64| days.iter().filter_map(|day| visitors.get(&day.date)).map(of).sum();
    Period {
        from: end(days.first()),
        to: end(days.last()),
        views: visit(|day| day.views),
        learners: visit(|day| day.latest),
        new_people: fact(|day| day.new_people),
        payments: fact(|day| day.payments),
        paid: fact(|day| day.paid),
        refunded: fact(|day| day.refunded),
        completions: fact(|day| day.completions),
    }
}

/// Lists the visits of each day, the oldest first, for administrators. A day without any is there too.
pub async fn daily_visits(app: &School, caller: &Caller, range: DayRange) -> Result<Vec<DayVisitors>> {
    caller.must_be_admin()?;
    let days = range.days(app)?;
    let mut found = visits::of_days(&mut app.db.read().await?, &days).await?;
    let nothing = |day: String| DayVisitors { day, ..DayVisitors::default() };
    Ok(days.into_iter().map(|day| found.remove(&day.date).unwrap_or_else(|| nothing(day.date))).collect())
}

/// Lists the money of each day, the oldest first, for administrators. A day without any is there too. A refund counts on the day
/// on which the money went back.
pub async fn daily_payments(app: &School, caller: &Caller, range: DayRange) -> Result<Vec<DayFacts>> {
    caller.must_be_admin()?;
    let days = range.days(app)?;
    let mut found = days::facts(&mut app.db.read().await?, &days, app.now_ms()).await?;
    let nothing = |day: String| DayFacts { day, ..DayFacts::default() };
    Ok(days.into_iter().map(|day| found.remove(&day.date).unwrap_or_else(|| nothing(day.date))).collect())
}
