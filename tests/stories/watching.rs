//! Things that an operator watches: the metrics, and the dashboard and the alerts in `deploy/` that read them.

use std::collections::BTreeSet;
use std::path::Path;

use regex::Regex;

use crate::harness::{Backend, on};

fn file(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// Returns each metric in this text with the names by which Prometheus knows it.
fn metrics(text: &str) -> Vec<Vec<String>> {
    let names = |line: &str| {
        let (name, kind) = line.split_once(' ').unwrap();
        let endings: &[&str] = match kind {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["_bucket", "_count", "_sum"],
            other => panic!("{name} is a {other}"),
        };
        endings.iter().map(|ending| format!("{name}{ending}")).collect()
    };
    text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).map(names).collect()
}

#[test]
fn the_dashboard_shows_every_metric_and_the_alerts_read_none_that_is_missing() {
    on(Backend::Sqlite, &[], |school| async move {
        // A metric by route appears with the first request.
        school.nobody().get("/healthz").await.is(200);
        let metrics = metrics(school.nobody().get("/metrics").await.is(200).as_str().unwrap());
        let word = Regex::new(r"gyosil_\w+").unwrap();
        for name in ["deploy/grafana.json", "deploy/alerts.yaml"] {
            let text = file(name);
            let read: BTreeSet<&str> = word.find_iter(&text).map(|found| found.as_str()).collect();
            for found in &read {
                let is_there = metrics.iter().flatten().any(|metric| metric == found);
                assert!(is_there, "{name} reads {found}, which is none of {metrics:?}");
            }
            let is_shown = |names: &&Vec<String>| names.iter().any(|name| read.contains(name.as_str()));
            let unseen: Vec<_> = metrics.iter().filter(|names| !is_shown(names)).collect();
            assert!(unseen.is_empty() || name == "deploy/alerts.yaml", "{name} does not show {unseen:?}");
        }
    });
}

#[test]
fn each_alert_is_explained_in_the_manual() {
    let (alerts, manual) = (file("deploy/alerts.yaml"), file("docs/operations.md"));
    let named: Vec<&str> = alerts.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let explained = Regex::new(r"(?m)^\*\*(Gyosil\w+)\*\*").unwrap();
    let explained: Vec<&str> = explained.captures_iter(&manual).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(!named.is_empty());
    assert_eq!(named, explained, "in this order");
}

#[test]
fn the_dashboard_has_a_question_and_an_answer_in_each_panel() {
    let dashboard: serde_json::Value = serde_json::from_str(&file("deploy/grafana.json")).unwrap();
    let mut ids = BTreeSet::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        assert!(ids.insert(panel["id"].as_i64().unwrap()), "two panels are {}", panel["id"]);
        let title = panel["title"].as_str().unwrap();
        if panel["type"] != "row" {
            assert!(!panel["description"].as_str().unwrap().is_empty(), "{title}");
            assert!(!panel["targets"].as_array().unwrap().is_empty(), "{title}");
        }
    }
}
