//! Completion of units, and how far an enrollment is in its course. Both are derived from what was done: a unit is complete
//! when it was said to be, or when all that its criteria ask for is done.

use std::collections::HashMap;

use crate::db::{Tx, args, placeholders};
use crate::error::{Error, MissingPart, Result};
use crate::event::words;
use crate::rounding::rounded;
use crate::school::assessments::counting::PASSED_MS;
use crate::school::enrollment::conditions::IS_COMPLETED;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitCriteria {
    /// All required items of the unit are done.
    ViewAllMaterials,
    /// All assessments of the unit are passed; if it has none, those of the course that belong to no unit.
    PassAssessment,
    /// All required items are done, and all required assessments of the unit are passed.
    CompleteRequired,
}
words!(UnitCriteria {
    ViewAllMaterials = "VIEW_ALL_MATERIALS",
    PassAssessment = "PASS_ASSESSMENT",
    CompleteRequired = "COMPLETE_REQUIRED",
});

/// State of an enrollment, as a learner sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LearningStatus {
    /// Not begun, or not admitted: it waits for a payment, an approval or a seat.
    NotStarted,
    InProgress,
    Completed,
    /// Staff have recorded that it was not completed, or have revoked that it was.
    Failed,
    /// Its time is over, and it was not completed by then.
    Expired,
}
words!(LearningStatus {
    NotStarted = "NOT_STARTED",
    InProgress = "IN_PROGRESS",
    Completed = "COMPLETED",
    Failed = "FAILED",
    Expired = "EXPIRED",
});

/// SQL: the items `i` that the criteria of unit `u` ask for, with the progress `p` of enrollment `e` that has done them.
const NEEDED_ITEMS: &str = "items i
    left join item_progress p on p.enrollment = e.id and p.item = i.id and p.status = 'COMPLETED'
    where i.unit = u.id and i.required and i.deleted_ms is null and u.criteria <> 'PASS_ASSESSMENT'";

/// SQL: the assessments `a` that the criteria of unit `u` ask for.
const NEEDED_ASSESSMENTS: &str = "assessments a
    where a.course = u.course and a.active and a.deleted_ms is null and (a.class is null or a.class = e.class)
        and u.criteria <> 'VIEW_ALL_MATERIALS' and (a.required or u.criteria = 'PASS_ASSESSMENT')
        and (a.unit = u.id or (u.criteria = 'PASS_ASSESSMENT' and a.unit is null and not exists (select 1
            from assessments b where b.unit = u.id and b.active and b.deleted_ms is null
                and (b.class is null or b.class = e.class))))";

/// SQL: unit `u` wants all that is required to be done by the learner of enrollment `e`, and nothing in it is. Such a unit is
/// never complete by itself, so completing a course does not wait for it. One with other criteria, such as a module in which
/// nothing stands yet, is complete when it is said to be. With `not exists`, PostgreSQL would read all items into a hash.
pub const ASKS_NOTHING: &str = "(u.criteria = 'COMPLETE_REQUIRED'
    and (select i.id from items i where i.unit = u.id and i.required and i.deleted_ms is null limit 1) is null
    and not exists (select 1 from assessments a where a.unit = u.id and a.required and a.active and a.deleted_ms is null
        and (a.class is null or a.class = e.class)))";

/// Builds SQL: the time at which enrollment `e` completed unit `u`, NULL if it has not.
pub fn completed_ms() -> String {
    format!(
        "coalesce((select s.completed_ms from unit_progress s where s.enrollment = e.id and s.unit = u.id),
            (select case when count(*) > 0 and count(*) = count(n.at_ms) then max(n.at_ms) end
                from (select p.completed_ms as at_ms from {NEEDED_ITEMS}
                    union all select {PASSED_MS} from {NEEDED_ASSESSMENTS}) n))"
    )
}

/// Fails if something is not done that the criteria of the unit ask for, or if they ask for an assessment and there is none.
pub(super) async fn must_be_done(tx: &mut Tx, enrollment: i64, unit: i64) -> Result<()> {
    let of = "from enrollments e cross join units u cross join";
    let sql = format!(
        "select i.id, i.title, false {of} {NEEDED_ITEMS} and e.id = $1 and u.id = $2 and p.id is null
        union all
        select a.id, a.name, true {of} {NEEDED_ASSESSMENTS} and e.id = $1 and u.id = $2 and {PASSED_MS} is null"
    );
    let missing: Vec<(i64, String, bool)> = tx.all(sql, args![enrollment, unit]).await?;
    let part = |(id, title, is_assessment)| MissingPart { id, title, is_assessment };
    let missing: Vec<MissingPart> = missing.into_iter().map(part).collect();
    let sql = format!(
        "select u.id from enrollments e cross join units u where e.id = $1 and u.id = $2 and u.criteria = 'PASS_ASSESSMENT'
            and not exists (select 1 from {NEEDED_ASSESSMENTS})"
    );
    let has_nothing_to_pass = tx.maybe::<(i64,)>(sql, args![enrollment, unit]).await?.is_some();
    if missing.is_empty() && !has_nothing_to_pass { Ok(()) } else { Err(Error::UnitNotDone { missing }) }
}

