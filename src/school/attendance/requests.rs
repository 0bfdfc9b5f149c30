//! Attendance requests: a student asks for a meeting to count as attended, and the instructor of the course decides. At
//! most one request per enrollment and meeting is pending.

use std::collections::BTreeSet;

use super::views::{self, EnrollmentAttendance, MeetingMark};
use super::{MarkTarget, meetings};
use crate::app::School;
use crate::db::{Filter, HeldTable, Tx, args, placeholders, row};
use crate::error::{Error, Field, Result};
use crate::event::{GradeScope, MarkKind, NewEvent, words};
use crate::school::names::namesakes_of;
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::{self, Caller, CourseAccess, Role};
use crate::school::{Page, Window, enrollment};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RequestDecision {
    Approved,
    Rejected,
}
words!(RequestDecision { Approved = "APPROVED", Rejected = "REJECTED" });

pub const DECISIONS_MAX: usize = 1_000;
/// The most requests of one enrollment that may be pending at a time.
const PENDING_MAX_REQUESTS: i64 = 10;

/// Makes a request, which is PENDING until it is decided. Fails if the meeting is already marked PRESENT or EXCUSED, or
/// if too many requests are pending.
pub async fn request(
    app: &School,
    caller: &Caller,
    code: &str,
    number: i64,
    reason: &str,
) -> Result<EnrollmentAttendance> {
    caller.must_be_student()?;
    let mut tx = app.db.begin().await?;
    let course = rights::find_course_by_code(&mut tx, code).await?;
    let enrollment = insert(app, &mut tx, caller, &course, number, reason).await?;
    let overview = views::of_enrollment(&mut tx, enrollment).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(overview)
}

/// Makes a request in a course that the caller learns, as `request` does. Returns what is known of all meetings then.
pub async fn request_in(
    app: &School,
    caller: &Caller,
    course: i64,
    number: i64,
    reason: &str,
) -> Result<Vec<OwnMeeting>> {
    caller.must_be_student()?;
    let mut tx = app.db.begin().await?;
    let access = rights::find_seen_course(&mut tx, Some(caller), course).await?;
    insert(app, &mut tx, caller, &access, number, reason).await?;
    app.commit(tx, Vec::new()).await?;
    own(app, caller, course).await
}

/// Inserts a request. Returns the enrollment for which it is.
async fn insert(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    course: &CourseAccess,
    number: i64,
    reason: &str,
) -> Result<i64> {
    let now_ms = app.now_ms();
    let enrollment = enrollment::learning_enrollment(tx, course.course, caller.id, now_ms).await?;
    tx.hold(HeldTable::Enrollments, enrollment).await?;
    must_be_of_class(tx, enrollment, number).await?;
    let sql =
        "select m.type from marks m join meetings t on t.id = m.meeting where m.enrollment = $1 and t.number = $2";
    let mark: Option<(String,)> = tx.maybe(sql, args![enrollment, number]).await?;
    if mark.is_some_and(|(kind,)| matches!(MarkKind::parse(&kind), Some(MarkKind::Present | MarkKind::Excused))) {
        return Err(Error::AlreadyAttended);
    }
    let sql = "select count(*) from attendance_requests where enrollment = $1 and status = 'PENDING'";
    if tx.one::<(i64,)>(sql, args![enrollment]).await?.0 >= PENDING_MAX_REQUESTS {
        return Err(Error::TooManyRequests { most: PENDING_MAX_REQUESTS });
    }
    let sql = "insert into attendance_requests (created_ms, updated_ms, enrollment, number, reason, status)
        values ($1, $1, $2, $3, $4, 'PENDING') on conflict do nothing returning id";
    let made: Option<(i64,)> = tx.maybe(sql, args![now_ms, enrollment, number, reason]).await?;
    let (id,) = made.ok_or(Error::AlreadyRequested)?;
    notifications::notify_once(tx, course.instructor, NotificationKind::AttendanceRequested, caller.id, id, now_ms)
        .await?;
    Ok(enrollment)
}

row! {
    /// Outcome of a learner's request.
    #[derive(Debug, Clone)]
    pub struct OwnRequest {
        pub enrollment: i64,
        pub number: i64,
        pub status: String,
        pub reason: String,
        pub reject_reason: Option<String>,
        pub created_ms: i64,
    }
}

/// A meeting that was held, as its learner sees it.
pub struct OwnMeeting {
    pub meeting: MeetingMark,
    /// The last request for it.
    pub request: Option<OwnRequest>,
}

impl OwnMeeting {
    /// May the learner ask that it counts as attended?
    pub fn may_be_asked(&self) -> bool {
        let counts = matches!(self.meeting.kind(), MarkKind::Present | MarkKind::Excused);
        !counts && self.request.as_ref().is_none_or(|request| request.status != "PENDING")
    }
}

