//! The contents of a printed handout.

use bytes::Bytes;

/// The facts of a handout. There is nothing in them that its reader must not see: no right answer, and no note of the instructor.
pub struct HandoutFacts {
    /// The title of the lecture.
    pub title: String,
    pub school: Option<String>,
    /// The address at which its reader goes through the steps again.
    pub review_url: String,
    /// The tag of the language of the words.
    pub language: &'static str,
    pub words: HandoutWords,
    pub steps: Vec<HandoutStep>,
}

/// The words that stand on every handout.
#[derive(Clone, Copy)]
pub struct HandoutWords {
    pub handout: &'static str,
    pub review: &'static str,
    /// Explanation of the way to the review.
    pub how: &'static str,
    pub question: &'static str,
    pub answer: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
}

pub struct HandoutStep {
    pub title: String,
    pub guide: String,
    pub picture: Option<HandoutPicture>,
    pub question: Option<HandoutQuestion>,
}

pub struct HandoutPicture {
    /// `None` if the file is lost: then the description is printed.
    pub content: Option<PrintedPicture>,
    pub description: String,
    /// The size in pixels of the picture in which the marks are.
    pub width: f32,
    pub height: f32,
    pub marks: Vec<HandoutMark>,
}

/// The file of a picture.
pub struct PrintedPicture {
    pub bytes: Bytes,
    pub is_png: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrintedShape {
    Ring,
    Box,
    Arrow,
    Swipe,
    Number,
}

/// A mark in a picture. Places are shares of its width and height, from 0 to 1.
pub struct HandoutMark {
    pub shape: PrintedShape,
    pub from: (f32, f32),
    /// The other end of a box, an arrow or a swipe.
    pub to: (f32, f32),
    /// The radius of a ring, as a share of the width.
    pub size: Option<f32>,
    pub number: Option<i64>,
    pub label: String,
}

pub struct HandoutQuestion {
    pub text: String,
    pub answers: PrintedAnswers,
}

pub enum PrintedAnswers {
    Options(Vec<HandoutOption>),
    YesNo,
    /// A line to write a number on. The unit may be empty.
    Number {
        unit: String,
    },
}

pub struct HandoutOption {
    pub text: String,
    pub picture: Option<PrintedPicture>,
}
