//! Inserting the tasks and steps of a lecture all at once, in few statements.

use std::collections::{BTreeMap, BTreeSet};

use crate::db::{Arg, Tx, args, batch_size, row_placeholders};
use crate::error::{Error, Result};
use crate::school::outline::{ItemChanges, NewItem, UnitChanges};
use crate::school::pictures::{self, NamedPicture, StepPicture, StoredPicture};
use crate::school::step_questions;

const UNIT_COLUMNS: &str = "created_ms, updated_ms, course, title, description, position";
const ITEM_COLUMNS: &str =
    "created_ms, updated_ms, unit, kind, title, description, position, target_action, target_hint, guide,
    voice, in_other_app, notes, pictures, question";

/// Inserts tasks with their steps into a course that has none, in this order. `stored` has the pictures that they name, which are all
/// those of the course; the transaction holds them. Rows get their ids in the order in which they are inserted.
pub(super) async fn insert_outline(
    tx: &mut Tx,
    course: i64,
    tasks: Vec<(String, UnitChanges, Vec<NewItem>)>,
    stored: &BTreeMap<String, StoredPicture>,
    now_ms: i64,
) -> Result<()> {
    let mut units = Vec::new();
    let mut steps = Vec::new();
    for ((title, first, items), n) in tasks.into_iter().zip(1_i64..) {
        units.push(args![now_ms, now_ms, course, title, first.description.unwrap_or_default(), n]);
        steps.push(items);
    }
    insert_rows(tx, &format!("units ({UNIT_COLUMNS})"), &units).await?;
    let ids: Vec<(i64,)> = tx.all("select id from units where course = $1 order by id", args![course]).await?;
    let mut items = Vec::new();
    let mut names = Vec::new();
    for ((unit,), steps) in ids.into_iter().zip(steps) {
        for (step, n) in steps.into_iter().zip(1_i64..) {
            let (values, named) = step_values(step, n, stored)?;
            items.push([args![now_ms, now_ms, unit, "STEP"], values].concat());
            names.push(named);
        }
    }
    insert_rows(tx, &format!("items ({ITEM_COLUMNS})"), &items).await?;
    name_pictures(tx, course, names, now_ms).await
}

/// Returns the values of a step from its title on, and the names of its pictures, each once.
fn step_values(
    step: NewItem,
    position: i64,
    stored: &BTreeMap<String, StoredPicture>,
) -> Result<(Vec<Arg>, BTreeSet<String>)> {
    let mut named = BTreeSet::new();
    let mut picture_of = |part: &str| {
        let picture = stored.get(part).ok_or_else(|| Error::internal("a picture of a lesson was not stored"))?;
        named.insert(picture.name.clone());
        Ok(picture.clone())
    };
    let ItemChanges { description, target_action, target_hint, guide, voice, in_other_app, notes, .. } = step.first;
    let shown = |NamedPicture { name, shown_on, alt, marks }: NamedPicture| {
        let shown_on = shown_on.unwrap_or_else(|| pictures::FOR_ALL.to_owned());
        Ok(StepPicture { picture: picture_of(&name)?, shown_on, alt, marks })
    };
    let shown = step.first.pictures.unwrap_or_default().into_iter().map(shown).collect::<Result<Vec<_>>>()?;
    let question = step.first.question.value();
    let question = question.map(|asked| asked.with_pictures(|_, part: String| picture_of(&part))).transpose()?;
    let values = args![
        step.title,
        description.unwrap_or_default(),
        position,
        target_action.value(),
        target_hint.value(),
        guide.value(),
        voice.value(),
        in_other_app.unwrap_or(false),
        notes.value(),
        pictures::to_json(&shown),
        question.as_ref().map(step_questions::to_json)
    ];
    Ok((values, named))
}

/// Lets the steps of a course name these pictures, which are those of the course.
async fn name_pictures(tx: &mut Tx, course: i64, names: Vec<BTreeSet<String>>, now_ms: i64) -> Result<()> {
    let sql = "select name, id from pictures where course = $1 and status = 'STORED'";
    let found: Vec<(String, i64)> = tx.all(sql, args![course]).await?;
    let found: BTreeMap<String, i64> = found.into_iter().collect();
    let sql = "select i.id from items i join units u on u.id = i.unit where u.course = $1 order by i.id";
    let items: Vec<(i64,)> = tx.all(sql, args![course]).await?;
    let mut rows = Vec::new();
    for ((item,), names) in items.into_iter().zip(names) {
        for name in names {
            let picture = found.get(&name).ok_or_else(|| Error::internal("a picture of a lesson is gone"))?;
            rows.push(args![item, *picture]);
        }
    }
    insert_rows(tx, "item_pictures (item, picture)", &rows).await?;
    let sql = "update pictures set unnamed_ms = null, updated_ms = $2 where course = $1 and status = 'STORED'";
    tx.run(sql, args![course, now_ms]).await.map(drop)
}

/// Inserts rows of one length, in batches.
async fn insert_rows(tx: &mut Tx, into: &str, rows: &[Vec<Arg>]) -> Result<()> {
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let (batch, after) = rest.split_at(batch_size(rest.len()));
        rest = after;
        let sql = format!("insert into {into} values {}", row_placeholders(batch.len(), first.len()));
        tx.run(sql, batch.concat()).await?;
    }
    Ok(())
}
