//! The capabilities of a school: one file or folder each, with its structs, its SQL and its verbs. Knows no HTTP and no
//! JSON dialect.

pub mod activity;
pub mod assessments;
pub mod attendance;
pub mod certificates;
pub mod class_questions;
pub mod classes;
pub mod completions;
pub mod courses;
pub mod dashboards;
pub mod enrollment;
pub mod grades;
pub mod help;
pub mod insight;
pub mod lesson_files;
pub mod logins;
pub mod names;
pub mod nodes;
pub mod notifications;
pub mod once;
pub mod outline;
pub mod paths;
pub mod payments;
pub mod people;
pub mod pictures;
pub mod progress;
pub mod records;
pub mod renderer;
pub mod rights;
pub mod sessions;
pub mod setup;
pub mod skills;
pub mod slides;
pub mod step_questions;
pub mod stored_objects;
pub mod stuck;
pub mod submissions;
pub mod videos;

use crate::error::{Error, Result};

/// One page of a list: its position, its rows, and the number of rows on all pages.
pub struct Page<T> {
    pub window: Window,
    pub rows: Vec<T>,
    pub total: i64,
}

impl<T> Page<T> {
    /// Fails if the page stands behind the last one. The first page exists always.
    pub fn must_exist(self) -> Result<Page<T>> {
        let is_behind = self.window.offset > 0 && self.window.offset >= self.total;
        if is_behind { Err(Error::NoSuchPage) } else { Ok(self) }
    }

    /// Changes each row, and keeps the place of the page in the list.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page { window: self.window, rows: self.rows.into_iter().map(change).collect(), total: self.total }
    }
}

/// The position of a page: `limit` rows after the first `offset`.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    pub limit: i64,
    pub offset: i64,
}

impl Window {
    /// Returns the window of a page, which is counted from 1.
    pub fn of_page(number: i64, limit: i64) -> Window {
        Window { limit, offset: (number - 1) * limit }
    }

    /// Returns the number of this page, from 1.
    pub fn number(self) -> i64 {
        self.offset / self.limit + 1
    }

    /// Returns how many pages `total` rows have.
    pub fn pages(self, total: i64) -> i64 {
        total.div_euclid(self.limit) + i64::from(total % self.limit != 0)
    }

    /// Tells whether some of `total` rows stand behind this page.
    pub fn has_more(self, total: i64) -> bool {
        self.offset + self.limit < total
    }
}
