//! Views of progress, of one student and of all, for the student and for the instructor.

use std::collections::HashMap;

use super::{ITEM_PROGRESS, ItemProgress, progress_in_session};
use crate::app::School;
use crate::db::{Tx, args, placeholders, row};
use crate::error::{Error, Noun, Result};
use crate::event::ProgressStatus;
use crate::school::outline::{self, Item, STEPS};
use crate::school::rights::{self, Caller};
use crate::school::{Page, Window, enrollment};

pub struct CurrentProgress {
    pub current: Option<(Item, &'static str)>,
    pub completed: i64,
    pub total: i64,
}

/// Returns the caller's current step: the step of the session that they are in, else the first step that is not finished.
/// Without `course`, uses the course in which they were active last.
pub async fn current_progress(app: &School, caller: &Caller, course: Option<i64>) -> Result<CurrentProgress> {
    let mut tx = app.db.read().await?;
    let course = match course {
        Some(id) => Some(rights::find_course(&mut tx, id).await?.course),
        None => latest_course(&mut tx, caller.id, app.now_ms()).await?,
    };
    let Some(course) = course else { return Ok(CurrentProgress { current: None, completed: 0, total: 0 }) };
    let enrollment = enrollment::learning_enrollment(&mut tx, course, caller.id, app.now_ms()).await?;
    let steps = outline::steps(&mut tx, course).await?;
    let sql = "select item, status, done_ms from item_progress where enrollment = $1";
    let states: HashMap<i64, (String, Option<i64>)> = tx
        .all::<(i64, String, Option<i64>)>(sql, args![enrollment])
        .await?
        .into_iter()
        .map(|(item, status, done_ms)| (item, (status, done_ms)))
        .collect();
    let is_done = |item: &Item| states.get(&item.id).is_some_and(|(s, _)| s == ProgressStatus::Completed.word());
    let completed = steps.iter().filter(|item| is_done(item)).count() as i64;
    let sql = "select s.step, s.started_ms from participants p join live_sessions s on s.id = p.session
        where p.person = $2 and s.course = $1 and s.status in ('IN_PROGRESS', 'PAUSED') and p.left_ms is null
        and p.removed_ms is null order by p.joined_ms desc limit 1";
    let session: Option<(Option<i64>, Option<i64>)> = tx.maybe(sql, args![course, caller.id]).await?;
    let (step, began_ms) = session.unwrap_or_default();
    let current = steps.iter().find(|i| Some(i.id) == step).or_else(|| steps.iter().find(|i| !is_done(i))).cloned();
    let state = |item: &Item| {
        let stored = states.get(&item.id);
        let progress = stored.map(|(status, done_ms)| progress_in_session(status, *done_ms, began_ms.unwrap_or(0)));
        progress.unwrap_or(ProgressStatus::NotStarted).word()
    };
    let total = steps.len() as i64;
    Ok(CurrentProgress { current: current.map(|item| (item.clone(), state(&item))), completed, total })
}

/// Counts, for each of these enrollments, the steps of its course that are done, and all of them. An enrollment that is
/// neither approved nor completed, and has no progress, is left out.
pub(in crate::school) async fn steps_done(tx: &mut Tx, enrollments: &[i64]) -> Result<HashMap<i64, (i64, i64)>> {
    let (marks, ids) = placeholders(enrollments, 1);
    let sql = format!(
        "select e.id, count(p.id), count(i.id) from enrollments e join classes k on k.id = e.class
        join units u on u.course = k.course join items i on i.unit = u.id
        left join item_progress p on p.enrollment = e.id and p.item = i.id and p.status = 'COMPLETED'
        where e.id in ({marks}) and {STEPS} and (e.status in ('APPROVED', 'COMPLETED')
            or exists (select 1 from item_progress o where o.enrollment = e.id)) group by e.id"
    );
    let counts = tx.all::<(i64, i64, i64)>(sql, ids).await?;
    Ok(counts.into_iter().map(|(enrollment, done, all)| (enrollment, (done, all))).collect())
}

async fn latest_course(tx: &mut Tx, person: i64, now_ms: i64) -> Result<Option<i64>> {
    let sql = "select c.course from enrollments e join classes c on c.id = e.class
        join courses k on k.id = c.course and k.deleted_ms is null
        where e.person = $1 and e.status in ('APPROVED', 'COMPLETED') and (e.expires_ms is null or e.expires_ms > $2)
        order by coalesce((select max(p.updated_ms) from item_progress p where p.enrollment = e.id), e.created_ms) desc
        limit 1";
    Ok(tx.maybe::<(i64,)>(sql, args![person, now_ms]).await?.map(|(id,)| id))
}

row! {
    pub struct StepProgress {
        pub task_title: String,
        pub item_title: String,
        pub item: i64,
        pub status: String,
        pub started_ms: Option<i64>,
        pub completed_ms: Option<i64>,
    }
}

pub struct StudentCourseProgress {
    pub person: (i64, String),
    pub course: (i64, String),
    pub lines: Vec<StepProgress>,
}

/// Lists every step of a course with the progress of one student, for the instructor and for the student.
pub async fn of_student(app: &School, caller: &Caller, person: i64, course: i64) -> Result<StudentCourseProgress> {
    let mut tx = app.db.read().await?;
    let access = rights::find_course(&mut tx, course).await?;
    if caller.id != person {
        caller.must_teach(access.instructor)?;
    }
    let enrollment = enrollment::current_enrollment(&mut tx, course, person, app.now_ms()).await?;
    let enrollment = enrollment.ok_or(Error::NotFound(Noun::Enrollment))?;
    let (name,) = tx.one("select name from people where id = $1", args![person]).await?;
    let (title,) = tx.one("select title from courses where id = $1", args![course]).await?;
    let sql = "select u.title as task_title, i.title as item_title, i.id as item,
            coalesce(ip.status, 'NOT_STARTED') as status, ip.started_ms, ip.completed_ms
        from items i join units u on u.id = i.unit
        left join item_progress ip on ip.item = i.id and ip.enrollment = $2
        where u.course = $1 and i.deleted_ms is null and u.deleted_ms is null and i.kind = 'STEP'";
    let lines = tx.all(format!("{sql} {}", outline::IN_ORDER), args![course, enrollment]).await?;
    Ok(StudentCourseProgress { person: (person, name), course: (course, title), lines })
}

/// Returns the progress of one enrollment in one item, to its student and to the instructor of the course.
pub async fn by_id(app: &School, caller: &Caller, id: i64) -> Result<ItemProgress> {
    let mut tx = app.db.read().await?;
    let found: Option<ItemProgress> = tx.maybe(format!("{ITEM_PROGRESS} where p.id = $1"), args![id]).await?;
    let found = found.ok_or(Error::NotFound(Noun::Progress))?;
    rights::find_visible_enrollment(&mut tx, caller, found.enrollment)
        .await
        .map_err(|e| e.instead_of(Noun::Progress))?;
    Ok(found)
}

pub async fn of_enrollment(app: &School, caller: &Caller, enrollment: i64) -> Result<Vec<ItemProgress>> {
    let mut tx = app.db.read().await?;
    rights::find_visible_enrollment(&mut tx, caller, enrollment).await?;
    tx.all(format!("{ITEM_PROGRESS} where p.enrollment = $1 order by p.id"), args![enrollment]).await
}

row! {
    pub struct ClassMemberProgress {
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        pub status: String,
        pub rate: Option<f64>,
        pub completed: i64,
        pub total: i64,
        pub seconds: i64,
        pub last_ms: Option<i64>,
    }
}

/// Lists the people of a class with their progress in all required items.
pub async fn of_class(
    app: &School,
    caller: &Caller,
    course: i64,
    class: i64,
    window: Window,
) -> Result<Page<ClassMemberProgress>> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let from = "from enrollments e join people q on q.id = e.person
        where e.class = $1 and e.status in ('APPROVED', 'COMPLETED')";
    let (total,) = tx.one(format!("select count(*) {from}"), args![class]).await?;
    let sql = format!(
        "select e.id as enrollment, e.person, q.name, e.status, e.progress_score as rate,
            (select count(*) from item_progress p join items i on i.id = p.item join units u on u.id = i.unit
                where p.enrollment = e.id and p.status = 'COMPLETED' and i.required and i.deleted_ms is null
                and u.deleted_ms is null) as completed,
            (select count(*) from items i join units u on u.id = i.unit where u.course = $2 and i.required
                and i.deleted_ms is null and u.deleted_ms is null) as total,
            (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d where d.enrollment = e.id) as seconds,
            (select max(p.updated_ms) from item_progress p where p.enrollment = e.id) as last_ms
        {from} order by e.id limit $3 offset $4"
    );
    let rows = tx.all(sql, args![class, course, window.limit, window.offset]).await?;
    Ok(Page { rows, total, window })
}
