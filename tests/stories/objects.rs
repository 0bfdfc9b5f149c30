//! The folder of objects: large files that come in parts and are read in ranges, by signed URLs as those of S3.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use gyosil::error::Error;
use gyosil::outside::objects::{NewObject, Objects, PartToSend};
use reqwest::{Method, Response, StatusCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Backend, School, on, on_both, on_both_with, until};

const KEY: &str = "videos/7/a-film.mp4";
/// More than a block, so that an object is read and written in several.
const PART_BYTES: usize = 300_000;
const LAST_BYTES: usize = 1_234;
const ALL_BYTES: usize = 2 * PART_BYTES + LAST_BYTES;
const AN_HOUR_S: u32 = 3_600;

/// A file whose bytes differ from place to place.
fn film() -> Vec<u8> {
    (0..ALL_BYTES as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
}

fn part(number: u16) -> Vec<u8> {
    film().chunks(PART_BYTES).nth(usize::from(number) - 1).unwrap().to_vec()
}

/// An upload of `film` to a school.
struct Upload<'a> {
    school: &'a School,
    id: String,
}

impl<'a> Upload<'a> {
    async fn begins(school: &'a School) -> Upload<'a> {
        let new = NewObject { key: KEY.into(), bytes: ALL_BYTES as u64, part_bytes: PART_BYTES as u64 };
        Upload { school, id: objects(school).begin(&new).await.unwrap() }
    }

    fn url(&self, number: u16) -> String {
        let part = PartToSend { key: KEY, upload: &self.id, number, bytes: 0 };
        objects(self.school).part_url(part, AN_HOUR_S, self.school.app.now_ms(), &self.school.url(""))
    }

    fn path(&self, number: u16) -> String {
        self.url(number).strip_prefix(&self.school.url("")).unwrap().to_owned()
    }

    async fn sends(&self, number: u16, content: Vec<u8>) -> Response {
        puts(self.school, &self.url(number), content).await
    }

    async fn sends_well(&self, number: u16) -> String {
        let response = self.sends(number, part(number)).await;
        assert_eq!(response.status(), StatusCode::OK);
        response.headers()["etag"].to_str().unwrap().trim_matches('"').to_owned()
    }

    /// The numbers and tags of the parts that are there.
    async fn parts(&self) -> Vec<(u16, String)> {
        let parts = objects(self.school).parts(KEY, &self.id, 3).await.unwrap().unwrap();
        parts.into_iter().map(|part| (part.number, part.tag)).collect()
    }

    async fn completes(&self, tags: &[(u16, String)]) -> Result<(), Error> {
        objects(self.school).complete(KEY, &self.id, tags).await
    }
}

fn objects(school: &School) -> &Objects {
    &school.app.objects
}

async fn puts(school: &School, url: &str, content: Vec<u8>) -> Response {
    school.http.put(url).body(content).send().await.unwrap()
}

/// A school that has the film.
async fn keeps_the_film(school: &School) {
    let upload = Upload::begins(school).await;
    for number in 1..=3 {
        upload.sends_well(number).await;
    }
    upload.completes(&upload.parts().await).await.unwrap();
}

fn play_url(school: &School) -> String {
    objects(school).play_url(KEY, AN_HOUR_S, school.app.now_ms(), &school.url(""))
}

async fn asks_for(school: &School, range: &str) -> Response {
    school.http.get(play_url(school)).header("range", range).send().await.unwrap()
}

/// Sends a request whose path no client would send as it is, and returns its status.
async fn status_of_raw(school: &School, head: &str) -> u16 {
    let mut tcp = begins_raw(school, head, b"").await;
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await.unwrap();
    status_in(&answer)
}

async fn begins_raw(school: &School, head: &str, content: &[u8]) -> TcpStream {
    let mut tcp = TcpStream::connect(school.address).await.unwrap();
    let head = format!("{head}\r\nHost: school\r\nConnection: close\r\n\r\n");
    tcp.write_all(&[head.as_bytes(), content].concat()).await.unwrap();
    tcp
}

fn status_in(answer: &[u8]) -> u16 {
    let line = String::from_utf8_lossy(answer);
    line.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {line}")).parse().unwrap()
}

/// Begins to send the first part, and stops soon.
async fn stops_on_the_way(upload: &Upload<'_>) -> TcpStream {
    let head = format!("PUT {} HTTP/1.1\r\nContent-Length: {PART_BYTES}", upload.path(1));
    begins_raw(upload.school, &head, &part(1)[..50_000]).await
}

#[test]
fn parts_that_come_in_any_order_are_one_object() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        assert_eq!(objects(&school).bytes(KEY).await.unwrap(), None);
        let tags = tokio::join!(upload.sends_well(3), upload.sends_well(1), upload.sends_well(2));
        let parts = upload.parts().await;
        assert_eq!(parts, [(1, tags.1), (2, tags.2), (3, tags.0)]);
        assert_eq!(objects(&school).bytes(KEY).await.unwrap(), None);
        upload.completes(&parts).await.unwrap();

