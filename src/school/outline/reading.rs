//! Reads the outline of a course.

use std::collections::HashMap;

use crate::app::School;
use crate::db::{Filter, Tx, args, placeholders, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::words;
use crate::school::pictures::{self, StepPicture};
use crate::school::rights::{self, Caller};
use crate::school::{Page, Window, step_questions};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemKind {
    /// A step of a live session.
    Step,
    Video,
    Document,
    Slide,
    CodeExample,
    Exercise,
    Article,
}
words!(ItemKind {
    Step = "STEP",
    Video = "VIDEO",
    Document = "DOCUMENT",
    Slide = "SLIDE",
    CodeExample = "CODE_EXAMPLE",
    Exercise = "EXERCISE",
    Article = "ARTICLE",
});

row! {
    #[derive(Debug, Clone)]
    pub struct Unit {
        pub id: i64,
        pub course: i64,
        pub title: String,
        pub description: String,
        pub position: i64,
        pub minutes: Option<i64>,
        /// JSON: a list of texts.
        pub objectives: String,
        pub criteria: String,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

impl Unit {
    pub fn objectives(&self) -> Vec<String> {
        serde_json::from_str(&self.objectives).unwrap_or_default()
    }
}

row! {
    #[derive(Debug, Clone)]
    pub struct Item {
        pub id: i64,
        pub unit: i64,
        pub course: i64,
        pub kind: String,
        pub title: String,
        pub description: String,
        pub position: i64,
        pub required: bool,
        /// Set while a video awaits its first file: is it required once the file is there?
        pub required_with_file: Option<bool>,
        /// Address of a file that is elsewhere.
        pub url: Option<String>,
        /// Key of a file in our own store.
        pub object: Option<String>,
        pub content: Option<String>,
        pub seconds: Option<i64>,
        pub target_action: Option<String>,
        pub target_hint: Option<String>,
        pub guide: Option<String>,
        pub voice: Option<String>,
        /// JSON: the pictures of a step.
        pub pictures: String,
        /// The step is done in another app than the one that shows it.
        pub in_other_app: bool,
        /// Notes of the teachers for themselves: for those who lead the lessons of the course alone.
        pub notes: Option<String>,
        /// JSON: the question of a step, with its right answer.
        pub question: Option<String>,
        pub created_ms: i64,
    }
}

impl Item {
    pub fn is_step(&self) -> bool {
        self.kind == ItemKind::Step.word()
    }

    pub fn pictures(&self) -> Vec<StepPicture> {
        pictures::of_json(&self.pictures)
    }

    /// Is it a video whose file has not come yet? It is there for staff only.
    pub fn awaits_file(&self) -> bool {
        self.required_with_file.is_some()
    }

    /// Removes what the item holds. The outline stays: its title, kind and duration.
    pub(in crate::school) fn hide_contents(&mut self) {
        self.description.clear();
        (self.url, self.object, self.content) = (None, None, None);
        (self.target_action, self.target_hint, self.guide, self.voice) = (None, None, None, None);
        (self.pictures, self.in_other_app) = (pictures::NONE.to_owned(), false);
        (self.notes, self.question) = (None, None);
    }

    /// Removes the right answer of its question, which is for those who teach.
    pub(in crate::school) fn hide_answer(&mut self) {
        self.question = step_questions::without_answer(self.question.as_deref());
    }
}

const UNIT: &str = "select id, course, title, description, position, minutes, objectives, criteria, created_ms,
    updated_ms from units";
pub(in crate::school) const ITEM: &str =
    "select i.id, i.unit, u.course, i.kind, i.title, i.description, i.position, i.required,
    i.required_with_file, i.url, i.object, i.content, i.seconds, i.target_action, i.target_hint, i.guide, i.voice,
    i.pictures, i.in_other_app, i.notes, i.question, i.created_ms
    from items i join units u on u.id = i.unit";
/// The order in which a session goes through the steps.
pub(in crate::school) const IN_ORDER: &str = "order by u.position, u.id, i.position, i.id";
/// The condition for items that everyone sees. Others are videos that await their first file.
pub(in crate::school) const IS_READY: &str = "i.required_with_file is null";
/// The condition for items that a session goes through: steps that are not deleted.
pub(in crate::school) const STEPS: &str = "i.deleted_ms is null and u.deleted_ms is null and i.kind = 'STEP'";

pub(in crate::school) async fn unit_by_id(tx: &mut Tx, id: i64) -> Result<Unit> {
    let sql = format!("{UNIT} where id = $1 and deleted_ms is null");
    tx.maybe(sql, args![id]).await?.ok_or(Error::NotFound(Noun::Unit))
}

/// Finds a unit with its items of every kind, for callers who may see the course. The contents of items are for those who may
/// read them.
pub async fn find_unit(app: &School, caller: Option<&Caller>, id: i64) -> Result<(Unit, Vec<Item>)> {
    let mut tx = app.db.read().await?;
    let unit = unit_by_id(&mut tx, id).await?;
    let course = rights::find_seen_course(&mut tx, caller, unit.course).await;
    let course = course.map_err(|error| error.instead_of(Noun::Unit))?;
    let mut items = items_of(&mut tx, id).await?;
    if rights::role_in_course(&mut tx, caller, course.course, course.instructor).await?.is_none() {
        items.iter_mut().for_each(Item::hide_answer);
    }
    if !rights::may_read_contents(&mut tx, caller, unit.course, app.now_ms()).await? {
        items.iter_mut().for_each(Item::hide_contents);
    }
    hide_notes(&mut tx, caller, unit.course, &mut items).await?;
    Ok((unit, items))
}

/// Takes the notes of the teachers out of these items of a course, unless the caller leads its lessons.
pub(in crate::school) async fn hide_notes(
    tx: &mut Tx,
    caller: Option<&Caller>,
    course: i64,
    items: &mut [Item],
) -> Result<()> {
    if items.iter().all(|item| item.notes.is_none()) {
        return Ok(());
    }
    let access = rights::find_seen_course(tx, caller, course).await?;
    if rights::role_in_course(tx, caller, course, access.instructor).await?.is_none() {
        items.iter_mut().for_each(|item| item.notes = None);
    }
    Ok(())
}

/// Finds a unit without its items, for callers who may see the course.
pub async fn find_bare_unit(app: &School, caller: Option<&Caller>, id: i64) -> Result<Unit> {
    seen_unit(&mut app.db.read().await?, caller, id).await
}

pub(in crate::school) async fn seen_unit(tx: &mut Tx, caller: Option<&Caller>, id: i64) -> Result<Unit> {
    let unit = unit_by_id(tx, id).await?;
    let seen = rights::find_seen_course(tx, caller, unit.course).await;
    seen.map_err(|error| error.instead_of(Noun::Unit))?;
    Ok(unit)
}

/// Lists the units of the published courses, course by course, or those of one course that the caller may see.
pub async fn list_units(
    app: &School,
    caller: Option<&Caller>,
    course: Option<i64>,
    window: Window,
) -> Result<Page<Unit>> {
    let mut tx = app.db.read().await?;
    let conditions = match course {
        Some(course) => {
            rights::find_seen_course(&mut tx, caller, course).await?;
            Filter::of("course = $1 and deleted_ms is null", args![course])
        }
        None => Filter::of(OF_PUBLISHED, args![]),
    };
    let (sql, args) = conditions.count("from units");
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = conditions.page(UNIT, COURSE_BY_COURSE, window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

const OF_PUBLISHED: &str =
    "deleted_ms is null and course in (select id from courses where status = 'PUBLISHED' and deleted_ms is null)";
const COURSE_BY_COURSE: &str = "course, position, id";

pub(super) async fn items_of(tx: &mut Tx, unit: i64) -> Result<Vec<Item>> {
    let sql = format!("{ITEM} where i.unit = $1 and i.deleted_ms is null {IN_ORDER}");
    tx.all(sql, args![unit]).await
}

/// Lists the units of a course with their items of every kind, in two queries.
pub(in crate::school) async fn units_with_items(tx: &mut Tx, course: i64) -> Result<Vec<(Unit, Vec<Item>)>> {
    let sql = format!("{UNIT} where course = $1 and deleted_ms is null order by position, id");
    let units: Vec<Unit> = tx.all(sql, args![course]).await?;
    let sql = format!("{ITEM} where u.course = $1 and u.deleted_ms is null and i.deleted_ms is null {IN_ORDER}");
    let mut items: HashMap<i64, Vec<Item>> = HashMap::new();
    for item in tx.all::<Item>(sql, args![course]).await? {
        items.entry(item.unit).or_default().push(item);
    }
    let with_items = |unit: Unit| {
        let items = items.remove(&unit.id).unwrap_or_default();
        (unit, items)
    };
    Ok(units.into_iter().map(with_items).collect())
}

pub(in crate::school) async fn item_by_id(tx: &mut Tx, id: i64) -> Result<Item> {
    find_item(tx, id).await?.ok_or(Error::NotFound(Noun::Item))
}

pub(in crate::school) async fn find_item(tx: &mut Tx, id: i64) -> Result<Option<Item>> {
    tx.maybe(format!("{ITEM} where i.id = $1 and i.deleted_ms is null and u.deleted_ms is null"), args![id]).await
}

/// Finds a video; an item of another kind is none.
pub(in crate::school) async fn find_video(tx: &mut Tx, id: i64) -> Result<Item> {
    let found = find_item(tx, id).await?.filter(|item| item.kind == ItemKind::Video.word());
    found.ok_or(Error::NotFound(Noun::Item))
}

/// Fails unless all of these items (each named once) are in courses that this person learns or teaches.
pub(in crate::school) async fn must_learn_or_teach(tx: &mut Tx, person: i64, items: &[i64]) -> Result<()> {
    let (marks, ids) = placeholders(items, 2);
    let sql = format!(
        "select count(*) from items i join units u on u.id = i.unit join courses c on c.id = u.course
        where i.id in ({marks}) and i.deleted_ms is null and u.deleted_ms is null and (c.instructor = $1 or exists (
            select 1 from enrollments e join classes k on k.id = e.class
            where k.course = c.id and e.person = $1 and e.status in ('APPROVED', 'COMPLETED')))"
    );
    let (found,): (i64,) = tx.one(sql, [args![person], ids].concat()).await?;
    if found == items.len() as i64 { Ok(()) } else { Err(Error::NotFound(Noun::Item)) }
}

/// Finds the one or two items that an event names.
pub(in crate::school) async fn items(tx: &mut Tx, one: Option<i64>, other: Option<i64>) -> Result<Vec<Item>> {
    tx.all(format!("{ITEM} where i.id in ($1, $2)"), args![one, other]).await
}

/// Lists all steps of a course in the order in which a session goes through them.
pub async fn steps(tx: &mut Tx, course: i64) -> Result<Vec<Item>> {
    let sql = format!("{ITEM} where u.course = $1 and {STEPS} {IN_ORDER}");
    tx.all(sql, args![course]).await
}

/// Finds a step of this course; an item of another kind is none. If it belongs to another course, `field` of the request is
/// wrong.
pub async fn find_step(tx: &mut Tx, course: i64, field: Field, id: i64) -> Result<Item> {
    let item = item_by_id(tx, id).await?;
    if !item.is_step() {
        return Err(Error::NotFound(Noun::Item));
    }
    if item.course == course { Ok(item) } else { Err(Error::bad(field, "it belongs to another lecture")) }
}

/// Tells whether a session comes to a step before it comes to another one of the same course.
pub(in crate::school) async fn is_before(tx: &mut Tx, step: i64, other: i64) -> Result<bool> {
    let sql = "select i.id from items i join units u on u.id = i.unit where i.id = $1 and
        (u.position, u.id, i.position, i.id) <
            (select u2.position, u2.id, i2.position, i2.id from items i2 join units u2 on u2.id = i2.unit where i2.id = $2)";
    Ok(tx.maybe::<(i64,)>(sql, args![step, other]).await?.is_some())
}

pub async fn first_step(tx: &mut Tx, course: i64) -> Result<Option<Item>> {
    tx.maybe(format!("{ITEM} where u.course = $1 and {STEPS} {IN_ORDER} limit 1"), args![course]).await
}

pub async fn step_after(tx: &mut Tx, course: i64, item: i64) -> Result<Option<Item>> {
    let sql = format!(
        "{ITEM} where u.course = $1 and {STEPS} and (u.position, u.id, i.position, i.id) >
            (select u2.position, u2.id, i2.position, i2.id from items i2 join units u2 on u2.id = i2.unit where i2.id = $2)
        {IN_ORDER} limit 1"
    );
    tx.maybe(sql, args![course, item]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn units_are_listed_by_the_index_of_their_course() {
        for condition in [OF_PUBLISHED, "course = 1 and deleted_ms is null"] {
            let plan = sqlite_plan(&format!("{UNIT} where {condition} order by {COURSE_BY_COURSE} limit 20")).await;
            assert!(plan.iter().any(|line| line.contains("units USING INDEX units_course")), "{condition}: {plan:?}");
        }
    }
}
