//! Reads what people write in a document.

use serde_json::Value;

/// JSON as people write it in a document: with `{...}`, and comments.
pub fn json(text: &str) -> Value {
    let mut plain = String::with_capacity(text.len());
    let (mut rest, mut in_string) = (text, false);
    while let Some(letter) = rest.chars().next() {
        if !in_string && rest.starts_with("...") {
            rest = &rest[3..];
            continue;
        }
        if !in_string && rest.starts_with("//") {
            rest = rest.find('\n').map_or("", |end| &rest[end..]);
            continue;
        }
        let taken = if in_string && letter == '\\' { 2 } else { letter.len_utf8() };
        in_string ^= letter == '"';
        plain.push_str(&rest[..taken]);
        rest = &rest[taken..];
    }
    serde_json::from_str(&plain).unwrap_or_else(|e| panic!("an example is no JSON: {e}\n{plain}"))
}

#[test]
fn json_with_comments_and_omissions_is_read() {
    let written = "{ \"a\": {...}, \"b\": [...], // a word\n \"c\": \"https://...\", \"d\": \"\\\"//\" }";
    assert_eq!(json(written), serde_json::json!({ "a": {}, "b": [], "c": "https://...", "d": "\"//" }));
}
