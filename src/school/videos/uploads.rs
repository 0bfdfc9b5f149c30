//! Uploads of videos: the browser sends the file to the store in parts, by signed URLs. A row of `uploads` is there before the
//! store knows of an upload, so that none is forgotten.

use crate::app::School;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS, random_bytes};
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, Noun, Result, VideoFault};
use crate::failures::Attempts;
use crate::outside::objects::{NewObject, PartToSend, StoredPart};
use crate::school::outline::{self, Item, ItemChanges, ItemKind, NewItem};
use crate::school::rights::{self, Caller};
use crate::school::videos::removal::{self, FilesOf};
use crate::school::{Page, Window};

const PART_BYTES: i64 = 8 << 20;
const MIB: i64 = 1 << 20;
/// An upload that is not complete by then is given up.
const OPEN_MS: i64 = DAY_MS;
/// An upload that is announced and has no video by then is given up: its request was dropped on the way, and nobody knows its id. It is
/// longer than the store may take to begin an upload.
const ANNOUNCED_MS: i64 = 5 * MINUTE_MS;
/// The time for which the URL of a part is good. One may ask for new ones.
const PART_URL_MS: i64 = HOUR_MS;
/// The error where the store contradicts what is known of an open upload: someone else is just completing it, or the store errs.
/// An instructor who gets it again and again may give the upload up.
pub(super) const AWAY: Error = Error::StoreAway { retry_after_s: 10 };
/// The number of URLs of parts on a page.
pub const PAGE_PARTS: i64 = 100;

/// The file that will come, as its sender announces it.
pub struct NewFile {
    /// The name that it has at its sender's. No path is ever made of it.
    pub name: String,
    pub bytes: i64,
    pub content_type: Option<String>,
}

row! {
    #[derive(Debug, Clone)]
    pub struct Upload {
        pub id: i64,
        pub key: String,
        /// The store's name of it.
        pub upload_id: String,
        pub file_name: String,
        pub content_type: String,
        pub bytes: i64,
        pub part_bytes: i64,
        pub parts: i64,
        pub status: String,
        pub expires_ms: i64,
        pub refusal: Option<String>,
        pub starts_late: bool,
    }
}

impl Upload {
    /// Returns the size of a part, which all but the last one share.
    fn bytes_of(&self, number: i64) -> i64 {
        self.part_bytes.min(self.bytes - (number - 1) * self.part_bytes)
    }
}

pub(super) const UPLOAD: &str =
    "select id, key, upload_id, file_name, content_type, bytes, part_bytes, parts, status, expires_ms,
    refusal, starts_late from uploads";

/// A part of a file: where it is sent, and its tag once it has arrived.
pub struct PartPlace {
    pub number: i64,
    pub bytes: i64,
    pub url: String,
    pub tag: Option<String>,
}

/// An upload with a page of its parts.
pub struct UploadParts {
    pub video: i64,
    pub upload: Upload,
    pub parts: Page<PartPlace>,
}

/// The place of a file that is announced.
enum FilePlace {
    NewVideo { unit: i64, title: String, first: ItemChanges },
    VideoOf { id: i64, changes: ItemChanges },
}

/// Begins the upload of a new video. It is there at once and without a file, and required only when its file is.
pub async fn begin(
    app: &School,
    caller: &Caller,
    (unit, title): (i64, String),
    first: ItemChanges,
    file: NewFile,
    origin: &str,
) -> Result<(Item, UploadParts)> {
    begin_at(app, caller, FilePlace::NewVideo { unit, title, first }, file, origin).await
}

/// Begins the upload of another file for a video. It takes the place of the present one when it is complete; an upload that was
/// open before is given up.
pub async fn begin_again(
    app: &School,
    caller: &Caller,
    id: i64,
    changes: ItemChanges,
    file: NewFile,
    origin: &str,
) -> Result<(Item, UploadParts)> {
    begin_at(app, caller, FilePlace::VideoOf { id, changes }, file, origin).await
}

