//! Grading: an attempt is closed once, by its learner or when its time is over, and judged at that moment by what was
//! answered.

use std::collections::HashMap;

use futures_util::future::join_all;

use super::questions::{self, QuestionKind};
use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{Tx, args, batch_size, row, row_placeholders};
use crate::error::Result;
use crate::event::{GradeScope, NewEvent};
use crate::school::enrollment::conditions::hold_enrollments_of_learner;

/// Time for which answers are still taken after the end of an attempt, since a network may be late.
pub const GRACE_MS: i64 = 30 * SECOND_MS;
const CLOSED_AT_ONCE_MAX: i64 = 256;

row! {
    /// An attempt as its learner sits it, open or closed.
    #[derive(Debug, Clone)]
    pub struct LearnerAttempt {
        pub id: i64,
        pub assessment: i64,
        pub course: i64,
        pub enrollment: i64,
        pub person: i64,
        pub number: i64,
        pub started_ms: Option<i64>,
        /// The time limit when it began.
        pub minutes: Option<i64>,
        pub expires_ms: Option<i64>,
        pub submitted_ms: Option<i64>,
    }
}

const SAT: &str = "select t.id, t.assessment, a.course, t.enrollment, e.person, t.number, t.started_ms, t.minutes,
    t.expires_ms, t.submitted_ms from attempts t join assessments a on a.id = t.assessment join enrollments e on e.id = t.enrollment
    where not t.by_hand";

impl LearnerAttempt {
    pub(super) fn is_open(&self) -> bool {
        self.submitted_ms.is_none()
    }

    /// Is it open though its time is over, and the grace too?
    pub(super) fn is_overdue(&self, now_ms: i64) -> bool {
        self.is_open() && self.expires_ms.is_some_and(|expires| expires + GRACE_MS < now_ms)
    }
}

/// Reads an attempt and holds the enrollments of its learner: of two who close it at once the second finds it closed.
pub(super) async fn hold(tx: &mut Tx, id: i64) -> Result<Option<LearnerAttempt>> {
    hold_enrollments_of_learner(tx, "select enrollment from attempts where id = $1", id).await?;
    tx.maybe(format!("{SAT} and t.id = $1"), args![id]).await
}

/// Finds the open attempt of a person, in whichever of their enrollments, which the caller holds.
pub(super) async fn find_open(tx: &mut Tx, assessment: i64, person: i64) -> Result<Option<LearnerAttempt>> {
    let sql = format!(
        "{SAT} and t.assessment = $1 and t.submitted_ms is null
            and t.enrollment in (select o.id from enrollments o where o.person = $2) order by t.id desc limit 1"
    );
    tx.maybe(sql, args![assessment, person]).await
}

/// Returns what was answered so far, by question.
pub(super) async fn answers_of(tx: &mut Tx, attempt: i64) -> Result<HashMap<i64, String>> {
    let rows: Vec<(i64, String)> =
        tx.all("select question, value from answers where attempt = $1", args![attempt]).await?;
    Ok(rows.into_iter().collect())
}

/// Closes an open attempt and judges all questions but those that programs answer. The caller holds the enrollments of the learner.
/// Returns the event by which the grade follows.
pub(super) async fn close(
    tx: &mut Tx,
    attempt: &LearnerAttempt,
    submitted_ms: i64,
    client_submitted_ms: Option<i64>,
    now_ms: i64,
) -> Result<NewEvent> {
    let questions = questions::list(tx, attempt.assessment).await?;
    let mut answers = answers_of(tx, attempt.id).await?;
    let mut judged = Vec::new();
    for question in questions.iter().filter(|question| question.kind != QuestionKind::Code) {
        // Questions without an answer get a row too, so that statistics count them as wrong.
        let value = answers.remove(&question.id).unwrap_or_default();
        let (points, is_right) = question.judge(&value);
        judged.push((question.id, value, points, is_right));
    }
    let mut rest = judged.as_slice();
    while !rest.is_empty() {
        let (part, after) = rest.split_at(batch_size(rest.len()));
        let values = part.iter().flat_map(|(question, value, points, is_right)| {
            args![now_ms, now_ms, attempt.id, *question, value, *points, *is_right, submitted_ms]
        });
        let sql = format!(
            "insert into answers (created_ms, updated_ms, attempt, question, value, points, correct, submitted_ms)
            values {} on conflict (attempt, question) do update set points = excluded.points,
                correct = excluded.correct, submitted_ms = coalesce(answers.submitted_ms, excluded.submitted_ms)",
            row_placeholders(part.len(), 8)
        );
        tx.run(sql, values.collect()).await?;
        rest = after;
    }
    let has_code = questions.iter().any(|question| question.kind == QuestionKind::Code);
    let of_programs = if has_code { points_of_programs(tx, attempt.id).await? } else { 0.0 };
    let score = questions::sum(judged.iter().map(|(.., points, _)| *points).chain([of_programs]));
    let sql = "update attempts set submitted_ms = $2, client_submitted_ms = $3, graded_ms = $4, updated_ms = $4,
        score = $5 where id = $1 and submitted_ms is null";
    tx.run(sql, args![attempt.id, submitted_ms, client_submitted_ms, now_ms, score]).await?;
    Ok(NewEvent::grade_due(attempt.course, GradeScope::Learner(attempt.enrollment), now_ms))
}

