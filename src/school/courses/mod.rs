//! Courses: what is taught, and by whom.

pub mod catalogue;
pub mod copying;
mod counts;
pub mod details;
pub mod handout;
pub(super) mod hidden;
mod listing;
pub mod numbers;
pub mod objectives;
pub mod posters;
pub mod prerequisites;
pub mod ratings;
pub mod teachers;

use crate::app::School;
use crate::clock::spoken_code;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::{GradeScope, NewEvent, words};
use crate::patch::Patch;
use crate::school::outline::{self, Item};
use crate::school::pictures::naming;
use crate::school::rights::{self, Caller, CourseRole, Scope};
use crate::school::skills;
use crate::school::videos::removal::{self, FilesOf};

pub use self::listing::{CourseFilter, CourseWithSessions, list, list_with_sessions};
use self::objectives::Objective;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CourseStatus {
    Draft,
    Review,
    Published,
    Archived,
}
words!(CourseStatus { Draft = "DRAFT", Review = "REVIEW", Published = "PUBLISHED", Archived = "ARCHIVED" });

/// Level of a course, the lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CourseLevel {
    Beginner,
    Intermediate,
    Advanced,
    Expert,
}
words!(CourseLevel { Beginner = "BEGINNER", Intermediate = "INTERMEDIATE", Advanced = "ADVANCED", Expert = "EXPERT" });

row! {
    #[derive(Debug, Clone)]
    pub struct Course {
        pub id: i64,
        pub created_ms: i64,
        pub code: String,
        /// The code on the poster; `None` for callers who do not lead the course.
        pub poster_code: Option<String>,
        pub title: String,
        pub description: String,
        pub overview: String,
        pub level: Option<String>,
        pub category: Option<String>,
        /// JSON, which `Objective::read_all` reads.
        pub objectives: String,
        pub thumbnail_url: Option<String>,
        pub status: String,
        pub published_ms: Option<i64>,
        pub archived_reason: Option<String>,
        pub auto_help: bool,
        /// Is it completed by doing all that is required?
        pub completes_itself: bool,
        pub instructor: i64,
        pub instructor_name: String,
        pub price: i64,
        /// The days of access that a learner gets on being admitted; `None` without an end.
        pub access_days: Option<i64>,
        pub minutes: Option<i64>,
        pub needed_rate: f64,
        pub late_after_min: Option<i64>,
        pub weight_attendance: i64,
        pub weight_progress: i64,
        pub weight_assessment: i64,
        pub updated_ms: i64,
    }
}

const COURSE: &str =
    "select c.id, c.created_ms, c.code, c.poster_code, c.title, c.description, c.overview, c.level, c.category, c.objectives,
    c.thumbnail_url, c.status, c.published_ms, c.archived_reason, c.auto_help, c.completes_itself, c.instructor, p.name as instructor_name, c.price, c.access_days, c.minutes, c.needed_rate, c.late_after_min, c.weight_attendance,
    c.weight_progress, c.weight_assessment, c.updated_ms from courses c join people p on p.id = c.instructor";

/// Creates a course with its default class, which is used by surfaces that know no classes, and publishes it. `first` gives
/// what differs from the defaults.
pub async fn create(app: &School, caller: &Caller, title: String, first: CourseChanges) -> Result<Course> {
    insert(app, caller, title, first, CourseStatus::Published).await
}

/// Creates a course that is seen by its staff only until it is published. Unless `first` says otherwise, learners complete it
/// by doing all that is required.
pub async fn create_draft(app: &School, caller: &Caller, title: String, first: CourseChanges) -> Result<Course> {
    let first = CourseChanges { completes_itself: first.completes_itself.or(Some(true)), ..first };
    insert(app, caller, title, first, CourseStatus::Draft).await
}

/// Two years.
const SELF_PACED_ACCESS_DAYS: i64 = 730;