/// Lists the meetings of a course that the caller learns, with what became of their requests.
pub async fn own(app: &School, caller: &Caller, course: i64) -> Result<Vec<OwnMeeting>> {
    caller.must_be_student()?;
    let mut tx = app.db.read().await?;
    rights::find_seen_course(&mut tx, Some(caller), course).await?;
    let enrollment = enrollment::current_enrollment(&mut tx, course, caller.id, app.now_ms()).await?;
    let enrollment = enrollment.ok_or(Error::NotYours)?;
    let overview = views::of_enrollment(&mut tx, enrollment).await?;
    let mut requests = of_enrollments(&mut tx, &[enrollment]).await?;
    let with_request = |meeting: MeetingMark| {
        let at = requests.iter().rposition(|request| request.number == meeting.number);
        OwnMeeting { request: at.map(|at| requests.remove(at)), meeting }
    };
    Ok(overview.meetings.into_iter().map(with_request).collect())
}

/// Lists the requests of these enrollments, in the order in which they were made.
pub async fn of_enrollments(tx: &mut Tx, enrollments: &[i64]) -> Result<Vec<OwnRequest>> {
    let (marks, ids) = placeholders(enrollments, 1);
    let sql = format!(
        "select enrollment, number, status, reason, reject_reason, created_ms from attendance_requests
        where enrollment in ({marks}) order by id"
    );
    tx.all(sql, ids).await
}

/// Checks the number of a meeting. Where the number of meetings is planned, it must not be above both the plan and the
/// highest number that exists.
async fn must_be_of_class(tx: &mut Tx, enrollment: i64, number: i64) -> Result<()> {
    let sql = "select k.total_sessions, coalesce((select max(t.number) from meetings t where t.class = k.id), 0)
        from enrollments e join classes k on k.id = e.class where e.id = $1";
    let (planned, made): (i64, i64) = tx.one(sql, args![enrollment]).await?;
    if planned > 0 && number > planned.max(made) {
        return Err(Error::bad(Field::Meeting, format!("the class has {} meetings", planned.max(made))));
    }
    Ok(())
}

row! {
    /// A request that waits for a decision. It has no date if there is no such meeting yet.
    #[derive(Debug, Clone)]
    pub struct UndecidedRequest {
        pub course: i64,
        pub title: String,
        pub code: String,
        pub class: i64,
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        /// The person's number among the people of this name in the course, counted from 1.
        pub namesake: i64,
        pub number: i64,
        pub date: Option<String>,
        pub reason: String,
        pub created_ms: i64,
    }
}

/// The condition for courses `c` whose lessons a person leads without being an administrator.
const LED_BY: &str =
    "(c.instructor = ? or exists (select 1 from course_teachers s where s.course = c.id and s.person = ?))";

