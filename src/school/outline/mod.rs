//! The outline of a course: its units, and the items in them. A session goes through the items that are steps.

mod reading;

use serde_json::Value;

use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Field, Result};
use crate::event::{GradeScope, NewEvent};
use crate::patch::Patch;
use crate::school::pictures::{NamedPicture, naming};
use crate::school::progress::units::UnitCriteria;
use crate::school::rights::{self, Caller, Scope};
use crate::school::step_questions::{self, NewQuestion, StepQuestion};
use crate::school::videos::removal::{self, FilesOf};

use self::reading::items_of;
pub(super) use self::reading::{
    IN_ORDER, IS_READY, ITEM, STEPS, find_item, find_video, hide_notes, is_before, item_by_id, items,
    must_learn_or_teach, seen_unit, unit_by_id, units_with_items,
};
pub use self::reading::{
    Item, ItemKind, Unit, find_bare_unit, find_step, find_unit, first_step, list_units, step_after, steps,
};

const ASSESSMENTS_OF_UNIT: &str = "unit = $1 and deleted_ms is null";

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
    rights::hold_led_course(&mut tx, caller, course).await?;
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
    rights::find_led_course(&mut tx, caller, now.course).await?;
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
/// course too, and adding an item the unit, so none is added meanwhile. A co-teacher deletes no unit that has assessments.
pub async fn delete_unit(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let course = unit_by_id(&mut tx, id).await?.course;
    let access = rights::hold_led_course(&mut tx, caller, course).await?;
    let sql = format!("select id from assessments where {ASSESSMENTS_OF_UNIT} limit 1");
    if !caller.teaches(access.instructor) && tx.maybe::<(i64,)>(sql, args![id]).await?.is_some() {
        return Err(Error::NotYours);
    }
    must_not_be_taught(&mut tx, course, "select id from items where unit = $1", id).await?;
    tx.hold_where(HeldTable::Assessments, ASSESSMENTS_OF_UNIT, args![id]).await?;
    tx.hold(HeldTable::Units, id).await?;
    tx.hold_where(HeldTable::Items, "unit = $1", args![id]).await?;
    removal::give_up(&mut tx, FilesOf::Unit, id, now_ms).await?;
    naming::remove_pictures(&mut tx, FilesOf::Unit, id, now_ms).await?;
    let sql = format!("update assessments set deleted_ms = $2, updated_ms = $2 where {ASSESSMENTS_OF_UNIT}");
    tx.run(sql, args![id, now_ms]).await?;
    tx.run("update units set deleted_ms = $2 where id = $1", args![id, now_ms]).await?;
    app.commit(tx, items_changed(app, course)).await?;
    removal::remove_of(app, FilesOf::Unit, id).await;
    Ok(())
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
    tx.hold(HeldTable::Units, unit).await?;
    let owner = unit_by_id(&mut tx, unit).await?;
    rights::find_led_course(&mut tx, caller, owner.course).await?;
    let id = insert_item(&mut tx, unit, NewItem { kind, title, first }, app.now_ms()).await?;
    let item = item_by_id(&mut tx, id).await?;
    app.commit(tx, items_changed(app, owner.course)).await?;
    Ok(item)
}

pub(super) async fn insert_item(tx: &mut Tx, unit: i64, item: NewItem, now_ms: i64) -> Result<i64> {
    let NewItem { kind, title, first } = item;
    let sql = "insert into items (created_ms, updated_ms, unit, kind, title, description, position, required, url,
            content, seconds, target_action, target_hint, guide, voice, in_other_app, notes)
        select $1, $1, $2, $3, $4, $5, coalesce($6, coalesce(max(position), 0) + 1), $7, $8, $9, $10, $11, $12, $13, $14, $15, $16
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
        first.voice.value(),
        first.in_other_app.unwrap_or(false),
        first.notes.value()
    ];
    let (id,): (i64,) = tx.one(sql, args).await?;
    let shown = (first.pictures.unwrap_or_default(), first.question.value());
    if !shown.0.is_empty() || shown.1.is_some() {
        naming::set_pictures_and_question(tx, id, shown.0, shown.1, now_ms).await?;
    }
    Ok(id)
}

/// Announces that the grades of the course are due: its items have changed, and so has the share of them that each
/// learner has done.
pub(super) fn items_changed(app: &School, course: i64) -> Vec<NewEvent> {
    vec![NewEvent::grade_due(course, GradeScope::Course(course), app.now_ms())]
}

/// Another film has begun: the pieces that were watched are none of it. What was completed stays so.
pub(super) const FORGET_PLAYED: &str = "update item_progress set played = '[]' where item = $1 and played is not null";

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
    /// All pictures of the step from now on.
    pub pictures: Option<Vec<NamedPicture>>,
    pub in_other_app: Option<bool>,
    pub notes: Patch<String>,
    pub question: Patch<NewQuestion>,
}

