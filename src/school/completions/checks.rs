//! Enrollments that wait to be judged, and completed by themselves if they meet the rule: everyone in a class or a course after
//! staff have changed what it asks for, and those who are done before their class begins.
//!
//! They are judged in small transactions, each of which takes its enrollments out of the list. After a crash the rest is still
//! there. Two nodes may judge the same ones: the second finds nothing left to do.

use crate::app::School;
use crate::db::{HeldTable, Tx, args, placeholders, retry};
use crate::error::Result;
use crate::event::{GradeScope, NewEvent};
use crate::school::grades::{DueEnrollments, FEW_MAX_ENROLLMENTS};

/// The number of enrollments that are completed by themselves in one transaction.
pub(super) const BATCH_MAX_ENROLLMENTS: usize = 32;

/// Puts the due enrollments on the list if they are more than a few, and returns whether they are.
pub(super) async fn postpone_many(tx: &mut Tx, due: &DueEnrollments, today: &str) -> Result<bool> {
    let day = due.args.len() + 1;
    let from = format!(
        "from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        where {} and e.status = 'APPROVED' and c.completes_itself and c.deleted_ms is null",
        due.condition
    );
    let beyond = format!("select e.id {from} order by e.id limit 1 offset {FEW_MAX_ENROLLMENTS}");
    if tx.maybe::<(i64,)>(beyond, due.args.clone()).await?.is_none() {
        return Ok(false);
    }
    let sql = format!(
        "insert into completion_checks (enrollment, day) select e.id, ${day} {from}
        on conflict (enrollment) do update set day = excluded.day"
    );
    tx.run(sql, [due.args.clone(), args![today]].concat()).await?;
    Ok(true)
}

/// Has an enrollment judged from this day on.
pub(super) async fn postpone(tx: &mut Tx, enrollment: i64, day: &str) -> Result<()> {
    let sql = "insert into completion_checks (enrollment, day) values ($1, $2)
        on conflict (enrollment) do update set day = excluded.day";
    tx.run(sql, args![enrollment, day]).await?;
    Ok(())
}

/// Judges all enrollments whose day has come. A batch that fails stays on the list, and does not stop the others.
pub async fn judge_due(app: &School) -> Result<()> {
    let today = app.clock.date_of(app.now_ms());
    let mut last = (String::new(), 0);
    let mut outcome = Ok(());
    loop {
        let sql = "select day, enrollment from completion_checks where day <= $1 and (day, enrollment) > ($2, $3)
            order by day, enrollment limit $4";
        let args = args![&today, &last.0, last.1, BATCH_MAX_ENROLLMENTS as i64];
        let batch: Vec<(String, i64)> = app.db.all(sql, args).await?;
        let Some(end) = batch.last() else { return outcome };
        last = end.clone();
        let ids: Vec<i64> = batch.iter().map(|(_, id)| *id).collect();
        if let Err(error) = retry(|| judge(app, &ids)).await {
            outcome = Err(error);
        }
    }
}

/// Takes enrollments off the list and announces that their grades are due: completing follows from that, as it does everywhere.
async fn judge(app: &School, enrollments: &[i64]) -> Result<()> {
    let now_ms = app.now_ms();
    let (marks, ids) = placeholders(enrollments, 1);
    let mut tx = app.db.begin().await?;
    tx.hold_where(HeldTable::Enrollments, &format!("id in ({marks})"), ids.clone()).await?;
    tx.run(format!("delete from completion_checks where enrollment in ({marks})"), ids.clone()).await?;
    let sql =
        format!("select e.id, k.course from enrollments e join classes k on k.id = e.class where e.id in ({marks})");
    let found: Vec<(i64, i64)> = tx.all(sql, ids).await?;
    let due = found.into_iter().map(|(id, course)| NewEvent::grade_due(course, GradeScope::Enrollment(id), now_ms));
    app.commit(tx, due.collect()).await
}

#[cfg(test)]
mod tests {
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn finding_those_whose_day_has_come_reads_no_others() {
        let sql =
            "select day, enrollment from completion_checks where day <= '2026-01-01' and (day, enrollment) > ('', 0)
            order by day, enrollment limit 32";
        let plan = sqlite_plan(sql).await;
        assert!(plan.iter().all(|line| line.contains("SEARCH") && line.contains("completion_checks_day")), "{plan:?}");
    }
}
