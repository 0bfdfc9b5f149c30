//! Classes (차수): the runs of a course, each with its dates, its seats and its meetings.

use crate::app::School;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, InputFault, Noun, Result};
use crate::event::{GradeScope, NewEvent, words};
use crate::patch::Patch;
use crate::school::rights::{self, Caller};
use crate::school::{Page, Window, courses};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    Auto,
    Manual,
}
words!(Approval { Auto = "AUTO", Manual = "MANUAL" });

row! {
    #[derive(Debug, Clone)]
    pub struct Class {
        pub id: i64,
        pub course: i64,
        pub name: String,
        pub is_default: bool,
        pub capacity: Option<i64>,
        pub starts: Option<String>,
        pub ends: Option<String>,
        pub approval: String,
        pub total_sessions: i64,
        pub enrolled: i64,
        /// Those of `enrolled` who wait for an approval.
        pub pending: i64,
        pub waiting: i64,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

const CLASS: &str = "select k.id, k.course, k.name, k.is_default, k.capacity, k.starts, k.ends, k.approval,
    k.total_sessions, (select count(*) from enrollments e where e.class = k.id
        and e.status in ('PENDING', 'APPROVED', 'COMPLETED') and e.waiting_since_ms is null) as enrolled,
    (select count(*) from enrollments e where e.class = k.id and e.status = 'PENDING'
        and e.waiting_since_ms is null) as pending,
    (select count(*) from enrollments e where e.class = k.id and e.waiting_since_ms is not null) as waiting,
    k.created_ms, k.updated_ms from classes k";

pub(super) async fn read(tx: &mut Tx, id: i64) -> Result<Class> {
    tx.maybe(format!("{CLASS} where k.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::Class))
}

/// Lists the classes of a course, for everyone who may see the course.
pub async fn list(app: &School, caller: Option<&Caller>, course: i64, window: Window) -> Result<Page<Class>> {
    let mut tx = app.db.read().await?;
    courses::must_be_seen(&mut tx, caller, course).await?;
    let (total,) = tx.one("select count(*) from classes k where k.course = $1", args![course]).await?;
    let sql = format!("{CLASS} where k.course = $1 order by k.id limit $2 offset $3");
    let rows = tx.all(sql, args![course, window.limit, window.offset]).await?;
    Ok(Page { rows, total, window })
}

pub async fn by_id(app: &School, caller: Option<&Caller>, course: i64, class: i64) -> Result<Class> {
    let mut tx = app.db.read().await?;
    courses::must_be_seen(&mut tx, caller, course).await?;
    rights::must_have_class(&mut tx, course, class).await?;
    read(&mut tx, class).await
}

#[derive(Debug, Default)]
pub struct ClassChanges {
    pub name: Option<String>,
    pub capacity: Patch<i64>,
    pub starts: Patch<String>,
    pub ends: Patch<String>,
    pub approval: Option<Approval>,
    pub total_sessions: Option<i64>,
}

/// Creates a class. Unless `first` says otherwise, it admits everyone and has no limit of seats.
pub async fn create(app: &School, caller: &Caller, course: i64, name: String, first: ClassChanges) -> Result<Class> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let access = rights::hold_taught_course(&mut tx, caller, course).await?;
    if access.status == "ARCHIVED" {
        return Err(Error::wrong_state(access.status));
    }
    let sql = "insert into classes (created_ms, updated_ms, course, name) values ($1, $1, $2, $3) returning id";
    let (id,): (i64,) = tx.one(sql, args![now_ms, course, name]).await?;
    let made = read(&mut tx, id).await?;
    let class = set(&mut tx, made, first, now_ms).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(class)
}

/// Changes a class. A capacity below the number of taken seats removes nobody, but nobody more is admitted.
pub async fn change(app: &School, caller: &Caller, course: i64, class: i64, changes: ClassChanges) -> Result<Class> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    tx.hold(HeldTable::Classes, class).await?;
    let before = read(&mut tx, class).await?;
    // Nobody completes by themselves before the class begins.
    let counts = |class: &Class| (class.total_sessions, class.starts.clone());
    let counted = counts(&before);
    let after = set(&mut tx, before, changes, now_ms).await?;
    let due = NewEvent::grade_due(course, GradeScope::Class(class), now_ms);
    app.commit(tx, if counted == counts(&after) { Vec::new() } else { vec![due] }).await?;
    Ok(after)
}

async fn set(tx: &mut Tx, now: Class, changes: ClassChanges, now_ms: i64) -> Result<Class> {
    let starts = changes.starts.over(now.starts);
    let ends = changes.ends.over(now.ends);
    if let (Some(starts), Some(ends)) = (&starts, &ends)
        && starts > ends
    {
        return Err(Error::bad(Field::EndDate, InputFault::Before(Field::StartDate)));
    }
    let sql = "update classes set name = $2, capacity = $3, starts = $4, ends = $5, approval = $6, total_sessions = $7,
        updated_ms = $8 where id = $1";
    let args = args![
        now.id,
        changes.name.unwrap_or(now.name),
        changes.capacity.over(now.capacity),
        starts,
        ends,
        changes.approval.map_or(now.approval, |approval| approval.word().to_owned()),
        changes.total_sessions.unwrap_or(now.total_sessions),
        now_ms
    ];
    tx.run(sql, args).await?;
    read(tx, now.id).await
}
