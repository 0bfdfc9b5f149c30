//! Enrollment: how a person gets into a class of a course.
//!
//! PENDING → APPROVED or REJECTED, PENDING or APPROVED → CANCELLED, APPROVED → COMPLETED. A PENDING enrollment holds a
//! seat, unless it is on the waiting list. Before anything is decided, the row of the class is held, and after it the
//! row of the enrollment.

pub mod access;
pub mod applicants;
mod applying;
pub(super) mod buying;
pub mod changing;
pub(super) mod conditions;
pub mod decisions;
pub mod expiring;
pub mod learning;
pub mod payments;
pub mod reminding;
pub mod statistics;

use crate::app::School;
use crate::db::{Filter, HeldTable, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{GradeScope, NewEvent, words};
use crate::school::names::{Namesakes, distinct};
use crate::school::rights::{self, Caller, Role};
use crate::school::{Page, Window};

use self::access::AccessState;

pub use applying::{Application, apply, apply_for_contact};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnrollmentStatus {
    Pending,
    Approved,
    Rejected,
    Cancelled,
    Completed,
    /// Its time is over, and the course was not completed by then.
    Expired,
}
words!(EnrollmentStatus {
    Pending = "PENDING",
    Approved = "APPROVED",
    Rejected = "REJECTED",
    Cancelled = "CANCELLED",
    Completed = "COMPLETED",
    Expired = "EXPIRED",
});

row! {
    #[derive(Debug, Clone)]
    pub struct Enrollment {
        pub id: i64,
        pub course: i64,
        pub course_title: String,
        pub class: i64,
        pub class_name: String,
        pub person: i64,
        pub name: String,
        pub email: Option<String>,
        pub source: String,
        pub status: String,
        pub waiting_number: Option<i64>,
        pub reason: Option<String>,
        pub approved_ms: Option<i64>,
        pub completed_ms: Option<i64>,
        /// The end of the access; `None` while there is none, and without an end.
        pub expires_ms: Option<i64>,
        pub attendance_score: Option<f64>,
        pub progress_score: Option<f64>,
        pub assessment_score: Option<f64>,
        pub total_score: Option<f64>,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

/// Columns of an enrollment. `waiting_number` is counted at each read: when a person leaves the waiting list, everyone
/// behind moves up.
const ENROLLMENT: &str = "select e.id, k.course, c.title as course_title, e.class, k.name as class_name, e.person,
    q.name, q.email, e.source, e.status, case when e.waiting_since_ms is null then null else
        (select count(*) from enrollments w where w.class = e.class and w.waiting_since_ms is not null and w.id <= e.id)
        end as waiting_number,
    e.reason, e.approved_ms, e.completed_ms, e.expires_ms, e.attendance_score, e.progress_score, e.assessment_score,
    e.total_score, e.created_ms, e.updated_ms";
const FROM: &str = "from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
    join people q on q.id = e.person";

pub const APPLIED: &str = "APPLIED";
pub const JOINED: &str = "JOINED";

pub(super) async fn read(tx: &mut Tx, id: i64) -> Result<Enrollment> {
    tx.maybe(format!("{ENROLLMENT} {FROM} where e.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Enrollment))
}

pub(super) async fn find_class(tx: &mut Tx, course: i64, wanted: Option<i64>) -> Result<i64> {
    let sql = "select id from classes where course = $1 and (id = $2 or ($2 is null and is_default))";
    let found: Option<(i64,)> = tx.maybe(sql, args![course, wanted]).await?;
    Ok(found.ok_or(Error::bad(Field::Class, "it is no class of this course"))?.0)
}

row! {
    /// The seats of a class, and what it takes to be admitted.
    struct ClassSeats {
        capacity: Option<i64>,
        taken: i64,
        waiting: i64,
        ends: Option<String>,
        approves: bool,
        price: i64,
    }
}

impl ClassSeats {
    fn are_taken(&self) -> bool {
        self.capacity.is_some_and(|capacity| self.taken >= capacity)
    }

    /// Does the class admit everyone who asks, without approval and without payment?
    fn admits_automatically(&self) -> bool {
        self.approves && self.price == 0
    }
}

/// Holds the class and reads its seats: of two people who want the last seat, one asks after the other.
async fn hold_seats(tx: &mut Tx, class: i64, now_ms: i64) -> Result<ClassSeats> {
    tx.hold(HeldTable::Classes, class).await?;
    read_seats(tx, class, now_ms).await
}

/// Reads the seats of a class. A person whose time of access is over takes none, whether or not the job has marked it: these
/// few are found by their ends, which is why the class is no key of that search (`+ 0`).
async fn read_seats(tx: &mut Tx, class: i64, now_ms: i64) -> Result<ClassSeats> {
    let sql = "select k.capacity, k.ends, c.price, k.approval = 'AUTO' as approves,
        case when k.capacity is null then 0 else (select count(*) from enrollments e where e.class = k.id
            and e.status in ('PENDING', 'APPROVED', 'COMPLETED') and e.waiting_since_ms is null)
            - (select count(*) from enrollments o where o.class + 0 = k.id and o.status = 'APPROVED'
                and o.expires_ms is not null and o.expires_ms <= $2) end as taken,
        (select count(*) from enrollments e where e.class = k.id and e.waiting_since_ms is not null) as waiting
        from classes k join courses c on c.id = k.course where k.id = $1";
    tx.one(sql, args![class, now_ms]).await
}

/// Makes an enrollment, with the progress of an earlier one; if it is APPROVED, its time of access begins. `None` when the
/// person has an open one in the class already (PENDING, APPROVED or COMPLETED).
async fn insert(
    tx: &mut Tx,
    class: i64,
    person: i64,
    source: &str,
    status: EnrollmentStatus,
    waits: bool,
    now_ms: i64,
) -> Result<Option<i64>> {
    let is_approved = status == EnrollmentStatus::Approved;
    let ends_ms = if is_approved { access::ends_ms("$1", "$2") } else { "null".to_owned() };
    let sql = format!(
        "insert into enrollments (created_ms, updated_ms, class, person, source, status, approved_ms,
            waiting_since_ms, expires_ms)
        values ($1, $1, $2, $3, $4, $5, $6, $7, {ends_ms}) on conflict do nothing returning id"
    );
    let approved_ms = is_approved.then_some(now_ms);
    let args = args![now_ms, class, person, source, status.word(), approved_ms, waits.then_some(now_ms)];
    let Some((id,)) = tx.maybe::<(i64,)>(sql, args).await? else { return Ok(None) };
    copy_progress(tx, class, person, id).await?;
    Ok(Some(id))
}

/// Gives a new enrollment what the person has done in the class before they left it, so that they go on from there. The time
/// that they spent stays where it was: it is counted once.
async fn copy_progress(tx: &mut Tx, class: i64, person: i64, new: i64) -> Result<()> {
    let sql = "select max(id) from enrollments where class = $1 and person = $2 and id < $3";
    let (Some(old),): (Option<i64>,) = tx.one(sql, args![class, person, new]).await? else { return Ok(()) };
    let copies = [
        "insert into item_progress (created_ms, updated_ms, enrollment, item, status, rate, last_position, played,
                started_ms, completed_ms, done_ms)
            select created_ms, updated_ms, $2, item, status, rate, last_position, played, started_ms, completed_ms, done_ms
            from item_progress where enrollment = $1",
        "insert into unit_progress (enrollment, unit, completed_ms)
            select $2, unit, completed_ms from unit_progress where enrollment = $1",
    ];
    for sql in copies {
        tx.run(sql, args![old, new]).await?;
    }
    Ok(())
}

/// Enrolls a person who joins by QR, or finds their enrollment. Fails if they were rejected, are on the waiting list, or
/// have a pending application that waits for payment; a new enrollment also fails if the class is full or does not admit
/// automatically.
///
/// A pending application to a free course is not decided here: the person may join the session, since they hold a seat.
/// A person who applied and then cancelled, or whose access has ended, comes back as APPLIED: the meetings that they missed stay
/// missed.
pub(super) async fn ensure_enrolled(tx: &mut Tx, class: i64, person: i64, now_ms: i64) -> Result<i64> {
    let newest = "select e.id, e.status, e.waiting_since_ms is not null as waits, e.source, c.price > 0 as priced,
            e.expires_ms
        from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        where e.class = $1 and e.person = $2 order by e.id desc limit 1";
    let newest: Option<(i64, String, bool, String, bool, Option<i64>)> = tx.maybe(newest, args![class, person]).await?;
    let (mut source, mut is_over) = (JOINED, false);
    if let Some((id, status, waits, came_by, priced, expires_ms)) = newest {
        is_over = AccessState::of(&status, expires_ms, now_ms) == AccessState::Expired;
        let status =
            EnrollmentStatus::parse(&status).ok_or_else(|| Error::internal(format!("an enrollment {status}")))?;
        match status {
            EnrollmentStatus::Cancelled => source = if came_by == APPLIED { APPLIED } else { JOINED },
            _ if is_over => source = if came_by == APPLIED { APPLIED } else { JOINED },
            EnrollmentStatus::Rejected => return Err(Error::Refused),
            _ if waits => return Err(Error::ClassFull),
            EnrollmentStatus::Pending if priced => return Err(Error::NotAdmitted),
            EnrollmentStatus::Pending
            | EnrollmentStatus::Approved
            | EnrollmentStatus::Completed
            | EnrollmentStatus::Expired => return Ok(id),
        }
    }
    let mut seats = read_seats(tx, class, now_ms).await?;
    if seats.capacity.is_some() || is_over {
        seats = hold_seats(tx, class, now_ms).await?;
    }
    if is_over {
        access::expire_one(tx, class, person, now_ms).await?;
    }
    if !seats.admits_automatically() {
        return Err(Error::NotAdmitted);
    }
    if seats.are_taken() || seats.waiting > 0 {
        return Err(Error::ClassFull);
    }
    if let Some(id) = insert(tx, class, person, source, EnrollmentStatus::Approved, false, now_ms).await? {
        return Ok(id);
    }
    // The same person joined at the same moment with a second phone, and that one was faster.
    let sql = "select id from enrollments where class = $1 and person = $2 and status in ('PENDING', 'APPROVED', 'COMPLETED')";
    Ok(tx.one::<(i64,)>(sql, args![class, person]).await?.0)
}

row! {
    struct CurrentEnrollment {
        id: i64,
        is_over: bool,
    }
}

/// Finds the enrollment by which a person learns in a course, or learned in it until their time was over, for what one may see of
/// oneself at any time. Of several it is one whose time is not over, then the one that is in an open session now, then the newest.
pub(super) async fn current_enrollment(tx: &mut Tx, course: i64, person: i64, now_ms: i64) -> Result<Option<i64>> {
    Ok(find_current(tx, course, person, now_ms).await?.map(|current| current.id))
}

/// Finds the enrollment by which a person learns in a course now, for what they do and read there. Fails if they are not in the
/// course or have yet to pay for it, or if their time is over.
pub(super) async fn learning_enrollment(tx: &mut Tx, course: i64, person: i64, now_ms: i64) -> Result<i64> {
    match find_current(tx, course, person, now_ms).await? {
        Some(CurrentEnrollment { id, is_over: false }) => Ok(id),
        found => {
            conditions::must_not_be_unpaid(tx, course, person).await?;
            Err(found.map_or(Error::NotYours, |_| Error::wrong_state(EnrollmentStatus::Expired.word())))
        }
    }
}

async fn find_current(tx: &mut Tx, course: i64, person: i64, now_ms: i64) -> Result<Option<CurrentEnrollment>> {
    let sql = format!("select id, is_over from {}", current_in("$1", "$2", "$3"));
    tx.maybe(sql, args![course, person, now_ms]).await
}

/// Builds SQL: what `find_current` reads from, `id` and `is_over` of one enrollment at most. All three are SQL.
pub(super) fn current_in(course: &str, person: &str, now_ms: &str) -> String {
    format!(
        "(select o.id, o.status, o.status = 'EXPIRED' or o.expires_ms is not null and o.expires_ms <= {now_ms} as is_over,
                case when (select a.id from participants a join live_sessions s on s.id = a.session
                    where a.enrollment = o.id and a.person = o.person and a.left_ms is null and a.removed_ms is null
                    and s.status <> 'REVIEW_MODE' limit 1) is not null then 1 else 0 end as sits
            from enrollments o join classes l on l.id = o.class where l.course = {course} and o.person = {person}) mine
        where status in ('APPROVED', 'COMPLETED', 'EXPIRED') or (status = 'PENDING' and sits = 1)
        order by is_over, sits desc, id desc limit 1"
    )
}

impl Enrollment {
    /// Returns the status as the time of now decides it: an enrollment whose time is over is EXPIRED before the job marks it.
    fn status_now(&self, now_ms: i64) -> &str {
        let is_over = self.access_state(now_ms) == AccessState::Expired;
        if is_over { EnrollmentStatus::Expired.word() } else { &self.status }
    }

    /// Returns the state in which the enrollment is now.
    pub fn access_state(&self, now_ms: i64) -> AccessState {
        AccessState::of(&self.status, self.expires_ms, now_ms)
    }

    fn grade_due(&self, at_ms: i64) -> NewEvent {
        NewEvent::grade_due(self.course, GradeScope::Enrollment(self.id), at_ms)
    }
}

pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<Enrollment> {
    let mut tx = app.db.read().await?;
    rights::find_visible_enrollment(&mut tx, caller, id).await?;
    read(&mut tx, id).await
}

#[derive(Default)]
pub struct EnrollmentFilter {
    pub person: Option<i64>,
    pub course: Option<i64>,
    pub class: Option<i64>,
    pub status: Option<EnrollmentStatus>,
    /// The state of now, which the time decides.
    pub access: Option<AccessState>,
    pub waits: Option<bool>,
}

/// Lists enrollments, the newest first; a waiting list from its front. A student sees their own, an instructor those of
/// their courses, an admin all.
pub async fn list(app: &School, caller: &Caller, filter: EnrollmentFilter, window: Window) -> Result<Page<Enrollment>> {
    let mut tx = app.db.read().await?;
    let mut conditions = match caller.role {
        Role::Student => {
            caller.must_be(filter.person)?;
            Filter::of("e.person = $1", args![caller.id])
        }
        Role::Instructor => Filter::of("c.instructor = $1", args![caller.id]),
        Role::Admin => Filter::of("1 = 1", args![]),
    };
    if let Some(course) = filter.course.filter(|_| caller.role == Role::Instructor) {
        rights::find_taught_course(&mut tx, caller, course).await?;
    }
    conditions = conditions
        .and("e.person = ?", filter.person)
        .and("k.course = ?", filter.course)
        .and("e.class = ?", filter.class)
        .and("e.status = ?", filter.status.map(EnrollmentStatus::word))
        .and("(e.waiting_since_ms is not null) = ?", filter.waits);
    if let Some(state) = filter.access {
        conditions = state.narrow(conditions, app.now_ms());
    }
    let order = if filter.waits == Some(true) { "e.id" } else { "e.id desc" };
    let (sql, args) = conditions.count(FROM);
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = conditions.page(&format!("{ENROLLMENT} {FROM}"), order, window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

/// Lists everyone who was ever in a class or applied for it, with the numbers that tell people of one name apart.
pub async fn of_class(app: &School, caller: &Caller, course: i64, class: i64) -> Result<(Vec<Enrollment>, Namesakes)> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let all: Vec<Enrollment> =
        tx.all(format!("{ENROLLMENT} {FROM} where e.class = $1 order by e.id"), args![class]).await?;
    let people = distinct(all.iter().map(|e| e.person));
    let namesakes = Namesakes::of(&mut tx, &[course], &people).await?;
    Ok((all, namesakes))
}
