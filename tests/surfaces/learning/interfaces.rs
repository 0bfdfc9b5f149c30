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

/// Keys that are not answered as the interface has them, and why.
const DIFFERENT: [(&str, &str); 2] = [
    ("LearningProgress.course", "the example of the answer has its id and title"),
    ("AssessmentResult.feedback", "the examples have it in the result of an attempt, and not in the progress"),
];

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
            _ if DIFFERENT.iter().any(|(different, _)| *different == at) => {}
            None => found.push(format!("{at} is missing")),
            Some(Value::Null) if key.is_optional => {}
            Some(value) => found.extend(wrong_type(all, (&at, &key.r#type), value, compared)),
        }
    }
    found
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
