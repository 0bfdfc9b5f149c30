//! Notices before the end of an access: one from 7 until 2 days before it and one on the last day, once each for an end. A learner who
//! gets more time gets both anew for the new end.
//!
//! A unique index on person, kind, enrollment and end makes each of them once, whatever nodes do at the same time. An enrollment keeps
//! the end for which a notice is settled, given or not to be given, so that nobody looks at it again until its end is moved. A notice
//! that was not written, because the server was off, is written as long as it makes sense: the first one until two days before the end.

use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::{HeldTable, Tx, args, placeholders, retry, row};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::school::notifications::NotificationKind;

/// A notice, and the time before the end within which it is given.
struct EndNotice {
    kind: NotificationKind,
    from_days: i64,
    until_days: i64,
    /// The column with the end for which it is settled.
    settled_column: &'static str,
}

const NOTICES: [EndNotice; 2] = [
    EndNotice {
        kind: NotificationKind::AccessEndsIn7Days,
        from_days: 7,
        until_days: 2,
        settled_column: "first_notice_end_ms",
    },
    EndNotice {
        kind: NotificationKind::AccessEndsIn1Day,
        from_days: 1,
        until_days: 0,
        settled_column: "last_notice_end_ms",
    },
];

/// Returns the days before an end within which a notice of this kind is given.
pub(in crate::school) fn days_before(kind: &str) -> i64 {
    NOTICES.iter().find(|notice| notice.kind.word() == kind).map_or(0, |notice| notice.from_days)
}

/// The number of enrollments that are notified in one transaction: others wait for it.
const BATCH_MAX_ENROLLMENTS: i64 = 256;

impl EndNotice {
    /// Builds SQL: the end of enrollment `e` is between `after` and `until`, and this notice of it is not settled. The index of those is
    /// found by exactly these words.
    fn is_unsettled(&self, after: &str, until: &str) -> String {
        format!(
            "e.status in ('APPROVED', 'COMPLETED') and e.expires_ms is not null
            and (e.{0} is null or e.{0} <> e.expires_ms) and e.expires_ms > {after} and e.expires_ms <= {until}",
            self.settled_column
        )
    }

    /// Builds SQL: enrollment `e` asks for this notice. An access that was shorter from its beginning does not.
    fn is_wanted(&self) -> String {
        format!(
            "coalesce(e.approved_ms, e.created_ms) <= e.expires_ms - {}
            and (select p.deleted_ms from people p where p.id = e.person) is null
            and (select c.deleted_ms from classes k join courses c on c.id = k.course where k.id = e.class) is null",
            self.from_days * DAY_MS
        )
    }

    fn unsettled(&self) -> String {
        format!(
            "select e.id, e.expires_ms from enrollments e where {} and (e.expires_ms, e.id) > ($3, $4)
            order by e.expires_ms, e.id limit $5",
            self.is_unsettled("$1", "$2")
        )
    }
}

/// Gives all notices that are due, in small transactions. Every node does this. A batch that fails is tried again next time, and does
/// not stop the others.
pub async fn notify_due(app: &School) -> Result<()> {
    let now_ms = app.now_ms();
    let mut outcome = Ok(());
    for notice in &NOTICES {
        let (after, until) = (now_ms + notice.until_days * DAY_MS, now_ms + notice.from_days * DAY_MS);
        let mut last = (after, i64::MAX);
        loop {
            let args = args![after, until, last.0, last.1, BATCH_MAX_ENROLLMENTS];
            let batch: Vec<(i64, i64)> = app.db.all(notice.unsettled(), args).await?;
            let Some((id, ends_ms)) = batch.last() else { break };
            last = (*ends_ms, *id);
            let ids: Vec<i64> = batch.iter().map(|(id, _)| *id).collect();
            if let Err(error) = retry(|| notify(app, notice, &ids, (after, until))).await {
                outcome = Err(error);
            }
        }
    }
    outcome
}

row! {
    struct NotifiedEnrollment {
        id: i64,
        person: i64,
        course: i64,
        ends_ms: i64,
    }
}

/// Settles a notice for those of these enrollments that still have it open: staff may have moved an end, or another node may have been
/// faster.
async fn notify(app: &School, notice: &EndNotice, enrollments: &[i64], (after, until): (i64, i64)) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let (marks, ids) = placeholders(enrollments, 1);
    tx.hold_where(HeldTable::Enrollments, &format!("id in ({marks})"), ids).await?;
    let (marks, ids) = placeholders(enrollments, 4);
    let sql = format!(
        "insert into notifications (created_ms, person, kind, about, subject, data)
        select $1, e.person, '{}', e.person, e.id, cast(e.expires_ms as text) from enrollments e
        where e.id in ({marks}) and {} and {}
        on conflict do nothing returning subject",
        notice.kind.word(),
        notice.is_unsettled("$2", "$3"),
        notice.is_wanted()
    );
    let notified: Vec<(i64,)> = tx.all(sql, [args![now_ms, after, until], ids].concat()).await?;
    let (marks, ids) = placeholders(enrollments, 3);
    let sql = format!(
        "update enrollments as e set {} = e.expires_ms where e.id in ({marks}) and {}",
        notice.settled_column,
        notice.is_unsettled("$1", "$2")
    );
    tx.run(sql, [args![after, until], ids].concat()).await?;
    let notified: Vec<i64> = notified.into_iter().map(|(id,)| id).collect();
    let events = if notified.is_empty() { Vec::new() } else { events(&mut tx, &notified, now_ms).await? };
    app.commit(tx, events).await
}

/// Makes the events by which the sockets of the notified people learn it.
async fn events(tx: &mut Tx, notified: &[i64], at_ms: i64) -> Result<Vec<NewEvent>> {
    let (marks, ids) = placeholders(notified, 1);
    let sql = format!(
        "select e.id, e.person, k.course, e.expires_ms as ends_ms from enrollments e join classes k on k.id = e.class
        where e.id in ({marks}) order by e.id"
    );
    let all: Vec<NotifiedEnrollment> = tx.all(sql, ids).await?;
    let event = |one: NotifiedEnrollment| {
        let event = Event::AccessEnds { person: one.person, enrollment: one.id, ends_ms: one.ends_ms };
        NewEvent { session: None, course: one.course, at_ms, event }
    };
    Ok(all.into_iter().map(event).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn ends_of_the_next_days_are_found_without_looking_at_others() {
        for (notice, index) in NOTICES.iter().zip(["enrollments_first_notice", "enrollments_last_notice"]) {
            let plan = sqlite_plan(&notice.unsettled()).await;
            assert!(plan.len() == 1 && plan[0].contains(&format!("INDEX {index} (")), "{plan:?}");
        }
    }
}
