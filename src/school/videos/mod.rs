//! Videos: items that one watches. The file is elsewhere, at an address, or in our own store.

pub mod completing;
pub mod removal;
pub mod uploads;

use self::uploads::{NewFile, UploadParts};
use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{Filter, args};
use crate::error::{Error, Field, Noun, Result};
use crate::failures::Attempts;
use crate::patch::Patch;
use crate::school::outline::{self, IS_READY, ITEM, Item, ItemChanges, ItemKind};
use crate::school::rights::{self, Caller};
use crate::school::{Page, Window};

/// The time for which the address of a stored video is good. A page that plays longer asks for another one.
const PLAYS_FOR_S: u32 = 300;

#[derive(Default)]
pub struct VideoFilter {
    pub course: Option<i64>,
    pub unit: Option<i64>,
}

/// A video as a caller sees it.
pub struct SeenVideo {
    pub video: Item,
    /// The address at which it plays, for those who may watch it.
    pub play: Option<PlayAddress>,
}

pub struct PlayAddress {
    pub url: String,
    /// None for a file that is elsewhere.
    pub until_ms: Option<i64>,
}

/// Lists the videos of a unit or of a course in their order, or those of the published courses, the newest first. Their addresses
/// and descriptions are for those who may read the contents of the course. One whose file has not come yet is there for staff.
pub async fn list(app: &School, caller: Option<&Caller>, filter: VideoFilter, window: Window) -> Result<Page<Item>> {
    let mut tx = app.db.read().await?;
    let named = match filter.unit {
        Some(unit) => Some(outline::seen_unit(&mut tx, caller, unit).await?.course),
        None => filter.course,
    };
    let (conditions, order) = match named {
        Some(course) => {
            let access = rights::find_seen_course(&mut tx, caller, course).await?;
            let is_staff = caller.is_some_and(|caller| caller.teaches(access.instructor));
            let all = if is_staff { OF_COURSE.to_owned() } else { format!("{OF_COURSE} and {IS_READY}") };
            (Filter::of(&all, args![course]).and("i.unit = ?", filter.unit), IN_COURSE)
        }
        None => (Filter::of(&format!("{OF_PUBLISHED} and {IS_READY}"), args![]), NEWEST_FIRST),
    };
    let conditions = conditions.and("u.course = ?", filter.course.filter(|_| filter.unit.is_some()));
    let (sql, args) = conditions.count("from items i join units u on u.id = i.unit");
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) = conditions.page(ITEM, order, window.limit, window.offset);
    let mut rows: Vec<Item> = tx.all(sql, args).await?;
    let courses: Vec<i64> = rows.iter().map(|video| video.course).collect();
    let readable = rights::readable_courses(&mut tx, caller, &courses, app.now_ms()).await?;
    rows.iter_mut().filter(|video| !readable.contains(&video.course)).for_each(Item::hide_contents);
    Ok(Page { rows, total, window })
}

/// Written so that the items of the course are looked through, and not all videos of the school.
const OF_COURSE: &str = "u.course = $1 and i.kind || '' = 'VIDEO' and i.deleted_ms is null and u.deleted_ms is null";
const OF_PUBLISHED: &str = "i.kind = 'VIDEO' and i.deleted_ms is null and u.deleted_ms is null
    and u.course in (select id from courses where status = 'PUBLISHED' and deleted_ms is null)";
const IN_COURSE: &str = "u.position, u.id, i.position, i.id";
const NEWEST_FIRST: &str = "i.id desc";

/// Returns a video of a course that the caller may see. Only those who are in the course and whose time is not over, and its
/// staff, get the address at which it plays.
pub async fn view(app: &School, caller: Option<&Caller>, id: i64, origin: &str) -> Result<SeenVideo> {
    let now_ms = app.now_ms();
    let mut tx = app.db.read().await?;
    let mut video = outline::find_video(&mut tx, id).await?;
    let seen = rights::find_seen_course(&mut tx, caller, video.course).await;
    let access = seen.map_err(|error| error.instead_of(Noun::Item))?;
    if video.awaits_file() && !caller.is_some_and(|caller| caller.teaches(access.instructor)) {
        return Err(Error::NotFound(Noun::Item));
    }
    let mut watcher = None;
    if let Some(caller) = caller
        && (caller.teaches(access.instructor) || rights::is_in(&mut tx, caller, video.course, None, now_ms).await?)
    {
        watcher = Some(caller);
    }
    let may_read = rights::may_read_contents(&mut tx, caller, video.course, now_ms).await?;
    drop(tx);
    let play = watcher.map(|caller| play_address(app, caller, &video, origin)).transpose()?.flatten();
    if !may_read {
        video.hide_contents();
    }
    Ok(SeenVideo { video, play })
}

