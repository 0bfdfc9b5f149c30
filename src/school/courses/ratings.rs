//! Ratings of a course, by those who have begun it: one from 1 to 5 stars each.

use crate::app::School;
use crate::db::args;
use crate::error::{Error, Result};
use crate::rounding::rounded;
use crate::school::progress::units::STARTED_MS;
use crate::school::rights::{Caller, Scope};

pub struct Rating {
    pub course: i64,
    pub stars: i64,
    /// The average of all ratings of the course, and how many there are.
    pub average: f64,
    pub count: i64,
}

/// Rates a course, or changes the caller's rating. Fails unless the caller is admitted to a class of it and has begun it.
pub async fn rate(app: &School, caller: &Caller, course: i64, stars: i64) -> Result<Rating> {
    caller.must_have(Scope::Enroll)?;
    let mut tx = app.db.begin().await?;
    super::must_be_seen(&mut tx, Some(caller), course).await?;
    let sql = format!(
        "select e.status = 'COMPLETED' or {STARTED_MS} is not null from enrollments e join classes k on k.id = e.class
        where e.person = $2 and k.course = $1 and e.status in ('APPROVED', 'COMPLETED')"
    );
    let have_begun: Vec<(bool,)> = tx.all(sql, args![course, caller.id]).await?;
    if have_begun.is_empty() {
        return Err(Error::NotAdmitted);
    }
    if !have_begun.contains(&(true,)) {
        return Err(Error::NotBegun);
    }
    let sql = "insert into ratings (course, person, created_ms, updated_ms, stars) values ($1, $2, $3, $3, $4)
        on conflict (course, person) do update set stars = excluded.stars, updated_ms = excluded.updated_ms";
    tx.run(sql, args![course, caller.id, app.now_ms(), stars]).await?;
    let sql = "select cast(avg(stars) as double precision), count(*) from ratings where course = $1";
    let (average, count): (f64, i64) = tx.one(sql, args![course]).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(Rating { course, stars, average: rounded(average, 2), count })
}
