//! Who reads with old eyes and presses with a large thumb: sizes, distances, and nothing that is cut off.

use serde_json::{Value, json};

use crate::harness::browser::Browser;

const MEASURES: &str = include_str!("measures.js");
const WORDLESS: &str = include_str!("wordless.js");

/// In CSS pixels, and in Korean letters to a line.
fn measures() -> Value {
    json!({ "text": 20, "target": 56, "gap": 8, "line": 40 })
}

pub const THEMES: [&str; 3] = ["light", "dark", "contrast"];

impl Browser {
    /// Returns all that is too small, too near to its neighbour, cut off, under something else, or an icon without a word.
    pub async fn hard_to_read_or_press(&self) -> Vec<String> {
        self.settles().await;
        let mut faults: Vec<String> = self.js(MEASURES, vec![measures()]).await;
        faults.extend(self.wordless().await);
        faults
    }

    /// Every control that shows no word of its own: an icon alone is a riddle.
    pub async fn wordless(&self) -> Vec<String> {
        self.js(WORDLESS, vec![]).await
    }

    /// As the settings would: remembered, and told to the open page as from another tab.
    pub async fn looks(&self, key: &str, value: Value) {
        let script = "localStorage.setItem(`gyosil.${arguments[0]}`, JSON.stringify(arguments[1]));
            dispatchEvent(new StorageEvent('storage'))";
        let _: Option<bool> = self.js(script, vec![json!(key), value]).await;
        self.settles().await;
    }
}
