//! Merging a person who joined twice. Nobody becomes another guest without the instructor.

use std::collections::BTreeSet;

use super::joining::must_be_guest_of;
use super::{Session, find_taught, room, state};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Field, Result};
use crate::event::{Event, GradeScope, NewEvent};
use crate::live::connection::close;
use crate::live::{CloseSockets, EndedLogins};
use crate::school::dashboards::days;
use crate::school::notifications::is_end_notice;
use crate::school::rights::Caller;
use crate::school::{help, logins};

/// Merges guest `from` into guest `into`, for the instructor. Fails unless both are guests of this session, without a
/// password. The phone of `from` acts as `into` from now on, and the logins that `into` had end.
pub async fn merge(app: &School, caller: &Caller, session: i64, from: i64, into: i64) -> Result<()> {
    if from == into {
        return Err(Error::bad(Field::Into, "it is the same participant"));
    }
    let mut tx = app.db.begin().await?;
    let at = find_taught(&mut tx, caller, session).await?;
    tx.hold(HeldTable::Sessions, at.id).await?;
    let olds = hold_both(&mut tx, &at, from, into).await?;
    let sql = "select enrollment from participants where session = $1 and person = $2";
    let (enrollment,): (i64,) = tx.one(sql, args![at.id, into]).await?;
    let now_ms = app.now_ms();
    let (mut changed, is_notice) = (BTreeSet::new(), is_end_notice());
    for old in &olds {
        let sql = "select distinct day from study_days where enrollment = $1";
        changed.extend(tx.all::<(String,)>(sql, args![*old]).await?.into_iter().map(|(day,)| day));
        let sql =
            format!("select n.created_ms from notifications n where n.person = $1 and n.subject = $2 and {is_notice}");
        let told: Vec<(i64,)> = tx.all(sql, args![from, *old]).await?;
        changed.extend(told.into_iter().map(|(at_ms,)| app.clock.date_of(at_ms)));
    }
    days::sum_anew(&mut tx, changed, &app.clock.date_of(now_ms)).await?;
    for old in &olds {
        merge_notices(&mut tx, (from, *old), (into, enrollment)).await?;
        merge_enrollments(&mut tx, *old, enrollment, now_ms).await?;
    }
    merge_people(&mut tx, from, into, enrollment, now_ms).await?;
    for old in olds {
        tx.run("delete from enrollments where id = $1", args![old]).await?;
    }
    let total = state::participant_count(&mut tx, at.id).await?;
    let mut events = help::withdraw_all_of(&mut tx, &at, from, now_ms).await?;
    let new = |session, event| NewEvent { session, course: at.course, at_ms: now_ms, event };
    events.push(new(Some(at.id), Event::StudentMerged { person: from, into, total }));
    events.push(NewEvent::grade_due(at.course, GradeScope::Enrollment(enrollment), now_ms));
    let closed = vec![
        CloseSockets::of_leaver(room::session(at.id), from, close::TOKEN, "the login has ended"),
        logins::close_sockets_of(from, EndedLogins::All),
        logins::close_sockets_of(into, EndedLogins::All),
    ];
    app.commit_and_close(tx, events, closed).await
}

/// Holds the rows of both, and returns the enrollments that `from` has in this class. Checks both only after that: neither
/// can claim their account before the merge. An enrollment that is added later stays as it is.
async fn hold_both(tx: &mut Tx, at: &Session, from: i64, into: i64) -> Result<Vec<i64>> {
    let sql = "select id from enrollments where person = $1 and class = $2 order by id";
    let olds: Vec<(i64,)> = tx.all(sql, args![from, at.class]).await?;
    tx.hold_where(HeldTable::Enrollments, "person in ($1, $2)", args![from, into]).await?;
    tx.hold_where(HeldTable::People, "id in ($1, $2)", args![from, into]).await?;
    for person in [from, into] {
        if !must_be_guest_of(tx, at.id, person).await? {
            return Err(Error::NotYours);
        }
    }
    must_be_of_this_class(tx, at.class, from).await?;
    Ok(olds.into_iter().map(|(id,)| id).collect())
}

