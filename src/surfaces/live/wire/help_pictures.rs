//! Pictures of the learner's screen, which calls for help carry.

use super::pictures::{PictureMarkSent, PictureMarkShown};
use crate::school::help::picture_rows::CallPicture;
use crate::school::help::pictures::MarkedPicture;
use crate::surfaces::keys::*;

fn url(file: &str) -> String {
    format!("/api/help/pictures/{file}")
}

answer! {
    /// The picture of a call. Its files are read with a token.
    #[schema(example = json!({"picture": "9f3c0a5d7be14e2f8a61c04d5e7f9b12", "url": "/api/help/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12.jpg",
        "small_url": "/api/help/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12-small.jpg", "width": 720, "height": 1600, "marks": []}))]
    pub struct HelpPicture from CallPicture as p {
        /// The name by which it is sent back
        picture: String = p.stored.name.clone(),
        url: String = url(&p.stored.file()),
        small_url: String = url(&p.stored.small_file()),
        width: i64 = p.stored.width,
        height: i64 = p.stored.height,
        /// The marks with which it was sent back; empty until then
        marks: Vec<PictureMarkShown> = each(p.marks),
    }

    pub struct HelpPictureTaken from CallPicture as p {
        picture: HelpPicture = p.into(),
    }
}

body! {
    #[schema(example = json!({"picture": null, "marks": [{"kind": "RING", "x": 0.42, "y": 0.81, "size": 0.12, "label": "여기"}],
        "help_content": "동그라미 안을 눌러 보세요"}))]
    pub struct SendBack for MarkedPicture;
    needed {
        marks: BoundedList<PictureMarkSent, 1, 12> => marks,
    }
    optional {
        /// The picture that was marked. If the call has another one by now, nothing is sent (404)
        picture: Option<PictureName> => picture,
        help_content: Option<Prose> => content,
    }
}
