//! Sums of days. A day that is over is summed once, by whichever node comes first; until then its sums are read from its facts.
//! A fact of such a day that changes later takes the sums back, and they are made anew.

use std::collections::{BTreeMap, BTreeSet};

use super::row_counts::{List, ListRows, Part, table_of};
use crate::app::School;
use crate::clock::{DaySpan, MINUTE_MS, day_after};
use crate::db::{Tx, args, batch_size, retry, row, row_placeholders};
use crate::error::Result;

/// A day is summed this long after its end: transactions that began in it are over by then.
const SUMMED_AFTER_MS: i64 = 10 * MINUTE_MS;
/// Days before these are not looked at again by the job. More than the longest range, so that every range of the past is summed.
const LOOKED_AT_DAYS: i64 = 400;

row! {
    /// Sums of a day in the whole school. Money is whole won.
    #[derive(Debug, Clone, Default)]
    pub struct DayFacts {
        pub day: String,
        pub new_people: i64,
        pub payments: i64,
        pub paid: i64,
        pub refunds: i64,
        pub refunded: i64,
        pub completions: i64,
    }
}

/// SQL: the facts of the days `s`.
const FACTS: &str = "select s.day,
    (select count(*) from people p where p.created_ms >= s.starts_ms and p.created_ms < s.ends_ms) as new_people,
    (select count(*) from payments p where p.paid_ms >= s.starts_ms and p.paid_ms < s.ends_ms) as payments,
    (select cast(coalesce(sum(p.amount), 0) as bigint) from payments p
        where p.paid_ms >= s.starts_ms and p.paid_ms < s.ends_ms) as paid,
    (select count(*) from refunds r where r.done_ms >= s.starts_ms and r.done_ms < s.ends_ms) as refunds,
    (select cast(coalesce(sum(r.amount), 0) as bigint) from refunds r
        where r.done_ms >= s.starts_ms and r.done_ms < s.ends_ms) as refunded,
    (select count(*) from completions c where c.date = s.day and c.status = 'COMPLETED') as completions
    from days s where s.day <> ''";
const STORED: &str = "select day, new_people, payments, paid, refunds, refunded, completions from school_days
    where day >= $1 and day <= $2 and is_summed";

async fn facts_of(tx: &mut Tx, days: &[DaySpan]) -> Result<Vec<DayFacts>> {
    if days.is_empty() {
        return Ok(Vec::new());
    }
    let (table, values) = table_of(days);
    tx.all(format!("{table} {FACTS}"), values).await
}

/// Returns the facts of these days by day. Days to come have none.
pub(super) async fn facts(tx: &mut Tx, days: &[DaySpan], now_ms: i64) -> Result<BTreeMap<String, DayFacts>> {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(BTreeMap::new()) };
    let stored: Vec<DayFacts> = tx.all(STORED, args![&first.date, &last.date]).await?;
    let mut found: BTreeMap<String, DayFacts> = stored.into_iter().map(|day| (day.day.clone(), day)).collect();
    let unsummed = unsummed(days, |day| found.contains_key(day), now_ms);
    found.extend(facts_of(tx, &unsummed).await?.into_iter().map(|day| (day.day.clone(), day)));
    Ok(found)
}

/// Returns the days that have begun and have no sums.
pub(super) fn unsummed(days: &[DaySpan], is_summed: impl Fn(&str) -> bool, now_ms: i64) -> Vec<DaySpan> {
    days.iter().filter(|day| day.starts_ms <= now_ms && !is_summed(&day.date)).cloned().collect()
}

/// Takes the sums of days back, because some of their facts change. Nothing is to do for today, which has none. The caller's
/// transaction holds the rows of the days, in their order, until it ends: so whoever sums such a day sees the change, or is told that
/// it came.
pub(in crate::school) async fn sum_anew(tx: &mut Tx, days: BTreeSet<String>, today: &str) -> Result<()> {
    for day in days.into_iter().take_while(|day| day.as_str() < today) {
        let sql = "insert into school_days (day, version) values ($1, 1)
            on conflict (day) do update set version = school_days.version + 1, is_summed = false";
        tx.run(sql, args![day]).await?;
    }
    Ok(())
}

