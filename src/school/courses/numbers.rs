//! Numbers of a course that follow from its enrollments and ratings. They are counted when they are shown. Lists are sorted by copies
//! of them, which a job renews: an index needs something to hold, and a number that is always right would be a row for which
//! everyone waits who enrolls in a popular course.

use std::collections::HashMap;

use crate::app::School;
use crate::db::{Tx, args, placeholders, retry, row};
use crate::error::Result;
use crate::rounding::{rounded, share};
use crate::school::enrollment::conditions::IS_COMPLETED;

/// SQL: the statuses of those who were admitted to a class. Who has failed keeps theirs.
pub(in crate::school) const ADMITTED: &str = "('APPROVED', 'COMPLETED')";

/// SQL: the average rating of course `c`, 0 without any.
const STARS: &str = "(select cast(coalesce(avg(r.stars), 0) as double precision) from ratings r where r.course = c.id)";

/// Builds SQL: the number of enrollments in course `c`.
fn enrolled() -> String {
    format!(
        "(select count(*) from classes k join enrollments e on e.class = k.id
            where k.course = c.id and e.status in {ADMITTED})"
    )
}

row! {
    #[derive(Debug, Clone)]
    pub struct CourseNumbers {
        pub course: i64,
        /// Enrollments in all classes: active, failed and completed ones.
        pub enrolled: i64,
        pub completed: i64,
        /// The average of the ratings; 0 without any.
        pub stars: f64,
    }
}

impl CourseNumbers {
    /// Returns the numbers of a course that nobody has enrolled in.
    pub(super) fn none(course: i64) -> CourseNumbers {
        CourseNumbers { course, enrolled: 0, completed: 0, stars: 0.0 }
    }

    /// Returns the completed share of all enrollments, from 0 to 1.
    pub fn completion_rate(&self) -> f64 {
        completion_rate(self.completed, self.enrolled)
    }

    /// Returns the average rating with two decimals.
    pub fn average_rating(&self) -> f64 {
        rounded(self.stars, 2)
    }
}

/// Computes a share with four decimals; 0 of nothing.
pub(in crate::school) fn completion_rate(completed: i64, enrolled: i64) -> f64 {
    share(completed, enrolled)
}

/// Counts for each of these courses, in one query.
pub(super) async fn of(tx: &mut Tx, courses: &[i64]) -> Result<HashMap<i64, CourseNumbers>> {
    let (marks, ids) = placeholders(courses, 1);
    let rows: Vec<CourseNumbers> = tx.all(counts(&marks), ids).await?;
    Ok(rows.into_iter().map(|numbers| (numbers.course, numbers)).collect())
}

/// Builds SQL: the numbers of the courses with these ids.
fn counts(ids: &str) -> String {
    format!(
        "select c.id as course,
            {} as enrolled,
            (select count(*) from classes k join enrollments e on e.class = k.id
                where k.course = c.id and {IS_COMPLETED}) as completed,
            {STARS} as stars
        from courses c where c.id in ({ids})",
        enrolled()
    )
}

/// Courses whose numbers are compared with their copies in one statement.
const COMPARED_AT_ONCE: i64 = 200;

/// Renews the copies by which lists are sorted, of all courses whose numbers are others by now.
pub async fn renew_copies(app: &School) -> Result<()> {
    let mut after = 0;
    loop {
        let sql = "select max(n.id) from
            (select id from courses where id > $1 and deleted_ms is null order by id limit $2) n";
        let (last,): (Option<i64>,) = app.db.one(sql, args![after, COMPARED_AT_ONCE]).await?;
        let Some(last) = last else { return Ok(()) };
        let changed: Vec<(i64, i64, f64)> = app.db.all(outdated_copies(), args![after, last]).await?;
        if !changed.is_empty() {
            retry(|| write_copies(app, &changed)).await?;
        }
        after = last;
    }
}

/// Builds SQL: the numbers of those courses of a range of ids whose copies are others.
fn outdated_copies() -> String {
    format!(
        "select n.id, n.enrolled, n.stars from (
            select c.id, c.sorted_enrolled, c.sorted_stars, {} as enrolled, {STARS} as stars from courses c
                where c.id > $1 and c.id <= $2 and c.deleted_ms is null) n
        where n.enrolled <> n.sorted_enrolled or n.stars <> n.sorted_stars order by n.id",
        enrolled()
    )
}

async fn write_copies(app: &School, numbers: &[(i64, i64, f64)]) -> Result<()> {
    let mut tx = app.db.begin().await?;
    for (course, enrolled, stars) in numbers {
        let sql = "update courses set sorted_enrolled = $2, sorted_stars = $3 where id = $1";
        tx.run(sql, args![*course, *enrolled, *stars]).await?;
    }
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_numbers_of_a_course_are_counted_in_indexes_alone() {
        let plan = sqlite_plan(&super::counts("1, 2")).await;
        assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
        let counted =
            |index: &str| plan.iter().filter(|line| line.contains(&format!("COVERING INDEX {index} "))).count();
        assert_eq!((counted("enrollments_counts"), counted("ratings_stars")), (2, 1), "{plan:?}");
        let compared = sqlite_plan(&super::outdated_copies().replace('$', "")).await;
        assert!(!compared.iter().any(|line| line.starts_with("SCAN")), "{compared:?}");
    }
}
