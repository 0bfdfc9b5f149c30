//! Checks of how errors are made.

use crate::{assert_none, rust_files};

/// Ways to name a place as it was sent. The school has fields instead.
const WIRE_NAMES: [&str; 2] = ["bad_as_sent", "AsSent"];

#[test]
fn the_school_names_no_place_as_it_was_sent() {
    let mut faults = Vec::new();
    for source in ["src/school", "src/live", "src/db"].into_iter().flat_map(rust_files) {
        for (n, line) in source.code().lines().enumerate() {
            if WIRE_NAMES.iter().any(|name| line.contains(name)) {
                faults.push(format!("{}:{}: {}", source.name(), n + 1, line.trim()));
            }
        }
    }
    assert_none("wire name in the school", faults);
}

/// Beginnings of texts that serde makes, and ways to search in a text.
const SERDE_TEXTS: [&str; 7] = [
    "missing field",
    "invalid type",
    "invalid value",
    "invalid length",
    "unknown variant",
    "duplicate field",
    " at line",
];
const SEARCHES: [&str; 7] = ["starts_with", "ends_with", "strip_", "contains", "split", "find(", "=="];

#[test]
fn nobody_searches_in_the_texts_of_serde() {
    let mut faults = Vec::new();
    for source in rust_files("src") {
        for (n, line) in source.code().lines().enumerate() {
            let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
            if has(&SERDE_TEXTS) && has(&SEARCHES) {
                faults.push(format!("{}:{}: {}", source.name(), n + 1, line.trim()));
            }
        }
    }
    assert_none("a text of serde is searched, though its typed functions tell the same", faults);
}
