//! One course, with all that a learner wants to know before they enroll.

use super::numbers::{self, CourseNumbers};
use super::objectives::Objective;
use super::{Course, by_id, must_be_seen, prerequisites};
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::Result;
use crate::school::assessments::{self, Assessment};
use crate::school::outline::{self, Item, Unit};
use crate::school::rights::{self, Caller, Scope};
use crate::school::skills;

row! {
    /// The instructor of a course, as its page introduces them.
    pub struct CourseInstructor {
        pub id: i64,
        pub name: String,
        /// `None` for callers who do not teach the course: it is private.
        pub email: Option<String>,
        pub title: Option<String>,
        pub bio: Option<String>,
    }
}

pub struct CourseDetails {
    pub course: Course,
    pub objectives: Vec<Objective>,
    pub instructor: CourseInstructor,
    /// `None` if they were not asked for.
    pub units: Option<Vec<(Unit, Vec<Item>)>>,
    pub assessments: Option<Vec<Assessment>>,
    pub prerequisites: Vec<i64>,
    pub tags: Vec<String>,
    pub numbers: CourseNumbers,
}

/// Returns a course, with its units and their items if `with_units`, and with its assessments if `with_assessments`.
///
/// The contents of items are for those who may read them; others get the outline.
pub async fn of_course(
    app: &School,
    caller: &Caller,
    id: i64,
    with_units: bool,
    with_assessments: bool,
) -> Result<CourseDetails> {
    caller.must_have(Scope::CourseRead)?;
    let mut tx = app.db.read().await?;
    must_be_seen(&mut tx, Some(caller), id).await?;
    let course = by_id(&mut tx, id).await?;
    let teaches = caller.teaches(course.instructor);
    let course = course.shown(teaches);
    let sql = "select id, name, email, title, bio from people where id = $1";
    let instructor: CourseInstructor = tx.one(sql, args![course.instructor]).await?;
    let units = if with_units { Some(units_shown_to(&mut tx, caller, id, app.now_ms()).await?) } else { None };
    let assessments = if with_assessments { Some(assessments::of_course(&mut tx, id, teaches).await?) } else { None };
    let mut tags = skills::tags_of(&mut tx, &[id]).await?;
    let mut numbers = numbers::of(&mut tx, &[id]).await?;
    Ok(CourseDetails {
        objectives: Objective::read_all(&course.objectives)?,
        instructor: CourseInstructor { email: instructor.email.filter(|_| teaches), ..instructor },
        units,
        assessments,
        prerequisites: prerequisites::of(&mut tx, id, teaches).await?,
        tags: tags.remove(&id).unwrap_or_default().into_iter().map(|skill| skill.name).collect(),
        numbers: numbers.remove(&id).unwrap_or_else(|| CourseNumbers::none(id)),
        course,
    })
}

async fn units_shown_to(tx: &mut Tx, caller: &Caller, course: i64, now_ms: i64) -> Result<Vec<(Unit, Vec<Item>)>> {
    let mut units = outline::units_with_items(tx, course).await?;
    if !rights::may_read_contents(tx, Some(caller), course, now_ms).await? {
        units.iter_mut().flat_map(|(_, items)| items).for_each(Item::hide_contents);
    }
    Ok(units)
}
