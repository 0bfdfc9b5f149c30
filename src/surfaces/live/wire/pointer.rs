//! The finger of an instructor on the picture of a step. It has the same keys when it is sent and when it is shown.

use serde_json::json;

use crate::live::Frame;
use crate::surfaces::keys::*;

/// A place on a picture: shares of its width and of its height.
type Place = BoundedList<UpTo<1>, 2, 2>;

/// One place is a ring, several are a line, none takes away what is shown.
#[derive(Deserialize)]
pub struct Pointer {
    subtask_id: i64,
    picture: PictureName,
    points: BoundedList<Place, 0, 64>,
}

impl From<Pointer> for Frame {
    fn from(sent: Pointer) -> Frame {
        let Pointer { subtask_id, picture, points } = sent;
        let mut points = points.plain();
        // A phone shows no more than that, and each reader gets all digits.
        points.iter_mut().flatten().for_each(|share| *share = (*share * 10_000.0).round().abs() / 10_000.0);
        let data = json!({ "subtask_id": subtask_id, "picture": String::from(picture), "points": points });
        Frame::text(json!({ "type": "pointer", "data": data }).to_string())
    }
}