/// Changes an item. Its kind stays. The grades of the course are due if it became required, or is required no more.
pub async fn change_item(app: &School, caller: &Caller, id: i64, changes: ItemChanges) -> Result<Item> {
    let mut tx = app.db.begin().await?;
    let gives_up_file = matches!(changes.url, Patch::Set(_));
    let (item, due) = change_held_item(app, &mut tx, caller, id, changes).await?;
    app.commit(tx, due).await?;
    if gives_up_file {
        removal::remove_of(app, FilesOf::Item, id).await;
    }
    Ok(item)
}

/// Changes an item in a transaction that goes on, and holds it. Returns what to tell. A file in our store says itself how long it
/// is, until an address takes its place. An address is replaced and not removed: nobody could do what is asked without it.
pub(super) async fn change_held_item(
    app: &School,
    tx: &mut Tx,
    caller: &Caller,
    id: i64,
    changes: ItemChanges,
) -> Result<(Item, Vec<NewEvent>)> {
    let now_ms = app.now_ms();
    tx.hold(HeldTable::Items, id).await?;
    let now = item_by_id(tx, id).await?;
    rights::find_led_course(tx, caller, now.course).await?;
    if now.url.is_some() && matches!(changes.url, Patch::Clear) {
        return Err(Error::bad(Field::VideoUrl, "another address is needed, or a file (file_name and file_size)"));
    }
    if now.object.is_some() && matches!(changes.url, Patch::Set(_)) {
        removal::give_up_complete(tx, id, now_ms).await?;
    } else if now.object.is_some() && changes.seconds.is_sent() {
        return Err(Error::bad(Field::Duration, "the file says itself how long it is"));
    }
    let shown_until_now: Vec<NamedPicture> = now.pictures().into_iter().map(NamedPicture::from).collect();
    let is_new_address = matches!(&changes.url, Patch::Set(url) if now.url.as_ref() != Some(url));
    let awaits_file = now.required_with_file.filter(|_| !is_new_address);
    let required_with_file = awaits_file.map(|is_wanted| changes.required.unwrap_or(is_wanted));
    let required = match awaits_file {
        Some(_) => now.required,
        None => changes.required.or(now.required_with_file).unwrap_or(now.required),
    };
    let sql = "update items set title = $2, description = $3, position = $4, required = $5, url = $6, content = $7,
        seconds = $8, target_action = $9, target_hint = $10, guide = $11, voice = $12, updated_ms = $13,
        required_with_file = $14, in_other_app = $15, notes = $16, object = case when $6 is null then object else null end where id = $1";
    let args = args![
        id,
        changes.title.unwrap_or(now.title),
        changes.description.unwrap_or(now.description),
        changes.position.unwrap_or(now.position),
        required,
        changes.url.over(now.url),
        changes.content.over(now.content),
        changes.seconds.over(now.seconds.filter(|_| !is_new_address)),
        changes.target_action.over(now.target_action),
        changes.target_hint.over(now.target_hint),
        changes.guide.over(now.guide),
        changes.voice.over(now.voice),
        now_ms,
        required_with_file,
        changes.in_other_app.unwrap_or(now.in_other_app),
        changes.notes.over(now.notes)
    ];
    tx.run(sql, args).await?;
    if changes.pictures.is_some() || changes.question.is_sent() {
        let asked = step_questions::of_json(now.question.as_deref()).map(StepQuestion::named).transpose()?;
        let pictures = changes.pictures.unwrap_or(shown_until_now);
        naming::set_pictures_and_question(tx, id, pictures, changes.question.over(asked), now_ms).await?;
    }
    if is_new_address {
        tx.run(FORGET_PLAYED, args![id]).await?;
    }
    let item = item_by_id(tx, id).await?;
    let due = if item.required == now.required { Vec::new() } else { items_changed(app, item.course) };
    Ok((item, due))
}

pub async fn delete_item(app: &School, caller: &Caller, id: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let item = item_by_id(&mut tx, id).await?;
    rights::find_led_course(&mut tx, caller, item.course).await?;
    must_not_be_taught(&mut tx, item.course, "$1", id).await?;
    tx.hold(HeldTable::Items, id).await?;
    removal::give_up(&mut tx, FilesOf::Item, id, app.now_ms()).await?;
    naming::remove_pictures(&mut tx, FilesOf::Item, id, app.now_ms()).await?;
    tx.run("update items set deleted_ms = $2 where id = $1", args![id, app.now_ms()]).await?;
    app.commit(tx, items_changed(app, item.course)).await?;
    removal::remove_of(app, FilesOf::Item, id).await;
    Ok(())
}