/// Creates a course for people who learn by themselves, and publishes it. Unless `first` says otherwise, their access ends after
/// two years, and they complete the course by doing all that is required.
pub async fn create_self_paced(
    app: &School,
    caller: &Caller,
    title: String,
    mut first: CourseChanges,
) -> Result<Course> {
    if !first.access_days.is_sent() {
        first.access_days = Patch::Set(SELF_PACED_ACCESS_DAYS);
    }
    first.completes_itself.get_or_insert(true);
    insert(app, caller, title, first, CourseStatus::Published).await
}

async fn insert(
    app: &School,
    caller: &Caller,
    title: String,
    first: CourseChanges,
    status: CourseStatus,
) -> Result<Course> {
    caller.must_have(Scope::CourseCreate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let id = insert_row(&mut tx, caller, &title, first.code.clone(), status, now_ms).await?;
    let course = complete(&mut tx, caller, id, title, first, now_ms).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(course)
}

async fn insert_row(
    tx: &mut Tx,
    caller: &Caller,
    title: &str,
    chosen_code: Option<String>,
    status: CourseStatus,
    now_ms: i64,
) -> Result<i64> {
    let sql =
        "insert into courses (created_ms, updated_ms, code, poster_code, title, description, instructor, status, published_ms)
        values ($1, $1, $2, $3, $4, '', $5, $6, $7) on conflict do nothing returning id";
    let is_chosen = chosen_code.is_some();
    let code = chosen_code.unwrap_or_else(spoken_code::<6>);
    let published_ms = (status == CourseStatus::Published).then_some(now_ms);
    let args = args![now_ms, code, new_poster_code(), title, caller.id, status.word(), published_ms];
    let made: Option<(i64,)> = tx.maybe(sql, args).await?;
    let (id,) = made.ok_or(if is_chosen { Error::CodeTaken } else { Error::Busy { retry_after_s: 1 } })?;
    Ok(id)
}

/// Adds the default class to the row of a course, and what differs from the defaults.
async fn complete(
    tx: &mut Tx,
    caller: &Caller,
    id: i64,
    title: String,
    first: CourseChanges,
    now_ms: i64,
) -> Result<Course> {
    let sql = "insert into classes (created_ms, updated_ms, course, name, is_default) values ($1, $1, $2, $3, true)";
    tx.run(sql, args![now_ms, id, title]).await?;
    let made = by_id(tx, id).await?;
    let course = set(tx, caller, made, first, now_ms).await?;
    counts::recount(tx, id, None).await?;
    Ok(course)
}

/// Makes a code of 54 random bits, which nobody can guess.
fn new_poster_code() -> String {
    spoken_code::<12>()
}

pub(super) async fn by_id(tx: &mut Tx, id: i64) -> Result<Course> {
    let sql = format!("{COURSE} where c.id = $1 and c.deleted_ms is null");
    tx.maybe(sql, args![id]).await?.ok_or(Error::NotFound(Noun::Course))
}

impl Course {
    /// Removes the code of the poster for callers who do not lead the course: anyone who has that code can join.
    fn shown(self, is_led: bool) -> Course {
        let poster_code = self.poster_code.filter(|_| is_led);
        Course { poster_code, ..self }
    }
}

pub struct CourseDetail {
    pub course: Course,
    /// The part of the caller in it.
    pub role: Option<CourseRole>,
    pub units: Vec<UnitBrief>,
    /// The steps of all units; `None` if they were not asked for, or the caller is not signed in.
    pub steps: Option<Vec<Item>>,
    pub enrolled: i64,
}

row! {
    pub struct UnitBrief {
        pub id: i64,
        pub title: String,
        pub description: String,
        pub position: i64,
        pub steps: i64,
    }
}

/// Returns a course with its units, and their steps if `with_steps`: the outline of the steps for those who may not read their
/// contents.
pub async fn detail(app: &School, caller: Option<&Caller>, id: i64, with_steps: bool) -> Result<CourseDetail> {
    let mut tx = app.db.read().await?;
    must_be_seen(&mut tx, caller, id).await?;
    let course = by_id(&mut tx, id).await?;
    let role = rights::role_in_course(&mut tx, caller, id, course.instructor).await?;
    let course = course.shown(role.is_some());
    let sql = "select u.id, u.title, u.description, u.position,
        (select count(*) from items i where i.unit = u.id and i.deleted_ms is null and i.kind = 'STEP') as steps
        from units u where u.course = $1 and u.deleted_ms is null order by u.position, u.id";
    let units = tx.all(sql, args![id]).await?;
    let is_given = with_steps && caller.is_some();
    let mut steps = if is_given { Some(outline::steps(&mut tx, id).await?) } else { None };
    if is_given && !rights::may_read_contents(&mut tx, caller, id, app.now_ms()).await? {
        steps.iter_mut().flatten().for_each(Item::hide_contents);
    }
    outline::hide_notes(&mut tx, caller, id, steps.as_deref_mut().unwrap_or_default()).await?;
    if role.is_none() {
        steps.iter_mut().flatten().for_each(Item::hide_answer);
    }
    let enrolled = count_enrolled(&mut tx, id).await?;
    Ok(CourseDetail { course, role, units, steps, enrolled })
}

/// Fails unless the course is published or archived, or the caller leads it.
pub(super) async fn must_be_seen(tx: &mut Tx, caller: Option<&Caller>, id: i64) -> Result<()> {
    rights::find_seen_course(tx, caller, id).await.map(|_| ())
}

pub(super) async fn count_enrolled(tx: &mut Tx, course: i64) -> Result<i64> {
    let sql = "select count(distinct e.person) from enrollments e join classes c on c.id = e.class
        where c.course = $1 and e.status in ('APPROVED', 'COMPLETED')";
    Ok(tx.one::<(i64,)>(sql, args![course]).await?.0)
}

/// Changes of a course. A field that is left out stays as it is.
#[derive(Default)]
pub struct CourseChanges {
    pub code: Option<String>,
    pub title: Option<String>,
    pub description: Option<String>,
    pub overview: Option<String>,
    pub level: Patch<CourseLevel>,
    pub category: Patch<String>,
    pub objectives: Option<Vec<Objective>>,
    /// The courses that one completes before this one.
    pub prerequisites: Option<Vec<i64>>,
    /// The names of the skills that it teaches.
    pub tags: Option<Vec<String>>,
    pub thumbnail_url: Patch<String>,
    pub auto_help: Option<bool>,
    pub completes_itself: Option<bool>,
    pub price: Option<i64>,
    /// Counts for those who are admitted from now on: an end that was given stays.
    pub access_days: Patch<i64>,
    pub minutes: Patch<i64>,
    pub needed_rate: Option<f64>,
    pub late_after_min: Patch<i64>,
    pub weight_attendance: Option<i64>,
    pub weight_progress: Option<i64>,
    pub weight_assessment: Option<i64>,
}

pub async fn change(app: &School, caller: &Caller, id: i64, changes: CourseChanges) -> Result<Course> {
    caller.must_have(Scope::CourseUpdate)?;
    let mut tx = app.db.begin().await?;
    if changes.prerequisites.is_some() {
        prerequisites::hold_changes(&mut tx).await?;
    }
    rights::hold_taught_course(&mut tx, caller, id).await?;
    let before = by_id(&mut tx, id).await?;
    let kind = counts::kind_of(&mut tx, id).await?;
    let weights = |c: &Course| [c.weight_attendance, c.weight_progress, c.weight_assessment];
    let what_counts = |c: &Course| (weights(c), c.needed_rate, c.completes_itself);
    let counted = what_counts(&before);
    let course = set(&mut tx, caller, before, changes, app.now_ms()).await?;
    counts::recount(&mut tx, id, kind).await?;
    let due = NewEvent::grade_due(id, GradeScope::Course(id), app.now_ms());
    app.commit(tx, if counted == what_counts(&course) { Vec::new() } else { vec![due] }).await?;
    Ok(course)
}

async fn set(tx: &mut Tx, caller: &Caller, now: Course, changes: CourseChanges, now_ms: i64) -> Result<Course> {
    let sql =
        "update courses set code = $2, title = $3, description = $4, thumbnail_url = $5, auto_help = $6, price = $7,
        minutes = $8, needed_rate = $9, late_after_min = $10, weight_attendance = $11, weight_progress = $12,
        weight_assessment = $13, updated_ms = $14, overview = $15, level = $16, category = $17, objectives = $18,
        completes_itself = $19, access_days = $20 where id = $1";
    let args = args![
        now.id,
        changes.code.unwrap_or(now.code),
        changes.title.unwrap_or(now.title),
        changes.description.unwrap_or(now.description),
        changes.thumbnail_url.over(now.thumbnail_url),
        changes.auto_help.unwrap_or(now.auto_help),
        changes.price.unwrap_or(now.price),
        changes.minutes.over(now.minutes),
        changes.needed_rate.unwrap_or(now.needed_rate),
        changes.late_after_min.over(now.late_after_min),
        changes.weight_attendance.unwrap_or(now.weight_attendance),
        changes.weight_progress.unwrap_or(now.weight_progress),
        changes.weight_assessment.unwrap_or(now.weight_assessment),
        now_ms,
        changes.overview.unwrap_or(now.overview),
        changes.level.map(|level| level.word().to_owned()).over(now.level),
        changes.category.over(now.category),
        changes.objectives.map_or(now.objectives, |all| Objective::write_all(&all)),
        changes.completes_itself.unwrap_or(now.completes_itself),
        changes.access_days.over(now.access_days)
    ];
    tx.run(sql, args).await.map_err(|e| if matches!(e, Error::SomeoneWasFaster) { Error::CodeTaken } else { e })?;
    if let Some(needed) = changes.prerequisites {
        prerequisites::set(tx, caller, now.id, &needed).await?;
    }
    if let Some(tags) = changes.tags {
        skills::set_tags(tx, now.id, &tags, now_ms).await?;
    }
    by_id(tx, now.id).await
}

/// Gives the poster of a course a new code. Posters with the old code stop working.
pub async fn renew_poster(app: &School, caller: &Caller, id: i64) -> Result<Course> {
    let mut tx = app.db.begin().await?;
    rights::hold_taught_course(&mut tx, caller, id).await?;
    tx.run("update courses set poster_code = $2 where id = $1", args![id, new_poster_code()]).await?;
    let course = by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(course)
}

/// Reads the code of a poster as it is typed: small letters, spaces and hyphens do not matter.
pub fn normalize_poster_code(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).take(32).collect()
}

