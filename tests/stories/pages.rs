//! How the pages are sent. What they do is told in `tests/browser`.

use reqwest::{Response, StatusCode};

use crate::harness::{Backend, School, on};

async fn fetches(school: &School, path: &str, name: &str, value: &str) -> Response {
    school.http.get(school.url(path)).header(name, value).send().await.unwrap()
}

#[test]
fn pages_are_sent_compressed_only_to_browsers_that_accept_it() {
    on(Backend::Sqlite, &[], |school| async move {
        let path = "/static/shared/api.js";
        let plain = fetches(&school, path, "accept-encoding", "identity, gzip;q=0").await;
        assert_eq!(plain.headers().get("content-encoding"), None);
        assert_eq!(plain.headers()["vary"], "Accept-Encoding");
        let plain = plain.bytes().await.unwrap();
        let small = fetches(&school, path, "accept-encoding", "br, gzip, deflate").await;
        assert_eq!(small.headers()["content-encoding"], "gzip");
        let small = small.bytes().await.unwrap();
        assert!(
            small.len() < plain.len() / 2 && small.starts_with(&[0x1f, 0x8b]),
            "{} of {}",
            small.len(),
            plain.len()
        );
        let picture = fetches(&school, "/static/icon-192.png", "accept-encoding", "gzip").await;
        assert_eq!(picture.headers().get("content-encoding"), None, "a picture is small already");
    });
}

#[test]
fn a_page_that_has_not_changed_is_not_sent_again() {
    on(Backend::Sqlite, &[], |school| async move {
        for path in ["/", "/j/ABC123", "/me", "/teach", "/sw.js", "/manifest.webmanifest", "/static/learn/main.js"] {
            let first = fetches(&school, path, "accept", "*/*").await;
            assert_eq!(first.status(), StatusCode::OK, "{path}");
            assert_eq!(first.headers()["cache-control"], "no-cache");
            let tag = first.headers()["etag"].to_str().unwrap().to_owned();
            let again = fetches(&school, path, "if-none-match", &tag).await;
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{path}");
            assert_eq!(again.bytes().await.unwrap().len(), 0);
            let other = fetches(&school, path, "if-none-match", "\"of another version\"").await;
            assert_eq!(other.status(), StatusCode::OK, "{path}");
        }
    });
}

#[test]
fn the_phone_keeps_all_that_the_learners_page_is_made_of() {
    on(Backend::Sqlite, &[], |school| async move {
        let worker = fetches(&school, "/sw.js", "accept", "*/*").await.text().await.unwrap();
        let list = worker.lines().find_map(|line| line.strip_prefix("const KEPT = ")).unwrap();
        let kept: Vec<String> = serde_json::from_str(list.trim_end_matches(';')).unwrap();
        for part in [
            "/static/learn/main.js",
            "/static/shared/socket.js",
            "/static/texts/learn/lesson.ko.js",
            "/static/icon.svg",
        ] {
            assert!(kept.iter().any(|path| path == part), "{part} is kept");
        }
        assert!(!kept.iter().any(|path| path.contains("/teach/")), "a phone needs nothing of the instructor's");
        for path in &kept {
            assert_eq!(fetches(&school, path, "accept", "*/*").await.status(), StatusCode::OK, "{path}");
        }
        let manifest = fetches(&school, "/manifest.webmanifest", "accept", "*/*").await;
        assert_eq!(manifest.headers()["content-type"], "application/manifest+json");
        let manifest: serde_json::Value = manifest.json().await.unwrap();
        for icon in manifest["icons"].as_array().unwrap() {
            let found = fetches(&school, icon["src"].as_str().unwrap(), "accept", "*/*").await;
            assert_eq!(found.headers()["content-type"], icon["type"].as_str().unwrap());
        }
    });
}
