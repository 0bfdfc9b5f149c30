//! What people see and do, in a real Chromium: learners with their phones, an instructor at a dashboard, a wall.
//!
//! The stories speak of marks that do not change with the words of a page: `main[data-screen]` is what a phone shows,
//! `[data-act]` what can be pressed, `[data-person]` a learner on the board. Screenshots go to `target/screens/`.

#[path = "../harness/mod.rs"]
mod harness;

mod axe;
mod board_numbers;
mod boards;
mod classroom;
mod completing;
mod dashboard;
mod demo;
mod desk_speed;
mod desks;
mod everywhere;
mod first;
mod helping;
mod joining;
mod keyboard;
mod large;
mod lesson;
mod network;
mod office;
mod phone;
mod plain;
mod projector;
mod public;
mod reading;
mod record;
mod sending;
mod settings;
mod speed;

use std::sync::{Condvar, Mutex};

use harness::{Kept, School, browser, on};

/// A browser takes a core. More stories at once are only slower, each and all.
const STORIES_AT_ONCE: usize = 2;

static TOLD: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

struct Turn;

impl Turn {
    fn comes() -> Turn {
        let (told, ended) = &TOLD;
        let mut told = ended.wait_while(told.lock().unwrap(), |told| *told >= STORIES_AT_ONCE).unwrap();
        *told += 1;
        Turn
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        browser::forget_all();
        *TOLD.0.lock().unwrap() -= 1;
        TOLD.1.notify_one();
    }
}

/// Tells the story in a new school. At its end no console may hold a fault.
pub fn told<F: Future<Output = ()>>(story: impl Fn(School) -> F) {
    told_with(&[], story);
}

pub fn told_with<F: Future<Output = ()>>(flags: &[&str], story: impl Fn(School) -> F) {
    told_in(Kept::InSqlite, flags, story);
}

pub fn told_in<F: Future<Output = ()>>(kept: Kept, flags: &[&str], story: impl Fn(School) -> F) {
    let _turn = Turn::comes();
    on(kept, flags, |school| async {
        story(school).await;
        browser::close_all().await;
    });
}
