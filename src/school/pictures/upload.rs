//! Taking a picture: its row comes first, then its files, and then the row says that they are there. What is left half done is
//! removed like a picture that nothing names.

use bytes::Bytes;

use super::on_step::{FOLDER, StoredPicture};
use super::reception::{Reception, ReceptionPlace, prepare};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::outside::pictures::PreparedPicture;
use crate::school::rights::{self, Caller};

pub const FILE_MAX_BYTES: usize = 10 << 20;
/// Pictures of a lecture that are in the store, whether a step names them or not.
pub(in crate::school) const OF_COURSE_MAX_PICTURES: i64 = 1_000;
const RECEIVED_AT_ONCE_MAX: usize = 3;
const WAITING_MAX_UPLOADS: usize = 32;
/// A page sends one after another; a person may have two pages.
const OF_PERSON_MAX_UPLOADS: usize = 2;

static RECEPTION: Reception = Reception::new(RECEIVED_AT_ONCE_MAX, WAITING_MAX_UPLOADS, OF_PERSON_MAX_UPLOADS);

/// A picture that may come, as one of a bounded number.
pub struct PictureUpload {
    app: School,
    /// `None` for a lecture that nobody sees yet.
    caller: Option<Caller>,
    course: i64,
    _place: Option<ReceptionPlace>,
}

/// Begins to take a picture for a lecture, before its file is read.
pub async fn begin(app: &School, caller: &Caller, course: i64) -> Result<PictureUpload> {
    caller.must_be_staff()?;
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    must_have_room(&mut tx, course).await?;
    drop(tx);
    Ok(PictureUpload {
        app: app.clone(),
        caller: Some(caller.clone()),
        course,
        _place: Some(RECEPTION.place(caller.id).await?),
    })
}

async fn must_have_room(tx: &mut Tx, course: i64) -> Result<()> {
    let sql = "select count(*) from pictures where course = $1 and status in ('OPEN', 'STORED')";
    let (count,): (i64,) = tx.one(sql, args![course]).await?;
    let most = OF_COURSE_MAX_PICTURES;
    if count < most { Ok(()) } else { Err(Error::TooManyPictures { most }) }
}

impl PictureUpload {
    /// Makes one whose place is among others. The right of the caller is asked for again before anything is stored.
    pub fn bounded_elsewhere(app: &School, caller: &Caller, course: i64) -> PictureUpload {
        PictureUpload { app: app.clone(), caller: Some(caller.clone()), course, _place: None }
    }

    /// Makes one for a lecture that is just being imported, and that nobody sees yet.
    pub(in crate::school) fn of_import(app: &School, course: i64) -> PictureUpload {
        PictureUpload { app: app.clone(), caller: None, course, _place: None }
    }

    /// Takes the file, and returns the picture once it is safe.
    pub async fn finish(self, file: Bytes) -> Result<StoredPicture> {
        let (picture, prepared) = prepare(file).await?;
        self.announce(&picture, &prepared).await?;
        let [large, small] = picture.keys(FOLDER);
        self.app.objects.put(&small, prepared.small).await?;
        self.app.objects.put(&large, prepared.large).await?;
        self.note_stored(&picture).await?;
        Ok(picture)
    }

    /// Writes the row of a picture whose files are about to be stored. Holds the lecture, so that two at once do not exceed its bound.
    async fn announce(&self, picture: &StoredPicture, prepared: &PreparedPicture) -> Result<()> {
        let mut tx = self.app.db.begin().await?;
        match &self.caller {
            Some(caller) => drop(rights::hold_led_course(&mut tx, caller, self.course).await?),
            None => tx.hold(HeldTable::Courses, self.course).await?,
        }
        must_have_room(&mut tx, self.course).await?;
        let sql = "insert into pictures (created_ms, updated_ms, unnamed_ms, course, name, kind, width, height, bytes, status)
            values ($1, $1, $1, $2, $3, $4, $5, $6, $7, 'OPEN')";
        let (name, kind) = (picture.name.as_str(), picture.kind.as_str());
        let bytes = (prepared.large.len() + prepared.small.len()) as i64;
        let args = args![self.app.now_ms(), self.course, name, kind, picture.width, picture.height, bytes];
        tx.run(sql, args).await?;
        self.app.commit(tx, Vec::new()).await
    }

    async fn note_stored(&self, picture: &StoredPicture) -> Result<()> {
        let mut tx = self.app.db.begin().await?;
        let sql = "update pictures set status = 'STORED', updated_ms = $2, unnamed_ms = $2 where name = $1 and status = 'OPEN'";
        let noted = tx.run(sql, args![picture.name.as_str(), self.app.now_ms()]).await?;
        if noted == 0 {
            return Err(Error::internal("a picture was removed before it was stored"));
        }
        self.app.commit(tx, Vec::new()).await
    }
}
