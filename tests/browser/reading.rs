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
    pub async fn can_be_read_and_pressed(&self, what: &str) {
        self.settles().await;
        let faults: Vec<String> = self.js(MEASURES, vec![measures()]).await;
        if !faults.is_empty() {
            self.keeps_screenshot(&format!("failed-{what}")).await;
        }
        assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
    }

    /// As the settings would: remembered, and told to the open page as from another tab.
    pub async fn looks(&self, key: &str, value: Value) {
        let script = "localStorage.setItem(`gyosil.${arguments[0]}`, JSON.stringify(arguments[1]));
            dispatchEvent(new StorageEvent('storage'))";
        let _: Option<bool> = self.js(script, vec![json!(key), value]).await;
        self.settles().await;
    }
}