/// SQL: the time at which the learner of enrollment `e` began, NULL if they have not.
pub const STARTED_MS: &str = "(select min(b.at_ms) from (select e.started_ms as at_ms
    union all select min(p.started_ms) from item_progress p where p.enrollment = e.id
    union all select min(s.completed_ms) from unit_progress s where s.enrollment = e.id
    union all select min(coalesce(t.started_ms, t.created_ms)) from attempts t where t.enrollment = e.id) b)";

/// SQL: the time at which the learner of enrollment `e` last opened the course or did something in it, NULL if never.
pub const ACCESSED_MS: &str = "(select max(b.at_ms) from (select e.accessed_ms as at_ms
    union all select max(p.updated_ms) from item_progress p where p.enrollment = e.id
    union all select max(s.completed_ms) from unit_progress s where s.enrollment = e.id
    union all select max(coalesce(t.submitted_ms, t.started_ms)) from attempts t
        where t.enrollment = e.id and not t.by_hand) b)";

/// Builds SQL: the `LearningStatus` of enrollment `e`. `now` is the place of the time of now among the arguments (`$2`).
pub fn status_at(now: &str) -> String {
    format!(
        "case when e.status = 'PENDING' then 'NOT_STARTED' when {IS_COMPLETED} then 'COMPLETED'
            when e.status = 'EXPIRED' or e.expires_ms <= {now} then 'EXPIRED'
            when e.failed_ms is not null then 'FAILED'
            when {STARTED_MS} is not null then 'IN_PROGRESS' else 'NOT_STARTED' end"
    )
}

/// The number of units of a course that a learner has completed, and of all.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProgressRate {
    pub completed: i64,
    pub total: i64,
}

impl ProgressRate {
    /// Returns the share in per cent, with two decimals. It is 0 in a course without units.
    pub fn percentage(self) -> f64 {
        if self.total == 0 { 0.0 } else { rounded(100.0 * self.completed as f64 / self.total as f64, 2) }
    }
}

/// Counts the units for each of these enrollments, in one query, without those that ask for nothing. An unknown enrollment is
/// left out.
pub async fn progress_rate(tx: &mut Tx, enrollments: &[i64]) -> Result<HashMap<i64, ProgressRate>> {
    let (marks, ids) = placeholders(enrollments, 1);
    let sql = format!(
        "select x.id, count(x.completed_ms), count(x.unit) from (select e.id, u.id as unit, {} as completed_ms
            from enrollments e join classes k on k.id = e.class
            left join units u on u.course = k.course and u.deleted_ms is null and not {ASKS_NOTHING}
            where e.id in ({marks})) x group by x.id",
        completed_ms()
    );
    let counts = tx.all::<(i64, i64, i64)>(sql, ids).await?;
    Ok(counts.into_iter().map(|(id, completed, total)| (id, ProgressRate { completed, total })).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn counting_units_reads_no_table_from_end_to_end() {
        let sql = format!(
            "select {}, {}, {ACCESSED_MS} from enrollments e join classes k on k.id = e.class
            join units u on u.course = k.course and not {ASKS_NOTHING} where e.id in (1, 2)",
            completed_ms(),
            status_at("5")
        );
        let plan = sqlite_plan(&sql).await;
        let scans: Vec<&String> = plan.iter().filter(|line| line.starts_with("SCAN") && !is_derived(line)).collect();
        assert!(scans.is_empty(), "{scans:?} in {plan:?}");
    }

    fn is_derived(line: &str) -> bool {
        ["SCAN n", "SCAN b", "SCAN CONSTANT ROW"].contains(&line)
    }

    #[test]
    fn a_course_without_units_has_a_rate_of_0() {
        assert_eq!(ProgressRate::default().percentage(), 0.0);
        assert_eq!(ProgressRate { completed: 3, total: 8 }.percentage(), 37.5);
        assert_eq!(ProgressRate { completed: 1, total: 3 }.percentage(), 33.33);
    }
}
