//! Walks through the seed with real people: sends what it sends, compares what comes back, and knows what is left.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::{Value, json};

use super::seed::{Endpoint, Seed, answer_name, frame_name};
use crate::compare::differences;
use crate::harness::people::Person;
use crate::harness::socket::Socket;

pub struct Walk {
    pub seed: Seed,
    /// What stands in this school where the seed's paths have `{…}`.
    known: BTreeMap<&'static str, String>,
    left: BTreeSet<String>,
    found: Vec<String>,
}

impl Walk {
    pub fn begin() -> Walk {
        let seed = Seed::read();
        let mut left: BTreeSet<String> = seed.endpoints.iter().flat_map(Endpoint::wants).collect();
        left.extend(seed.rules.iter().map(|(name, _)| name.clone()));
        Walk { seed, known: BTreeMap::new(), left, found: Vec::new() }
    }

    pub fn knows(&mut self, name: &'static str, value: &Value) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        assert!(!value.is_empty() && value != "null", "{name} is needed");
        self.known.insert(name, value);
    }

    pub fn value(&self, name: &str) -> String {
        self.known[name].clone()
    }

    pub fn call<'w>(&'w mut self, heading: &'w str) -> Call<'w> {
        Call { walk: self, heading, own: Value::Null, query: String::new(), status: None }
    }

    /// Opened, and in its place: whatever happens from here on comes as news.
    pub async fn opens(&self, person: &Person, heading: &str) -> Socket {
        let mut socket = person.opens(&self.path(heading)).await;
        if heading.contains("/ws/session/") {
            socket.receives("session_state").await;
        }
        let reply = socket.asks(json!({ "type": "ping" })).await;
        assert_eq!(reply["type"], "reply", "{reply}");
        socket
    }

    /// A message of the seed, caught from a real socket; it may have come already.
    pub async fn receives(&mut self, socket: &mut Socket, heading: &str, kind: &str) -> Value {
        let frame = match socket.received.iter().find(|f| f["type"] == kind) {
            Some(heard) => heard.clone(),
            None => socket.waits_for(kind).await,
        };
        let example = self.seed.endpoint(heading).frames.iter().find(|f| f["type"] == kind);
        let example = example.unwrap_or_else(|| panic!("{heading} has no {kind}")).clone();
        self.compares(frame_name(heading, kind), &example, &frame);
        frame
    }

    /// A rule of the seed, at one example.
    pub fn obeys(&mut self, rule: &str, real: &Value) {
        let example = self.seed.rule(rule).clone();
        self.compares(rule.to_owned(), &example, real);
    }

    fn compares(&mut self, name: String, example: &Value, real: &Value) {
        self.found.extend(differences(example, real).into_iter().map(|d| format!("{name}  {d}\n    in {real}")));
        self.left.remove(&name);
    }

    fn path(&self, heading: &str) -> String {
        let (_, path) = heading.split_once(' ').unwrap();
        let mut filled = path.to_owned();
        for (name, value) in &self.known {
            filled = filled.replace(&format!("{{{name}}}"), value);
        }
        assert!(!filled.contains('{'), "{filled} is not known yet");
        filled
    }

    /// Everything of the seed was there, and as it stands there.
    pub fn ends(self) {
        assert_eq!(self.left, BTreeSet::new(), "nobody compared these with the seed");
        assert!(self.found.is_empty(), "not as in the seed:\n{}", self.found.join("\n"));
    }
}

/// One endpoint of the seed, about to be called with the body that stands there.
pub struct Call<'w> {
    walk: &'w mut Walk,
    heading: &'w str,
    own: Value,
    query: String,
    status: Option<u16>,
}

impl Call<'_> {
    /// In place of the seed's: ids of this school. Where the seed shows no body, the whole of it.
    pub fn with(mut self, own: Value) -> Self {
        self.own = own;
        self
    }

    pub fn query(mut self, query: String) -> Self {
        self.query = query;
        self
    }

    /// The status, where the seed does not say it or shows several.
    pub fn is(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    pub async fn by(self, person: &Person) -> Value {
        let endpoint = self.walk.seed.endpoint(self.heading);
        let said = endpoint.answers.first().map(|(status, _)| *status);
        let status = self.status.or(said).unwrap_or_else(|| panic!("{}: which status?", self.heading));
        let example = endpoint.answer(status).cloned();
        assert!(example.is_some() || endpoint.answers.is_empty(), "{} shows no {status}", self.heading);
        let body = body(endpoint, self.own);
        let path = format!("{}{}", self.walk.path(self.heading), self.query);
        let method: Method = endpoint.place().0.to_uppercase().parse().unwrap();
        let reply = person.asks(method, &path, body, &[]).await.is(status);
        match example {
            Some(example) => self.walk.compares(answer_name(self.heading, status), &example, &reply),
            None => {
                self.walk.left.remove(self.heading);
            }
        }
        reply
    }
}

fn body(endpoint: &Endpoint, own: Value) -> Option<Value> {
    let Some(mut body) = endpoint.request.clone() else {
        return (!own.is_null()).then_some(own);
    };
    for (key, value) in own.as_object().into_iter().flatten() {
        let place = body.get_mut(key).unwrap_or_else(|| panic!("{} sends no {key}", endpoint.heading));
        *place = value.clone();
    }
    Some(body)
}
