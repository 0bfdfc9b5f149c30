//! Who reads with old eyes and presses with a large thumb: sizes, distances, and nothing that is cut off.

use serde_json::{Value, json};

use crate::harness::browser::Browser;

const MEASURES: &str = include_str!("measures.js");

/// In CSS pixels, and in Korean letters to a line.
fn measures() -> Value {
    json!({ "text": 20, "target": 56, "gap": 8, "line": 40 })
}

pub const THEMES: [&str; 3] = ["light", "dark", "contrast"];

impl Browser {
    /// What is too small, too near to its neighbour, cut off, or under something else.
    pub async fn hard_to_read_or_press(&self) -> Vec<String> {
        self.settles().await;
        self.js(MEASURES, vec![measures()]).await
    }

    /// As the settings would: remembered, and told to the open page as from another tab.
    pub async fn looks(&self, key: &str, value: Value) {
        let script = "localStorage.setItem(`gyosil.${arguments[0]}`, JSON.stringify(arguments[1]));
            dispatchEvent(new StorageEvent('storage'))";
        let _: Option<bool> = self.js(script, vec![json!(key), value]).await;
        self.settles().await;
    }
}
