//! Attendance: one mark per enrollment and meeting (회차). Joining a live session makes a mark automatically; staff make
//! and change marks by hand, and an automatic mark never overwrites one made by hand.

pub mod automatic;
mod meetings;
pub mod requests;
pub mod views;

use std::collections::{HashMap, HashSet};

use crate::app::School;
use crate::db::{Arg, HeldTable, Tx, args, batch_size, placeholders, row, row_placeholders};
use crate::error::{Error, Field, InputFault, Noun, Result};
use crate::event::{Event, GradeScope, MarkKind, NewEvent};
use crate::patch::Patch;
use crate::school::rights::{self, Caller, EnrollmentAccess};
use crate::school::{Page, Window, classes};

pub(super) use meetings::of_session as meeting_of_session;

row! {
    #[derive(Debug, Clone)]
    pub struct Mark {
        pub id: i64,
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        pub email: Option<String>,
        pub course: i64,
        pub meeting: i64,
        pub number: i64,
        pub date: String,
        pub kind: String,
        pub in_ms: Option<i64>,
        pub out_ms: Option<i64>,
        pub reason: Option<String>,
        pub by_hand: bool,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

/// Columns of a mark. `out_ms` of an automatic mark is written when the session ends; until then it is the time when the
/// person left, if they did.
const MARK: &str =
    "select m.id, m.enrollment, e.person, q.name, q.email, k.course, m.meeting, t.number, t.date, m.type as kind, m.in_ms,
    case when m.by_hand or m.out_ms is not null then m.out_ms else (select max(p.left_ms) from live_sessions s
        join participants p on p.session = s.id and p.person = e.person where s.meeting = m.meeting) end as out_ms,
    m.reason, m.by_hand, m.created_ms, m.updated_ms";
const FROM: &str = "from marks m join meetings t on t.id = m.meeting join enrollments e on e.id = m.enrollment
    join classes k on k.id = e.class join people q on q.id = e.person";

/// An instant, or a time of day on the day of the meeting.
#[derive(Debug, Clone)]
pub enum MarkTime {
    At(i64),
    Clock(String),
}

#[derive(Debug, Clone)]
pub struct NewMark {
    pub kind: MarkKind,
    pub check_in: Option<MarkTime>,
    pub check_out: Option<MarkTime>,
    pub reason: Option<String>,
}

/// The meeting to mark: the one with this number, or without a number the day's first meeting of which the enrollment
/// has no mark yet.
#[derive(Debug, Clone)]
pub struct MeetingChoice {
    pub date: String,
    pub number: Option<i64>,
}

/// The student whom a line of a batch names.
#[derive(Debug, Clone, Copy)]
pub enum MarkedStudent {
    Enrollment(i64),
    Person(i64),
}

pub const BATCH_MAX_MARKS: usize = 2_000;

pub async fn register(
    app: &School,
    caller: &Caller,
    enrollment: i64,
    when: MeetingChoice,
    new: NewMark,
) -> Result<Mark> {
    let mut tx = app.db.begin().await?;
    let class = rights::find_taught_enrollment(&mut tx, caller, enrollment).await?.class;
    tx.hold(HeldTable::Classes, class).await?;
    let access = rights::find_taught_enrollment(&mut tx, caller, enrollment).await?;
    let course = access.course;
    let events = write(app, &mut tx, (course, class), &when, vec![(access, new)]).await?;
    // The class is held, so nobody else adds marks by hand; a mark that was made automatically meanwhile is not by hand.
    let sql = format!("{MARK} {FROM} where m.enrollment = $1 and m.by_hand order by m.id desc limit 1");
    let mark = tx.one(sql, args![enrollment]).await?;
    app.commit(tx, events).await?;
    Ok(mark)
}

/// Registers a batch of marks: all of them, or none.
pub async fn register_all(
    app: &School,
    caller: &Caller,
    (course, class): (i64, i64),
    when: MeetingChoice,
    batch: Vec<(MarkedStudent, NewMark)>,
) -> Result<usize> {
    if batch.is_empty() || batch.len() > BATCH_MAX_MARKS {
        return Err(Error::bad(Field::Marks, format!("1 to {BATCH_MAX_MARKS} of them")));
    }
    let mut tx = app.db.begin().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    tx.hold(HeldTable::Classes, class).await?;
    let sql = format!("{} where e.class = $1 and e.status in ('APPROVED', 'COMPLETED')", rights::ENROLLMENT);
    let known: Vec<EnrollmentAccess> = tx.all(sql, args![class]).await?;
    let marks: Result<Vec<(EnrollmentAccess, NewMark)>> = batch
        .into_iter()
        .enumerate()
        .map(|(n, (student, mark))| {
            let is = |access: &&EnrollmentAccess| match student {
                MarkedStudent::Enrollment(id) => access.enrollment == id,
                MarkedStudent::Person(id) => access.person == id,
            };
            let access = known.iter().find(is).cloned();
            Ok((access.ok_or_else(|| Error::bad((Field::Marks, n), "nobody in this class"))?, mark))
        })
        .collect();
    let marks = marks?;
    let count = marks.len();
    let events = write(app, &mut tx, (course, class), &when, marks).await?;
    app.commit(tx, events).await?;
    Ok(count)
}

/// Writes marks of one day of a class. The caller holds the row of the class: two people who mark the same day at once
/// do so one after the other, and nobody is admitted or leaves meanwhile.
async fn write(
    app: &School,
    tx: &mut Tx,
    (course, class): (i64, i64),
    when: &MeetingChoice,
    marks: Vec<(EnrollmentAccess, NewMark)>,
) -> Result<Vec<NewEvent>> {
    let now_ms = app.now_ms();
    let date = when.date.as_str();
    let plan = classes::read(tx, class).await?;
    let is_outside =
        plan.starts.is_some_and(|starts| date < starts.as_str()) || plan.ends.is_some_and(|ends| date > ends.as_str());
    if is_outside {
        return Err(Error::bad(Field::ClassDate, "it is outside the dates of the class"));
    }
    let days = match when.number {
        Some(number) => vec![meetings::find_numbered(tx, class, date, number).await?],
        None => meetings::find_or_make(tx, class, date, now_ms).await?,
    };
    let ids: Vec<i64> = days.iter().map(|meeting| meeting.id).collect();
    let (list, args) = placeholders(&ids, 1);
    let sql = format!("select enrollment, meeting from marks where meeting in ({list})");
    let mut taken: HashSet<(i64, i64)> = tx.all(sql, args).await?.into_iter().collect();
    let untouched: HashSet<i64> = ids.iter().filter(|id| !taken.iter().any(|(_, m)| m == *id)).copied().collect();
    let (list, args) = placeholders(&ids, 1);
    let running = format!("status <> 'REVIEW_MODE' and meeting in ({list})");
    tx.hold_where(HeldTable::Sessions, &running, args.clone()).await?;
    let sql = format!("select meeting, id from live_sessions where {running}");
    let running: HashMap<i64, i64> = tx.all::<(i64, i64)>(sql, args).await?.into_iter().collect();
    let mut rows = Vec::with_capacity(marks.len());
    let mut events = Vec::new();
    for (access, mark) in marks {
        access.must_be_in_class()?;
        let free = days.iter().find(|meeting| !taken.contains(&(access.enrollment, meeting.id)));
        let meeting = free.ok_or(Error::AlreadyMarked)?;
        taken.insert((access.enrollment, meeting.id));
        let (in_ms, out_ms) = resolve_times(app, date, mark.check_in, mark.check_out)?;
        let reason = mark.reason;
        let values =
            args![now_ms, now_ms, access.enrollment, meeting.id, mark.kind.word(), in_ms, out_ms, reason, true];
        rows.push(values);
        let target = MarkTarget { session: running.get(&meeting.id).copied(), course };
        events.push(target.event((access.person, access.enrollment), meeting.number, mark.kind, now_ms));
        let scope = match untouched.contains(&meeting.id) {
            true => GradeScope::Class(class),
            false => GradeScope::Enrollment(access.enrollment),
        };
        events.push(NewEvent::grade_due(course, scope, now_ms));
    }
    insert(tx, rows).await?;
    Ok(events)
}

async fn insert(tx: &mut Tx, rows: Vec<Vec<Arg>>) -> Result<()> {
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = batch_size(rows.len());
        let args: Vec<Arg> = rows.by_ref().take(size).flatten().collect();
        let columns = "created_ms, updated_ms, enrollment, meeting, type, in_ms, out_ms, reason, by_hand";
        tx.run(format!("insert into marks ({columns}) values {}", row_placeholders(size, 9)), args).await?;
    }
    Ok(())
}

/// The rooms to which a changed mark is sent: the open session of the meeting, if there is one, and the dashboards of the
/// course.
#[derive(Clone, Copy)]
struct MarkTarget {
    session: Option<i64>,
    course: i64,
}

impl MarkTarget {
    /// Holds the meeting's open session. Called before the enrollments that the change touches are held.
    async fn hold(tx: &mut Tx, course: i64, meeting: i64) -> Result<MarkTarget> {
        tx.hold_where(HeldTable::Sessions, "meeting = $1 and status <> 'REVIEW_MODE'", args![meeting]).await?;
        let sql = "select id from live_sessions where meeting = $1 and status <> 'REVIEW_MODE' order by id";
        let session = tx.maybe::<(i64,)>(sql, args![meeting]).await?.map(|(id,)| id);
        Ok(MarkTarget { session, course })
    }

    fn event(self, (person, enrollment): (i64, i64), number: i64, mark: MarkKind, at_ms: i64) -> NewEvent {
        let event = Event::AttendanceUpdated { person, enrollment, number, mark };
        NewEvent { session: self.session, course: self.course, at_ms, event }
    }
}

fn resolve_times(
    app: &School,
    date: &str,
    check_in: Option<MarkTime>,
    check_out: Option<MarkTime>,
) -> Result<(Option<i64>, Option<i64>)> {
    let in_ms = resolve_time(app, date, check_in, Field::CheckInTime)?;
    let out_ms = resolve_time(app, date, check_out, Field::CheckOutTime)?;
    must_be_in_order(app, Some(date), in_ms, out_ms)?;
    Ok((in_ms, out_ms))
}

fn resolve_time(app: &School, date: &str, moment: Option<MarkTime>, field: Field) -> Result<Option<i64>> {
    match moment {
        None => Ok(None),
        Some(MarkTime::At(ms)) => Ok(Some(ms)),
        Some(MarkTime::Clock(time)) => {
            app.clock.at(date, &time).map(Some).ok_or_else(|| Error::bad(field, "it is no time of day such as 09:30"))
        }
    }
}

/// Checks the times of a mark. The check-in must be on the day of the meeting; the check-out may be after midnight, but
/// not before the check-in.
fn must_be_in_order(app: &School, date: Option<&str>, in_ms: Option<i64>, out_ms: Option<i64>) -> Result<()> {
    if in_ms.zip(date).is_some_and(|(ms, date)| app.clock.date_of(ms) != date) {
        return Err(Error::bad(Field::CheckInTime, "it is on another day than the class"));
    }
    if in_ms.zip(out_ms).is_some_and(|(in_ms, out_ms)| out_ms < in_ms) {
        return Err(Error::bad(Field::CheckOutTime, InputFault::Before(Field::CheckInTime)));
    }
    Ok(())
}

#[derive(Debug, Default)]
pub struct MarkChanges {
    pub kind: Option<MarkKind>,
    pub check_in: Patch<MarkTime>,
    pub check_out: Patch<MarkTime>,
    pub reason: Patch<String>,
}

/// Changes a mark by hand. From then on nothing changes it automatically.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: MarkChanges) -> Result<Mark> {
    caller.must_be_staff()?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let found = read(&mut tx, id).await?;
    rights::find_taught_enrollment(&mut tx, caller, found.enrollment).await?;
    let target = MarkTarget::hold(&mut tx, found.course, found.meeting).await?;
    let access = rights::hold_taught_enrollment(&mut tx, caller, found.enrollment).await?;
    let now = read(&mut tx, id).await?;
    let names_in = changes.check_in.is_sent();
    let names_time = names_in || changes.check_out.is_sent();
    let resolved = |sent: Patch<MarkTime>, kept: Option<i64>, field: Field| match sent {
        Patch::Keep => Ok(kept),
        sent => resolve_time(app, &now.date, sent.value(), field),
    };
    let in_ms = resolved(changes.check_in, now.in_ms, Field::CheckInTime)?;
    let out_ms = resolved(changes.check_out, now.out_ms, Field::CheckOutTime)?;
    if names_time {
        // A check-in that is not changed may be on another day: a waiting room can open before midnight.
        must_be_in_order(app, names_in.then_some(now.date.as_str()), in_ms, out_ms)?;
    }
    let kind = changes.kind.or(MarkKind::parse(&now.kind)).unwrap_or(MarkKind::Present);
    let sql = "update marks set type = $2, in_ms = $3, out_ms = $4, reason = $5, by_hand = true, updated_ms = $6
        where id = $1";
    tx.run(sql, args![id, kind.word(), in_ms, out_ms, changes.reason.over(now.reason), now_ms]).await?;
    let mark = read(&mut tx, id).await?;
    let marked = target.event((access.person, access.enrollment), mark.number, kind, now_ms);
    let due = NewEvent::grade_due(access.course, GradeScope::Learner(access.enrollment), now_ms);
    app.commit(tx, vec![marked, due]).await?;
    Ok(mark)
}