        assert_eq!(objects(&school).bytes(KEY).await.unwrap(), Some(ALL_BYTES as u64));
        let response = school.http.get(play_url(&school)).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "video/mp4");
        assert_eq!(response.headers()["content-length"], ALL_BYTES.to_string().as_str());
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        assert_eq!(response.headers()["x-content-type-options"], "nosniff");
        assert_eq!(response.headers()["cross-origin-resource-policy"], "same-site");
        assert!(response.bytes().await.unwrap() == film());
        let read = async |from, bytes| objects(&school).read(KEY, from, bytes).await.unwrap();
        assert!(read(299_990, 20).await == film()[299_990..300_010]);
        assert!(read(ALL_BYTES as u64 - 5, 100).await == film()[ALL_BYTES - 5..]);
        assert!(read(u64::MAX, 100).await.is_empty());

        // Nothing is left of the upload: neither its files, nor a way to change the object.
        assert_eq!(objects(&school).parts(KEY, &upload.id, 3).await.unwrap(), None);
        assert_eq!(upload.sends(1, vec![0; PART_BYTES]).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(std::fs::read_dir(school.data().join("objects/.uploads")).unwrap().count(), 0);
        assert!(school.http.get(play_url(&school)).send().await.unwrap().bytes().await.unwrap() == film());

        objects(&school).delete(KEY).await.unwrap();
        objects(&school).delete(KEY).await.unwrap();
        assert_eq!(school.http.get(play_url(&school)).send().await.unwrap().status(), StatusCode::NOT_FOUND);
        assert!(!school.data().join("objects/videos/7").exists());
    });
}

#[test]
fn an_upload_goes_on_after_a_restart() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        let kept = [(1, upload.sends_well(1).await), (3, upload.sends_well(3).await)];
        let (id, path) = (upload.id.clone(), upload.path(2));
        let school = school.reopens().await;
        let upload = Upload { school: &school, id };
        assert_eq!(upload.parts().await, kept);
        // Also with a URL of before.
        assert_eq!(puts(&school, &school.url(&path), part(2)).await.status(), StatusCode::OK);
        upload.completes(&upload.parts().await).await.unwrap();
        assert!(school.http.get(play_url(&school)).send().await.unwrap().bytes().await.unwrap() == film());
    });
}

#[test]
fn only_the_owner_of_the_data_folder_reads_objects() {
    fn is_closed(path: &Path, mode: u32) {
        let found = std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        assert_eq!(found, mode, "{}", path.display());
    }
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        upload.sends_well(1).await;
        let folder = school.data().join("objects");
        let unfinished = folder.join(".uploads").join(&upload.id);
        for closed in [&folder, &folder.join(".uploads"), &unfinished] {
            is_closed(closed, 0o700);
        }
        for name in ["file", "about.json", "1.tag"] {
            is_closed(&unfinished.join(name), 0o600);
        }
        keeps_the_film(&school).await;
        is_closed(&folder.join("videos/7"), 0o700);
        is_closed(&folder.join(KEY), 0o600);
    });
}

#[test]
fn a_url_works_until_its_time_is_over() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        let url = upload.url(1);
        school.later(i64::from(AN_HOUR_S) - 60);
        assert_eq!(puts(&school, &url, part(1)).await.status(), StatusCode::OK);
        school.later(60);
        assert_eq!(puts(&school, &url, part(1)).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(upload.parts().await.len(), 1);
        keeps_the_film(&school).await;
        let url = play_url(&school);
        assert_eq!(school.http.get(&url).send().await.unwrap().status(), StatusCode::OK);
        school.later(i64::from(AN_HOUR_S));
        let response = school.http.get(&url).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(response.json::<serde_json::Value>().await.unwrap()["error"]["code"], "FORBIDDEN");
    });
}

