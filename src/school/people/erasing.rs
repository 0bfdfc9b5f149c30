//! Erasing people: their data is deleted, and the facts about what they did stay.

use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::live::EndedLogins;
use crate::school::help::picture_rows::discard_all_of;
use crate::school::people::{Person, hold_with_admins, must_not_be_last_admin};
use crate::school::rights::{Caller, Role};
use crate::school::sessions::staff;
use crate::school::{activity, certificates, class_questions, logins};

/// Erases a person, for an administrator.
pub async fn erase(app: &School, caller: &Caller, id: i64) -> Result<()> {
    caller.must_be_admin()?;
    let mut tx = app.db.begin().await?;
    let person = hold(&mut tx, id).await?;
    erase_held(app, tx, &person).await
}

/// Erases the caller. Fails for one who still teaches a course: its learners would be without an instructor.
pub async fn delete_me(app: &School, caller: &Caller) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let person = hold(&mut tx, caller.id).await?;
    let sql = "select count(*) from courses where instructor = $1 and deleted_ms is null";
    let (count,): (i64,) = tx.one(sql, args![caller.id]).await?;
    if count > 0 {
        return Err(Error::HasCourses { count });
    }
    erase_held(app, tx, &person).await
}

/// Holds all that the erasure of a person changes and others may change at the same time. Returns the person.
async fn hold(tx: &mut Tx, id: i64) -> Result<Person> {
    let theirs = "id in (select class from enrollments where person = $1)";
    tx.hold_where(HeldTable::Classes, theirs, args![id]).await?;
    staff::hold_sessions_of(tx, id).await?;
    tx.hold_where(HeldTable::HelpRequests, "person = $1 or claimed_by = $1", args![id]).await?;
    tx.hold_where(HeldTable::Enrollments, "person = $1", args![id]).await?;
    let of_theirs = "enrollment in (select id from enrollments where person = $1)";
    tx.hold_where(HeldTable::Payments, of_theirs, args![id]).await?;
    tx.hold_where(HeldTable::Submissions, "person = $1", args![id]).await?;
    hold_with_admins(tx, id).await
}

/// Deletes the personal data of a person; the records of what they did stay without it. Fails for the last administrator.
async fn erase_held(app: &School, mut tx: Tx, person: &Person) -> Result<()> {
    let (id, now_ms) = (person.id, app.now_ms());
    if person.role == Role::Admin.word() {
        must_not_be_last_admin(&mut tx, id).await?;
    }
    let sql = "update people set name = '(삭제된 사용자)', nickname = null, email = null, phone = null,
        password_hash = null, age = null, digital_level = null, student_no = null, title = null, bio = null,
        deleted_ms = $2 where id = $1";
    tx.run(sql, args![id, now_ms]).await?;
    logins::end_logins(&mut tx, id, now_ms).await?;
    certificates::erase_name(app, &mut tx, id).await?;
    tx.run("update help_requests set context = '{}' where person = $1", args![id]).await?;
    // Nobody waits for one who is gone, and nobody reads what was written to them.
    let mut events = staff::end_all_of(&mut tx, id, now_ms).await?;
    tx.run("update help_requests set claimed_by = null, claimed_ms = null where claimed_by = $1", args![id]).await?;
    tx.run("delete from participant_messages where person = $1", args![id]).await?;
    tx.run("delete from step_answers where person = $1", args![id]).await?;
    events.append(&mut class_questions::forget_person(&mut tx, id, now_ms).await?);
    let sql =
        "update help_responses set feedback = null where request in (select id from help_requests where person = $1)";
    tx.run(sql, args![id]).await?;
    discard_all_of(&mut tx, id, None).await?;
    cancel_orders(&mut tx, id, now_ms).await?;
    forget_reasons(&mut tx, id, now_ms).await?;
    activity::forget_person(&mut tx, id).await?;
    app.commit_and_close(tx, events, vec![logins::close_sockets_of(id, EndedLogins::All)]).await?;
    let app = app.clone();
    // Logs that this does not delete are deleted in the next round of `activity::forget_old`.
    tokio::spawn(async move { activity::forget_erased(&app).await });
    Ok(())
}

/// Cancels orders at a gateway that a person has not paid. Where the gateway has named a payment (`imp_uid`), money may have
/// moved, so the order stays. The gateway is asked on about both: what arrives later is given back.
async fn cancel_orders(tx: &mut Tx, person: i64, now_ms: i64) -> Result<()> {
    let theirs = "status = 'PENDING' and gateway is not null and imp_uid is null
        and enrollment in (select id from enrollments where person = $1)";
    let sql = format!(
        "insert into payment_moves (created_ms, payment, kind, amount)
            select $2, id, 'CANCELLED', amount from payments where {theirs}"
    );
    tx.run(sql, args![person, now_ms]).await?;
    let sql = format!("update payments set status = 'CANCELLED', updated_ms = $2 where {theirs}");
    tx.run(sql, args![person, now_ms]).await?;
    Ok(())
}

/// Deletes reasons, feedback, notes, answers, programs and payment details from a person's records, because they are
/// private; the marks of absence stay. Cancels pending applications, and approved enrollments that the person applied for,
/// so that they hold no seat and are not expected. Programs that wait to be judged are not judged any more.
async fn forget_reasons(tx: &mut Tx, person: i64, now_ms: i64) -> Result<()> {
    for change in [
        "update enrollments set status = 'CANCELLED', waiting_since_ms = null, updated_ms = $2
            where person = $1 and (status = 'PENDING' or (status = 'APPROVED' and source = 'APPLIED'))",
        "update submissions set code = '', summary = null, results = null, lease = null, judge_lease_ms = null,
            status = case when status in ('QUEUED', 'RUNNING') then 'FAILED' else status end,
            judged_ms = case when status in ('QUEUED', 'RUNNING') then $2 else judged_ms end,
            settled_ms = coalesce(settled_ms, $2) where person = $1",
    ] {
        tx.run(change, args![person, now_ms]).await?;
    }
    for change in [
        "update participants set phone = null where person = $1",
        "update enrollments set reason = null where person = $1",
        "update marks set reason = null where enrollment in (select id from enrollments where person = $1)",
        "update attendance_requests set reason = '', reject_reason = null
            where enrollment in (select id from enrollments where person = $1)",
        "update attempts set feedback = null where enrollment in (select id from enrollments where person = $1)",
        "update completions set memo = null where enrollment in (select id from enrollments where person = $1)",
        "update refunds set reason = '' where payment in (select p.id from payments p
            join enrollments e on e.id = p.enrollment where e.person = $1)",
        "update payments set info = '{}', receipt_url = null
            where enrollment in (select id from enrollments where person = $1)",
        "update payment_moves set reason = '' where payment in (select p.id from payments p
            join enrollments e on e.id = p.enrollment where e.person = $1)",
        "update answers set value = '' where attempt in (select t.id from attempts t
            join enrollments e on e.id = t.enrollment where e.person = $1)",
        "update paths set title = '' where person = $1",
        "update logins set device = '' where person = $1",
    ] {
        tx.run(change, args![person]).await?;
    }
    Ok(())
}