async fn begin_at(
    app: &School,
    caller: &Caller,
    place: FilePlace,
    file: NewFile,
    origin: &str,
) -> Result<(Item, UploadParts)> {
    let row = announce(app, caller, &place, &file).await?;
    let new =
        NewObject { key: row.key.clone(), bytes: file.bytes.unsigned_abs(), part_bytes: PART_BYTES.unsigned_abs() };
    let upload_id = match app.objects.begin(&new).await {
        Ok(upload_id) => upload_id,
        Err(error) => {
            forget(app, row.id, "").await?;
            return Err(error);
        }
    };
    let (video, expires_ms) = match attach(app, caller, place, &row, &upload_id).await {
        Ok(attached) => attached,
        Err(error) => {
            // Nobody knows of it: what was begun is removed at once, or by the job.
            let _ = app.objects.abort(&row.key, &upload_id).await;
            forget(app, row.id, &upload_id).await?;
            return Err(error);
        }
    };
    removal::remove_of(app, FilesOf::Item, video.id).await;
    let upload = Upload { upload_id, expires_ms, ..row };
    let parts = page_of_parts(app, &upload, &[], Window::of_page(1, PAGE_PARTS), origin);
    Ok((video.clone(), UploadParts { video: video.id, upload, parts }))
}

/// Writes down that an upload begins. Fails if the caller may not, if the file is too large, or if they have begun too many.
async fn announce(app: &School, caller: &Caller, place: &FilePlace, file: &NewFile) -> Result<Upload> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let course = match place {
        FilePlace::NewVideo { unit, .. } => outline::unit_by_id(&mut tx, *unit).await?.course,
        FilePlace::VideoOf { id, .. } => outline::find_video(&mut tx, *id).await?.course,
    };
    rights::find_taught_course(&mut tx, caller, course).await?;
    must_be_acceptable(app, file)?;
    // Of two uploads that a person begins at once, the second finds the first.
    tx.hold(HeldTable::People, caller.id).await?;
    must_not_be_many(app, &mut tx, caller, now_ms).await?;
    let random: String = random_bytes::<16>().iter().map(|byte| format!("{byte:02x}")).collect();
    let sql = "insert into uploads (created_ms, updated_ms, key, file_name, content_type, bytes, part_bytes, parts,
            status, by_person, expires_ms)
        values ($1, $1, $2, $3, $4, $5, $6, $7, 'OPEN', $8, $9)
        returning id, key, upload_id, file_name, content_type, bytes, part_bytes, parts, status, expires_ms, refusal,
            starts_late";
    let args = args![
        now_ms,
        format!("videos/{course}/{random}.mp4"),
        &file.name,
        file.content_type.as_deref().unwrap_or("video/mp4"),
        file.bytes,
        PART_BYTES,
        (file.bytes + PART_BYTES - 1) / PART_BYTES,
        caller.id,
        now_ms + ANNOUNCED_MS
    ];
    let upload = tx.one(sql, args).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(upload)
}

fn must_be_acceptable(app: &School, file: &NewFile) -> Result<()> {
    let most_mb = app.config.bounds.video_max_mb;
    if file.bytes > most_mb * MIB {
        return Err(Error::bad(Field::FileSize, format!("at most {most_mb} MiB")));
    }
    // Browsers guess the type from the ending of the name. Only a type that is no video for sure is refused before it is sent.
    let kind = file.content_type.as_deref().unwrap_or_default();
    let may_be_one = kind.is_empty() || kind.starts_with("video/") || kind == "application/octet-stream";
    if may_be_one { Ok(()) } else { Err(Error::VideoRefused { why: VideoFault::NotMp4 }) }
}

