//! A learner sends a picture of their screen with a call, and the staff of the session marks it and sends it back. Nobody else sees it.
//!
//! As with pictures of steps, the row comes first, then the files, and then the row says that they are there.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::answers::{AnsweredCall, HelpType, NewHelpAnswer, answered, give_answer, must_be_unresolved, must_see};
use super::picture_rows::{CallPicture, of_request};
use super::{HelpRequest, by_id, hold, is_open, must_assist};
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::{Error, Noun, Result};
use crate::event::{Event, NewEvent};
use crate::failures::Attempts;
use crate::outside::objects::READ_MAX_BYTES;
use crate::outside::pictures::PreparedPicture;
use crate::school::pictures::reception::{Reception, ReceptionPlace, prepare};
use crate::school::pictures::{PictureMark, ServedPicture, StoredPicture, key, marks_to_json, parted};
use crate::school::rights::Caller;
use crate::school::sessions::SessionStatus;

const RECEIVED_AT_ONCE_MAX: usize = 4;
const WAITING_MAX_UPLOADS: usize = 64;
/// Uploads of one person that wait or are received: more could keep the places from all others.
const OF_PERSON_MAX_UPLOADS: usize = 2;
const READ_AT_ONCE_MAX: usize = 16;
const READ_WITHIN: Duration = Duration::from_secs(5);
const RETRY_AFTER_S: u64 = 2;

/// Folder of these pictures in the store.
pub(super) const FOLDER: &str = "help-pictures";

/// Learners do not take the places of those who send pictures of steps, and these do not take theirs. Both share the memory for large
/// bodies and the two cores that decode.
static RECEPTION: Reception = Reception::new(RECEIVED_AT_ONCE_MAX, WAITING_MAX_UPLOADS, OF_PERSON_MAX_UPLOADS);
/// Files that are read at once. Nothing of them is kept, so that many askers must not take all places of the store.
static READ: Semaphore = Semaphore::const_new(READ_AT_ONCE_MAX);

/// A picture that may come with a call, as one of a bounded number.
pub struct CallPictureUpload {
    app: School,
    caller: Caller,
    request: i64,
    _place: ReceptionPlace,
}

/// Begins to take a picture for the caller's own call, before its file is read. Fails unless the call is open.
pub async fn begin(app: &School, caller: &Caller, request: i64) -> Result<CallPictureUpload> {
    let mut tx = app.db.read().await?;
    let call = by_id(&mut tx, request).await?;
    must_take_picture(&mut tx, caller, &call).await?;
    drop(tx);
    let place = RECEPTION.place(caller.id).await?;
    // A phone that found no place tries again, and nothing is counted.
    app.failures.take_for_good(&Attempts::HelpPicturesBy(caller.id), app.now_ms())?;
    Ok(CallPictureUpload { app: app.clone(), caller: caller.clone(), request, _place: place })
}

/// Fails unless the call is the caller's own and open, and its session is not over.
async fn must_take_picture(tx: &mut Tx, caller: &Caller, call: &HelpRequest) -> Result<()> {
    if call.person != caller.id {
        return Err(Error::NotFound(Noun::HelpRequest));
    }
    if !is_open(call) {
        return Err(Error::wrong_state(call.status.clone()));
    }
    let sql = "select (select s.status from live_sessions s where s.id = $2), p.deleted_ms is not null
        from people p where p.id = $1";
    let (session, is_erased): (Option<String>, bool) = tx.one(sql, args![caller.id, call.session]).await?;
    if is_erased {
        return Err(Error::NotFound(Noun::HelpRequest));
    }
    match session.filter(|status| status == SessionStatus::Review.word()) {
        Some(status) => Err(Error::wrong_state(status)),
        None => Ok(()),
    }
}

impl CallPictureUpload {
    /// Takes the file, and returns the picture once it is safe. It replaces the one that the call had.
    pub async fn finish(self, file: Bytes) -> Result<CallPicture> {
        let (stored, prepared) = prepare(file).await?;
        self.announce(&stored, &prepared).await?;
        let [large, small] = stored.keys(FOLDER);
        self.app.objects.put(&small, prepared.small).await?;
        self.app.objects.put(&large, prepared.large).await?;
        match self.note_stored(&stored).await {
            Err(error) if !error.is_outage() => {
                // The call was closed meanwhile. If this fails, the job removes it within the hour.
                self.give_up(&stored).await?;
                Err(error)
            }
            noted => noted.map(|()| CallPicture { stored, marks: Vec::new() }),
        }
    }