/// Publishes a draft: from now on everyone sees it and may enroll. Fails if it has no unit, or needs a course that is not
/// published. Publishing a published course changes nothing.
pub async fn publish(app: &School, caller: &Caller, id: i64) -> Result<Course> {
    caller.must_have(Scope::CoursePublish)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let access = rights::hold_taught_course(&mut tx, caller, id).await?;
    if access.status == CourseStatus::Archived.word() {
        return Err(Error::wrong_state(access.status));
    }
    if !access.is_public() {
        let sql = "select id from units where course = $1 and deleted_ms is null limit 1";
        tx.maybe::<(i64,)>(sql, args![id]).await?.ok_or(Error::NoUnits)?;
        prerequisites::must_be_published(&mut tx, id).await?;
        let sql = "update courses set status = 'PUBLISHED', published_ms = $2, updated_ms = $2 where id = $1";
        counts::change(&mut tx, id, sql, args![id, now_ms]).await?;
    }
    let course = by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(course)
}

/// Archives a course: it is taught no more, and kept for those who learnt in it. Fails while a session of it is open, or if it
/// is a draft. Archiving an archived course changes nothing.
pub async fn archive(app: &School, caller: &Caller, id: i64) -> Result<Course> {
    archive_with(app, caller, id, None).await
}

