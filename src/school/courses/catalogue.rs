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
    /// Returns the SQL to sort courses `c` by. Each order is that of an index.
    fn by(self) -> String {
        match self {
            CourseOrder::Newest => NEWEST.to_owned(),
            CourseOrder::MostEnrolled => format!("c.sorted_enrolled desc, {NEWEST}"),
            CourseOrder::BestRated => format!("c.sorted_stars desc, {NEWEST}"),
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
    let conditions = conditions(&mut tx, caller, &filter).await?;
    let total = count(&mut tx, caller, &filter, &conditions).await?;
    let ids = ids_in_order(&mut tx, &conditions, filter.order, window).await?;
    let mut courses = by_ids(&mut tx, &ids).await?;
    let mut tags = skills::tags_of(&mut tx, &ids).await?;
    let mut numbers = numbers::of(&mut tx, &ids).await?;
    let shown = |course: Course| {
        let is_led = caller.teaches(course.instructor);
        course.shown(is_led)
    };
    let listed = |id: i64| {
        let tags = tags.remove(&id).unwrap_or_default().into_iter().map(|skill| skill.name).collect();
        let numbers = numbers.remove(&id).unwrap_or_else(|| CourseNumbers::none(id));
        courses.remove(&id).map(|course| ListedCourse { course: shown(course), tags, numbers })
    };
    Ok(Page { rows: ids.into_iter().filter_map(listed).collect(), total, window })
}

/// SQL: the courses that everyone sees. Put as «not in», since SQLite would take «in» for a reason to read all of them by their
/// status and to sort them afterwards.
const PUBLIC: &str = "c.status not in ('DRAFT', 'REVIEW')";

async fn conditions(tx: &mut Tx, caller: &Caller, filter: &CatalogueFilter) -> Result<Filter> {
    let seen = match caller.role {
        Role::Student => Filter::of(&format!("c.deleted_ms is null and {PUBLIC}"), args![]),
        Role::Instructor => {
            Filter::of(&format!("c.deleted_ms is null and ({PUBLIC} or c.instructor = $1)"), args![caller.id])
        }
        Role::Admin => Filter::of("c.deleted_ms is null", args![]),
    };
    let mut conditions = of_kind(seen, filter).and("c.instructor = ?", filter.instructor);
    let Some(names) = filter.tags.as_ref().filter(|names| !names.is_empty()) else { return Ok(conditions) };
    let Some(taught) = skills::find_all(tx, Field::Tags, names).await? else {
        return Ok(conditions.and("c.id = ?", Some(NO_COURSE)));
    };
    for skill in taught {
        conditions = conditions.and("c.id in (select t.course from course_skills t where t.skill = ?)", Some(skill.id));
    }
    Ok(conditions)
}

/// Adds the conditions of status, level and category. Other orders than by age have one index for all statuses and levels: SQLite
/// would rather find the courses of a status and sort them, unless the equation is put as «not unequal».
fn of_kind(seen: Filter, filter: &CatalogueFilter) -> Filter {
    let (of_status, of_level) = match filter.order {
        CourseOrder::Newest => ("c.status = ?", "c.level = ?"),
        CourseOrder::MostEnrolled | CourseOrder::BestRated => ("not (c.status <> ?)", "not (c.level <> ?)"),
    };
    seen.and(of_status, filter.status.map(CourseStatus::word))
        .and(of_level, filter.level.map(CourseLevel::word))
        .and("c.category = ?", filter.category.as_deref())
}

/// The id of no course: ids begin at 1.
const NO_COURSE: i64 = 0;

/// Counts the courses that fit. Where neither an instructor nor tags are asked for, `course_counts` knows the number.
async fn count(tx: &mut Tx, caller: &Caller, filter: &CatalogueFilter, conditions: &Filter) -> Result<i64> {
    let has_tags = filter.tags.as_ref().is_some_and(|names| !names.is_empty());
    if filter.instructor.is_some() || has_tags {
        let (sql, args) = conditions.count("from courses c");
        return Ok(tx.one::<(i64,)>(sql, args).await?.0);
    }
    let seen = if caller.role == Role::Admin { "true" } else { PUBLIC };
    let of_all = of_kind(Filter::of(seen, args![]), filter);
    let sql = format!("select cast(coalesce(sum(c.courses), 0) as bigint) from course_counts c where {}", of_all.text);
    let (total,): (i64,) = tx.one(sql, of_all.args).await?;
    if caller.role != Role::Instructor {
        return Ok(total);
    }
    let own = format!("c.deleted_ms is null and c.instructor = $1 and not ({PUBLIC})");
    let (sql, args) = of_kind(Filter::of(&own, args![caller.id]), filter).count("from courses c");
    let (drafts,): (i64,) = tx.one(sql, args).await?;
    Ok(total + drafts)
}

/// Finds the ids of one page.
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

    async fn plan_of(filter: CatalogueFilter) -> Vec<String> {
        let seen = Filter::of(&format!("c.deleted_ms is null and {PUBLIC}"), args![]);
        let conditions = of_kind(seen, &filter).text.replace('$', "");
        let by = filter.order.by();
        sqlite_plan(&format!("select c.id from courses c where {conditions} order by {by} limit 20")).await
    }

    #[tokio::test]
    async fn courses_of_each_kind_are_found_in_their_order_without_sorting_all() {
        let published = || Some(CourseStatus::Published);
        for (order, all, of_status, of_level) in [
            (CourseOrder::Newest, "courses_newest", "courses_status", "courses_level"),
            (CourseOrder::MostEnrolled, "courses_enrolled", "courses_enrolled", "courses_enrolled"),
            (CourseOrder::BestRated, "courses_rated", "courses_rated", "courses_rated"),
        ] {
            let all_of = || CatalogueFilter { order, ..CatalogueFilter::default() };
            for (filter, index) in [
                (all_of(), all),
                (CatalogueFilter { status: published(), ..all_of() }, of_status),
                (CatalogueFilter { level: Some(CourseLevel::Expert), ..all_of() }, of_level),
            ] {
                let plan = plan_of(filter).await;
                assert!(plan[0].contains(index) && plan.len() == 1, "{order:?}: {plan:?}");
            }
            let of_category = plan_of(CatalogueFilter { category: Some("a".into()), ..all_of() }).await;
            assert!(of_category[0].contains("courses_category"), "{of_category:?}");
        }
    }
}