    async fn announce(&self, picture: &StoredPicture, prepared: &PreparedPicture) -> Result<()> {
        let mut tx = self.app.db.begin().await?;
        let call = hold(&mut tx, self.request).await?;
        must_take_picture(&mut tx, &self.caller, &call).await?;
        let sql = "insert into help_pictures (created_ms, request, name, kind, width, height, bytes, status)
            values ($1, $2, $3, $4, $5, $6, $7, 'OPEN')";
        let (name, kind) = (picture.name.as_str(), picture.kind.as_str());
        let bytes = (prepared.large.len() + prepared.small.len()) as i64;
        let args = args![self.app.now_ms(), self.request, name, kind, picture.width, picture.height, bytes];
        tx.run(sql, args).await?;
        self.app.commit(tx, Vec::new()).await
    }

    /// Lets the picture be the one of the call, and tells the staff. Whether the call may have one is asked again: it may have been
    /// closed, removed or merged meanwhile.
    async fn note_stored(&self, picture: &StoredPicture) -> Result<()> {
        let mut tx = self.app.db.begin().await?;
        let call = hold(&mut tx, self.request).await?;
        must_take_picture(&mut tx, &self.caller, &call).await?;
        let sql = "update help_pictures set status = 'REMOVED' where request = $1 and status = 'STORED'";
        tx.run(sql, args![self.request]).await?;
        let sql = "update help_pictures set status = 'STORED' where name = $1 and status = 'OPEN'";
        if tx.run(sql, args![picture.name.as_str()]).await? == 0 {
            return Err(Error::internal("a picture was removed before it was stored"));
        }
        let event = Event::HelpPicture { person: call.person, item: call.item, request: call.id };
        let event = NewEvent { session: call.session, course: call.course, at_ms: self.app.now_ms(), event };
        self.app.commit(tx, vec![event]).await
    }

    async fn give_up(&self, picture: &StoredPicture) -> Result<()> {
        let mut tx = self.app.db.begin().await?;
        let sql = "update help_pictures set status = 'REMOVED' where name = $1 and status = 'OPEN'";
        tx.run(sql, args![picture.name.as_str()]).await?;
        self.app.commit(tx, Vec::new()).await
    }
}

/// Reads a file of a picture, for the learner who sent it and for the staff. To anyone else there is no such picture. Its name is
/// none that a browser may keep, so that nothing of it stays in the memory of this node either.
pub async fn read(app: &School, caller: &Caller, file: &str) -> Result<ServedPicture> {
    let unknown = || Error::NotFound(Noun::Picture);
    let (name, kind) = parted(file).ok_or_else(unknown)?;
    let mut tx = app.db.read().await?;
    let sql = "select request from help_pictures where name = $1 and kind = $2 and status = 'STORED'";
    let (request,): (i64,) = tx.maybe(sql, args![name, kind]).await?.ok_or_else(unknown)?;
    let call = by_id(&mut tx, request).await?;
    must_see(&mut tx, caller, &call).await.map_err(|error| error.instead_of(Noun::Picture))?;
    drop(tx);
    let busy = |_| Error::Busy { retry_after_s: RETRY_AFTER_S };
    let _one_of_few = timeout(READ_WITHIN, READ.acquire()).await.map_err(busy)?.map_err(Error::internal)?;
    let bytes = app.objects.read(&key(FOLDER, file), 0, READ_MAX_BYTES).await;
    let bytes = bytes.map_err(|error| error.instead_of(Noun::Picture))?;
    Ok(ServedPicture { bytes, is_png: kind == "png" })
}

/// Marks in the picture of a call, and what is said with them.
pub struct MarkedPicture {
    /// The name of the picture that was marked, if it is known. The learner may have sent another one meanwhile.
    pub picture: Option<String>,
    pub marks: Vec<PictureMark>,
    pub content: Option<String>,
}

/// Sends the picture of a call back to its learner, with these marks, as an answer to the call. Fails if the call has no picture, or is
/// resolved or withdrawn.
pub async fn send_back(app: &School, caller: &Caller, id: i64, marked: MarkedPicture) -> Result<AnsweredCall> {
    let MarkedPicture { picture: name, marks, content } = marked;
    let mut tx = app.db.begin().await?;
    let request = hold(&mut tx, id).await?;
    must_assist(&mut tx, caller, &request).await?;
    must_be_unresolved(&request)?;
    let picture = of_request(&mut tx, id).await?;
    let picture = picture.filter(|found| name.is_none_or(|name| name == found.stored.name));
    let mut picture = picture.ok_or(Error::NotFound(Noun::Picture))?;
    let sql = "update help_pictures set marks = $2 where request = $1 and status = 'STORED'";
    if tx.run(sql, args![id, marks_to_json(&marks)]).await? == 0 {
        return Err(Error::NotFound(Noun::Picture));
    }
    picture.marks = marks;
    let answer = NewHelpAnswer { help_type: HelpType::Text, content: content.unwrap_or_default(), voice: None };
    let events = give_answer(&mut tx, &request, Some(caller.id), &answer, Some(&picture), app.now_ms()).await?;
    let call = answered(&mut tx, id).await?;
    app.commit(tx, events).await?;
    Ok(call)
}
