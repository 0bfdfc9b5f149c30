//! Pictures as a step has them, and how they are stored there.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::db::row;
use crate::event::words;

/// The stored form of a step without pictures.
pub const NONE: &str = "[]";

row! {
    /// A picture in the store.
    #[derive(Debug, Clone, Deserialize)]
    pub struct StoredPicture {
        pub name: String,
        /// The end of the names of its files: `jpg` or `png`.
        pub kind: String,
        pub width: i64,
        pub height: i64,
    }
}

impl StoredPicture {
    pub fn file(&self) -> String {
        format!("{}.{}", self.name, self.kind)
    }

    pub fn small_file(&self) -> String {
        format!("{}-small.{}", self.name, self.kind)
    }

    /// Returns the keys of its files in the store, the large one first.
    pub(in crate::school) fn keys(&self, folder: &str) -> [String; 2] {
        [self.file(), self.small_file()].map(|file| key(folder, &file))
    }
}

/// Folder of the pictures of steps in the store.
pub(super) const FOLDER: &str = "pictures";

/// Returns the key of a file of a picture in the store.
pub(in crate::school) fn key(folder: &str, file: &str) -> String {
    format!("{folder}/{file}")
}

/// A picture of a step.
#[derive(Debug, Clone, Deserialize)]
pub struct StepPicture {
    #[serde(flatten)]
    pub picture: StoredPicture,
    /// The phones for which it is: `ALL`, `ANDROID`, `IPHONE`, or a make.
    pub shown_on: String,
    /// Description in words of all that there is to see.
    pub alt: String,
    #[serde(deserialize_with = "known_marks")]
    pub marks: Vec<PictureMark>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarkShape {
    Ring,
    Box,
    Arrow,
    Swipe,
    Number,
}
words!(MarkShape { Ring = "RING", Box = "BOX", Arrow = "ARROW", Swipe = "SWIPE", Number = "NUMBER" });

/// A mark in a picture. Places are shares of its width and height, from 0 to 1.
#[derive(Debug, Clone, Deserialize)]
pub struct PictureMark {
    pub kind: MarkShape,
    pub x: f64,
    pub y: f64,
    pub to_x: Option<f64>,
    pub to_y: Option<f64>,
    /// The radius of a ring, as a share of the picture's width.
    pub size: Option<f64>,
    pub number: Option<i64>,
    pub label: Option<String>,
}

/// Reads the pictures of a step. What an older version stored is read for years; what a newer one stored and this one does not know
/// is left out.
pub fn of_json(stored: &str) -> Vec<StepPicture> {
    if stored == NONE {
        return Vec::new();
    }
    match serde_json::from_str(stored) {
        Ok(pictures) => known(pictures),
        Err(error) => {
            tracing::error!(%error, "the pictures of a step cannot be read");
            Vec::new()
        }
    }
}

fn known<T: DeserializeOwned>(stored: Vec<Value>) -> Vec<T> {
    let read = |value| {
        serde_json::from_value(value)
            .inspect_err(|error| tracing::warn!(%error, "a part of a step's pictures is unknown"))
    };
    stored.into_iter().filter_map(|value| read(value).ok()).collect()
}

fn known_marks<'de, D: Deserializer<'de>>(stored: D) -> Result<Vec<PictureMark>, D::Error> {
    Vec::deserialize(stored).map(known)
}

pub(in crate::school) fn to_json(pictures: &[StepPicture]) -> String {
    pictures.iter().map(picture_to_json).collect::<Value>().to_string()
}

fn picture_to_json(picture: &StepPicture) -> Value {
    let StepPicture { picture: stored, shown_on, alt, marks } = picture;
    let marks: Value = marks.iter().map(mark_to_json).collect();
    json!({ "name": stored.name, "kind": stored.kind, "width": stored.width, "height": stored.height,
        "shown_on": shown_on, "alt": alt, "marks": marks })
}

/// Reads the marks of a picture that is of no step.
pub fn marks_of_json(stored: &str) -> Vec<PictureMark> {
    if stored == NONE { Vec::new() } else { serde_json::from_str(stored).map(known).unwrap_or_default() }
}

pub fn marks_to_json(marks: &[PictureMark]) -> String {
    marks.iter().map(mark_to_json).collect::<Value>().to_string()
}

fn mark_to_json(mark: &PictureMark) -> Value {
    json!({ "kind": mark.kind.word(), "x": mark.x, "y": mark.y, "to_x": mark.to_x, "to_y": mark.to_y, "size": mark.size,
        "number": mark.number, "label": mark.label })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_that_a_newer_version_stored_takes_no_picture_with_it() {
        let stored = json!([
            { "name": "a", "kind": "png", "width": 2, "height": 3, "shown_on": "ALL", "alt": "", "later": 1, "marks": [
                { "kind": "CLOUD", "x": 0.1, "y": 0.1 }, { "kind": "RING", "x": 0.2, "y": 0.2, "size": 0.1 }] },
            { "address": "b" }
        ]);
        let read = of_json(&stored.to_string());
        let marks: Vec<f64> = read.iter().flat_map(|picture| &picture.marks).map(|mark| mark.x).collect();
        assert_eq!((read.len(), marks), (1, vec![0.2]));
        assert!(of_json("no JSON").is_empty());
    }
}
