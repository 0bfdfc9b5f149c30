//! The outline of a course: its units, and the items in them. A session goes through the items that are steps.

use std::collections::HashMap;

use serde_json::Value;

use crate::app::School;
use crate::db::{Filter, HeldTable, Tx, args, placeholders, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{GradeScope, NewEvent, words};
use crate::patch::Patch;
use crate::school::progress::units::UnitCriteria;
use crate::school::rights::{self, Caller, Scope};
use crate::school::{Page, Window};

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
        pub created_ms: i64,
    }
}

impl Item {
    pub fn is_step(&self) -> bool {
        self.kind == ItemKind::Step.word()
    }

    /// Removes what the item holds. The outline stays: its title, kind and duration.
    pub(super) fn hide_contents(&mut self) {
        self.description.clear();
        (self.url, self.object, self.content) = (None, None, None);
        (self.target_action, self.target_hint, self.guide, self.voice) = (None, None, None, None);
    }
}

const UNIT: &str = "select id, course, title, description, position, minutes, objectives, criteria, created_ms,
    updated_ms from units";
const ITEM: &str = "select i.id, i.unit, u.course, i.kind, i.title, i.description, i.position, i.required, i.url,
    i.object, i.content, i.seconds, i.target_action, i.target_hint, i.guide, i.voice, i.created_ms
    from items i join units u on u.id = i.unit";
const ASSESSMENTS_OF_UNIT: &str = "unit = $1 and deleted_ms is null";
/// The order in which a session goes through the steps.
pub(super) const IN_ORDER: &str = "order by u.position, u.id, i.position, i.id";
/// The condition for items that a session goes through: steps that are not deleted.
pub(super) const STEPS: &str = "i.deleted_ms is null and u.deleted_ms is null and i.kind = 'STEP'";

pub async fn add_unit(app: &School, caller: &Caller, course: i64, title: String, first: UnitChanges) -> Result<Unit> {
    let (unit, _) = add_unit_with_items(app, caller, course, title, first, Vec::new()).await?;
    Ok(unit)
}

/// Adds a unit for people who learn by themselves: it is complete once all that is required in it is done.
pub async fn add_self_paced_unit(
    app: &School,
    caller: &Caller,
    course: i64,
    title: String,
    mut first: UnitChanges,
) -> Result<Unit> {
    first.criteria.get_or_insert(UnitCriteria::CompleteRequired);
    add_unit(app, caller, course, title, first).await
}

pub struct NewItem {
    pub kind: ItemKind,
    pub title: String,
    pub first: ItemChanges,
}

/// Adds a unit with its items, all or nothing. Unless they say otherwise, each comes last.
pub async fn add_unit_with_items(
    app: &School,
    caller: &Caller,
    course: i64,
    title: String,
    first: UnitChanges,
    items: Vec<NewItem>,
) -> Result<(Unit, Vec<Item>)> {
    caller.must_have(Scope::CourseUpdate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    rights::find_taught_course(&mut tx, caller, course).await?;
    let sql = "insert into units (created_ms, updated_ms, course, title, description, position, minutes, objectives, criteria)
        select $1, $1, $2, $3, $4, coalesce($5, coalesce(max(position), 0) + 1), $6, $7, $8 from units
        where course = $2 and deleted_ms is null returning id";
    let args = args![
        now_ms,
        course,
        title,
        first.description.unwrap_or_default(),
        first.position,
        first.minutes.value(),
        Value::from(first.objectives.unwrap_or_default()).to_string(),
        first.criteria.unwrap_or(UnitCriteria::ViewAllMaterials).word()
    ];
    let (id,): (i64,) = tx.one(sql, args).await?;
    let is_empty = items.is_empty();
    for item in items {
        insert_item(&mut tx, id, item, now_ms).await?;
    }
    let unit = unit_by_id(&mut tx, id).await?;
    let items = items_of(&mut tx, id).await?;
    app.commit(tx, if is_empty { Vec::new() } else { items_changed(app, course) }).await?;
    Ok((unit, items))
}

pub(super) async fn unit_by_id(tx: &mut Tx, id: i64) -> Result<Unit> {
    let sql = format!("{UNIT} where id = $1 and deleted_ms is null");
    tx.maybe(sql, args![id]).await?.ok_or(Error::NotFound(Noun::Unit))
}

#[derive(Default)]
pub struct UnitChanges {
    pub title: Option<String>,
    pub description: Option<String>,
    pub position: Option<i64>,
    pub minutes: Patch<i64>,
    pub objectives: Option<Vec<String>>,
    pub criteria: Option<UnitCriteria>,
}

pub async fn change_unit(app: &School, caller: &Caller, id: i64, changes: UnitChanges) -> Result<Unit> {
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Units, id).await?;
    let now = unit_by_id(&mut tx, id).await?;
    rights::find_taught_course(&mut tx, caller, now.course).await?;
    let args = args![
        id,
        changes.title.unwrap_or(now.title),
        changes.description.unwrap_or(now.description),
        changes.position.unwrap_or(now.position),
        app.now_ms(),
        changes.minutes.over(now.minutes),
        changes.objectives.map_or(now.objectives, |all| Value::from(all).to_string()),
        changes.criteria.map_or(now.criteria, |criteria| criteria.word().to_owned())
    ];
    let sql = "update units set title = $2, description = $3, position = $4, updated_ms = $5, minutes = $6,
        objectives = $7, criteria = $8 where id = $1";
    tx.run(sql, args).await?;
    let unit = unit_by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(unit)
}