/// Fails if a person has more than an enrollment in this class: another class, attempts, submissions, completions,
/// certificates or payments. Such a person keeps all that: the instructor can merge the other one into them.
async fn must_be_of_this_class(tx: &mut Tx, class: i64, person: i64) -> Result<()> {
    let sql = "select count(*) from enrollments e where e.person = $1 and (e.class <> $2
        or exists (select 1 from attempts a where a.enrollment = e.id)
        or exists (select 1 from submissions s where s.enrollment = e.id)
        or exists (select 1 from completions c where c.enrollment = e.id)
        or exists (select 1 from certificates c where c.enrollment = e.id)
        or exists (select 1 from payments p where p.enrollment = e.id))";
    let (more,): (i64,) = tx.one(sql, args![person, class]).await?;
    if more == 0 { Ok(()) } else { Err(Error::HasMoreThanThisClass) }
}

/// Moves the notices of an end of access from one person and enrollment to another. Where both were told of the same end, one notice is
/// kept.
async fn merge_notices(tx: &mut Tx, (from, old): (i64, i64), (into, new): (i64, i64)) -> Result<()> {
    let is_notice = is_end_notice();
    let sql = format!(
        "update notifications set person = $3, subject = $4 where id in (select n.id from notifications n
            where n.person = $1 and n.subject = $2 and {is_notice} and (select m.id from notifications m
                where m.person = $3 and m.kind = n.kind and m.subject = $4 and m.data = n.data limit 1) is null)"
    );
    tx.run(sql, args![from, old, into, new]).await?;
    let sql = format!(
        "delete from notifications where id in
            (select n.id from notifications n where n.person = $1 and n.subject = $2 and {is_notice})"
    );
    tx.run(sql, args![from, old]).await.map(drop)
}

/// Moves progress, study time and attendance from enrollment `old` to `new`. Where both have progress or a mark, the better
/// one is kept; study time is added up.
async fn merge_enrollments(tx: &mut Tx, old: i64, new: i64, now_ms: i64) -> Result<()> {
    let best = [
        "insert into item_progress (created_ms, updated_ms, enrollment, item, status, rate, last_position, played,
                started_ms, completed_ms, done_ms)
            select created_ms, $3, $2, item, status, rate, last_position, played, started_ms, completed_ms, done_ms
            from item_progress where enrollment = $1
            on conflict (enrollment, item) do update set updated_ms = excluded.updated_ms,
                status = case when item_progress.status = 'COMPLETED' or excluded.status = 'NOT_STARTED'
                    then item_progress.status else excluded.status end,
                rate = case when excluded.rate > item_progress.rate then excluded.rate else item_progress.rate end,
                last_position = coalesce(item_progress.last_position, excluded.last_position),
                played = coalesce(item_progress.played, excluded.played),
                started_ms = coalesce(item_progress.started_ms, excluded.started_ms),
                completed_ms = coalesce(item_progress.completed_ms, excluded.completed_ms),
                done_ms = case when item_progress.done_ms is null or excluded.done_ms > item_progress.done_ms
                    then excluded.done_ms else item_progress.done_ms end",
        "insert into study_days (enrollment, course, item, day, seconds, rate)
            select $2, course, item, day, seconds, rate from study_days where enrollment = $1 and item is not null and $3 > 0
            on conflict (enrollment, item, day) where item is not null
            do update set seconds = case when study_days.seconds + excluded.seconds > 86400 then 86400
                else study_days.seconds + excluded.seconds end,
                rate = case when study_days.rate is null or excluded.rate > study_days.rate then excluded.rate
                    else study_days.rate end",
        "insert into study_days (enrollment, course, unit, day, seconds)
            select $2, course, unit, day, seconds from study_days where enrollment = $1 and unit is not null and $3 > 0
            on conflict (enrollment, unit, day) where unit is not null
            do update set seconds = case when study_days.seconds + excluded.seconds > 86400 then 86400
                else study_days.seconds + excluded.seconds end",
        "insert into study_days (enrollment, course, day, seconds)
            select $2, course, day, seconds from study_days
            where enrollment = $1 and item is null and unit is null and $3 > 0
            on conflict (enrollment, day) where item is null and unit is null
            do update set seconds = case when study_days.seconds + excluded.seconds > 86400 then 86400
                else study_days.seconds + excluded.seconds end",
        "insert into unit_progress (enrollment, unit, completed_ms)
            select $2, unit, completed_ms from unit_progress where enrollment = $1 and $3 > 0
            on conflict (enrollment, unit) do nothing",
        // A mark that staff set by hand stays. Otherwise PRESENT is kept before any other mark, and ABSENT after any other.
        "insert into marks (created_ms, updated_ms, enrollment, meeting, type, in_ms, out_ms, reason, by_hand)
            select created_ms, $3, $2, meeting, type, in_ms, out_ms, reason, by_hand from marks where enrollment = $1
            on conflict (enrollment, meeting) do update set updated_ms = excluded.updated_ms,
                type = case when marks.by_hand then marks.type
                    when excluded.by_hand or excluded.type = 'PRESENT' or marks.type = 'ABSENT' then excluded.type
                    else marks.type end,
                by_hand = marks.by_hand or excluded.by_hand,
                in_ms = case when marks.in_ms is null or excluded.in_ms < marks.in_ms then excluded.in_ms
                    else marks.in_ms end,
                out_ms = case when marks.out_ms is null or excluded.out_ms > marks.out_ms then excluded.out_ms
                    else marks.out_ms end",
        "update enrollments set started_ms = coalesce(started_ms, (select o.started_ms from enrollments o where o.id = $1)),
            accessed_ms = coalesce((select o.accessed_ms from enrollments o where o.id = $1), accessed_ms)
            where id = $2 and $3 > 0",
        "update attendance_requests set status = 'WITHDRAWN', updated_ms = $3 where enrollment = $1
            and status = 'PENDING' and exists (select 1 from attendance_requests r
                where r.enrollment = $2 and r.number = attendance_requests.number and r.status = 'PENDING')",
        "update attendance_requests set enrollment = $2, updated_ms = $3 where enrollment = $1",
    ];
    for sql in best {
        tx.run(sql, args![old, new, now_ms]).await?;
    }
    for table in ["item_progress", "study_days", "unit_progress", "marks", "completion_checks"] {
        tx.run(format!("delete from {table} where enrollment = $1"), args![old]).await?;
    }
    Ok(())
}

