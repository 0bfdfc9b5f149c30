//! What axe-core says of a page: the Web Content Accessibility Guidelines, as far as a machine can tell.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

use crate::harness::browser::Browser;

static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/axe/node_modules/axe-core/axe.min.js");
    std::fs::read_to_string(&file).expect(
        "axe-core is missing: `npm install --prefix target/axe --no-save axe-core@4` brings it, and tests/run does that",
    )
});

const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// How much contrast is asked of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contrast {
    /// 4.5 : 1
    Aa,
    /// 7 : 1, for who reads with old eyes
    Aaa,
}

impl Browser {
    /// Everything that axe-core finds.
    pub async fn faults(&self, contrast: Contrast) -> Vec<String> {
        let options = json!({ "runOnly": { "type": "tag", "values": TAGS }, "resultTypes": ["violations"],
            "rules": { "color-contrast-enhanced": { "enabled": contrast == Contrast::Aaa } } });
        self.asks_axe(options).await
    }

    /// Only what a change of colours can break.
    pub async fn faint_colours(&self, contrast: Contrast) -> Vec<String> {
        // The enhanced rule leaves to the other what is worse than 4.5 : 1.
        let rules = ["color-contrast", "color-contrast-enhanced"];
        let rules = &rules[..if contrast == Contrast::Aaa { 2 } else { 1 }];
        let options = json!({ "runOnly": { "type": "rule", "values": rules }, "resultTypes": ["violations"] });
        self.asks_axe(options).await
    }

    async fn asks_axe(&self, options: Value) -> Vec<String> {
        self.settles().await;
        let is_here: bool = self.js("return 'axe' in window", vec![]).await;
        if !is_here {
            let _: Option<bool> = self.js(&AXE, vec![]).await;
        }
        let run = "axe.run(document, arguments[0]).then(({ violations }) => violations.flatMap((rule) =>
            rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary.replaceAll('\\n', ' ')}`)))";
        self.awaits(run, vec![options]).await
    }
}

/// What was found on a walk: each fault once, with where it was seen.
#[derive(Default)]
pub struct Findings(Mutex<BTreeMap<String, Vec<String>>>);

impl Findings {
    pub fn note(&self, place: &str, faults: Vec<String>) {
        for fault in faults {
            self.0.lock().unwrap().entry(fault).or_default().push(place.into());
        }
    }

    pub fn are_none(&self) {
        let found = self.0.lock().unwrap();
        let lines: Vec<String> =
            found.iter().map(|(fault, places)| format!("{fault}\n      on {}", places.join(", "))).collect();
        assert!(lines.is_empty(), "{} faults:\n  {}", lines.len(), lines.join("\n  "));
    }
}
