//! What people see and do, in a real Chromium: learners with their phones, an instructor at a dashboard, a wall.
//!
//! The stories speak of marks that do not change with the words of a page: `main[data-screen]` is what a phone shows,
//! `[data-act]` what can be pressed, `[data-person]` a learner on the board. Screenshots go to `target/screens/`.

#[path = "../harness/mod.rs"]
mod harness;

mod academy;
mod applications;
mod asking;
mod assisting;
mod axe;
mod board_numbers;
mod boards;
mod buying;
mod classroom;
mod co_teaching;
mod completing;
mod dashboard;
mod demo;
mod desk_speed;
mod desks;
mod drawing;
mod everywhere;
mod first;
mod handouts;
mod helping;
mod joining;
mod keyboard;
mod kindness;
mod large;
mod lesson;
mod lesson_files;
mod lost_files;
mod network;
mod office;
mod older_eyes;
mod older_hands;
mod phone;
mod pictures;
mod plain;
mod projector;
mod public;
mod reading;
mod record;
mod requests;
mod screen_pictures;
mod sending;
mod settings;
mod speed;
mod steering;
mod step_forms;
mod timers;
mod waiting_room;
mod watching;

use std::sync::{Condvar, Mutex};

use harness::{Backend, School, browser, on};

/// A browser takes a core. More stories at once are only slower, each and all.
const STORIES_AT_ONCE: usize = 2;

static RUNNING: (Mutex<usize>, Condvar) = (Mutex::new(0), Condvar::new());

struct Slot;

impl Slot {
    fn comes() -> Slot {
        let (running, ended) = &RUNNING;
        let mut running = ended.wait_while(running.lock().unwrap(), |running| *running >= STORIES_AT_ONCE).unwrap();
        *running += 1;
        Slot
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        browser::forget_all();
        *RUNNING.0.lock().unwrap() -= 1;
        RUNNING.1.notify_one();
    }
}

/// Tells the story in a new school. At its end no console may hold a fault.
pub fn run_story<F: Future<Output = ()>>(story: impl Fn(School) -> F) {
    run_story_with(&[], story);
}

pub fn run_story_with<F: Future<Output = ()>>(flags: &[&str], story: impl Fn(School) -> F) {
    run_story_in(Backend::Sqlite, flags, story);
}

pub fn run_story_in<F: Future<Output = ()>>(backend: Backend, flags: &[&str], story: impl Fn(School) -> F) {
    let _turn = Slot::comes();
    on(backend, flags, |school| async {
        story(school).await;
        browser::close_all().await;
    });
}
