//! Pictures of steps, with the marks in them.

use serde::Deserializer;
use serde::de::Error;

use crate::school::pictures::{MarkShape, NamedPicture, PictureMark, StepPicture, StoredPicture};
use crate::surfaces::body::sent;
use crate::surfaces::keys::*;

fn url(file: &str) -> String {
    format!("/pictures/{file}")
}

answer! {
    #[schema(example = json!({"picture": "9f3c0a5d7be14e2f8a61c04d5e7f9b12", "url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12.jpg",
        "small_url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12-small.jpg", "width": 720, "height": 1600}))]
    pub struct PictureTaken from StoredPicture as p {
        /// The name by which steps name it
        picture: String = p.name.clone(),
        url: String = url(&p.file()),
        small_url: String = url(&p.small_file()),
        width: i64 = p.width,
        height: i64 = p.height,
    }

    /// A picture of a step.
    #[schema(example = json!({"picture": "9f3c0a5d7be14e2f8a61c04d5e7f9b12", "url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12.jpg",
        "small_url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12-small.jpg", "width": 720, "height": 1600, "shown_on": "ALL",
        "alt": "홈 화면. 노란 카카오톡 그림이 아래에 있어요.", "marks": []}))]
    pub struct PictureShown from StepPicture as p {
        #[serde(flatten)]
        picture: PictureTaken = p.picture.into(),
        /// The phones for which it is: ALL, ANDROID, IPHONE, or a make
        shown_on: String = p.shown_on,
        /// Description of what there is to see; may be empty
        alt: String = p.alt,
        marks: Vec<PictureMarkShown> = each(p.marks),
    }

    /// A mark in a picture. Places are shares of the width and height, from 0 to 1.
    #[schema(example = json!({"kind": "RING", "x": 0.42, "y": 0.81, "to_x": null, "to_y": null, "size": 0.12, "number": null,
        "label": "여기"}))]
    pub struct PictureMarkShown from PictureMark as mark {
        /// RING, BOX, ARROW, SWIPE or NUMBER
        kind: &'static str = mark.kind.word(),
        x: f64 = mark.x,
        y: f64 = mark.y,
        to_x: Option<f64> = mark.to_x,
        to_y: Option<f64> = mark.to_y,
        size: Option<f64> = mark.size,
        number: Option<i64> = mark.number,
        label: Option<String> = mark.label,
    }
}

words!(pub enum MarkWord for MarkShape { Ring, Box, Arrow, Swipe, Number });

body! {
    #[schema(example = json!({"picture": "9f3c0a5d7be14e2f8a61c04d5e7f9b12", "shown_on": "ALL",
        "alt": "홈 화면. 노란 카카오톡 그림이 아래에 있어요.", "marks": [{"kind": "RING", "x": 0.42, "y": 0.81, "size": 0.12, "label": "여기"}]}))]
    pub struct PictureSent for NamedPicture;
    needed {
        /// The name that the upload has answered
        picture: PictureName => name,
    }
    optional {
        /// ALL when left out
        shown_on: Option<PhoneKind> => shown_on,
        alt: Option<PictureText> => alt = alt.plain().unwrap_or_default(),
        marks: Option<BoundedList<PictureMarkSent, 0, 12>> => marks = marks.plain().unwrap_or_default(),
    }
}

body! {
    /// A mark as it is sent, whatever its kind needs.
    #[schema(as = PictureMarkSent)]
    pub struct PictureMarkKeys for PictureMark;
    needed {
        kind: MarkWord => kind,
        x: UpTo<1> => x,
        y: UpTo<1> => y,
    }
    optional {
        /// The other end: of BOX, ARROW and SWIPE
        to_x: Option<UpTo<1>> => to_x,
        to_y: Option<UpTo<1>> => to_y,
        /// The radius as a share of the picture's width: of RING
        size: Option<AboveZero<1>> => size,
        /// The digit of NUMBER
        number: Option<Within<1, 9>> => number,
        label: Option<MarkLabel> => label,
    }
}

/// A mark that has what its kind needs. What another kind would need is dropped.
pub struct PictureMarkSent(PictureMark);

sent!(PictureMarkSent => PictureMark, |mark| mark.0);

impl<'de> Deserialize<'de> for PictureMarkSent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<PictureMarkSent, D::Error> {
        let mut mark: PictureMark = PictureMarkKeys::deserialize(deserializer)?.into();
        let (has_end, has_size, has_number) = match mark.kind {
            MarkShape::Ring => (false, true, false),
            MarkShape::Box | MarkShape::Arrow | MarkShape::Swipe => (true, false, false),
            MarkShape::Number => (false, false, true),
        };
        let needed = [
            ("to_x", has_end && mark.to_x.is_none()),
            ("to_y", has_end && mark.to_y.is_none()),
            ("size", has_size && mark.size.is_none()),
            ("number", has_number && mark.number.is_none()),
        ];
        if let Some((key, _)) = needed.into_iter().find(|(_, is_missing)| *is_missing) {
            return Err(D::Error::missing_field(key));
        }
        (mark.to_x, mark.to_y) = (mark.to_x.filter(|_| has_end), mark.to_y.filter(|_| has_end));
        (mark.size, mark.number) = (mark.size.filter(|_| has_size), mark.number.filter(|_| has_number));
        mark.label = mark.label.filter(|label| !label.is_empty());
        Ok(PictureMarkSent(mark))
    }
}

impl utoipa::__dev::ComposeSchema for PictureMarkSent {
    fn compose(
        parts: Vec<utoipa::openapi::RefOr<utoipa::openapi::Schema>>,
    ) -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        <PictureMarkKeys as utoipa::__dev::ComposeSchema>::compose(parts)
    }
}

impl ToSchema for PictureMarkSent {
    fn name() -> std::borrow::Cow<'static, str> {
        "PictureMarkSent".into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
        PictureMarkKeys::schemas(schemas);
    }
}
