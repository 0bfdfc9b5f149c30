//! Copies of courses. A copy has the units of the course and their steps, and none of the people, classes, sessions, videos,
//! missions and assessments. Its pictures are the same ones: they stay as long as any step names them.

use super::{Course, CourseChanges, CourseStatus, by_id, complete, insert_row};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::language::Language;
use crate::patch::Patch;
use crate::school::outline::STEPS;
use crate::school::rights::{self, Caller, Scope};

const TITLE_MAX_CHARS: usize = 200;

pub struct NewCopy {
    /// Without one, the title of the course with a mark.
    pub title: Option<String>,
}

/// Copies a course that the caller leads. The copy is the caller's own, and published at once. It takes the same number of
/// statements for any number of steps.
pub async fn copy(app: &School, caller: &Caller, id: i64, copy: NewCopy, language: Language) -> Result<Course> {
    caller.must_have(Scope::CourseCreate)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    rights::hold_led_course(&mut tx, caller, id).await?;
    // Adding or changing a unit or an item holds one of these; letting a picture go holds the picture.
    let of_course = "course = $1 and deleted_ms is null";
    let items = format!("unit in (select id from units where {of_course})");
    let pictures =
        format!("id in (select picture from item_pictures where item in (select id from items where {items}))");
    tx.hold_where(HeldTable::Units, of_course, args![id]).await?;
    tx.hold_where(HeldTable::Items, &items, args![id]).await?;
    tx.hold_where(HeldTable::Pictures, &pictures, args![id]).await?;
    let now = by_id(&mut tx, id).await?;
    must_be_open_or_own(caller, &now)?;
    let title = copy.title.unwrap_or_else(|| title_of_copy(&now.title, language));
    let first = CourseChanges {
        description: Some(now.description),
        thumbnail_url: now.thumbnail_url.map_or(Patch::Keep, Patch::Set),
        auto_help: Some(now.auto_help),
        price: Some(now.price).filter(|price| *price > 0),
        ..CourseChanges::default()
    };
    let copied = insert_row(&mut tx, caller, &title, None, CourseStatus::Published, now_ms).await?;
    let course = complete(&mut tx, caller, copied, title, first, now_ms).await?;
    copy_outline(&mut tx, id, copied, now_ms).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(course)
}

/// Fails for a co-teacher of a course with a price or of a draft: others would get for nothing what its instructor sells or has not
/// published.
pub(in crate::school) fn must_be_open_or_own(caller: &Caller, course: &Course) -> Result<()> {
    let is_public = [CourseStatus::Published, CourseStatus::Archived].iter().any(|one| course.status == one.word());
    if (is_public && course.price == 0) || caller.teaches(course.instructor) { Ok(()) } else { Err(Error::NotYours) }
}

/// Copies the units of a course and their steps into an empty one. New rows get their numbers in the order of the old ones, by which
/// each finds its own. A unit that asks for an assessment asks for its contents now: the assessment stays where it is.
async fn copy_outline(tx: &mut Tx, from: i64, to: i64, now_ms: i64) -> Result<()> {
    let sql = "insert into units (created_ms, updated_ms, course, title, description, position, minutes, objectives, criteria)
        select $3, $3, $2, title, description, position, minutes, objectives,
            case when criteria = 'PASS_ASSESSMENT' then 'VIEW_ALL_MATERIALS' else criteria end
        from units where course = $1 and deleted_ms is null order by position, id";
    tx.run(sql, args![from, to, now_ms]).await?;
    let sql = format!(
        "insert into items (created_ms, updated_ms, unit, kind, title, description, position, required, target_action, target_hint,
            guide, voice, pictures, in_other_app, notes, question)
        select $3, $3, new.id, i.kind, i.title, i.description, i.position, i.required, i.target_action, i.target_hint,
            i.guide, i.voice, i.pictures, i.in_other_app, i.notes, i.question
        from items i join units u on u.id = i.unit
        join (select id, row_number() over (order by position, id) as place from units where course = $1 and deleted_ms is null) old
            on old.id = u.id
        join (select id, row_number() over (order by id) as place from units where course = $2) new on new.place = old.place
        where u.course = $1 and {STEPS} order by old.place, i.position, i.id"
    );
    tx.run(sql, args![from, to, now_ms]).await?;
    let sql = format!(
        "insert into item_pictures (item, picture)
        select new.id, named.picture from item_pictures named
        join (select i.id, row_number() over (order by u.position, u.id, i.position, i.id) as place
            from items i join units u on u.id = i.unit where u.course = $1 and {STEPS}) old on old.id = named.item
        join (select i.id, row_number() over (order by i.id) as place
            from items i join units u on u.id = i.unit where u.course = $2) new on new.place = old.place"
    );
    tx.run(sql, args![from, to]).await.map(drop)
}

/// Adds a mark to a title, which becomes shorter where it has no room for one.
fn title_of_copy(title: &str, language: Language) -> String {
    let mark = language.choose([" (copy)", " (복사본)", " (コピー)"]);
    let room = TITLE_MAX_CHARS - mark.chars().count();
    let kept: String = title.chars().take(room).collect();
    format!("{}{mark}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_a_copy_has_a_mark_and_is_no_longer_than_a_title() {
        assert_eq!(title_of_copy("사진 찍기", Language::Korean), "사진 찍기 (복사본)");
        assert_eq!(title_of_copy("사진 찍기", Language::Japanese), "사진 찍기 (コピー)");
        let long = format!("{} b", "a".repeat(192));
        assert_eq!(title_of_copy(&long, Language::English), format!("{} (copy)", "a".repeat(192)));
        let longest = title_of_copy(&"가".repeat(200), Language::Korean);
        assert!(longest.chars().count() == 200 && longest.ends_with("가 (복사본)"), "{longest}");
    }
}
