//! Checks of names.

use std::collections::{BTreeMap, BTreeSet};

use crate::{assert_none, rust_files};

#[test]
fn no_two_types_have_one_name() {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in rust_files("src") {
        for line in source.code().lines() {
            let mut words =
                line.split([' ', '(', '<', ';', '{']).skip_while(|word| matches!(*word, "" | "pub" | "super)"));
            let is_type = words.next().is_some_and(|word| ["struct", "enum", "trait"].contains(&word));
            if let Some(name) = words.next().filter(|name| is_type && !name.starts_with('$')) {
                found.entry(name.trim_end_matches(':').to_owned()).or_default().insert(source.name());
            }
        }
    }
    let twice = found.iter().filter(|(_, files)| files.len() > 1);
    assert_none("types with the same name", twice.map(|(name, files)| format!("{name}: {files:?}")).collect());
}
