//! The end of an upload: its parts become one file, which is looked at, and then it is the file of the video.

use bytes::Bytes;

use crate::app::School;
use crate::db::{HeldTable, args};
use crate::error::{Error, Noun, Result, VideoFault};
use crate::outside::mp4::{self, VideoFacts};
use crate::school::outline::{self, Item};
use crate::school::rights::{self, Caller};
use crate::school::videos::removal::{self, FilesOf};
use crate::school::videos::uploads::{self, UPLOAD, Upload};

/// The parts of an upload, as their sender has counted them.
pub struct SentParts {
    pub video: i64,
    pub upload_id: String,
    pub key: String,
    pub parts: Vec<SentPart>,
}

pub struct SentPart {
    pub number: i64,
    /// Perhaps in quotes, as the store tells it.
    pub tag: String,
}

pub struct CompletedVideo {
    pub video: Item,
    /// Browsers must look for the index of the file at its end before it plays.
    pub starts_late: bool,
}

/// Completes an upload. Fails if parts are missing, or are not those that were sent; it may then go on. A file that browsers do
/// not play is refused and removed. Said again, it answers as before.
pub async fn complete(app: &School, caller: &Caller, sent: SentParts) -> Result<CompletedVideo> {
    let upload = find_upload(app, caller, &sent).await?;
    if upload.status == "OPEN" {
        if upload.expires_ms <= app.now_ms() {
            return Err(Error::UploadOver);
        }
        uploads::take_step(app, caller)?;
        let bytes = assemble(app, &upload, sent.parts).await?;
        let judged = judge(app, &upload, bytes).await?;
        settle(app, sent.video, upload.id, judged).await?;
        removal::remove_of(app, FilesOf::Item, sent.video).await;
    }
    outcome(app, caller, sent.video, upload.id).await
}

async fn find_upload(app: &School, caller: &Caller, sent: &SentParts) -> Result<Upload> {
    let mut tx = app.db.read().await?;
    let video = outline::find_video(&mut tx, sent.video).await?;
    rights::find_taught_course(&mut tx, caller, video.course).await?;
    let sql = format!("{UPLOAD} where item = $1 and upload_id = $2 and key = $3");
    let found = tx.maybe(sql, args![sent.video, &sent.upload_id, &sent.key]).await?;
    found.ok_or(Error::NotFound(Noun::Upload))
}

/// Makes one file of the parts, and returns its size. A call before this one may have come so far, and not further.
async fn assemble(app: &School, upload: &Upload, sent: Vec<SentPart>) -> Result<u64> {
    let arrived = uploads::arrived(app, upload).await?;
    let missing = if arrived.is_some() { Error::UploadIncomplete } else { uploads::AWAY };
    let arrived = arrived.unwrap_or_default();
    if arrived.len() as i64 != upload.parts {
        return assembled_bytes(app, upload, missing).await;
    }
    let mut tags: Vec<(i64, &str)> = sent.iter().map(|part| (part.number, part.tag.trim_matches('"'))).collect();
    tags.sort_unstable();
    if !tags.iter().copied().eq(arrived.iter().map(|part| (i64::from(part.number), part.tag.as_str()))) {
        return Err(Error::UploadIncomplete);
    }
    let tags: Vec<(u16, String)> = arrived.into_iter().map(|part| (part.number, part.tag)).collect();
    match app.objects.complete(&upload.key, &upload.upload_id, &tags).await {
        Ok(()) | Err(Error::NotFound(_)) => assembled_bytes(app, upload, uploads::AWAY).await,
        Err(error) => Err(error),
    }
}

async fn assembled_bytes(app: &School, upload: &Upload, otherwise: Error) -> Result<u64> {
    app.objects.bytes(&upload.key).await?.ok_or(otherwise)
}

/// Looks at the file that came: its size, and whether browsers play it.
async fn judge(app: &School, upload: &Upload, bytes: u64) -> Result<Result<VideoFacts, VideoFault>> {
    if i64::try_from(bytes) != Ok(upload.bytes) {
        return Ok(Err(VideoFault::Size));
    }
    mp4::inspect(bytes, |from, bytes| read(app, &upload.key, from, bytes)).await
}

/// Reads a piece that the file has. A store that gives less than it has says nothing about the film.
async fn read(app: &School, key: &str, from: u64, bytes: usize) -> Result<Bytes> {
    let piece = app.objects.read(key, from, bytes).await?;
    if piece.len() == bytes { Ok(piece) } else { Err(uploads::AWAY) }
}

/// Writes down what the file is, once: whoever completes or gives up the same upload at the same moment waits for this.
async fn settle(app: &School, video: i64, upload: i64, judged: Result<VideoFacts, VideoFault>) -> Result<()> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Items, video).await?;
    let of_video = "item = $1 and status in ('OPEN', 'COMPLETED')";
    tx.hold_where(HeldTable::Uploads, of_video, args![video]).await?;
    let found: Upload = tx.one(format!("{UPLOAD} where id = $1"), args![upload]).await?;
    if found.status != "OPEN" {
        // Given up while the store was making the file: it may have come after its removal.
        let sql = "update uploads set in_store = true, removal_ms = $2
            where id = $1 and status in ('REFUSED', 'ABORTED', 'DELETED')";
        tx.run(sql, args![upload, now_ms]).await?;
        return app.commit(tx, Vec::new()).await;
    }
    let mut due = Vec::new();
    let now = outline::item_by_id(&mut tx, video).await?;
    match judged {
        Ok(VideoFacts { seconds, starts_late }) => {
            removal::give_up_complete(&mut tx, video, now_ms).await?;
            let sql = "update uploads set status = 'COMPLETED', starts_late = $2, updated_ms = $3 where id = $1";
            tx.run(sql, args![upload, starts_late, now_ms]).await?;
            let sql =
                "update items set object = $2, url = null, seconds = $3, required = coalesce(required_with_file, required),
                required_with_file = null, updated_ms = $4 where id = $1";
            tx.run(sql, args![video, &found.key, seconds, now_ms]).await?;
            tx.run(outline::FORGET_PLAYED, args![video]).await?;
            if now.required_with_file == Some(true) {
                due = outline::items_changed(app, now.course);
            }
        }
        Err(fault) => {
            let sql = "update uploads set status = 'REFUSED', refusal = $2, updated_ms = $3 where id = $1";
            tx.run(sql, args![upload, fault.word(), now_ms]).await?;
        }
    }
    app.commit(tx, due).await
}

/// Returns what has become of an upload.
async fn outcome(app: &School, caller: &Caller, video: i64, upload: i64) -> Result<CompletedVideo> {
    let mut tx = app.db.read().await?;
    let video = outline::find_video(&mut tx, video).await?;
    rights::find_taught_course(&mut tx, caller, video.course).await?;
    let upload: Upload = tx.one(format!("{UPLOAD} where id = $1"), args![upload]).await?;
    match (upload.status.as_str(), upload.refusal.as_deref().and_then(VideoFault::of_word)) {
        ("COMPLETED", _) => Ok(CompletedVideo { video, starts_late: upload.starts_late }),
        ("REFUSED", Some(why)) => Err(Error::VideoRefused { why }),
        _ => Err(Error::UploadOver),
    }
}
