//! Overviews of attendance, for the student and for the instructor: meetings that were attended, and meetings that were
//! missed.

use std::collections::HashMap;

use super::{FROM, MARK, Mark};
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::MarkKind;
use crate::school::grades::with_held_meetings;
use crate::school::names::{Namesakes, distinct, namesakes_of};
use crate::school::rights::{self, Caller};
use crate::school::{enrollment, sessions};

/// The attendance of one enrollment.
#[derive(Debug, Clone)]
pub struct EnrollmentAttendance {
    pub student: AttendingStudent,
    pub meetings: Vec<MeetingMark>,
    pub pending: Vec<PendingRequest>,
}

row! {
    #[derive(Debug, Clone)]
    pub struct AttendingStudent {
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        /// The student's number among the people of this name in the course, counted from 1.
        pub namesake: i64,
        pub email: Option<String>,
        pub student_no: Option<String>,
        pub planned: i64,
        pub rate: Option<f64>,
        pub needed_rate: f64,
    }
}

row! {
    /// A meeting that was held, and the student's mark of it. Without a mark the student was absent.
    #[derive(Debug, Clone)]
    pub struct MeetingMark {
        pub enrollment: i64,
        pub number: i64,
        pub date: String,
        pub mark: Option<String>,
    }
}

row! {
    #[derive(Debug, Clone)]
    pub struct PendingRequest {
        pub enrollment: i64,
        pub number: i64,
        pub reason: String,
        pub created_ms: i64,
    }
}

impl MeetingMark {
    pub fn kind(&self) -> MarkKind {
        self.mark.as_deref().and_then(MarkKind::parse).unwrap_or(MarkKind::Absent)
    }
}

impl EnrollmentAttendance {
    /// Number of meetings that count: the planned ones, or those held if they are more.
    pub fn total(&self) -> i64 {
        self.student.planned.max(self.meetings.len() as i64)
    }

    pub fn count(&self, is: impl Fn(MarkKind) -> bool) -> i64 {
        self.meetings.iter().filter(|meeting| is(meeting.kind())).count() as i64
    }
}

/// Reads overviews in three queries, whatever the number of students and meetings.
async fn overviews(tx: &mut Tx, enrollments: &'static str, id: i64) -> Result<Vec<EnrollmentAttendance>> {
    let sql = format!(
        "select e.id as enrollment, e.person, q.name, n.nth as namesake, q.email, q.student_no,
            case when e.source = 'JOINED' and exists (select 1 from enrollments o cross join marks m
                where o.person = e.person and o.class = e.class and m.enrollment = o.id) then 0 else k.total_sessions
                end as planned, e.attendance_score as rate, c.needed_rate
        from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        join people q on q.id = e.person join ({}) n on n.course = k.course and n.person = e.person
        where e.id in ({enrollments}) order by e.id",
        namesakes_of(
            &format!("select person from enrollments where id in ({enrollments})"),
            &format!(
                "k.course in (select c.course from enrollments o join classes c on c.id = o.class where o.id in ({enrollments}))"
            )
        )
    );
    let students: Vec<AttendingStudent> = tx.all(sql, args![id]).await?;
    // A meeting whose session is still open is not missed yet.
    let sql = format!(
        "{}, first as (select m.enrollment, min(h.nth) as nth from marked m cross join held h
            where h.id = m.meeting group by m.enrollment)
        select d.id as enrollment, h.number, h.date, m.type as mark from due d join held h on h.class = d.class
        left join first f on f.enrollment = d.id left join marked m on m.enrollment = d.id and m.meeting = h.id
        where (d.source = 'APPLIED' or f.nth is null or h.nth >= f.nth) and (m.type is not null or h.runs = 0)
        order by d.id, h.number",
        with_held_meetings(&format!("where e.id in ({enrollments})"))
    );
    let mut attended: HashMap<i64, Vec<MeetingMark>> = HashMap::new();
    for meeting in tx.all::<MeetingMark>(sql, args![id]).await? {
        attended.entry(meeting.enrollment).or_default().push(meeting);
    }
    let sql = format!(
        "select enrollment, number, reason, created_ms from attendance_requests
        where status = 'PENDING' and enrollment in ({enrollments}) order by number, id"
    );
    let mut pending: HashMap<i64, Vec<PendingRequest>> = HashMap::new();
    for request in tx.all::<PendingRequest>(sql, args![id]).await? {
        pending.entry(request.enrollment).or_default().push(request);
    }
    let overview = |student: AttendingStudent| EnrollmentAttendance {
        meetings: attended.remove(&student.enrollment).unwrap_or_default(),
        pending: pending.remove(&student.enrollment).unwrap_or_default(),
        student,
    };
    Ok(students.into_iter().map(overview).collect())
}