/// Deletes a unit with its assessments: what nobody can reach any more is asked of nobody. Adding an assessment holds the
/// course too, so none is added meanwhile.
pub async fn delete_unit(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let course = unit_by_id(&mut tx, id).await?.course;
    rights::hold_taught_course(&mut tx, caller, course).await?;
    must_not_be_taught(&mut tx, course, "select id from items where unit = $1", id).await?;
    tx.hold_where(HeldTable::Assessments, ASSESSMENTS_OF_UNIT, args![id]).await?;
    let sql = format!("update assessments set deleted_ms = $2, updated_ms = $2 where {ASSESSMENTS_OF_UNIT}");
    tx.run(sql, args![id, now_ms]).await?;
    tx.run("update units set deleted_ms = $2 where id = $1", args![id, now_ms]).await?;
    app.commit(tx, items_changed(app, course)).await
}

/// Fails if a running session is at one of these items. Holds all open sessions of the course: one that moves at the
/// same moment waits, and then finds the step deleted.
async fn must_not_be_taught(tx: &mut Tx, course: i64, items: &'static str, id: i64) -> Result<()> {
    tx.hold_where(HeldTable::Sessions, "course = $1 and status <> 'REVIEW_MODE'", args![course]).await?;
    let sql = format!("select id from live_sessions where status in ('IN_PROGRESS', 'PAUSED') and step in ({items})");
    match tx.maybe::<(i64,)>(sql, args![id]).await? {
        Some((session,)) => Err(Error::StepInUse { session }),
        None => Ok(()),
    }
}

/// Finds a unit with its items of every kind, for callers who may see the course. The contents of items are for those who may
/// read them.
pub async fn find_unit(app: &School, caller: Option<&Caller>, id: i64) -> Result<(Unit, Vec<Item>)> {
    let mut tx = app.db.read().await?;
    let unit = seen_unit(&mut tx, caller, id).await?;
    let mut items = items_of(&mut tx, id).await?;
    if !rights::may_read_contents(&mut tx, caller, unit.course, app.now_ms()).await? {
        items.iter_mut().for_each(Item::hide_contents);
    }
    Ok((unit, items))
}

/// Finds a unit without its items, for callers who may see the course.
pub async fn find_bare_unit(app: &School, caller: Option<&Caller>, id: i64) -> Result<Unit> {
    seen_unit(&mut app.db.read().await?, caller, id).await
}