/// Fails if a person has begun as many uploads in the last hour as they may, or has as many open. Those that the store did not
/// begin are counted as steps only: they cost a row, and a question to the store.
async fn must_not_be_many(app: &School, tx: &mut Tx, caller: &Caller, now_ms: i64) -> Result<()> {
    let bounds = &app.config.bounds;
    let earliest: Option<(i64,)> =
        tx.maybe(BEGUN_BEFORE, args![caller.id, now_ms - HOUR_MS, bounds.uploads_per_hour - 1]).await?;
    let most = i64::from(bounds.upload_steps_per_hour);
    let announced: Option<(i64,)> = tx.maybe(ANNOUNCED_BEFORE, args![caller.id, now_ms - HOUR_MS, most - 1]).await?;
    let of_hour_ms = earliest.max(announced).map(|(begun_ms,)| begun_ms + HOUR_MS);
    let first_end: Option<(i64,)> =
        tx.maybe(FIRST_END_OF_OPEN, args![caller.id, now_ms - OPEN_MS, now_ms, bounds.uploads_open]).await?;
    let of_open_ms = first_end.map(|(ends_ms,)| ends_ms);
    let Some(until_ms) = of_hour_ms.max(of_open_ms) else { return Ok(()) };
    Err(Error::TooManyUploads { retry_after_s: (until_ms - now_ms).unsigned_abs().div_ceil(1_000) })
}

const BEGUN_BEFORE: &str = "select created_ms from uploads where by_person = $1 and created_ms > $2
    and not (status = 'ABORTED' and upload_id = '') order by created_ms desc limit 1 offset $3";
const ANNOUNCED_BEFORE: &str = "select created_ms from uploads where by_person = $1 and created_ms > $2
    order by created_ms desc limit 1 offset $3";
/// The end of the open upload that ends first, if a person has so many open ones.
const FIRST_END_OF_OPEN: &str = "select min(expires_ms) from uploads where by_person = $1 and created_ms > $2
    and status = 'OPEN' and expires_ms > $3 having count(*) >= $4";

/// Gives an upload that the store has begun to its video, which is made if it is new. Returns the video, and the end of the upload.
async fn attach(
    app: &School,
    caller: &Caller,
    place: FilePlace,
    upload: &Upload,
    upload_id: &str,
) -> Result<(Item, i64)> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let (video, due) = match place {
        FilePlace::NewVideo { unit, title, first } => {
            tx.hold(HeldTable::Units, unit).await?;
            let course = outline::unit_by_id(&mut tx, unit).await?.course;
            rights::find_taught_course(&mut tx, caller, course).await?;
            let is_wanted = first.required.unwrap_or(true);
            let first = ItemChanges { required: Some(false), ..first };
            let new = NewItem { kind: ItemKind::Video, title, first };
            let id = outline::insert_item(&mut tx, unit, new, now_ms).await?;
            tx.run("update items set required_with_file = $2 where id = $1", args![id, is_wanted]).await?;
            (outline::item_by_id(&mut tx, id).await?, Vec::new())
        }
        FilePlace::VideoOf { id, changes } => {
            let changed = outline::change_held_item(app, &mut tx, caller, id, changes).await?;
            removal::give_up_open(&mut tx, id, now_ms).await?;
            changed
        }
    };
    let sql = "update uploads set item = $2, upload_id = $3, expires_ms = created_ms + $5
        where id = $1 and status = 'OPEN' and expires_ms > $4 returning expires_ms";
    let lengthened: Option<(i64,)> = tx.maybe(sql, args![upload.id, video.id, upload_id, now_ms, OPEN_MS]).await?;
    let (expires_ms,) = lengthened.ok_or(Error::UploadOver)?;
    app.commit(tx, due).await?;
    Ok((video, expires_ms))
}

/// Marks that nothing came of an upload that was announced. The store may have begun it also without an answer, so the job looks.
async fn forget(app: &School, id: i64, upload_id: &str) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql =
        "update uploads set status = 'ABORTED', upload_id = $3, updated_ms = $2 where id = $1 and status = 'OPEN'";
    tx.run(sql, args![id, app.now_ms(), upload_id]).await?;
    app.commit(tx, Vec::new()).await
}

