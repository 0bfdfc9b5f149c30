//! Rights: who may do what. Every verb checks its caller here, so that no surface can forget to.

use std::collections::{BTreeSet, HashMap};

use crate::db::{HeldTable, Tx, args, placeholders, row};
use crate::error::{Error, Noun, Result};
use crate::event::words;
use crate::school::enrollment::conditions::must_not_be_unpaid;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Student,
    Instructor,
    Admin,
}
words!(Role { Student = "STUDENT", Instructor = "INSTRUCTOR", Admin = "ADMIN" });

/// A permission that a role has. Seed 002 calls `CourseRead` `learning:course:read`, and so on. Whose course, enrollment or
/// path it is, is checked besides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    CourseRead,
    Enroll,
    ProgressRead,
    ProgressUpdate,
    AssessmentRead,
    AssessmentTake,
    CertificationRead,
    PathCreate,
    PathRead,
    PathUpdate,
    CourseCreate,
    CourseUpdate,
    CourseDelete,
    CoursePublish,
    /// Everything, in all courses.
    Admin,
    /// Work that the school does by itself, such as issuing certificates.
    System,
}

impl Scope {
    /// Returns the lowest role that has this scope. Higher roles have it too.
    fn lowest_role(self) -> Role {
        match self {
            Scope::CourseRead
            | Scope::Enroll
            | Scope::ProgressRead
            | Scope::ProgressUpdate
            | Scope::AssessmentRead
            | Scope::AssessmentTake
            | Scope::CertificationRead
            | Scope::PathCreate
            | Scope::PathRead
            | Scope::PathUpdate => Role::Student,
            Scope::CourseCreate | Scope::CourseUpdate | Scope::CourseDelete | Scope::CoursePublish => Role::Instructor,
            Scope::Admin | Scope::System => Role::Admin,
        }
    }
}

/// The person who asks, as the database knows them at this moment.
#[derive(Debug, Clone)]
pub struct Caller {
    pub id: i64,
    pub role: Role,
    pub login: i64,
    pub expires_ms: i64,
}

impl Caller {
    /// Fails unless the caller's role has this scope.
    pub fn must_have(&self, scope: Scope) -> Result<()> {
        match scope.lowest_role() {
            Role::Student => Ok(()),
            Role::Instructor => self.must_be_staff(),
            Role::Admin => self.must_be_admin(),
        }
    }

    pub fn must_be_staff(&self) -> Result<()> {
        if self.role == Role::Student { Err(Error::StaffOnly) } else { Ok(()) }
    }

    pub fn must_be_admin(&self) -> Result<()> {
        if self.role == Role::Admin { Ok(()) } else { Err(Error::AdminOnly) }
    }

    pub fn must_be_student(&self) -> Result<()> {
        if self.role == Role::Student { Ok(()) } else { Err(Error::StudentsOnly) }
    }

    /// Fails if a `user_id` that the caller sent is not the caller's own.
    pub fn must_be(&self, person: Option<i64>) -> Result<()> {
        if person.is_none_or(|id| id == self.id) { Ok(()) } else { Err(Error::NotYours) }
    }

    /// Fails unless the caller is this course's instructor, or an admin.
    pub fn must_teach(&self, instructor: i64) -> Result<()> {
        self.must_be_staff()?;
        if self.teaches(instructor) { Ok(()) } else { Err(Error::NotYours) }
    }

    pub fn teaches(&self, instructor: i64) -> bool {
        match self.role {
            Role::Student => false,
            Role::Instructor => self.id == instructor,
            Role::Admin => true,
        }
    }
}

row! {
    /// The part of a course that decides about rights.
    #[derive(Debug, Clone)]
    pub struct CourseAccess {
        pub course: i64,
        pub instructor: i64,
        pub status: String,
    }
}

impl CourseAccess {
    /// Is it seen by everyone? Others are seen by their staff only.
    pub fn is_public(&self) -> bool {
        matches!(self.status.as_str(), "PUBLISHED" | "ARCHIVED")
    }
}

const COURSE: &str = "select id as course, instructor, status from courses where deleted_ms is null";

