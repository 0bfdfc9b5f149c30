//! The endpoints of the seed, each with what it answers here. Each part of the surface has its rows in its own file.

use std::collections::BTreeSet;

use super::{
    accounts, categories, certificates, dashboards, enrollments, missions, payments, programs, progress, seed, videos,
};
use crate::document::{document, operations};

#[derive(Debug)]
pub struct Row {
    /// The method and the path, as in the seed.
    pub heading: &'static str,
    /// The path here: the seed calls every id `pk` or `id`.
    pub path: &'static str,
    pub status: u16,
    pub answer: RowAnswer,
}

#[derive(Debug, Clone, Copy)]
pub enum RowAnswer {
    /// One of this entity.
    One(&'static str),
    /// A page of these entities.
    Page(&'static str),
    /// An object with these keys.
    Keys(&'static [&'static str]),
    /// A printed sheet.
    Pdf,
    /// No body.
    Nothing,
}

/// Makes a row of an endpoint whose path is that of the seed.
pub const fn row(heading: &'static str, status: u16, answer: RowAnswer) -> Row {
    let (_, path) = heading.split_at(first_slash(heading));
    Row { heading, path, status, answer }
}

/// Makes a row of an endpoint whose path is written in other words here.
pub const fn row_at(heading: &'static str, path: &'static str, status: u16, answer: RowAnswer) -> Row {
    Row { heading, path, status, answer }
}

const fn first_slash(heading: &str) -> usize {
    let mut at = 0;
    while heading.as_bytes()[at] != b'/' {
        at += 1;
    }
    at
}

impl Row {
    pub fn method(&self) -> &'static str {
        self.heading.split(' ').next().unwrap()
    }
}

pub fn rows() -> impl Iterator<Item = &'static Row> {
    [
        accounts::ROWS,
        categories::ROWS,
        dashboards::ROWS,
        enrollments::ROWS,
        missions::ROWS,
        payments::ROWS,
        programs::ROWS,
        videos::ROWS,
        progress::ROWS,
        certificates::ROWS,
    ]
    .into_iter()
    .flatten()
}

#[test]
fn every_endpoint_of_the_seed_has_a_row() {
    let here: Vec<&str> = rows().map(|row| row.heading).collect();
    let set: BTreeSet<&str> = here.iter().copied().collect();
    assert_eq!(set.len(), here.len(), "a heading stands twice");
    assert_eq!(set, seed::headings().iter().map(String::as_str).collect());
}

#[test]
fn every_row_is_in_the_document() {
    let document = document();
    let places: BTreeSet<String> = operations(&document).into_iter().map(|(place, _)| place).collect();
    for row in rows() {
        let place = format!("{} {}", row.method().to_lowercase(), row.path);
        assert!(places.contains(&place), "{place}");
    }
}