pub(super) async fn of_enrollment(tx: &mut Tx, enrollment: i64) -> Result<EnrollmentAttendance> {
    let found = overviews(tx, "select id from enrollments where id = $1", enrollment).await?;
    found.into_iter().next().ok_or(Error::NotFound(Noun::Enrollment))
}

/// Finds the student's own attendance in a course.
pub async fn own_attendance(app: &School, caller: &Caller, code: &str) -> Result<EnrollmentAttendance> {
    caller.must_be_student()?;
    let mut tx = app.db.read().await?;
    let course = rights::find_course_by_code(&mut tx, code).await?;
    let enrollment = enrollment::current_enrollment(&mut tx, course.course, caller.id, app.now_ms()).await?;
    let enrollment = enrollment.ok_or(Error::NotYours)?;
    of_enrollment(&mut tx, enrollment).await
}

/// Lists the attendance of everyone in a course, each by their newest enrollment.
pub async fn of_course(app: &School, caller: &Caller, code: &str) -> Result<Vec<EnrollmentAttendance>> {
    caller.must_be_staff()?;
    let mut tx = app.db.read().await?;
    let course = rights::find_course_by_code(&mut tx, code).await?;
    caller.must_teach(course.instructor)?;
    let newest = "select max(e2.id) from enrollments e2 join classes k2 on k2.id = e2.class
        where k2.course = $1 and e2.status in ('APPROVED', 'COMPLETED') group by e2.person";
    overviews(&mut tx, newest, course.course).await
}

const IN_CLASS: &str =
    "select e2.id from enrollments e2 where e2.class = $1 and e2.status in ('APPROVED', 'COMPLETED')";

/// Lists the attendance of everyone in a class.
pub async fn of_class(app: &School, caller: &Caller, course: i64, class: i64) -> Result<Vec<EnrollmentAttendance>> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    overviews(&mut tx, IN_CLASS, class).await
}

/// The attendance sheet of a class: the meetings that were held, and everyone in the class with their marks.
#[derive(Debug, Clone)]
pub struct AttendanceSheet {
    pub meetings: Vec<HeldMeeting>,
    pub lines: Vec<(EnrollmentAttendance, Vec<Mark>)>,
}

row! {
    #[derive(Debug, Clone)]
    pub struct HeldMeeting {
        pub number: i64,
        pub date: String,
    }
}

/// Reads the attendance sheet of a class in a few queries, whatever the number of people and meetings.
pub async fn sheet(app: &School, caller: &Caller, course: i64, class: i64) -> Result<AttendanceSheet> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let sql = "select t.number, t.date from meetings t
        where t.class = $1 and exists (select 1 from marks m where m.meeting = t.id) order by t.number";
    let meetings = tx.all(sql, args![class]).await?;
    // Of several marks that a person has of a meeting, the last one counts, as in `with_held_meetings`.
    let sql = format!("{MARK} {FROM} where e.class = $1 order by t.number, m.by_hand, m.enrollment");
    let mut marks: HashMap<i64, Vec<Mark>> = HashMap::new();
    for mark in tx.all::<Mark>(sql, args![class]).await? {
        let theirs = marks.entry(mark.person).or_default();
        theirs.pop_if(|before| before.meeting == mark.meeting);
        theirs.push(mark);
    }
    let everyone = overviews(&mut tx, IN_CLASS, class).await?.into_iter();
    let lines = everyone.map(|one| (marks.remove(&one.student.person).unwrap_or_default(), one));
    Ok(AttendanceSheet { meetings, lines: lines.map(|(marks, one)| (one, marks)).collect() })
}

/// Lists the marks of a live session's meeting, for its instructor, with the numbers that tell people of one name apart.
pub async fn of_session(app: &School, caller: &Caller, session: i64) -> Result<(Vec<Mark>, Namesakes)> {
    let mut tx = app.db.read().await?;
    let session = sessions::find_taught_to_read(&mut tx, caller, session).await?;
    let sql = format!("{MARK} {FROM} where m.meeting = $1 order by q.name, m.id");
    let marks: Vec<Mark> = tx.all(sql, args![session.meeting]).await?;
    let people = distinct(marks.iter().map(|mark| mark.person));
    let namesakes = Namesakes::of(&mut tx, &[session.course], &people).await?;
    Ok((marks, namesakes))
}