/// Sums the days that are over and have no sums, the oldest first. A day that cannot be summed is tried again next time, and does not
/// stop the others.
pub async fn sum_finished(app: &School) -> Result<()> {
    let is_open = app.clock.date_of(app.now_ms() - SUMMED_AFTER_MS);
    let (first_ms,): (Option<i64>,) = app.db.one("select min(created_ms) from people", args![]).await?;
    let (Some(first_ms), Some(last), Some(earliest)) =
        (first_ms, day_after(&is_open, -1), day_after(&is_open, -LOOKED_AT_DAYS))
    else {
        return Ok(());
    };
    let days = app.clock.days(&app.clock.date_of(first_ms).max(earliest), &last);
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return Ok(()) };
    let sql = "select day from school_days where day >= $1 and day <= $2 and is_summed";
    let summed: Vec<(String,)> = app.db.all(sql, args![&first.date, &last.date]).await?;
    let summed: BTreeSet<String> = summed.into_iter().map(|(day,)| day).collect();
    let mut outcome = Ok(());
    for day in days.iter().filter(|day| !summed.contains(&day.date)) {
        match retry(|| sum(app, day)).await {
            Err(error) if error.is_outage() => return Err(error),
            Err(error) => outcome = Err(error),
            Ok(()) => {}
        }
    }
    outcome
}

/// Sums a day, unless another node did so meanwhile, or a fact of the day changed: then the next run sees it.
async fn sum(app: &School, day: &DaySpan) -> Result<()> {
    let days = std::slice::from_ref(day);
    let mut tx = app.db.read().await?;
    let version: Option<(i64,)> = tx.maybe("select version from school_days where day = $1", args![&day.date]).await?;
    let facts = facts_of(&mut tx, days).await?.pop().unwrap_or_default();
    let (mut whole, mut courses) = (ListRows::default(), BTreeMap::<i64, ListRows>::new());
    for list in List::ALL {
        for (_, course, rows) in list.counts(&mut tx, days, &Part::Whole).await? {
            whole.add(list, rows);
            courses.entry(course).or_default().add(list, rows);
        }
    }
    drop(tx);
    let mut tx = app.db.begin().await?;
    let sql = "insert into school_days (day, version, is_summed, new_people, payments, paid, refunds, refunded, completions,
            records, videos, notices)
        values ($1, $2, true, $3, $4, $5, $6, $7, $8, $9, $10, $11)
        on conflict (day) do update set is_summed = true, new_people = excluded.new_people, payments = excluded.payments,
            paid = excluded.paid, refunds = excluded.refunds, refunded = excluded.refunded,
            completions = excluded.completions, records = excluded.records, videos = excluded.videos,
            notices = excluded.notices
        where school_days.version = excluded.version and not school_days.is_summed";
    let version = version.map_or(0, |(version,)| version);
    let DayFacts { new_people, payments, paid, refunds, refunded, completions, .. } = facts;
    let args = args![
        &day.date,
        version,
        new_people,
        payments,
        paid,
        refunds,
        refunded,
        completions,
        whole.records,
        whole.videos,
        whole.notices
    ];
    if tx.run(sql, args).await? == 0 {
        return Ok(());
    }
    tx.run("delete from course_days where day = $1", args![&day.date]).await?;
    let rows: Vec<(i64, ListRows)> = courses.into_iter().collect();
    let mut rest = rows.as_slice();
    while !rest.is_empty() {
        let (batch, others) = rest.split_at(batch_size(rest.len()));
        rest = others;
        let marks = row_placeholders(batch.len(), 5);
        let values =
            batch.iter().flat_map(|(course, rows)| args![*course, &day.date, rows.records, rows.videos, rows.notices]);
        let sql = format!("insert into course_days (course, day, records, videos, notices) values {marks}");
        tx.run(sql, values.collect()).await?;
    }
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::{sqlite_plan, sqlite_scans};

    #[tokio::test]
    async fn the_facts_of_a_day_are_read_from_indexes_alone() {
        let sql = format!("with days (day, starts_ms, ends_ms) as (values ('2026-11-29', 1, 2)) {FACTS}");
        let plan = sqlite_plan(&sql).await;
        for index in ["people_age", "payments_paid", "refunds_done", "completions_date"] {
            let is_read = |line: &String| line.contains(&format!("COVERING INDEX {index} "));
            assert!(plan.iter().any(is_read), "{index}: {plan:?}");
        }
        assert!(sqlite_scans(&STORED.replace("$1", "'a'").replace("$2", "'b'"), &[]).await.is_empty());
    }
}