async fn read(tx: &mut Tx, id: i64) -> Result<Mark> {
    tx.maybe(format!("{MARK} {FROM} where m.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Mark))
}

pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Mark> {
    let mut tx = app.db.read().await?;
    let mark = read(&mut tx, id).await?;
    let seen = rights::find_visible_enrollment(&mut tx, caller, mark.enrollment).await;
    seen.map_err(|e| e.instead_of(Noun::Mark))?;
    Ok(mark)
}

pub async fn of_enrollment(app: &School, caller: &Caller, enrollment: i64) -> Result<Vec<Mark>> {
    let mut tx = app.db.read().await?;
    rights::find_visible_enrollment(&mut tx, caller, enrollment).await?;
    tx.all(format!("{MARK} {FROM} where m.enrollment = $1 order by t.number"), args![enrollment]).await
}

/// Lists the marks of these enrollments, in the order of the meetings.
pub(super) async fn of_enrollments(tx: &mut Tx, enrollments: &[i64]) -> Result<Vec<Mark>> {
    let (marks, ids) = placeholders(enrollments, 1);
    tx.all(format!("{MARK} {FROM} where m.enrollment in ({marks}) order by t.number, m.id"), ids).await
}

/// Lists the marks of one day of a class.
pub async fn of_day(
    app: &School,
    caller: &Caller,
    (course, class): (i64, i64),
    date: &str,
    window: Window,
) -> Result<Page<Mark>> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let condition = "where t.class = $1 and t.date = $2";
    let (total,) = tx.one(format!("select count(*) {FROM} {condition}"), args![class, date]).await?;
    let sql = format!("{MARK} {FROM} {condition} order by t.number, m.enrollment limit $3 offset $4");
    let rows = tx.all(sql, args![class, date, window.limit, window.offset]).await?;
    Ok(Page { rows, total, window })
}

/// Has the meeting no mark yet? Its first mark makes it one that was held, for everyone in the class.
async fn is_untouched(tx: &mut Tx, meeting: i64) -> Result<bool> {
    Ok(tx.maybe::<(i64,)>("select id from marks where meeting = $1 limit 1", args![meeting]).await?.is_none())
}
