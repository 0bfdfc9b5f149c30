//! The catalogue: courses that one looks for by what they teach, for whom, and how others found them.

use std::collections::HashMap;

use super::numbers::{self, CourseNumbers};
use super::{COURSE, Course, CourseLevel, CourseStatus};
use crate::app::School;
use crate::db::{Filter, Tx, args, placeholders};
use crate::error::{Field, Result};
use crate::school::rights::{Caller, Role, Scope};
use crate::school::{Page, Window, skills};

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum CourseOrder {
    MostEnrolled,
    BestRated,
    #[default]
    Newest,
}

impl CourseOrder {
    /// Returns the SQL to sort courses `c` by.
    fn by(self) -> String {
        match self {
            CourseOrder::Newest => NEWEST.to_owned(),
            CourseOrder::MostEnrolled => format!("{} desc, {NEWEST}", numbers::enrolled()),
            CourseOrder::BestRated => format!("{} desc, {NEWEST}", numbers::STARS),
        }
    }
}

#[derive(Default)]
pub struct CatalogueFilter {
    pub status: Option<CourseStatus>,
    pub level: Option<CourseLevel>,
    pub category: Option<String>,
    pub instructor: Option<i64>,
    /// Names of skills. A course must teach all of them.
    pub tags: Option<Vec<String>>,
    pub order: CourseOrder,
}

pub struct ListedCourse {
    pub course: Course,
    pub tags: Vec<String>,
    pub numbers: CourseNumbers,
}

/// Lists the courses that the caller may see, in a number of queries that does not depend on how many there are: published and
/// archived ones, and the drafts of the courses that the caller teaches.
pub async fn find(
    app: &School,
    caller: &Caller,
    filter: CatalogueFilter,
    window: Window,
) -> Result<Page<ListedCourse>> {
    caller.must_have(Scope::CourseRead)?;
    let mut tx = app.db.read().await?;
    let order = filter.order;
    let conditions = conditions(&mut tx, caller, filter).await?;
    let (sql, args) = conditions.count("from courses c");
    let (total,) = tx.one(sql, args).await?;
    let ids = ids_in_order(&mut tx, &conditions, order, window).await?;
    let mut courses = by_ids(&mut tx, &ids).await?;
    let mut tags = skills::tags_of(&mut tx, &ids).await?;
    let mut numbers = numbers::of(&mut tx, &ids).await?;
    let listed = |id: i64| {
        let tags = tags.remove(&id).unwrap_or_default().into_iter().map(|skill| skill.name).collect();
        let numbers = numbers.remove(&id).unwrap_or_else(|| CourseNumbers::none(id));
        courses.remove(&id).map(|course| ListedCourse { course: course.shown_to(Some(caller)), tags, numbers })
    };
    Ok(Page { rows: ids.into_iter().filter_map(listed).collect(), total, window })
}

/// SQL: the courses that everyone sees. Put as «not in», since SQLite would take «in» for a reason to read all of them by their
/// status and to sort them afterwards.
const PUBLIC: &str = "c.status not in ('DRAFT', 'REVIEW')";

async fn conditions(tx: &mut Tx, caller: &Caller, filter: CatalogueFilter) -> Result<Filter> {
    let seen = match caller.role {
        Role::Student => Filter::of(&format!("c.deleted_ms is null and {PUBLIC}"), args![]),
        Role::Instructor => {
            Filter::of(&format!("c.deleted_ms is null and ({PUBLIC} or c.instructor = $1)"), args![caller.id])
        }
        Role::Admin => Filter::of("c.deleted_ms is null", args![]),
    };
    let mut conditions = seen
        .and("c.status = ?", filter.status.map(CourseStatus::word))
        .and("c.level = ?", filter.level.map(CourseLevel::word))
        .and("c.category = ?", filter.category)
        .and("c.instructor = ?", filter.instructor);
    let Some(names) = filter.tags.filter(|names| !names.is_empty()) else { return Ok(conditions) };
    let Some(taught) = skills::find_all(tx, Field::Tags, &names).await? else {
        return Ok(conditions.and("c.id = ?", Some(NO_COURSE)));
    };
    for skill in taught {
        conditions = conditions.and("c.id in (select t.course from course_skills t where t.skill = ?)", Some(skill.id));
    }
    Ok(conditions)
}

/// The id of no course: ids begin at 1.
const NO_COURSE: i64 = 0;

/// Finds the ids of one page. Only ids are sorted. What they are sorted by is counted for each course that fits, in an index.
async fn ids_in_order(tx: &mut Tx, conditions: &Filter, order: CourseOrder, window: Window) -> Result<Vec<i64>> {
    let (sql, args) = conditions.page("select c.id from courses c", &order.by(), window.limit, window.offset);
    Ok(tx.all::<(i64,)>(sql, args).await?.into_iter().map(|(id,)| id).collect())
}

/// SQL: the newest first. A draft counts from its creation.
const NEWEST: &str = "coalesce(c.published_ms, c.created_ms) desc, c.id desc";

async fn by_ids(tx: &mut Tx, ids: &[i64]) -> Result<HashMap<i64, Course>> {
    let (marks, args) = placeholders(ids, 1);
    let rows: Vec<Course> = tx.all(format!("{COURSE} where c.id in ({marks})"), args).await?;
    Ok(rows.into_iter().map(|course| (course.id, course)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_newest_courses_are_found_without_sorting_all() {
        for (condition, index) in [
            (PUBLIC, "courses_newest"),
            ("c.status = 'PUBLISHED'", "courses_status"),
            ("c.level = 'BEGINNER'", "courses_level"),
            ("c.category = 'programming'", "courses_category"),
        ] {
            let sql = format!(
                "select c.id from courses c where c.deleted_ms is null and {condition} order by {NEWEST} limit 20"
            );
            let plan = sqlite_plan(&sql).await;
            assert!(plan[0].contains(index) && plan.len() == 1, "{condition}: {plan:?}");
        }
    }

    #[tokio::test]
    async fn courses_are_counted_and_sorted_with_indexes_alone_for_what_belongs_to_them() {
        let seen = format!("from courses c where c.deleted_ms is null and {PUBLIC}");
        let count = sqlite_plan(&format!("select count(*) {seen}")).await;
        assert_eq!(count, ["SCAN c USING COVERING INDEX courses_listed"]);
        for (order, index) in
            [(CourseOrder::MostEnrolled, "enrollments_counts"), (CourseOrder::BestRated, "ratings_stars")]
        {
            let plan = sqlite_plan(&format!("select c.id {seen} order by {} limit 20", order.by())).await;
            let (courses, others): (Vec<&String>, Vec<&String>) =
                plan.iter().filter(|line| line.contains("SCAN")).partition(|line| line.starts_with("SCAN c"));
            assert!(courses.len() == 1 && others.is_empty(), "{plan:?}");
            assert!(plan.iter().any(|line| line.contains(&format!("COVERING INDEX {index} (c"))), "{plan:?}");
        }
    }
}
