//! Pages of a PDF, one line each.

use super::pictures::PictureTaken;
use crate::school::slides::{Slide, TakenSlide};
use crate::surfaces::keys::*;
use crate::surfaces::live::refusal::{Refusal, RefusalBody};

answer! {
    /// A page of a PDF: its texts and its picture, or why it has none.
    #[schema(example = json!({"page": 1, "of": 12, "left_out": 0, "title": "사진 보내기", "text": "1. 노란 그림을 누르세요.\n2. 사진을 고르세요.",
        "picture": {"picture": "9f3c0a5d7be14e2f8a61c04d5e7f9b12", "url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12.png",
        "small_url": "/pictures/9f3c0a5d7be14e2f8a61c04d5e7f9b12-small.png", "width": 1600, "height": 900}}))]
    pub struct SlideShown from Slide as slide
        let (taken, error) = match slide.taken {
            Ok(taken) => (Some(taken), None),
            Err(error) => (None, Some(Refusal::from(&error).error)),
        };
        let (title, text, picture) = match taken {
            Some(TakenSlide { title, text, picture }) => (Some(title), Some(text), Some(picture)),
            None => (None, None, None),
        };
    {
        /// From 1 on
        page: usize = slide.page,
        /// The pages that are taken, the last blank ones too
        of: usize = slide.of,
        /// Pages after the first 150, which are not taken
        left_out: usize = slide.left_out,
        /// The line in the largest letters near the top, which may be empty
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String> = title,
        /// The other lines, which may be none
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<String> = text,
        /// As an upload answers it
        #[serde(skip_serializing_if = "Option::is_none")]
        picture: Option<PictureTaken> = picture.map(PictureTaken::from),
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<RefusalBody> = error,
    }
}