/// Adds up what programs have earned in an attempt by now: a judge judges them, and not its end.
pub(in crate::school) async fn points_of_programs(tx: &mut Tx, attempt: i64) -> Result<f64> {
    let sql = "select w.points from answers w join questions q on q.id = w.question
        where w.attempt = $1 and w.points is not null and q.kind = 'CODE' and q.deleted_ms is null order by q.position, q.id";
    let points: Vec<(f64,)> = tx.all(sql, args![attempt]).await?;
    Ok(questions::sum(points.into_iter().map(|(points,)| points)))
}

/// Closes an attempt at the end of its time. The caller holds the enrollments of the learner.
pub(super) async fn close_overdue(tx: &mut Tx, attempt: &LearnerAttempt, now_ms: i64) -> Result<NewEvent> {
    close(tx, attempt, attempt.expires_ms.unwrap_or(now_ms), None, now_ms).await
}

/// Closes an attempt if its time is over. Whether another node closes it meanwhile does not matter.
pub(super) async fn close_if_overdue(app: &School, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let close = app.group_commit.record(move |tx| {
        Box::pin(async move {
            let attempt = hold(tx, id).await?.filter(|attempt| attempt.is_overdue(now_ms));
            let Some(attempt) = attempt else { return Ok(((), Vec::new())) };
            Ok(((), vec![close_overdue(tx, &attempt, now_ms).await?]))
        })
    });
    close.await
}

/// Closes the open attempts of a person whose time is over, before they are shown.
pub(super) async fn close_overdue_of(app: &School, assessment: i64, person: i64) -> Result<()> {
    let sql = "select t.id from enrollments e cross join attempts t where e.person = $2 and t.enrollment = e.id
        and t.assessment = $1 and t.submitted_ms is null and not t.by_hand and t.expires_ms < $3";
    let args = args![assessment, person, app.now_ms() - GRACE_MS];
    for (id,) in app.db.all::<(i64,)>(sql, args).await? {
        close_if_overdue(app, id).await?;
    }
    Ok(())
}

/// Closes all attempts whose time is over, with what was answered. Every node does this: the rows of the enrollments and the
/// guard of the update hold that each is closed once.
pub async fn close_all_overdue(app: &School) -> Result<()> {
    let sql = "select id from attempts where submitted_ms is null and not by_hand and expires_ms is not null
        and expires_ms < $1 order by expires_ms limit $2";
    let overdue: Vec<(i64,)> = app.db.all(sql, args![app.now_ms() - GRACE_MS, CLOSED_AT_ONCE_MAX]).await?;
    let closed = join_all(overdue.iter().map(|(id,)| close_if_overdue(app, *id))).await;
    closed.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn finding_overdue_attempts_reads_only_open_ones() {
        let sql = "select id from attempts where submitted_ms is null and not by_hand and expires_ms is not null
            and expires_ms < 1 order by expires_ms limit 2";
        let plan = sqlite_plan(sql).await;
        assert!(plan.iter().all(|line| line.contains("attempts_over")), "{plan:?}");
    }
}