#[test]
fn a_url_is_for_one_use_of_one_object() {
    on_both(|school| async move {
        keeps_the_film(&school).await;
        let upload = Upload::begins(&school).await;
        let other = Upload::begins(&school).await;
        let (url, play) = (upload.url(1), play_url(&school));
        let without_query = |url: &str| url.split('?').next().unwrap().to_owned();
        let gets = [
            play.replace("a-film", "b-film"),
            play.replace("X-Amz-Expires=3600", "X-Amz-Expires=9999"),
            play.replace("X-Amz-Signature=", "X-Amz-Signature=0"),
            format!("{play}&partNumber=1&uploadId={}", upload.id),
            format!("{play}&x=1"),
            without_query(&play),
            url.clone(),
        ];
        for refused in gets {
            let response = school.http.get(&refused).send().await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{refused}");
        }
        let puts_to = [
            url.replace("a-film", "b-film"),
            url.replace("partNumber=1", "partNumber=2"),
            url.replace(&upload.id, &other.id),
            url.replace("X-Amz-Date=2", "X-Amz-Date=3"),
            format!("{url}&partNumber=2"),
            without_query(&url),
            play.clone(),
        ];
        for refused in puts_to {
            assert_eq!(puts(&school, &refused, part(1)).await.status(), StatusCode::FORBIDDEN, "{refused}");
        }
        assert_eq!((upload.parts().await.len(), other.parts().await.len()), (0, 0));
        let deletes = school.http.delete(&play).send().await.unwrap();
        assert_eq!(deletes.status(), StatusCode::METHOD_NOT_ALLOWED);
        // Another school signs with another secret.
        let stranger = Objects::in_folder(&school.data(), [7; 32]);
        let forged = stranger.play_url(KEY, AN_HOUR_S, school.app.now_ms(), &school.url(""));
        assert_eq!(school.http.get(&forged).send().await.unwrap().status(), StatusCode::FORBIDDEN);
        assert_eq!(school.http.get(&play).send().await.unwrap().status(), StatusCode::OK);
    });
}

#[test]
fn keys_that_are_none_of_ours_lead_nowhere() {
    on_both(|school| async move {
        keeps_the_film(&school).await;
        std::fs::write(school.data().join("secret"), "of the school").unwrap();
        let hostile = [
            "../secret",
            "videos/../../secret",
            "videos/7/../7/a-film.mp4",
            "videos//7/a-film.mp4",
            "/videos/7/a-film.mp4",
            ".uploads/x/file",
            "",
            "비디오/강의.mp4",
            "videos/7/강의 1.mp4",
            "videos/7/a\0film.mp4",
            &"a".repeat(300),
        ];
        for key in hostile {
            let new = NewObject { key: key.into(), bytes: 10, part_bytes: 10 };
            assert!(matches!(objects(&school).begin(&new).await, Err(Error::NotFound(_))), "{key:?}");
            assert_eq!(objects(&school).bytes(key).await.unwrap(), None, "{key:?}");
            objects(&school).delete(key).await.unwrap();
            assert_eq!(objects(&school).parts(key, "../../secret", 9).await.unwrap(), None);
            objects(&school).abort(key, "../..").await.unwrap();
        }
        // Not even if one signs them.
        let signed = objects(&school).play_url("../secret", AN_HOUR_S, school.app.now_ms(), "");
        let (_, query) = signed.split_once('?').unwrap();
        let paths = [
            "/objects/../secret",
            "/objects/%2e%2e/secret",
            "/objects/%2E%2E%2Fsecret",
            "/objects/videos/%2e%2e/%2e%2e/secret",
            "/objects//secret",
            "/objects/.uploads/about.json",
            "/objects/%EB%B9%84%EB%94%94%EC%98%A4/%EA%B0%95%EC%9D%98.mp4",
            "/objects/a%00b",
            "/objects/",
            "/objects",
        ];
        for path in paths {
            for method in ["GET", "PUT"] {
                let head = format!("{method} {path}?{query} HTTP/1.1\r\nContent-Length: 0");
                assert_eq!(status_of_raw(&school, &head).await, 404, "{method} {path}");
            }
        }
        assert_eq!(std::fs::read_to_string(school.data().join("secret")).unwrap(), "of the school");
        assert_eq!(objects(&school).bytes(KEY).await.unwrap(), Some(ALL_BYTES as u64));
    });
}

