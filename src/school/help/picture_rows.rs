//! Pictures of the learner's screen that calls for help carry, as the database has them. A call has one at a time.

use std::collections::BTreeMap;

use crate::db::{Tx, args, placeholders, row};
use crate::error::Result;
use crate::event::AnswerPicture;
use crate::school::pictures::{PictureMark, StoredPicture, marks_of_json, marks_to_json};

/// The picture of a call, with the marks with which staff sent it back.
#[derive(Debug, Clone)]
pub struct CallPicture {
    pub stored: StoredPicture,
    pub marks: Vec<PictureMark>,
}

impl CallPicture {
    /// Returns it as an answer shows it. A picture that nobody has marked yet is in no answer.
    pub(super) fn in_answer(&self) -> Option<AnswerPicture> {
        let StoredPicture { name, kind, width, height } = self.stored.clone();
        let marks = marks_to_json(&self.marks);
        (!self.marks.is_empty()).then_some(AnswerPicture { name, kind, width, height, marks })
    }
}

impl From<AnswerPicture> for CallPicture {
    fn from(shown: AnswerPicture) -> CallPicture {
        let AnswerPicture { name, kind, width, height, marks } = shown;
        CallPicture { stored: StoredPicture { name, kind, width, height }, marks: marks_of_json(&marks) }
    }
}

row! {
    struct PictureRow {
        request: i64,
        name: String,
        kind: String,
        width: i64,
        height: i64,
        marks: String,
    }
}

/// Returns the pictures of these calls, by the call.
pub(in crate::school) async fn of_requests(tx: &mut Tx, requests: &[i64]) -> Result<BTreeMap<i64, CallPicture>> {
    if requests.is_empty() {
        return Ok(BTreeMap::new());
    }
    let (marks, ids) = placeholders(requests, 1);
    let sql = format!(
        "select request, name, kind, width, height, marks from help_pictures
        where request in ({marks}) and status = 'STORED'"
    );
    let found: Vec<PictureRow> = tx.all(sql, ids).await?;
    let of_row = |PictureRow { request, name, kind, width, height, marks }| {
        let stored = StoredPicture { name, kind, width, height };
        (request, CallPicture { stored, marks: marks_of_json(&marks) })
    };
    Ok(found.into_iter().map(of_row).collect())
}

pub(super) async fn of_request(tx: &mut Tx, request: i64) -> Result<Option<CallPicture>> {
    Ok(of_requests(tx, &[request]).await?.remove(&request))
}

/// Lets the pictures of these calls be removed. From now on nobody sees them; their files go with the next run of the job. One that
/// is just being sent is not stored any more, since its call is closed.
pub(super) async fn discard(tx: &mut Tx, requests: &[i64]) -> Result<()> {
    let (marks, ids) = placeholders(requests, 1);
    let sql = format!(
        "update help_pictures set status = 'REMOVED', marks = '[]' where request in ({marks}) and status = 'STORED'"
    );
    tx.run(sql, ids).await.map(drop)
}

/// Lets all pictures of a person be removed: those of a session, or of all sessions. Of those that are on their way out already, the
/// marks go at once, too.
pub(in crate::school) async fn discard_all_of(tx: &mut Tx, person: i64, session: Option<i64>) -> Result<()> {
    let sql = "update help_pictures set status = 'REMOVED', marks = '[]' where status <> 'OPEN'
        and request in (select id from help_requests where person = $1 and ($2 is null or session = $2))";
    tx.run(sql, args![person, session]).await.map(drop)
}
