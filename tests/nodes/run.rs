//! Data that all clients of one run share.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::client::{Client, Profile};
use crate::known::Known;
use crate::random::Random;
use crate::school::Class;
use crate::writes::Ledger;

/// More than these are not told apart.
const WRONG_MAX: usize = 20;
/// One client in so many of these is special.
const STALLS_ONE_IN: usize = 40;
const TWO_DEVICES_ONE_IN: usize = 25;
const LEAVES_ONE_IN: usize = 9;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Working,
    /// Nobody writes anything new.
    Quiet,
    /// Some go away for good.
    Leaving,
    Over,
}

pub struct Run {
    pub classes: &'static [Class],
    /// Addresses at which the clients reach each node.
    pub nodes: Vec<SocketAddr>,
    pub http: reqwest::Client,
    pub events: Events,
    pub ledger: Ledger,
    pub phase: watch::Sender<Phase>,
    wrong: Mutex<Vec<String>>,
}

impl Run {
    pub fn new(classes: &'static [Class], nodes: Vec<SocketAddr>) -> Run {
        Run {
            classes,
            nodes,
            http: reqwest::Client::builder().timeout(Duration::from_secs(10)).no_proxy().build().unwrap(),
            events: Events::default(),
            ledger: Ledger::default(),
            phase: watch::Sender::new(Phase::Working),
            wrong: Mutex::default(),
        }
    }

    pub fn finds(&self, wrong: String) {
        let mut all = self.wrong.lock().unwrap();
        if all.len() < WRONG_MAX {
            all.push(wrong);
        }
    }

    /// Faults found so far.
    pub fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }

    /// Sends everybody of all classes in. Returns what they know.
    pub fn sends_in(self: &Arc<Run>, seed: u64) -> Vec<Arc<Known>> {
        let mut all = Vec::new();
        for (n, profile) in self.profiles().into_iter().enumerate() {
            let random = Random::of(seed, n as u64);
            let (client, known) = Client::new(profile, self.clone(), random);
            tokio::spawn(client.lives());
            all.push(known);
        }
        all
    }

    fn profiles(&self) -> Vec<Profile> {
        let mut profiles = Vec::new();
        for (class, Class { instructor, students, .. }) in self.classes.iter().enumerate() {
            profiles.push(Profile {
                name: format!("instructor{class}"),
                class,
                login: instructor.clone(),
                is_instructor: true,
                is_batched: class.is_multiple_of(2),
                stalls: false,
                writes: true,
                leaves: false,
            });
            for (s, login) in students.iter().enumerate() {
                let n = class * students.len() + s;
                let student = |device: usize| Profile {
                    name: format!("student{class}-{s}-{device}"),
                    class,
                    login: login.clone(),
                    is_instructor: false,
                    is_batched: false,
                    stalls: n % STALLS_ONE_IN == 7,
                    writes: device == 0,
                    leaves: (n + device) % LEAVES_ONE_IN == 3,
                };
                profiles.extend((0..if n % TWO_DEVICES_ONE_IN == 2 { 2 } else { 1 }).map(student));
            }
        }
        profiles
    }
}

/// The words of each event: all clients must get the same.
#[derive(Default)]
pub struct Events(Mutex<HashMap<(i64, i64), Value>>);

impl Events {
    /// Fails if another client got other words for this event.
    pub fn must_be_the_same(&self, session: i64, frame: &Value) -> Result<(), String> {
        if frame["type"] == "session_state" {
            return Ok(());
        }
        let seq = frame["seq"].as_i64().unwrap_or_default();
        let words = json!([frame["type"], frame["prev"], frame["data"]]);
        let mut events = self.0.lock().unwrap();
        let known = events.entry((session, seq)).or_insert_with(|| words.clone());
        if *known == words { Ok(()) } else { Err(format!("event {seq} is {known} for one and {words} for another")) }
    }
}