pub async fn find_course(tx: &mut Tx, id: i64) -> Result<CourseAccess> {
    tx.maybe(format!("{COURSE} and id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Course))
}

/// Finds a course that is published or archived, or whose lessons the caller leads.
pub async fn find_seen_course(tx: &mut Tx, caller: Option<&Caller>, id: i64) -> Result<CourseAccess> {
    let found = find_course(tx, id).await?;
    if found.is_public() || role_in_course(tx, caller, id, found.instructor).await?.is_some() {
        return Ok(found);
    }
    Err(Error::NotFound(Noun::Course))
}

/// Finds a course that the caller teaches, and holds its row: nobody else changes it, archives it or opens a session of
/// it until the transaction ends.
pub async fn hold_taught_course(tx: &mut Tx, caller: &Caller, id: i64) -> Result<CourseAccess> {
    caller.must_be_staff()?;
    tx.hold(HeldTable::Courses, id).await?;
    find_taught_course(tx, caller, id).await
}

/// Finds a course that the caller teaches. A draft of another instructor is not found.
pub async fn find_taught_course(tx: &mut Tx, caller: &Caller, id: i64) -> Result<CourseAccess> {
    let found = find_seen_course(tx, Some(caller), id).await?;
    caller.must_teach(found.instructor)?;
    Ok(found)
}

// Leading the lessons of a course: its instructor, an administrator, or a co-teacher, with whom it is shared. A co-teacher leads, and does
// not own: what is asked by `Caller::teaches` and `find_taught_course` stays with the instructor. Only staff who do not teach the course
// themselves are looked up, so nothing is asked of the database for its instructor, learners and guests.

/// Part of a person in a course that they lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseRole {
    /// Has all rights: the instructor of the course, and administrators.
    Owner,
    CoTeacher,
}
words!(CourseRole { Owner = "OWNER", CoTeacher = "CO_TEACHER" });

/// Returns the courses among these that the caller leads, each with their part. Each course is given with its instructor.
pub async fn roles_in_courses(
    tx: &mut Tx,
    caller: Option<&Caller>,
    courses: &[(i64, i64)],
) -> Result<HashMap<i64, CourseRole>> {
    let Some(caller) = caller.filter(|caller| caller.role != Role::Student) else { return Ok(HashMap::new()) };
    let (owned, others): (Vec<_>, Vec<_>) = courses.iter().partition(|(_, instructor)| caller.teaches(*instructor));
    let mut roles: HashMap<i64, CourseRole> =
        owned.into_iter().map(|(course, _)| (course, CourseRole::Owner)).collect();
    if !others.is_empty() {
        let others: Vec<i64> = others.into_iter().map(|(course, _)| course).collect();
        let (marks, ids) = placeholders(&others, 2);
        let shared: Vec<(i64,)> = tx.all(shared_with(&marks), [args![caller.id], ids].concat()).await?;
        roles.extend(shared.into_iter().map(|(course,)| (course, CourseRole::CoTeacher)));
    }
    Ok(roles)
}

/// Builds SQL: those of these courses that are shared with a person.
fn shared_with(courses: &str) -> String {
    format!("select course from course_teachers where person = $1 and course in ({courses})")
}

/// Returns the part of the caller in a course, whose instructor is given; `None` if they do not lead it.
pub async fn role_in_course(
    tx: &mut Tx,
    caller: Option<&Caller>,
    course: i64,
    instructor: i64,
) -> Result<Option<CourseRole>> {
    Ok(roles_in_courses(tx, caller, &[(course, instructor)]).await?.remove(&course))
}

/// Tells whether the caller leads the lessons of a course, whose instructor is given.
pub async fn leads(tx: &mut Tx, caller: &Caller, course: i64, instructor: i64) -> Result<bool> {
    Ok(role_in_course(tx, Some(caller), course, instructor).await?.is_some())
}

/// Tells whether a course is shared with the caller, who is known not to teach it.
pub async fn is_co_teacher(tx: &mut Tx, caller: &Caller, course: i64) -> Result<bool> {
    Ok(caller.role != Role::Student && is_shared_with(tx, course, caller.id).await?)
}

/// Tells whether a course is shared with a person.
pub async fn is_shared_with(tx: &mut Tx, course: i64, person: i64) -> Result<bool> {
    Ok(tx.maybe::<(i64,)>(shared_with("$2"), args![person, course]).await?.is_some())
}

/// Finds a course whose lessons the caller leads. A draft that they do not lead is not found.
pub async fn find_led_course(tx: &mut Tx, caller: &Caller, id: i64) -> Result<CourseAccess> {
    let found = find_seen_course(tx, Some(caller), id).await?;
    caller.must_be_staff()?;
    if leads(tx, caller, id, found.instructor).await? { Ok(found) } else { Err(Error::NotYours) }
}

/// Finds a course whose lessons the caller leads, and holds its row.
pub async fn hold_led_course(tx: &mut Tx, caller: &Caller, id: i64) -> Result<CourseAccess> {
    caller.must_be_staff()?;
    tx.hold(HeldTable::Courses, id).await?;
    find_led_course(tx, caller, id).await
}

/// Builds SQL: the enrollments `e` by which a person is in a course, and their time is not over. `person`, `course` and `now` are
/// its values, such as `$1`.
fn from_admitted_enrollments(person: &str, course: &str, now: &str) -> String {
    format!(
        "from enrollments e join classes k on k.id = e.class where e.person = {person} and k.course = {course}
            and e.status in ('APPROVED', 'COMPLETED') and (e.expires_ms is null or e.expires_ms > {now})"
    )
}

/// Builds SQL: these courses, each with its instructor and whether its contents are open to the person.
fn contents(courses: &str) -> String {
    let from = from_admitted_enrollments("$1", "c.id", "$2");
    format!(
        "select c.id, c.instructor, c.price = 0 or exists (select 1 {from}) from courses c where c.id in ({courses})"
    )
}

/// Tells whether the caller may read what the items of a course hold, and not only its outline. A course without a price is open
/// to everyone who sees it; one with a price to its teachers, and to those who are in it and whose time is not over.
pub async fn may_read_contents(tx: &mut Tx, caller: Option<&Caller>, course: i64, now_ms: i64) -> Result<bool> {
    Ok(readable_courses(tx, caller, &[course], now_ms).await?.contains(&course))
}

/// Returns those of these courses whose contents the caller may read, in one query.
pub async fn readable_courses(
    tx: &mut Tx,
    caller: Option<&Caller>,
    courses: &[i64],
    now_ms: i64,
) -> Result<BTreeSet<i64>> {
    let (marks, ids) = placeholders(courses, 3);
    let args = [args![caller.map(|c| c.id), now_ms], ids].concat();
    let found: Vec<(i64, i64, bool)> = tx.all(contents(&marks), args).await?;
    let (open, closed): (Vec<_>, Vec<_>) = found.into_iter().partition(|(.., is_open)| *is_open);
    let closed: Vec<(i64, i64)> = closed.into_iter().map(|(course, instructor, _)| (course, instructor)).collect();
    let led = roles_in_courses(tx, caller, &closed).await?;
    Ok(open.into_iter().map(|(course, ..)| course).chain(led.into_keys()).collect())
}

const BY_CODE: &str = "lower(code) = lower($1) and status in ('PUBLISHED', 'ARCHIVED')";

/// Finds a published or archived course by its code. Capital and small letters are the same.
pub async fn find_course_by_code(tx: &mut Tx, code: &str) -> Result<CourseAccess> {
    tx.maybe(format!("{COURSE} and {BY_CODE}"), args![code]).await?.ok_or(Error::NotFound(Noun::Course))
}

row! {
    /// The part of an enrollment that decides about rights.
    #[derive(Debug, Clone)]
    pub struct EnrollmentAccess {
        pub enrollment: i64,
        pub person: i64,
        pub status: String,
        pub class: i64,
        pub course: i64,
        pub instructor: i64,
        pub expires_ms: Option<i64>,
    }
}

pub(super) const ENROLLMENT: &str = "select e.id as enrollment, e.person, e.status, e.class, k.course, c.instructor,
    e.expires_ms from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course";

impl EnrollmentAccess {
    /// Fails unless the person is in the class: admitted to it, or through with it.
    pub fn must_be_in_class(&self) -> Result<()> {
        match self.status.as_str() {
            "APPROVED" | "COMPLETED" => Ok(()),
            status => Err(Error::wrong_state(status.to_owned())),
        }
    }

    /// Fails unless the person is in the class, and their time is not over.
    pub fn must_have_access(&self, now_ms: i64) -> Result<()> {
        self.must_be_in_class()?;
        if self.expires_ms.is_some_and(|ms| ms <= now_ms) { Err(Error::wrong_state("EXPIRED")) } else { Ok(()) }
    }
}

pub async fn find_enrollment(tx: &mut Tx, id: i64) -> Result<EnrollmentAccess> {
    tx.maybe(format!("{ENROLLMENT} where e.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Enrollment))
}

/// Finds an enrollment of the caller's own, or of a course that the caller teaches. Other students do not learn that it
/// exists.
pub async fn find_visible_enrollment(tx: &mut Tx, caller: &Caller, id: i64) -> Result<EnrollmentAccess> {
    let access = find_enrollment(tx, id).await?;
    if access.person == caller.id {
        return Ok(access);
    }
    caller.must_be_staff().map_err(|_| Error::NotFound(Noun::Enrollment))?;
    caller.must_teach(access.instructor)?;
    Ok(access)
}

/// Finds an enrollment of a course that the caller teaches.
pub async fn find_taught_enrollment(tx: &mut Tx, caller: &Caller, id: i64) -> Result<EnrollmentAccess> {
    caller.must_be_staff()?;
    let access = find_enrollment(tx, id).await?;
    caller.must_teach(access.instructor)?;
    Ok(access)
}

/// Finds an enrollment of a course that the caller teaches, and holds its row: when two people decide at once, the
/// second one sees what the first one did.
pub async fn hold_taught_enrollment(tx: &mut Tx, caller: &Caller, id: i64) -> Result<EnrollmentAccess> {
    caller.must_be_staff()?;
    tx.hold(HeldTable::Enrollments, id).await?;
    find_taught_enrollment(tx, caller, id).await
}

/// Fails unless the learner is in the class and their time is not over, with `PaymentNeeded` if they have yet to pay.
pub async fn must_learn(tx: &mut Tx, access: &EnrollmentAccess, now_ms: i64) -> Result<()> {
    let has_access = access.must_have_access(now_ms);
    if has_access.is_err() {
        must_not_be_unpaid(tx, access.course, access.person).await?;
    }
    has_access
}

/// Finds the course that a person learns by this enrollment. Fails if the enrollment is another person's, if the person is
/// not in the class or has yet to pay for it, or if their time is over.
pub async fn find_learnt_course(tx: &mut Tx, person: i64, id: i64, now_ms: i64) -> Result<i64> {
    let access = find_enrollment(tx, id).await?;
    if access.person != person {
        return Err(Error::NotFound(Noun::Enrollment));
    }
    must_learn(tx, &access, now_ms).await?;
    Ok(access.course)
}

/// Is the caller in the course, or in this class of it if one is named, and is their time not over?
pub async fn is_in(tx: &mut Tx, caller: &Caller, course: i64, class: Option<i64>, now_ms: i64) -> Result<bool> {
    let from = from_admitted_enrollments("$1", "$2", "$3");
    let sql = format!("select e.id {from} and ($4 is null or e.class = $4) limit 1");
    Ok(tx.maybe::<(i64,)>(sql, args![caller.id, course, now_ms, class]).await?.is_some())
}

/// Finds a course that the caller teaches. Fails if the class is not one of this course.
pub async fn find_taught_class(tx: &mut Tx, caller: &Caller, course: i64, class: i64) -> Result<CourseAccess> {
    caller.must_be_staff()?;
    let access = find_taught_course(tx, caller, course).await?;
    must_have_class(tx, course, class).await?;
    Ok(access)
}

pub async fn must_have_class(tx: &mut Tx, course: i64, class: i64) -> Result<()> {
    let sql = "select id from classes where id = $2 and course = $1";
    tx.maybe::<(i64,)>(sql, args![course, class]).await?.ok_or(Error::NotFound(Noun::Class))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[test]
    fn a_role_has_its_own_scopes_and_those_of_lower_roles() {
        let has = |role, scope| Caller { id: 1, role, login: 1, expires_ms: 0 }.must_have(scope).is_ok();
        let roles = [Role::Student, Role::Instructor, Role::Admin];
        for (scope, expected) in [
            (Scope::Enroll, [true, true, true]),
            (Scope::CourseCreate, [false, true, true]),
            (Scope::Admin, [false, false, true]),
            (Scope::System, [false, false, true]),
        ] {
            assert_eq!(roles.map(|role| has(role, scope)), expected, "{scope:?}");
        }
    }

    #[tokio::test]
    async fn whether_a_person_may_read_contents_is_seen_from_their_own_enrollments() {
        let plan = sqlite_plan(&contents("1, 2")).await;
        assert!(plan.iter().any(|line| line.contains("enrollments_person")), "{plan:?}");
    }

    #[tokio::test]
    async fn finding_a_course_by_its_code_reads_no_other_course() {
        let plan = sqlite_plan(&format!("{COURSE} and {BY_CODE}")).await;
        assert!(plan.iter().any(|line| line.contains("courses_code")), "{plan:?}");
    }

    #[tokio::test]
    async fn whether_a_course_is_shared_with_a_person_is_found_by_an_index() {
        let plan = sqlite_plan(&shared_with("$2, $3")).await;
        assert!(plan.iter().any(|line| line.contains("USING") && line.contains("INDEX")), "{plan:?}");
        assert!(plan.iter().all(|line| !line.starts_with("SCAN")), "{plan:?}");
    }
}