/// Returns the open upload of a video with a page of its parts, to its staff: where those that are missing are sent, and which
/// have arrived. By this an upload goes on after a reload, and gets new URLs.
pub async fn view(app: &School, caller: &Caller, video: i64, window: Window, origin: &str) -> Result<UploadParts> {
    let upload = find_open(app, caller, video).await?;
    take_step(app, caller)?;
    let arrived = arrived(app, &upload).await?.ok_or(AWAY)?;
    let parts = page_of_parts(app, &upload, &arrived, window, origin);
    Ok(UploadParts { video, upload, parts })
}

/// Counts a step for which the store is asked. Fails if the person has taken too many.
pub(super) fn take_step(app: &School, caller: &Caller) -> Result<()> {
    let steps = Attempts::UploadStepsOf { person: caller.id, most: app.config.bounds.upload_steps_per_hour };
    app.failures.take_for_good(&steps, app.now_ms())
}

/// Returns the parts that have arrived in the size that they must have. Others count as missing: they are sent again. `None` if
/// the store knows no such upload.
pub(super) async fn arrived(app: &School, upload: &Upload) -> Result<Option<Vec<StoredPart>>> {
    let most = u16::try_from(upload.parts).unwrap_or(u16::MAX);
    let parts = app.objects.parts(&upload.key, &upload.upload_id, most).await?;
    let is_announced = |part: &StoredPart| {
        let number = i64::from(part.number);
        number <= upload.parts && i64::try_from(part.bytes) == Ok(upload.bytes_of(number))
    };
    Ok(parts.map(|parts| parts.into_iter().filter(is_announced).collect()))
}

/// Gives up the open upload of a video.
pub async fn give_up(app: &School, caller: &Caller, video: i64) -> Result<()> {
    find_open(app, caller, video).await?;
    let mut tx = app.db.begin().await?;
    removal::give_up_open(&mut tx, video, app.now_ms()).await?;
    app.commit(tx, Vec::new()).await?;
    removal::remove_of(app, FilesOf::Item, video).await;
    Ok(())
}

async fn find_open(app: &School, caller: &Caller, video: i64) -> Result<Upload> {
    let mut tx = app.db.read().await?;
    let item = outline::find_video(&mut tx, video).await?;
    rights::find_taught_course(&mut tx, caller, item.course).await?;
    let sql = format!("{UPLOAD} where item = $1 and status = 'OPEN' and expires_ms > $2");
    tx.maybe(sql, args![video, app.now_ms()]).await?.ok_or(Error::NotFound(Noun::Upload))
}

fn page_of_parts(
    app: &School,
    upload: &Upload,
    arrived: &[StoredPart],
    window: Window,
    origin: &str,
) -> Page<PartPlace> {
    let now_ms = app.now_ms();
    // No URL of a part outlives its upload.
    let for_s = (PART_URL_MS.min(upload.expires_ms - now_ms) / SECOND_MS).max(1);
    let place = |number: i64| {
        let (part, bytes) = (u16::try_from(number).ok()?, upload.bytes_of(number));
        let to_send =
            PartToSend { key: &upload.key, upload: &upload.upload_id, number: part, bytes: bytes.unsigned_abs() };
        let url = app.objects.part_url(to_send, u32::try_from(for_s).ok()?, now_ms, origin);
        let tag = arrived.iter().find(|stored| stored.number == part).map(|stored| stored.tag.clone());
        Some(PartPlace { number, bytes, url, tag })
    };
    let first = window.offset.min(upload.parts) + 1;
    let last = (first - 1 + window.limit).min(upload.parts);
    Page { window, rows: (first..=last).filter_map(place).collect(), total: upload.parts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_uploads_of_a_person_are_counted_by_their_index() {
        for sql in [BEGUN_BEFORE, ANNOUNCED_BEFORE, FIRST_END_OF_OPEN] {
            let plan = sqlite_plan(&sql.replace('$', "")).await;
            assert!(plan.len() == 1 && plan[0].contains("uploads_person (by_person=? AND created_ms>?)"), "{plan:?}");
        }
        let plan = sqlite_plan(&format!("{UPLOAD} where item = 1 and status = 'OPEN' and expires_ms > 5")).await;
        assert!(plan.iter().any(|line| line.contains("uploads_open_of_item")), "{plan:?}");
    }
}