#[test]
fn a_part_has_the_size_that_was_announced() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        for (number, bytes) in [(1, 0), (1, PART_BYTES - 1), (1, PART_BYTES + 1), (3, PART_BYTES), (3, LAST_BYTES - 1)]
        {
            let status = upload.sends(number, vec![0; bytes]).await.status();
            assert_eq!(status, StatusCode::BAD_REQUEST, "part {number} of {bytes} bytes");
        }
        for number in [0, 4, u16::MAX] {
            assert_eq!(upload.sends(number, vec![0; PART_BYTES]).await.status(), StatusCode::NOT_FOUND, "{number}");
        }
        // Without a length that is told before.
        let head = format!("PUT {} HTTP/1.1\r\nTransfer-Encoding: chunked", upload.path(1));
        let mut tcp = begins_raw(&school, &head, b"5\r\nhello\r\n0\r\n\r\n").await;
        let mut answer = Vec::new();
        tcp.read_to_end(&mut answer).await.unwrap();
        assert_eq!(status_in(&answer), 400);
        assert!(upload.parts().await.is_empty());
    });
}

#[test]
fn an_upload_is_complete_with_the_parts_that_were_sent_and_no_others() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        let (first, second) = (upload.sends_well(1).await, upload.sends_well(2).await);
        let is_incomplete = async |tags: &[(u16, String)]| {
            assert!(matches!(upload.completes(tags).await, Err(Error::UploadIncomplete)), "{tags:?}");
        };
        is_incomplete(&upload.parts().await).await;
        is_incomplete(&[(1, first.clone()), (2, second.clone()), (3, first.clone())]).await;
        let third = upload.sends_well(3).await;
        let whole = [(1, first.clone()), (2, second.clone()), (3, third.clone())];
        is_incomplete(&[]).await;
        is_incomplete(&whole[..2]).await;
        is_incomplete(&whole[1..]).await;
        is_incomplete(&[(1, second), (2, first), (3, third.clone())]).await;
        is_incomplete(&[whole[1].clone(), whole[0].clone(), whole[2].clone()]).await;
        is_incomplete(&[&whole[..], &whole[2..]].concat()).await;

        // A part that is sent again takes the place of the one before, and of its tag.
        let other = upload.sends(3, vec![9; LAST_BYTES]).await;
        assert_ne!(other.headers()["etag"].to_str().unwrap().trim_matches('"'), third);
        is_incomplete(&whole).await;
        assert_eq!(upload.sends_well(3).await, third);
        upload.completes(&whole).await.unwrap();
        assert!(matches!(upload.completes(&whole).await, Err(Error::NotFound(_))));
        assert!(school.http.get(play_url(&school)).send().await.unwrap().bytes().await.unwrap() == film());
    });
}

#[test]
fn a_part_that_is_still_coming_is_nobody_elses() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        for number in 1..=3 {
            upload.sends_well(number).await;
        }
        let whole = upload.parts().await;
        let unfinished = stops_on_the_way(&upload).await;
        // Neither the old part counts any more, nor the new one yet.
        until("the part is begun anew", async || (upload.parts().await.len() == 2).then_some(())).await;
        assert_eq!(upload.sends(1, part(1)).await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(matches!(upload.completes(&whole).await, Err(Error::Busy { .. })));
        drop(unfinished);
        let again = async || (upload.sends(1, part(1)).await.status() == StatusCode::OK).then_some(());
        until("the sender who hung up is forgotten", again).await;
        assert_eq!(upload.parts().await, whole);
        upload.completes(&whole).await.unwrap();
        assert!(school.http.get(play_url(&school)).send().await.unwrap().bytes().await.unwrap() == film());
    });
}

#[test]
fn a_part_that_comes_too_slowly_is_cut() {
    // Once is enough for what takes ten seconds.
    on(Backend::Sqlite, &[], |school| async move {
        let upload = Upload::begins(&school).await;
        let mut slow = stops_on_the_way(&upload).await;
        let mut answer = Vec::new();
        slow.read_to_end(&mut answer).await.unwrap();
        assert_eq!(status_in(&answer), 503);
        assert!(upload.parts().await.is_empty());
        upload.sends_well(1).await;
    });
}