/// Lists the pending requests that can be decided, the oldest first: those in courses that the caller leads, for an
/// admin in all courses.
pub async fn waiting(
    app: &School,
    caller: &Caller,
    course: Option<i64>,
    window: Window,
) -> Result<Page<UndecidedRequest>> {
    caller.must_be_staff()?;
    let mut tx = app.db.read().await?;
    if let Some(course) = course {
        rights::find_led_course(&mut tx, caller, course).await?;
    }
    let from = "from attendance_requests r join enrollments e on e.id = r.enrollment join people q on q.id = e.person
        join classes k on k.id = e.class join courses c on c.id = k.course
        left join meetings t on t.class = e.class and t.number = r.number and not t.asked";
    let filter = Filter::of(
        "r.status = 'PENDING' and e.status in ('APPROVED', 'COMPLETED')
            and c.status in ('PUBLISHED', 'ARCHIVED') and c.deleted_ms is null",
        args![],
    )
    .and(LED_BY, (caller.role != Role::Admin).then_some(caller.id))
    .and("c.id = ?", course);
    let (sql, args) = filter.count(from);
    let (total,) = tx.one(sql, args).await?;
    let select = format!(
        "select k.course, c.title, c.code, e.class, r.enrollment, e.person, q.name, n.nth as namesake, r.number, t.date,
            r.reason, r.created_ms {from} join ({}) n on n.course = k.course and n.person = e.person",
        namesakes_of(
            "select i.person from attendance_requests o join enrollments i on i.id = o.enrollment where o.status = 'PENDING'",
            "k.course in (select j.course from attendance_requests o join enrollments i on i.id = o.enrollment
                join classes j on j.id = i.class where o.status = 'PENDING')"
        )
    );
    let (sql, args) = filter.page(&select, "r.created_ms, r.id", window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

#[derive(Debug, Clone)]
pub struct DecidedRequest {
    pub person: i64,
    pub verdict: RequestDecision,
    pub reason: Option<String>,
}

row! {
    #[derive(Debug)]
    struct HeldRequest {
        id: i64,
        person: i64,
        enrollment: i64,
        class: i64,
        reason: String,
        created_ms: i64,
    }
}

/// Decides requests: all of them, or none. An approval turns the mark into PRESENT; a rejection leaves it.
pub async fn decide(
    app: &School,
    caller: &Caller,
    code: &str,
    number: i64,
    decided: Vec<DecidedRequest>,
) -> Result<()> {
    caller.must_be_staff()?;
    if decided.is_empty() || decided.len() > DECISIONS_MAX {
        return Err(Error::bad(Field::Decisions, format!("1 to {DECISIONS_MAX} of them")));
    }
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let course = rights::find_course_by_code(&mut tx, code).await?;
    if !rights::leads(&mut tx, caller, course.course, course.instructor).await? {
        return Err(Error::NotYours);
    }
    let pending = hold_pending(&mut tx, course.course, number, &decided).await?;
    let mut events = Vec::new();
    for (decision, request) in decided.iter().zip(&pending) {
        let sql = "update attendance_requests set status = $2, decided_by = $3, reject_reason = $4, updated_ms = $5
            where id = $1";
        let reject_reason = decision.reason.as_deref().filter(|_| decision.verdict == RequestDecision::Rejected);
        tx.run(sql, args![request.id, decision.verdict.word(), caller.id, reject_reason, now_ms]).await?;
        let kind = NotificationKind::AttendanceDecided;
        notifications::notify(&mut tx, request.person, kind, caller.id, request.id, now_ms).await?;
        if decision.verdict == RequestDecision::Approved {
            events.extend(mark_present(app, &mut tx, course.course, number, request, now_ms).await?);
        }
    }
    app.commit(tx, events).await
}

/// Finds the requests to decide, in the order of the decisions. Holds their classes, open sessions and enrollments: when
/// two people decide at once, the second one finds nothing pending.
async fn hold_pending(tx: &mut Tx, course: i64, number: i64, decided: &[DecidedRequest]) -> Result<Vec<HeldRequest>> {
    let people: BTreeSet<i64> = decided.iter().map(|d| d.person).collect();
    if people.len() < decided.len() {
        return Err(Error::bad(Field::Decisions, "a student is named twice"));
    }
    let people: Vec<i64> = people.into_iter().collect();
    let (marks, ids) = placeholders(&people, 3);
    let from = format!(
        "from attendance_requests r join enrollments e on e.id = r.enrollment join classes k on k.id = e.class
        where k.course = $1 and r.number = $2 and r.status = 'PENDING' and e.status in ('APPROVED', 'COMPLETED')
            and e.person in ({marks})"
    );
    let args = [args![course, number], ids].concat();
    tx.hold_where(HeldTable::Classes, &format!("id in (select e.class {from})"), args.clone()).await?;
    let running = format!(
        "status <> 'REVIEW_MODE' and meeting in (select t.id from meetings t
            where t.number = $2 and t.class in (select e.class {from}))"
    );
    tx.hold_where(HeldTable::Sessions, &running, args.clone()).await?;
    // The first mark of a meeting changes the grades of everyone in the class.
    tx.hold_where(HeldTable::Enrollments, &format!("class in (select e.class {from})"), args.clone()).await?;
    let sql = format!("select r.id, e.person, r.enrollment, e.class, r.reason, r.created_ms {from} order by r.id");
    let mut found: Vec<HeldRequest> = tx.all(sql, args).await?;
    let mut pending = Vec::with_capacity(decided.len());
    for decision in decided {
        let at = found.iter().position(|request| request.person == decision.person);
        let at = at.ok_or(Error::NothingPending { person: decision.person })?;
        pending.push(found.remove(at));
    }
    Ok(pending)
}

async fn mark_present(
    app: &School,
    tx: &mut Tx,
    course: i64,
    number: i64,
    request: &HeldRequest,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let date = app.clock.date_of(request.created_ms);
    let meeting = meetings::ensure_requested(tx, request.class, number, &date, now_ms).await?;
    let is_first = super::is_untouched(tx, meeting).await?;
    let sql = "insert into marks (created_ms, updated_ms, enrollment, meeting, type, reason, by_hand)
        values ($1, $1, $2, $3, 'PRESENT', $4, true)
        on conflict (enrollment, meeting) do update set updated_ms = excluded.updated_ms, type = excluded.type,
            reason = excluded.reason, by_hand = excluded.by_hand";
    tx.run(sql, args![now_ms, request.enrollment, meeting, &request.reason]).await?;
    let scope = if is_first { GradeScope::Class(request.class) } else { GradeScope::Enrollment(request.enrollment) };
    let target = MarkTarget::hold(tx, course, meeting).await?;
    let student = (request.person, request.enrollment);
    Ok(vec![target.event(student, number, MarkKind::Present, now_ms), NewEvent::grade_due(course, scope, now_ms)])
}