/// Archives a course, for a reason.
pub async fn archive_because(app: &School, caller: &Caller, id: i64, reason: String) -> Result<Course> {
    caller.must_have(Scope::Admin)?;
    archive_with(app, caller, id, Some(reason)).await
}

async fn archive_with(app: &School, caller: &Caller, id: i64, reason: Option<String>) -> Result<Course> {
    let mut tx = app.db.begin().await?;
    let access = rights::hold_taught_course(&mut tx, caller, id).await?;
    if !access.is_public() {
        return Err(Error::wrong_state(access.status));
    }
    hold_classes(&mut tx, id).await?;
    must_have_no_open_session(&mut tx, id).await?;
    let sql = "update courses set status = 'ARCHIVED', archived_reason = coalesce($2, archived_reason), updated_ms = $3
        where id = $1";
    counts::change(&mut tx, id, sql, args![id, reason, app.now_ms()]).await?;
    let course = by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(course)
}

/// Publishes an archived course again.
pub async fn restore(app: &School, caller: &Caller, id: i64) -> Result<Course> {
    let mut tx = app.db.begin().await?;
    let access = rights::hold_taught_course(&mut tx, caller, id).await?;
    if access.status != "ARCHIVED" {
        return Err(Error::wrong_state(access.status));
    }
    let sql = "update courses set status = 'PUBLISHED', archived_reason = null, updated_ms = $2 where id = $1";
    counts::change(&mut tx, id, sql, args![id, app.now_ms()]).await?;
    let course = by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(course)
}