/// Moves to `into` what `from` has: participations in sessions, calls for help, logs and notifications, and the login of the phone
/// in use.
async fn merge_people(tx: &mut Tx, from: i64, into: i64, enrollment: i64, now_ms: i64) -> Result<()> {
    let moves = [
        "update participants set left_ms = case when exists (select 1 from participants p
                where p.session = participants.session and p.person = $1 and p.left_ms is null) then null else left_ms end
            where person = $2 and removed_ms is null and session in (select session from participants where person = $1)",
        "update participants set phone = coalesce((select p.phone from participants p
                where p.session = participants.session and p.person = $1), phone)
            where person = $2 and session in (select session from participants where person = $1)",
        "delete from participants where person = $1 and session in (select session from participants where person = $2)",
        "update participants set person = $2 where person = $1",
        "update participants set same_as = null where same_as = $1 and person = $2",
        "update participants set same_as = $2 where same_as = $1",
        "update help_requests set person = $2 where person = $1 and kind = 'MANUAL'",
        "delete from participant_messages where person = $1 and session in
            (select session from participant_messages where person = $2)",
        "update participant_messages set person = $2 where person = $1",
        "delete from step_answers where person = $1 and exists (select 1 from step_answers o where o.person = $2
            and o.session = step_answers.session and o.item = step_answers.item)",
        "update step_answers set person = $2 where person = $1",
        "update class_questions set person = $2 where person = $1",
        "update class_question_supports set person = $2 where person = $1 and not exists (select 1
            from class_question_supports o where o.person = $2 and o.question = class_question_supports.question)",
        // Nobody supports what they have asked themselves.
        "delete from class_question_supports where person = $1 or (person = $2 and question in
            (select id from class_questions where person = $2))",
        "update activity_logs set person = $2 where person = $1",
        "update notifications set person = $2 where person = $1",
        "update notifications set about = $2 where about = $1",
        "delete from ratings where person = $1 and course in (select course from ratings where person = $2)",
        "update ratings set person = $2 where person = $1",
        "update paths set person = $2 where person = $1",
        "update done_keys set person = $2 where person = $1
            and not exists (select 1 from done_keys d where d.person = $2 and d.key = done_keys.key)",
    ];
    for sql in moves {
        tx.run(sql, args![from, into]).await?;
    }
    tx.run(
        "update participants set enrollment = $2 where person = $1 and enrollment in
            (select id from enrollments where person <> $1)",
        args![into, enrollment],
    )
    .await?;
    logins::end_logins(tx, into, now_ms).await?;
    tx.run("update logins set person = $2 where person = $1 and ended_ms is null", args![from, into]).await?;
    tx.run("update people set deleted_ms = $2 where id = $1", args![from, now_ms]).await?;
    Ok(())
}
