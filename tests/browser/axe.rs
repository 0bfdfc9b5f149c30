//! What axe-core says of a page: the Web Content Accessibility Guidelines, as far as a machine can tell.

use std::path::PathBuf;
use std::sync::LazyLock;

use serde_json::json;

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
    pub async fn has_no_faults(&self, what: &str, contrast: Contrast) {
        let options = json!({ "runOnly": { "type": "tag", "values": TAGS }, "resultTypes": ["violations"],
            "rules": { "color-contrast-enhanced": { "enabled": contrast == Contrast::Aaa } } });
        self.is_clean(what, options).await;
    }

    /// Only what a change of colours can break.
    pub async fn has_no_faint_colours(&self, what: &str, contrast: Contrast) {
        let rule = if contrast == Contrast::Aaa { "color-contrast-enhanced" } else { "color-contrast" };
        let options = json!({ "runOnly": { "type": "rule", "values": [rule] }, "resultTypes": ["violations"] });
        self.is_clean(what, options).await;
    }

    async fn is_clean(&self, what: &str, options: serde_json::Value) {
        self.settles().await;
        let is_here: bool = self.js("return 'axe' in window", vec![]).await;
        if !is_here {
            let _: Option<bool> = self.js(&AXE, vec![]).await;
        }
        let run = "axe.run(document, arguments[0]).then(({ violations }) => violations.flatMap((rule) =>
            rule.nodes.map((node) => `${rule.id}: ${node.html.slice(0, 200)} ${node.failureSummary.replaceAll('\\n', ' ')}`)))";
        let faults: Vec<String> = self.awaits(run, vec![options]).await;
        if !faults.is_empty() {
            self.keeps_screenshot(&format!("failed-{what}")).await;
        }
        assert!(faults.is_empty(), "axe on {what}:\n  {}", faults.join("\n  "));
    }
}