/// Deletes a course. Fails while an application to it is PENDING or APPROVED, so that no applicant finds the course
/// gone, or while a session of it is open.
pub async fn delete(app: &School, caller: &Caller, id: i64) -> Result<()> {
    caller.must_have(Scope::CourseDelete)?;
    let mut tx = app.db.begin().await?;
    rights::hold_taught_course(&mut tx, caller, id).await?;
    hold_classes(&mut tx, id).await?;
    let sql = "select count(*) from enrollments e join classes c on c.id = e.class
        where c.course = $1 and e.source = 'APPLIED' and e.status in ('PENDING', 'APPROVED')";
    let (count,): (i64,) = tx.one(sql, args![id]).await?;
    if count > 0 {
        return Err(Error::HasOpenEnrollments { count });
    }
    must_have_no_open_session(&mut tx, id).await?;
    // Adding or changing an item holds one of these.
    tx.hold_where(HeldTable::Units, "course = $1", args![id]).await?;
    tx.hold_where(HeldTable::Items, "unit in (select id from units where course = $1)", args![id]).await?;
    removal::give_up(&mut tx, FilesOf::Course, id, app.now_ms()).await?;
    naming::remove_pictures(&mut tx, FilesOf::Course, id, app.now_ms()).await?;
    tx.run("delete from course_teachers where course = $1", args![id]).await?;
    let sql = "update courses set deleted_ms = $2 where id = $1";
    counts::change(&mut tx, id, sql, args![id, app.now_ms()]).await?;
    app.commit(tx, Vec::new()).await?;
    removal::remove_of(app, FilesOf::Course, id).await;
    Ok(())
}

/// Holds the classes of a course. Applying holds the class too, so nobody applies until the transaction ends.
async fn hold_classes(tx: &mut Tx, course: i64) -> Result<()> {
    tx.hold_where(HeldTable::Classes, "course = $1", args![course]).await
}

async fn must_have_no_open_session(tx: &mut Tx, course: i64) -> Result<()> {
    let sql = "select status from live_sessions where course = $1 and status <> 'REVIEW_MODE' limit 1";
    match tx.maybe::<(String,)>(sql, args![course]).await? {
        Some((status,)) => Err(Error::wrong_state(status)),
        None => Ok(()),
    }
}

/// Fails unless the caller may watch the dashboard of the course.
pub async fn must_teach(app: &School, caller: &Caller, id: i64) -> Result<()> {
    rights::find_taught_course(&mut app.db.read().await?, caller, id).await.map(|_| ())
}