#[test]
fn an_upload_that_is_given_up_leaves_nothing() {
    on_both(|school| async move {
        let upload = Upload::begins(&school).await;
        upload.sends_well(1).await;
        objects(&school).abort("videos/7/another.mp4", &upload.id).await.unwrap();
        assert_eq!(upload.parts().await.len(), 1);
        for _ in 0..2 {
            objects(&school).abort(KEY, &upload.id).await.unwrap();
        }
        assert_eq!(objects(&school).parts(KEY, &upload.id, 3).await.unwrap(), None);
        assert_eq!(upload.sends(2, part(2)).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(std::fs::read_dir(school.data().join("objects/.uploads")).unwrap().count(), 0);
    });
}

#[test]
fn an_upload_for_which_there_is_no_room_does_not_begin() {
    on_both(|school| async move {
        let new = NewObject { key: KEY.into(), bytes: 1 << 60, part_bytes: 1 << 50 };
        assert!(matches!(objects(&school).begin(&new).await, Err(Error::Busy { .. })));
        assert_eq!(std::fs::read_dir(school.data().join("objects/.uploads")).unwrap().count(), 0);
    });
}

#[test]
fn a_video_is_read_in_ranges() {
    on_both(|school| async move {
        keeps_the_film(&school).await;
        let film = film();
        let last = ALL_BYTES - 1;
        for (range, first, last) in [
            ("bytes=0-1".to_owned(), 0, 1),
            ("bytes=0-".to_owned(), 0, last),
            ("bytes=100-399999".to_owned(), 100, 399_999),
            (format!("bytes={last}-"), last, last),
            (format!("bytes=500000-{}", ALL_BYTES + 10), 500_000, last),
            ("bytes=-7".to_owned(), ALL_BYTES - 7, last),
        ] {
            let response = asks_for(&school, &range).await;
            assert_eq!(response.status(), StatusCode::PARTIAL_CONTENT, "{range}");
            let headers = response.headers();
            assert_eq!(headers["content-range"], format!("bytes {first}-{last}/{ALL_BYTES}").as_str());
            assert_eq!(headers["content-length"], (last - first + 1).to_string().as_str());
            assert_eq!(headers["accept-ranges"], "bytes");
            assert!(response.bytes().await.unwrap() == film[first..=last], "{range}");
        }
        for range in [format!("bytes={ALL_BYTES}-"), "bytes=-0".to_owned()] {
            let response = asks_for(&school, &range).await;
            assert_eq!(response.status(), StatusCode::RANGE_NOT_SATISFIABLE, "{range}");
            assert_eq!(response.headers()["content-range"], format!("bytes */{ALL_BYTES}").as_str());
            assert!(response.bytes().await.unwrap().is_empty());
        }
        for range in ["bytes=0-1,5-6", "bytes=5-4", "lines=1-2"] {
            let response = asks_for(&school, range).await;
            assert_eq!(response.status(), StatusCode::OK, "{range}");
            assert!(response.bytes().await.unwrap() == film);
        }
    });
}

#[test]
fn a_range_is_of_the_object_that_the_reader_knows() {
    on_both(|school| async move {
        keeps_the_film(&school).await;
        let head = school.http.head(play_url(&school)).send().await.unwrap();
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(head.headers()["content-length"], ALL_BYTES.to_string().as_str());
        let tag = head.headers()["etag"].to_str().unwrap().to_owned();
        assert!(head.bytes().await.unwrap().is_empty());
        for (known, status) in [(tag.as_str(), StatusCode::PARTIAL_CONTENT), ("\"another\"", StatusCode::OK)] {
            let request = school.http.get(play_url(&school)).header("range", "bytes=5-9").header("if-range", known);
            assert_eq!(request.send().await.unwrap().status(), status, "{known}");
        }
        let head = school.http.head(play_url(&school)).header("range", "bytes=5-9").send().await.unwrap();
        assert_eq!(head.status(), StatusCode::PARTIAL_CONTENT);
        assert_eq!(head.headers()["content-length"], "5");
    });
}

#[test]
fn pages_of_other_sites_send_parts_only_if_the_settings_name_them() {
    on_both_with(&["--cors-origins", "https://school.example"], |school| async move {
        let upload = Upload::begins(&school).await;
        for (origin, is_allowed) in [("https://school.example", true), ("https://elsewhere.example", false)] {
            let asks = school.http.request(Method::OPTIONS, upload.url(1)).header("origin", origin);
            let response = asks.header("access-control-request-method", "PUT").send().await.unwrap();
            let allowed = response.headers().get("access-control-allow-origin");
            assert_eq!(allowed.is_some_and(|allowed| allowed == origin), is_allowed, "{origin}");
        }
        let sends = school.http.put(upload.url(1)).header("origin", "https://school.example").body(part(1));
        let response = sends.send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let exposed = response.headers()["access-control-expose-headers"].to_str().unwrap().to_lowercase();
        assert!(exposed.contains("etag"), "{exposed}");
    });
}
