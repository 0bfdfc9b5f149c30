//! The data schemas of the seed, which are interfaces in TypeScript, beside what the server answers.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// The keys of an interface.
pub type Interface = Vec<InterfaceKey>;

#[derive(Debug, Clone)]
pub struct InterfaceKey {
    name: String,
    /// `name?`: it is null where there is nothing.
    is_optional: bool,
    r#type: String,
}

/// The form of a key that is not always answered as its interface has it.
enum Answered {
    /// As the interface has it, or null.
    OrNull,
    /// As an interface of `OWN`.
    As(&'static str),
}

/// Keys that are not always answered as the interface has them, and why. A walk meets each of these differences.
const DIFFERENT: [(&str, Answered, &str); 4] = [
    ("LearningProgress.course", Answered::As("CourseOfProgress"), "so it is in the example of the answer"),
    ("LearningProgress.lastAccessedAt", Answered::OrNull, "the learner has not opened the course yet"),
    ("LearningCourse.level", Answered::OrNull, "a lecture of the live surface has none"),
    ("LearningCourse.category", Answered::OrNull, "a lecture of the live surface has none"),
];

const OWN: &str = "interface CourseOfProgress {
  id: string;
  title: string;
}";

/// The names under which differences are noted when they are met.
pub fn expected_differences() -> impl Iterator<Item = String> {
    DIFFERENT.iter().map(|(key, ..)| noted(key))
}

fn noted(key: &str) -> String {
    format!("other than {key}")
}

/// Reads the interfaces of a block, by name.
pub fn read(block: &str) -> BTreeMap<String, Interface> {
    let mut found = BTreeMap::new();
    let mut name = "";
    for line in block.lines() {
        let line = line.split("//").next().unwrap().trim();
        if let Some(rest) = line.strip_prefix("interface ") {
            name = rest.trim_end_matches(" {");
            found.insert(name.to_owned(), Interface::new());
        } else if let Some((key, r#type)) = line.split_once(": ") {
            let is_optional = key.ends_with('?');
            let (name_of_key, r#type) = (key.trim_end_matches('?').to_owned(), r#type.trim_end_matches(';').to_owned());
            let keys = found.get_mut(name).expect("a key of an interface");
            keys.push(InterfaceKey { name: name_of_key, is_optional, r#type });
        }
    }
    found
}

/// Lists what of an interface is not in the answer, or is of another type. A type that the seed names and does not define
/// (`Duration`) is only looked for: the examples show it. Notes which interfaces it compared.
pub fn differences(
    all: &BTreeMap<String, Interface>,
    name: &str,
    answer: &Value,
    compared: &mut BTreeSet<String>,
) -> Vec<String> {
    compared.insert(name.to_owned());
    let keys = all.get(name).unwrap_or_else(|| panic!("the seed has no interface {name}"));
    let mut found = Vec::new();
    for key in keys {
        let at = format!("{name}.{}", key.name);
        match answer.get(&key.name) {
            None => found.push(format!("{at} is missing")),
            Some(Value::Null) if key.is_optional => {}
            Some(value) => match DIFFERENT.iter().find(|(different, ..)| *different == at) {
                Some((_, answered, _)) => found.extend(difference(all, (&at, &key.r#type), answered, value, compared)),
                None => found.extend(wrong_type(all, (&at, &key.r#type), value, compared)),
            },
        }
    }
    found
}

/// Lists what is wrong with a key that may be answered otherwise than in its interface, and notes whether it is.
fn difference(
    all: &BTreeMap<String, Interface>,
    (at, r#type): (&str, &str),
    answered: &Answered,
    value: &Value,
    compared: &mut BTreeSet<String>,
) -> Vec<String> {
    let mut compared_here = BTreeSet::new();
    let wrong = wrong_type(all, (at, r#type), value, &mut compared_here);
    if wrong.is_empty() {
        compared.extend(compared_here);
        return wrong;
    }
    compared.insert(noted(at));
    match answered {
        Answered::OrNull if value.is_null() => Vec::new(),
        Answered::OrNull => wrong,
        Answered::As(name) => differences(&read(OWN), name, value, &mut BTreeSet::new()),
    }
}

fn wrong_type(
    all: &BTreeMap<String, Interface>,
    (at, r#type): (&str, &str),
    value: &Value,
    compared: &mut BTreeSet<String>,
) -> Vec<String> {
    if let Some(element) = r#type.strip_suffix("[]") {
        let Some(list) = value.as_array() else { return vec![format!("{at} is {value}, no list")] };
        return list.iter().flat_map(|value| wrong_type(all, (at, element), value, compared)).collect();
    }
    if all.contains_key(r#type) {
        return differences(all, r#type, value, compared);
    }
    let fits = match r#type {
        "string" => value.is_string(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        words if words.starts_with('\'') => {
            words.split(" | ").any(|word| value.as_str() == Some(word.trim_matches('\'')))
        }
        _ => !value.is_null(),
    };
    if fits { Vec::new() } else { vec![format!("{at} is {value}, no {}", r#type)] }
}

#[test]
fn what_differs_from_an_interface_is_found() {
    let text = "interface Course {\n  id: string;\n  status: 'draft' | 'published';\n  modules: Module[];\n  until?: string;\n}
interface Module {\n  order: number; // from 1\n  length: Duration;\n}";
    let all = read(text);
    let whole = json!({ "id": "1", "status": "draft", "modules": [{ "order": 1, "length": {} }], "until": null });
    let mut compared = BTreeSet::new();
    assert_eq!(differences(&all, "Course", &whole, &mut compared), [""; 0]);
    assert_eq!(compared.len(), 2);
    for (pointer, value, expected) in [
        ("/id", json!(1), "Course.id is 1"),
        ("/id", Value::Null, "Course.id is null"),
        ("/status", json!("open"), "Course.status is \"open\""),
        ("/modules", json!({}), "Course.modules is {}"),
        ("/modules/0/order", json!("1"), "Module.order is \"1\""),
        ("/modules/0/length", Value::Null, "Module.length is null"),
        ("/modules/0", json!({ "order": 1 }), "Module.length is missing"),
    ] {
        let mut answer = whole.clone();
        *answer.pointer_mut(pointer).unwrap() = value;
        let found = differences(&all, "Course", &answer, &mut compared);
        assert!(found.len() == 1 && found[0].starts_with(expected), "{pointer}: {found:?}");
    }
}

#[test]
fn a_key_that_is_answered_otherwise_has_its_own_type_and_is_noted() {
    let text = "interface LearningProgress {\n  course?: Course;\n  lastAccessedAt: string;\n}
interface Course {\n  title: string;\n  level: string;\n}";
    let all = read(text);
    let brief = json!({ "id": "1", "title": "React" });
    for (course, at, expected, met) in [
        (brief.clone(), json!("2025-11-04"), "", 1),
        (brief.clone(), Value::Null, "", 2),
        (brief, json!(5), "LearningProgress.lastAccessedAt is 5", 2),
        (json!({ "id": 1, "title": "React" }), Value::Null, "CourseOfProgress.id is 1", 2),
        (json!({ "title": "React", "level": "beginner" }), json!("2025-11-04"), "", 0),
    ] {
        let mut compared = BTreeSet::new();
        let answer = json!({ "course": course, "lastAccessedAt": at });
        let found = differences(&all, "LearningProgress", &answer, &mut compared);
        assert!(found.concat().starts_with(expected) && found.len() == usize::from(!expected.is_empty()), "{found:?}");
        assert_eq!(expected_differences().filter(|difference| compared.contains(difference)).count(), met, "{answer}");
    }
}