/// Makes the address at which a video plays. Fails if the person has asked for too many of stored ones.
fn play_address(app: &School, caller: &Caller, video: &Item, origin: &str) -> Result<Option<PlayAddress>> {
    let Some(key) = &video.object else {
        return Ok(video.url.clone().map(|url| PlayAddress { url, until_ms: None }));
    };
    let now_ms = app.now_ms();
    let plays = Attempts::PlaysOf { person: caller.id, most: app.config.bounds.plays_per_hour };
    app.failures.take_for_good(&plays, now_ms)?;
    let url = app.objects.play_url(key, PLAYS_FOR_S, now_ms, origin);
    Ok(Some(PlayAddress { url, until_ms: Some(now_ms + i64::from(PLAYS_FOR_S) * SECOND_MS) }))
}

/// A new video, or a change of one: what is said of it, and its address or its file.
#[derive(Default)]
pub struct VideoChanges {
    pub title: Option<String>,
    pub description: Option<String>,
    pub position: Option<i64>,
    pub required: Option<bool>,
    pub seconds: Patch<i64>,
    pub url: Patch<String>,
    pub file_name: Option<String>,
    pub file_bytes: Option<i64>,
    pub content_type: Option<String>,
}

impl VideoChanges {
    /// Returns the changes of the item, and the file that will come. It comes with its name and its size, and not beside an address.
    fn parts(self) -> Result<(ItemChanges, Option<NewFile>)> {
        let file = match (self.file_name, self.file_bytes) {
            (Some(name), Some(bytes)) => Some(NewFile { name, bytes, content_type: self.content_type }),
            (None, None) => None,
            (None, Some(_)) => return Err(Error::bad(Field::FileName, "a file has a name")),
            (Some(_), None) => return Err(Error::bad(Field::FileSize, "the size of the file is needed")),
        };
        if file.is_some() && self.url.is_sent() {
            return Err(Error::bad(Field::VideoUrl, "an address or a file, not both"));
        }
        if file.is_some() && self.seconds.is_sent() {
            return Err(Error::bad(Field::Duration, "the file says itself how long it is"));
        }
        let changes = ItemChanges {
            title: self.title,
            description: self.description,
            position: self.position,
            required: self.required,
            url: self.url,
            seconds: self.seconds,
            ..ItemChanges::default()
        };
        Ok((changes, file))
    }
}

/// A video that was made or changed. If a file was announced, its upload has begun.
pub struct SavedVideo {
    pub video: Item,
    pub upload: Option<UploadParts>,
}

/// Adds a video: at an address, or with a file that will come.
pub async fn add(
    app: &School,
    caller: &Caller,
    (unit, title): (i64, String),
    first: VideoChanges,
    origin: &str,
) -> Result<SavedVideo> {
    let (first, file) = first.parts()?;
    match file {
        Some(file) => {
            let (video, upload) = uploads::begin(app, caller, (unit, title), first, file, origin).await?;
            Ok(SavedVideo { video, upload: Some(upload) })
        }
        None if matches!(first.url, Patch::Set(_)) => {
            let video = outline::add_item(app, caller, unit, ItemKind::Video, title, first).await?;
            Ok(SavedVideo { video, upload: None })
        }
        None => Err(Error::bad(Field::VideoUrl, "an address is needed, or a file (file_name and file_size)")),
    }
}

/// Changes what is said of a video, and its address, or begins the upload of another file for it.
pub async fn change(app: &School, caller: &Caller, id: i64, changes: VideoChanges, origin: &str) -> Result<SavedVideo> {
    let (changes, file) = changes.parts()?;
    if let Some(file) = file {
        let (video, upload) = uploads::begin_again(app, caller, id, changes, file, origin).await?;
        return Ok(SavedVideo { video, upload: Some(upload) });
    }
    // The kind of an item stays.
    outline::find_video(&mut app.db.read().await?, id).await?;
    Ok(SavedVideo { video: outline::change_item(app, caller, id, changes).await?, upload: None })
}

/// Deletes a video with its file. What learners did with it is kept.
pub async fn delete(app: &School, caller: &Caller, id: i64) -> Result<()> {
    outline::find_video(&mut app.db.read().await?, id).await?;
    outline::delete_item(app, caller, id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn videos_are_listed_by_the_index_of_their_kind_or_course() {
        for (conditions, order, index) in [
            (OF_PUBLISHED, NEWEST_FIRST, "i USING INDEX items_kind"),
            (&OF_COURSE.replace("$1", "1"), IN_COURSE, "u USING INDEX units_course"),
        ] {
            let sql = format!("{ITEM} where {conditions} and {IS_READY} order by {order} limit 20");
            let plan = sqlite_plan(&sql).await;
            assert!(plan.iter().any(|line| line.contains(index)), "{conditions}: {plan:?}");
        }
    }
}
