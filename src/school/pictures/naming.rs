//! Pictures that an item names. The item holds them as it shows them, so that reading an item costs no other query; the table
//! `item_pictures` finds the items of a picture. Both are written in one transaction, which holds the pictures: of two that name a
//! picture and let it go at once, the second one sees what the first one did.

use std::collections::BTreeMap;

use super::on_step::{NONE, PictureMark, StepPicture, StoredPicture, to_json};
use crate::db::{Arg, HeldTable, Tx, args, placeholders, row, row_placeholders};
use crate::error::{Error, Field, Result};
use crate::school::names::distinct;
use crate::school::step_questions::{self, NewQuestion};
use crate::school::videos::removal::FilesOf;

/// A picture by which an instructor wants to show a step.
#[derive(Debug, Clone)]
pub struct NamedPicture {
    pub name: String,
    /// For all phones if there is nothing.
    pub shown_on: Option<String>,
    pub alt: String,
    pub marks: Vec<PictureMark>,
}

impl From<StepPicture> for NamedPicture {
    fn from(shown: StepPicture) -> NamedPicture {
        let StepPicture { picture, shown_on, alt, marks } = shown;
        NamedPicture { name: picture.name, shown_on: Some(shown_on), alt, marks }
    }
}

/// The kind of a picture that is for all phones.
pub const FOR_ALL: &str = "ALL";

row! {
    struct FoundPicture {
        id: i64,
        name: String,
        kind: String,
        width: i64,
        height: i64,
    }
}

/// Lets an item show exactly these pictures, and ask this question, whose options may name pictures too. Everyone who knows the name of a
/// picture may use it.
pub async fn set_pictures_and_question(
    tx: &mut Tx,
    item: i64,
    pictures: Vec<NamedPicture>,
    question: Option<NewQuestion>,
    now_ms: i64,
) -> Result<()> {
    let of_options = question.iter().flat_map(|asked| asked.options.iter().filter_map(|one| one.picture.clone()));
    let names: Vec<String> = pictures.iter().map(|picture| picture.name.clone()).chain(of_options).collect();
    let (marks, names) = placeholders(&names, 2);
    hold(tx, item, &marks, &names).await?;
    let sql = format!("select id, name, kind, width, height from pictures where name in ({marks}) and status = $1");
    let found: Vec<FoundPicture> = tx.all(sql, [args!["STORED"], names].concat()).await?;
    let found: BTreeMap<String, FoundPicture> = found.into_iter().map(|one| (one.name.clone(), one)).collect();
    let mut shown = Vec::new();
    let mut ids = Vec::new();
    for (n, picture) in pictures.into_iter().enumerate() {
        let unknown = || Error::bad((Field::Pictures, n), "there is no such picture");
        let one = found.get(&picture.name).ok_or_else(unknown)?;
        ids.push(one.id);
        shown.push(StepPicture {
            picture: one.stored(),
            shown_on: picture.shown_on.unwrap_or_else(|| FOR_ALL.to_owned()),
            alt: picture.alt,
            marks: picture.marks,
        });
    }
    let of_option = |n, name: String| {
        let one = found.get(&name).ok_or_else(|| Error::bad((Field::Options, n), "there is no such picture"))?;
        ids.push(one.id);
        Ok(one.stored())
    };
    let question = question.map(|asked| asked.with_pictures(of_option)).transpose()?;
    release(tx, FilesOf::Item, item, now_ms).await?;
    let ids = distinct(ids.into_iter());
    if !ids.is_empty() {
        let sql = format!("insert into item_pictures (item, picture) values {}", row_placeholders(ids.len(), 2));
        tx.run(sql, ids.iter().flat_map(|id| args![item, *id]).collect()).await?;
        let (marks, ids) = placeholders(&ids, 2);
        let sql = format!("update pictures set unnamed_ms = null, updated_ms = $1 where id in ({marks})");
        tx.run(sql, [args![now_ms], ids].concat()).await?;
    }
    let question = question.as_ref().map(step_questions::to_json);
    let sql = "update items set pictures = $2, question = $3 where id = $1";
    tx.run(sql, args![item, to_json(&shown), question]).await.map(drop)
}

impl FoundPicture {
    fn stored(&self) -> StoredPicture {
        let FoundPicture { name, kind, width, height, .. } = self;
        StoredPicture { name: name.clone(), kind: kind.clone(), width: *width, height: *height }
    }
}

/// Holds the pictures with these names, and those that the item names until now.
async fn hold(tx: &mut Tx, item: i64, marks: &str, names: &[Arg]) -> Result<()> {
    let sql = format!(
        "select id from pictures where name in ({marks}) union select picture from item_pictures where item = $1"
    );
    let found: Vec<(i64,)> = tx.all(sql, [args![item], names.to_vec()].concat()).await?;
    let ids: Vec<i64> = found.into_iter().map(|(id,)| id).collect();
    let (marks, ids) = placeholders(&ids, 1);
    tx.hold_where(HeldTable::Pictures, &format!("id in ({marks})"), ids).await
}

/// Ends the naming of all pictures by these items. `id` is that of the item, the unit or the course. Those that nothing names any
/// more are removed a day later.
pub async fn remove_pictures(tx: &mut Tx, items: FilesOf, id: i64, now_ms: i64) -> Result<()> {
    tx.hold_where(HeldTable::Pictures, &named_by(items), args![id]).await?;
    release(tx, items, id, now_ms).await?;
    let sql = format!(
        "update items set pictures = $2, question = null where id in ({}) and (pictures <> $2 or question is not null)",
        ids_of(items)
    );
    tx.run(sql, args![id, NONE]).await.map(drop)
}

fn ids_of(items: FilesOf) -> &'static str {
    match items {
        FilesOf::Item => "select id from items where id = $1",
        FilesOf::Unit => "select id from items where unit = $1",
        FilesOf::Course => "select i.id from items i join units u on u.id = i.unit where u.course = $1",
    }
}

fn named_by(items: FilesOf) -> String {
    format!("id in (select picture from item_pictures where item in ({}))", ids_of(items))
}

/// Takes the pictures that these items name out of `item_pictures`.
async fn release(tx: &mut Tx, items: FilesOf, id: i64, now_ms: i64) -> Result<()> {
    let (named, items) = (named_by(items), ids_of(items));
    let sql = format!(
        "update pictures set unnamed_ms = $2, updated_ms = $2 where {named} and not exists (
            select 1 from item_pictures other where other.picture = pictures.id and other.item not in ({items}))"
    );
    tx.run(sql, args![id, now_ms]).await?;
    tx.run(format!("delete from item_pictures where item in ({items})"), args![id]).await.map(drop)
}
