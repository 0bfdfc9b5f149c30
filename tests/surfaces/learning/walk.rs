//! A walk over all endpoints of the seed. What was called is noted, so that none is forgotten.

use std::cell::RefCell;
use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::{Value, json};

use super::interfaces;
use super::seed::{Endpoint, Seed, read};
use crate::harness::School;
use crate::harness::learning::at;
use crate::harness::people::{Person, Reply};

pub struct Walk<'a> {
    pub school: &'a School,
    pub teacher: Person,
    pub student: Person,
    pub admin: Person,
    seed: Seed,
    /// The headings that were called, and the refusals that were compared.
    seen: RefCell<BTreeSet<String>>,
}

impl Walk<'_> {
    pub async fn begins(school: &School) -> Walk<'_> {
        let (teacher, student) = (school.teacher().await, school.student("鈴木一郎").await);
        let admin = school.admin().await;
        Walk { school, teacher, student, admin, seed: read(), seen: RefCell::default() }
    }

    /// Finds an endpoint of the seed, such as `POST /courses`.
    #[track_caller]
    fn endpoint(&self, heading: &str) -> &Endpoint {
        let found = self.seed.endpoints.iter().find(|endpoint| endpoint.heading == heading);
        found.unwrap_or_else(|| panic!("the seed has no {heading}"))
    }

    /// The body of the example.
    #[track_caller]
    pub fn body(&self, heading: &str) -> Value {
        self.endpoint(heading).sent.clone().unwrap_or_else(|| panic!("{heading} has no example of a body"))
    }

    /// The example of the answer.
    #[track_caller]
    pub fn example(&self, heading: &str) -> Value {
        self.endpoint(heading).answer.clone().unwrap_or_else(|| panic!("{heading} has no example of an answer"))
    }

    /// Calls the endpoint with what stands for its placeholders, one after another; a query may stand behind the last. It
    /// fails unless the status is that of the seed, and the answer has every key of the example, with its type and nesting.
    pub async fn calls(&self, person: &Person, heading: &str, path: &[&str], body: Option<Value>) -> Value {
        let endpoint = self.endpoint(heading);
        let answer = self.asks(person, heading, path, body).await.is(endpoint.status);
        if endpoint.answer.is_some() {
            endpoint.is_answered_by(&answer);
        }
        self.seen.borrow_mut().insert(heading.to_owned());
        answer
    }

    /// Fails unless the answer has every key of the interface in the data schemas of the seed, with its type.
    #[track_caller]
    pub fn is_of_interface(&self, name: &str, answer: &Value) {
        let mut compared = BTreeSet::new();
        let found = interfaces::differences(&self.seed.interfaces, name, answer, &mut compared);
        self.seen.borrow_mut().extend(compared.iter().map(|name| format!("interface {name}")));
        assert!(found.is_empty(), "{name}: {found:#?}\n{answer:#}");
    }

    /// Calls the endpoint, and fails unless it refuses in the words of the example with this number, from 0. `fills` puts
    /// what is of this story into the example.
    pub async fn is_refused(
        &self,
        person: &Person,
        heading: &str,
        path: &[&str],
        (status, number): (u16, usize),
        fills: impl FnOnce(&mut Value),
    ) {
        let refused = self.asks(person, heading, path, None).await.is(status);
        let mut example = self.endpoint(heading).refusals[number].clone();
        fills(&mut example);
        for (key, value) in example.as_object().unwrap() {
            assert_eq!(&refused[key], value, "{heading}: {key} of {refused}");
        }
        self.seen.borrow_mut().insert(refusal_name(heading, number));
    }

    /// In English, as the messages of the seed are.
    async fn asks(&self, person: &Person, heading: &str, path: &[&str], body: Option<Value>) -> Reply {
        let (method, template) = heading.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let mut values = path.iter();
        let filled = template.split('/').map(|part| if part.starts_with('{') { values.next().unwrap() } else { part });
        let filled: Vec<&str> = filled.collect();
        let query: String = values.copied().collect();
        let body = body.or_else(|| (method == Method::POST).then(|| json!({})));
        person.asks(method, &at(&format!("{}{query}", filled.join("/"))), body, &[("accept-language", "en")]).await
    }

    #[track_caller]
    pub fn has_seen_all(&self) {
        let mut wanted = BTreeSet::new();
        for endpoint in &self.seed.endpoints {
            wanted.insert(endpoint.heading.clone());
            wanted.extend((0..endpoint.refusals.len()).map(|number| refusal_name(&endpoint.heading, number)));
        }
        let compared = self.seed.interfaces.keys().cloned().chain(interfaces::expected_differences());
        wanted.extend(compared.map(|name| format!("interface {name}")));
        let seen = self.seen.borrow();
        let forgotten: Vec<&String> = wanted.difference(&seen).collect();
        assert!(forgotten.is_empty(), "never called: {forgotten:#?}");
    }
}

fn refusal_name(heading: &str, number: usize) -> String {
    format!("{heading}: refusal {number}")
}

/// The id, or another text, under a key.
#[track_caller]
pub fn text(answer: &Value, key: &str) -> String {
    answer[key].as_str().unwrap_or_else(|| panic!("no text {key} in {answer}")).to_owned()
}