async fn seen_unit(tx: &mut Tx, caller: Option<&Caller>, id: i64) -> Result<Unit> {
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

async fn items_of(tx: &mut Tx, unit: i64) -> Result<Vec<Item>> {
    let sql = format!("{ITEM} where i.unit = $1 and i.deleted_ms is null {IN_ORDER}");
    tx.all(sql, args![unit]).await
}

/// Lists the units of a course with their items of every kind, in two queries.
pub(super) async fn units_with_items(tx: &mut Tx, course: i64) -> Result<Vec<(Unit, Vec<Item>)>> {
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

/// Adds an item. Unless `first` says otherwise, it is required and comes last in its unit.
pub async fn add_item(
    app: &School,
    caller: &Caller,
    unit: i64,
    kind: ItemKind,
    title: String,
    first: ItemChanges,
) -> Result<Item> {
    let mut tx = app.db.begin().await?;
    let owner = unit_by_id(&mut tx, unit).await?;
    rights::find_taught_course(&mut tx, caller, owner.course).await?;
    let id = insert_item(&mut tx, unit, NewItem { kind, title, first }, app.now_ms()).await?;
    let item = item_by_id(&mut tx, id).await?;
    app.commit(tx, items_changed(app, owner.course)).await?;
    Ok(item)
}

async fn insert_item(tx: &mut Tx, unit: i64, item: NewItem, now_ms: i64) -> Result<i64> {
    let NewItem { kind, title, first } = item;
    let sql = "insert into items (created_ms, updated_ms, unit, kind, title, description, position, required, url,
            content, seconds, target_action, target_hint, guide, voice)
        select $1, $1, $2, $3, $4, $5, coalesce($6, coalesce(max(position), 0) + 1), $7, $8, $9, $10, $11, $12, $13, $14
        from items
        where unit = $2 and deleted_ms is null returning id";
    let args = args![
        now_ms,
        unit,
        kind.word(),
        title,
        first.description.unwrap_or_default(),
        first.position,
        first.required.unwrap_or(true),
        first.url.value(),
        first.content.value(),
        first.seconds.value(),
        first.target_action.value(),
        first.target_hint.value(),
        first.guide.value(),
        first.voice.value()
    ];
    Ok(tx.one::<(i64,)>(sql, args).await?.0)
}

/// Announces that the grades of the course are due: its items have changed, and so has the share of them that each
/// learner has done.
fn items_changed(app: &School, course: i64) -> Vec<NewEvent> {
    vec![NewEvent::grade_due(course, GradeScope::Course(course), app.now_ms())]
}

pub(super) async fn item_by_id(tx: &mut Tx, id: i64) -> Result<Item> {
    find_item(tx, id).await?.ok_or(Error::NotFound(Noun::Item))
}

pub(super) async fn find_item(tx: &mut Tx, id: i64) -> Result<Option<Item>> {
    tx.maybe(format!("{ITEM} where i.id = $1 and i.deleted_ms is null and u.deleted_ms is null"), args![id]).await
}

/// Fails unless all of these items (each named once) are in courses that this person learns or teaches.
pub(super) async fn must_learn_or_teach(tx: &mut Tx, person: i64, items: &[i64]) -> Result<()> {
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
pub(super) async fn items(tx: &mut Tx, one: Option<i64>, other: Option<i64>) -> Result<Vec<Item>> {
    tx.all(format!("{ITEM} where i.id in ($1, $2)"), args![one, other]).await
}

#[derive(Default)]
pub struct ItemChanges {
    pub title: Option<String>,
    pub description: Option<String>,
    pub position: Option<i64>,
    pub required: Option<bool>,
    /// A new address takes the place of a file in our store.
    pub url: Patch<String>,
    pub content: Patch<String>,
    pub seconds: Patch<i64>,
    pub target_action: Patch<String>,
    pub target_hint: Patch<String>,
    pub guide: Patch<String>,
    pub voice: Patch<String>,
}

/// Changes an item. Its kind stays. The grades of the course are due if it became required, or is required no more.
pub async fn change_item(app: &School, caller: &Caller, id: i64, changes: ItemChanges) -> Result<Item> {
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Items, id).await?;
    let now = item_by_id(&mut tx, id).await?;
    rights::find_taught_course(&mut tx, caller, now.course).await?;
    let sql = "update items set title = $2, description = $3, position = $4, required = $5, url = $6, content = $7,
        seconds = $8, target_action = $9, target_hint = $10, guide = $11, voice = $12, updated_ms = $13,
        object = case when $6 is null then object else null end where id = $1";
    let args = args![
        id,
        changes.title.unwrap_or(now.title),
        changes.description.unwrap_or(now.description),
        changes.position.unwrap_or(now.position),
        changes.required.unwrap_or(now.required),
        changes.url.over(now.url),
        changes.content.over(now.content),
        changes.seconds.over(now.seconds),
        changes.target_action.over(now.target_action),
        changes.target_hint.over(now.target_hint),
        changes.guide.over(now.guide),
        changes.voice.over(now.voice),
        app.now_ms()
    ];
    tx.run(sql, args).await?;
    let item = item_by_id(&mut tx, id).await?;
    let due = if item.required == now.required { Vec::new() } else { items_changed(app, item.course) };
    app.commit(tx, due).await?;
    Ok(item)
}

pub async fn delete_item(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let item = item_by_id(&mut tx, id).await?;
    rights::find_taught_course(&mut tx, caller, item.course).await?;
    must_not_be_taught(&mut tx, item.course, "$1", id).await?;
    tx.run("update items set deleted_ms = $2 where id = $1", args![id, app.now_ms()]).await?;
    app.commit(tx, items_changed(app, item.course)).await
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
