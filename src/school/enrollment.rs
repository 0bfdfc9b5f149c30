//! Enrollment: how a person comes into a class of a course.

use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Result};
use crate::school::rights::{self, Caller};

#[derive(Debug, Clone)]
pub struct Enrollment {
    pub id: i64,
    pub course: i64,
    pub person: i64,
    pub status: String,
    pub created_ms: i64,
}
row!(Enrollment { id, course, person, status, created_ms });

const ENROLLMENT: &str = "select e.id, c.course, e.person, e.status, e.created_ms from enrollments e
    join classes c on c.id = e.class";

pub const APPLIED: &str = "APPLIED";
pub const JOINED: &str = "JOINED";

/// Applies for the default class of a course. A free course admits at once; one with a price when it is paid.
pub async fn apply(app: &School, caller: &Caller, course: i64) -> Result<Enrollment> {
    caller.must_be_student()?;
    let mut tx = app.db.begin().await?;
    let owned = rights::course(&mut tx, course).await?;
    match owned.status.as_str() {
        "PUBLISHED" => {}
        "ARCHIVED" => return Err(Error::wrong_state("ARCHIVED")),
        _ => return Err(Error::NotFound("Lecture")),
    }
    let sql = "select k.id, case when c.price > 0 or k.approval = 'MANUAL' then 'PENDING' else 'APPROVED' end
        from classes k join courses c on c.id = k.course where k.course = $1 and k.is_default";
    let (class, status): (i64, String) = tx.one(sql, args![course]).await?;
    let made = open(&mut tx, class, caller.id, APPLIED, &status, app.now_ms()).await?;
    let id = made.ok_or(Error::AlreadyEnrolled)?;
    let enrollment = tx.one(format!("{ENROLLMENT} where e.id = $1"), args![id]).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(enrollment)
}

/// One open enrollment per person and class; `None` when there is one already.
async fn open(tx: &mut Tx, class: i64, person: i64, source: &str, status: &str, now_ms: i64) -> Result<Option<i64>> {
    let sql = "insert into enrollments (created_ms, class, person, source, status, approved_ms)
        values ($1, $2, $3, $4, $5, case when $5 = 'APPROVED' then $1 else null end) on conflict do nothing returning id";
    let made: Option<(i64,)> = tx.maybe(sql, args![now_ms, class, person, source, status]).await?;
    Ok(made.map(|(id,)| id))
}

/// Whoever scans the QR is in the class, unless they were refused before. A pending application is not decided here:
/// its holder may sit in.
pub(super) async fn ensure(tx: &mut Tx, class: i64, person: i64, now_ms: i64) -> Result<i64> {
    let sql = "select id, status from enrollments where class = $1 and person = $2
        and status in ('PENDING', 'APPROVED', 'COMPLETED', 'REJECTED') order by id desc limit 1";
    match tx.maybe::<(i64, String)>(sql, args![class, person]).await? {
        Some((_, status)) if status == "REJECTED" => return Err(Error::Refused),
        Some((id, _)) => return Ok(id),
        None => {}
    }
    if let Some(id) = open(tx, class, person, JOINED, "APPROVED", now_ms).await? {
        return Ok(id);
    }
    // Someone with two phones was faster with the other one.
    let sql = "select id from enrollments where class = $1 and person = $2 and status in ('PENDING', 'APPROVED', 'COMPLETED')";
    Ok(tx.one::<(i64,)>(sql, args![class, person]).await?.0)
}

/// The enrollment by which a person learns in a course; the newest, if they are in several of its classes.
pub(super) async fn by_which(tx: &mut Tx, course: i64, person: i64) -> Result<Option<i64>> {
    let sql = "select e.id from enrollments e join classes c on c.id = e.class
        where c.course = $1 and e.person = $2 and e.status in ('APPROVED', 'COMPLETED') order by e.id desc limit 1";
    Ok(tx.maybe::<(i64,)>(sql, args![course, person]).await?.map(|(id,)| id))
}
