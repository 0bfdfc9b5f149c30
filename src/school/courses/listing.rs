//! Lists of published and archived courses, for everyone.

use std::collections::HashMap;

use super::{COURSE, Course};
use crate::app::School;
use crate::db::{Filter, Tx};
use crate::error::{Error, Result};
use crate::school::rights::{self, Caller, CourseRole, Role};
use crate::school::sessions::{self, SessionWithCount};
use crate::school::{Page, Window};

#[derive(Default)]
pub struct CourseFilter {
    pub instructor: Option<i64>,
    /// Person whose own courses and those shared with them are meant; only for that person and administrators.
    pub taught_by: Option<i64>,
    pub is_active: Option<bool>,
}

/// Lists published and archived courses. Drafts are not listed.
pub async fn list(app: &School, caller: Option<&Caller>, filter: CourseFilter, window: Window) -> Result<Page<Course>> {
    Ok(list_with_roles(&mut app.db.read().await?, caller, filter, window).await?.map(|(course, _)| course))
}

/// Lists courses, each with the part of the caller in it: in three queries, and in two for those who lead none of another person.
async fn list_with_roles(
    tx: &mut Tx,
    caller: Option<&Caller>,
    filter: CourseFilter,
    window: Window,
) -> Result<Page<(Course, Option<CourseRole>)>> {
    if let Some(person) = filter.taught_by {
        must_be_asked_by(caller, person)?;
    }
    let status = filter.is_active.map(|active| if active { "PUBLISHED" } else { "ARCHIVED" });
    let conditions = Filter::of("c.deleted_ms is null and c.status in ('PUBLISHED', 'ARCHIVED')", Vec::new())
        .and("c.instructor = ?", filter.instructor)
        .and(TAUGHT_BY, filter.taught_by)
        .and("c.status = ?", status);
    let (sql, args) = conditions.count("from courses c");
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = conditions.page(COURSE, "c.id desc", window.limit, window.offset);
    let rows: Vec<Course> = tx.all(sql, args).await?;
    let listed: Vec<(i64, i64)> = rows.iter().map(|course| (course.id, course.instructor)).collect();
    let roles = rights::roles_in_courses(tx, caller, &listed).await?;
    let with_role = |course: Course| {
        let role = roles.get(&course.id).copied();
        (course.shown(role.is_some()), role)
    };
    Ok(Page { rows: rows.into_iter().map(with_role).collect(), total, window })
}

const TAUGHT_BY: &str = "c.id in (select o.id from courses o where o.instructor = ?
    union select s.course from course_teachers s where s.person = ?)";

/// Fails unless this is the caller or an administrator: with whom a course is shared is told to nobody else.
fn must_be_asked_by(caller: Option<&Caller>, person: i64) -> Result<()> {
    match caller {
        None => Err(Error::SignInNeeded),
        Some(caller) if caller.id == person || caller.role == Role::Admin => Ok(()),
        Some(_) => Err(Error::NotYours),
    }
}

/// A course in a list.
pub struct CourseWithSessions {
    pub course: Course,
    pub role: Option<CourseRole>,
    /// Newest sessions; `None` if they were not asked for, or the caller does not lead it.
    pub sessions: Option<Vec<SessionWithCount>>,
}

/// Lists courses, each with its newest sessions, the newest first and at most `each` of a course; with `None` if `each` is
/// `None`, or the caller does not lead the course. A page takes at most five queries, whatever the number of courses.
pub async fn list_with_sessions(
    app: &School,
    caller: Option<&Caller>,
    filter: CourseFilter,
    window: Window,
    each: Option<i64>,
) -> Result<Page<CourseWithSessions>> {
    let mut tx = app.db.read().await?;
    let page = list_with_roles(&mut tx, caller, filter, window).await?;
    let is_led = |role: Option<CourseRole>| each.is_some() && role.is_some();
    let led: Vec<i64> = page.rows.iter().filter(|(_, role)| is_led(*role)).map(|(course, _)| course.id).collect();
    let mut sessions: HashMap<i64, Vec<SessionWithCount>> = led.iter().map(|id| (*id, Vec::new())).collect();
    if let Some(each) = each.filter(|_| !led.is_empty()) {
        for listed in sessions::newest(&mut tx, &led, each).await? {
            sessions.entry(listed.session.course).or_default().push(listed);
        }
    }
    Ok(page.map(|(course, role)| {
        let sessions = sessions.remove(&course.id);
        CourseWithSessions { course, role, sessions }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn courses_that_one_teaches_are_found_by_indexes() {
        let plan = sqlite_plan(&format!("select c.id from courses c where {}", TAUGHT_BY.replace('?', "$1"))).await;
        assert!(plan.iter().any(|line| line.contains("courses_instructor")), "{plan:?}");
        assert!(plan.iter().any(|line| line.contains("course_teachers_person")), "{plan:?}");
    }
}
