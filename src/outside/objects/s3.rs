//! Objects in a bucket of S3, or of a store that speaks its protocol. Browsers send parts to the store and read from it by presigned
//! URLs; this server only begins, looks, completes and deletes, and signs its own requests in the same way.
//!
//! The store's answers decide what has happened. An answer that does not come, or that nobody expects, changes nothing here: the
//! caller is told to try again.

mod answers;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use hyper::header::{self, HeaderName};
use hyper::{Method, StatusCode};
use jiff::Timestamp;
use rusty_s3::actions::{CompleteMultipartUploadResponse, CreateMultipartUpload, ListParts};
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};
use tokio::sync::Semaphore;

use self::answers::{error_code, text};
use super::parts::{NewObject, PartToSend, StoredPart, content_type, is_key};
use crate::clock::{Clock, MINUTE_MS};
use crate::config::{ObjectSettings, SecretText, Switch};
use crate::error::{Error, Noun, Result};
use crate::outside::http_client::{AnswerLimits, HttpAsk, HttpClient, NoAnswer, RawAnswer};

/// Seconds after which a store that gave no answer may be asked again.
const RETRY_AFTER_S: u64 = 10;
/// Seconds after which some of the requests under way may be over.
const BUSY_RETRY_AFTER_S: u64 = 2;
/// The time for which a request of this server is good. It is sent at once; the clocks may differ.
const OWN_URL_FOR: Duration = Duration::from_secs(900);
/// Requests of this server that are under way at once.
const REQUESTS_AT_ONCE_MAX: usize = 64;
const ANSWER_MAX_BYTES: usize = 2 << 20;
/// S3 takes no smaller part, but for the last one.
const PART_MIN_BYTES: u64 = 5 << 20;
const PARTS_MAX: u16 = 10_000;

pub struct S3Store {
    bucket: Bucket,
    credentials: Credentials,
    client: HttpClient,
    within: Duration,
    clock: Clock,
    places: Semaphore,
    /// The time at which the log was last told that all places are taken.
    busy_logged_ms: AtomicI64,
}

/// The parts of a request besides its URL, and the limits of its answer.
struct Request<'a> {
    headers: &'a [(HeaderName, &'a str)],
    body: Bytes,
    limits: AnswerLimits,
}

impl S3Store {
    pub(super) fn new(name: &str, settings: &ObjectSettings, clock: Clock) -> Result<S3Store> {
        let endpoint = settings.endpoint();
        let flaw = |why: &dyn std::fmt::Display| {
            let advice = "if the endpoint has no name, or the bucket a dot, set GYOSIL_S3_PATH_STYLE=on";
            Error::internal(format!("the bucket {name} has no address at {endpoint} ({why}): {advice}"))
        };
        let style = if settings.s3_path_style == Switch::On { UrlStyle::Path } else { UrlStyle::VirtualHost };
        let address = endpoint.parse().map_err(|why| flaw(&why))?;
        let bucket =
            Bucket::new(address, style, name.to_owned(), settings.s3_region.clone()).map_err(|why| flaw(&why))?;
        let secret = |secret: &Option<SecretText>| secret.as_ref().map(SecretText::text).unwrap_or_default().to_owned();
        let within = Duration::from_millis(settings.s3_within_ms);
        Ok(S3Store {
            client: HttpClient::new(bucket.base_url().as_str(), within)?,
            credentials: Credentials::new(secret(&settings.s3_key), secret(&settings.s3_secret)),
            bucket,
            within,
            clock,
            places: Semaphore::new(REQUESTS_AT_ONCE_MAX),
            busy_logged_ms: AtomicI64::new(0),
        })
    }

    pub(super) fn base_url(&self) -> &str {
        self.bucket.base_url().as_str()
    }

    pub(super) async fn begin(&self, new: &NewObject) -> Result<String> {
        let parts = new.parts().filter(|parts| *parts <= PARTS_MAX && is_key(&new.key));
        if parts.is_none_or(|parts| parts > 1 && new.part_bytes < PART_MIN_BYTES) {
            return Err(Error::internal("an upload that S3 would not take"));
        }
        let about = [
            (header::CACHE_CONTROL, "private, no-store"),
            (header::CONTENT_DISPOSITION, "inline"),
            (header::CONTENT_TYPE, content_type(&new.key)),
        ];
        let mut action = self.bucket.create_multipart_upload(Some(&self.credentials), &new.key);
        for (name, value) in &about {
            action.headers_mut().insert(name.as_str(), *value);
        }
        let answer = self.send(&action, Request { headers: &about, ..self.plain() }).await?;
        let begun = text(&answer).and_then(|text| CreateMultipartUpload::parse_response(text).ok());
        let upload = begun.map(|begun| begun.upload_id().to_owned()).filter(|upload| answers::is_upload_id(upload));
        upload.ok_or_else(|| refused("begin an upload", &answer))
    }

    /// Signs the length of the part, too: the store takes no other.
    pub(super) fn part_url(&self, part: PartToSend<'_>, for_s: u32, now_ms: i64) -> String {
        let mut action = self.bucket.upload_part(Some(&self.credentials), part.key, part.number, part.upload);
        action.headers_mut().insert(header::CONTENT_LENGTH.as_str(), part.bytes.to_string());
        action.sign_with_time(seconds(for_s), &instant(now_ms)).into()
    }

    pub(super) fn play_url(&self, key: &str, for_s: u32, now_ms: i64) -> String {
        let action = self.bucket.get_object(Some(&self.credentials), key);
        action.sign_with_time(seconds(for_s), &instant(now_ms)).into()
    }

    pub(super) async fn parts(&self, key: &str, upload: &str, most: u16) -> Result<Option<Vec<StoredPart>>> {
        // An upload whose begin the store has not answered.
        if upload.is_empty() || !is_key(key) {
            return Ok(None);
        }
        let mut found = BTreeMap::new();
        let mut behind = 0;
        // The store lists a thousand parts at once, or fewer, but one at least.
        for _ in 0..most.clamp(1, PARTS_MAX) {
            let mut action = self.bucket.list_parts(Some(&self.credentials), key, upload);
            if behind > 0 {
                action.set_part_number_marker(behind);
            }
            let answer = self.send(&action, self.plain()).await?;
            if is_missing(&answer, "NoSuchUpload") {
                return Ok(None);
            }
            let list = text(&answer).and_then(|text| ListParts::parse_response(text).ok());
            let list = list.ok_or_else(|| refused("list the parts of an upload", &answer))?;
            for part in list.parts {
                let tag = part.etag.trim_matches('"').to_owned();
                found.insert(part.number, StoredPart { number: part.number, tag, bytes: part.size });
            }
            match list.next_part_number_marker {
                Some(next) if next > behind => behind = next,
                _ => break,
            }
        }
        Ok(Some(found.into_values().collect()))
    }

    pub(super) async fn complete(&self, key: &str, upload: &str, tags: &[(u16, String)]) -> Result<()> {
        let is_row = tags.len() <= usize::from(PARTS_MAX) && tags.iter().map(|(number, _)| *number).eq(1..=count(tags));
        if tags.is_empty() || !is_row {
            return Err(Error::UploadIncomplete);
        }
        let quoted: Vec<String> = tags.iter().map(|(_, tag)| format!("\"{tag}\"")).collect();
        let etags = quoted.iter().map(String::as_str);
        let action = self.bucket.complete_multipart_upload(Some(&self.credentials), key, upload, etags);
        let limits = AnswerLimits { within: 2 * self.within, bytes: ANSWER_MAX_BYTES };
        let headers = &[(header::CONTENT_TYPE, "application/xml")];
        let answer = self.send(&action, Request { headers, body: action.clone().body().into(), limits }).await?;
        // The store begins to answer before it has done it: an error may come with the status 200.
        if text(&answer).is_some_and(|text| CompleteMultipartUploadResponse::parse(text).is_ok()) {
            return Ok(());
        }
        match error_code(&answer).as_str() {
            "InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" => Err(Error::UploadIncomplete),
            "NoSuchUpload" => Err(Error::NotFound(Noun::Upload)),
            _ => Err(refused("complete an upload", &answer)),
        }
    }

    pub(super) async fn put(&self, key: &str, content: Bytes) -> Result<()> {
        if !is_key(key) {
            return Err(Error::internal("an object that S3 would not take"));
        }
        let about = [(header::CACHE_CONTROL, "private, no-store"), (header::CONTENT_TYPE, content_type(key))];
        let mut action = self.bucket.put_object(Some(&self.credentials), key);
        for (name, value) in &about {
            action.headers_mut().insert(name.as_str(), *value);
        }
        let answer = self.send(&action, Request { headers: &about, body: content, ..self.plain() }).await?;
        if is_success(&answer) { Ok(()) } else { Err(refused("store an object", &answer)) }
    }

    /// Aborts an upload. Without its id, which a crash has lost, all uploads of the key are aborted.
    pub(super) async fn abort(&self, key: &str, upload: &str) -> Result<()> {
        let uploads = if upload.is_empty() { self.uploads_of(key).await? } else { vec![upload.to_owned()] };
        for upload in uploads {
            let action = self.bucket.abort_multipart_upload(Some(&self.credentials), key, &upload);
            let answer = self.send(&action, self.plain()).await?;
            if !is_success(&answer) && !is_missing(&answer, "NoSuchUpload") {
                return Err(kept("abort an upload", &answer));
            }
        }
        Ok(())
    }

    async fn uploads_of(&self, key: &str) -> Result<Vec<String>> {
        if !is_key(key) {
            return Ok(Vec::new());
        }
        // The empty key is the bucket itself.
        let mut action = self.bucket.get_object(Some(&self.credentials), "");
        action.query_mut().insert("prefix", key);
        action.query_mut().insert("uploads", "");
        let answer = self.send(&action, self.plain()).await?;
        if let Some(uploads) = answers::uploads_of(key, &answer) {
            return Ok(uploads);
        }
        let why = (answer.status, error_code(&answer));
        if matches!(answer.status, 403 | 405 | 501) {
            tracing::warn!(
                ?why,
                key,
                "the store does not list uploads: what is left of this one is its lifecycle rule's"
            );
            return Ok(Vec::new());
        }
        Err(kept("list uploads", &answer))
    }

    pub(super) async fn bytes(&self, key: &str) -> Result<Option<u64>> {
        if !is_key(key) {
            return Ok(None);
        }
        // A refusal of HEAD has no body, and so no code: a proxy's 404 would look like the store's.
        let answer = self.piece(key, 0, 1).await?;
        match answers::range_of(&answer).filter(|_| answer.status == 206 && answers::is_piece(&answer, 0, 1)) {
            Some(range) => Ok(Some(range.object_bytes)),
            None if error_code(&answer) == "InvalidRange" => Ok(Some(0)),
            None if is_missing(&answer, "NoSuchKey") => Ok(None),
            None => Err(refused("tell the size of an object", &answer)),
        }
    }

    /// Reads at most so many bytes.
    pub(super) async fn read(&self, key: &str, from: u64, bytes: usize) -> Result<Bytes> {
        if bytes == 0 || !is_key(key) {
            return Ok(Bytes::new());
        }
        let answer = self.piece(key, from, bytes).await?;
        match StatusCode::from_u16(answer.status) {
            Ok(StatusCode::PARTIAL_CONTENT) if answers::is_piece(&answer, from, bytes) => Ok(answer.body),
            Ok(StatusCode::RANGE_NOT_SATISFIABLE) => Ok(Bytes::new()),
            _ if is_missing(&answer, "NoSuchKey") => Err(Error::NotFound(Noun::Video)),
            _ => Err(refused("read a piece of an object", &answer)),
        }
    }

    async fn piece(&self, key: &str, from: u64, bytes: usize) -> Result<RawAnswer> {
        let last = from.saturating_add(bytes as u64).saturating_sub(1);
        let range = format!("bytes={from}-{last}");
        let headers = &[(header::RANGE, range.as_str())];
        // An error may be longer than a few bytes.
        let limits = AnswerLimits { within: self.within, bytes: bytes.max(ANSWER_MAX_BYTES) };
        let action = self.bucket.get_object(Some(&self.credentials), key);
        self.send(&action, Request { headers, body: Bytes::new(), limits }).await
    }

    pub(super) async fn delete(&self, key: &str) -> Result<()> {
        if !is_key(key) {
            return Ok(());
        }
        let answer = self.send(&self.bucket.delete_object(Some(&self.credentials), key), self.plain()).await?;
        let is_deleted = is_success(&answer) || is_missing(&answer, "NoSuchKey");
        if is_deleted { Ok(()) } else { Err(kept("delete an object", &answer)) }
    }

    fn plain(&self) -> Request<'static> {
        let limits = AnswerLimits { within: self.within, bytes: ANSWER_MAX_BYTES };
        Request { headers: &[], body: Bytes::new(), limits }
    }

    async fn send<'a, A: S3Action<'a>>(&self, action: &A, request: Request<'_>) -> Result<RawAnswer> {
        let _one_of_few = self.places.try_acquire().map_err(|_| self.busy())?;
        let url = action.sign_with_time(OWN_URL_FOR, &instant(self.clock.now_ms()));
        let path = format!("{}?{}", url.path(), url.query().unwrap_or_default());
        let method = Method::from_bytes(A::METHOD.to_str().as_bytes()).map_err(Error::internal)?;
        let ask = HttpAsk { method, path: &path, headers: request.headers, body: request.body };
        self.client.send(ask, request.limits).await.map_err(|NoAnswer(why)| away(&why))
    }

    /// Returns the error for a request that was not sent, since so many of this server are under way. Logs it at most once a minute.
    fn busy(&self) -> Error {
        let now_ms = self.clock.now_ms();
        if now_ms - self.busy_logged_ms.load(Ordering::Relaxed) >= MINUTE_MS {
            self.busy_logged_ms.store(now_ms, Ordering::Relaxed);
            tracing::warn!(REQUESTS_AT_ONCE_MAX, "this server asks the store of objects too much at once");
        }
        Error::Busy { retry_after_s: BUSY_RETRY_AFTER_S }
    }
}

fn count(tags: &[(u16, String)]) -> u16 {
    u16::try_from(tags.len()).unwrap_or(u16::MAX)
}

fn seconds(for_s: u32) -> Duration {
    Duration::from_secs(for_s.into())
}

fn instant(now_ms: i64) -> Timestamp {
    Timestamp::from_millisecond(now_ms).unwrap_or_default()
}

fn is_success(answer: &RawAnswer) -> bool {
    (200..300).contains(&answer.status)
}

/// Tells whether the store says that an upload or an object is not there. Others answer 404, too: a proxy before it, or a store
/// that has lost its bucket.
fn is_missing(answer: &RawAnswer, code: &str) -> bool {
    answer.status == 404 && error_code(answer) == code
}

fn away(why: &str) -> Error {
    tracing::warn!(why, "the store of objects gave no answer");
    Error::StoreAway { retry_after_s: RETRY_AFTER_S }
}

/// Returns the error for an answer that says no, and tells the log what the store says.
fn refused(what: &str, answer: &RawAnswer) -> Error {
    let (status, code) = (answer.status, error_code(answer));
    if is_away(answer) {
        tracing::warn!(status, code, "the store of objects could not {what}");
    } else {
        tracing::error!(
            status,
            code,
            "the store of objects does not {what}: look at the bucket, its keys and its rights"
        );
    }
    Error::StoreAway { retry_after_s: RETRY_AFTER_S }
}

/// Returns the error for something that the store does not remove. Only `StoreAway` says that it removes nothing else, either.
fn kept(what: &str, answer: &RawAnswer) -> Error {
    let refused = refused(what, answer);
    if is_away(answer) {
        return refused;
    }
    Error::internal(format!("the store does not {what}: {} {}", answer.status, error_code(answer)))
}

/// Tells whether an answer says nothing about the request itself. It may have the status 200, and it may not be the store's.
fn is_away(answer: &RawAnswer) -> bool {
    let code = error_code(answer);
    answer.status >= 500 || matches!(code.as_str(), "" | "InternalError" | "SlowDown" | "ServiceUnavailable")
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use jiff::tz::TimeZone;

    use super::*;

    #[derive(Parser)]
    struct Settings {
        #[command(flatten)]
        storing: ObjectSettings,
    }

    fn store(flags: &[&str]) -> Result<S3Store> {
        let keys = ["gyosil", "--s3-key", "an-id", "--s3-secret", "a-secret"];
        let settings = Settings::parse_from([&keys[..], flags].concat()).storing;
        S3Store::new("school", &settings, Clock::new(TimeZone::UTC))
    }

    #[test]
    fn a_store_is_away_when_its_answer_is_not_about_the_request() {
        let answer = |status, code: &str| {
            let body = format!("<Error><Code>{code}</Code></Error>").into();
            RawAnswer { status, headers: Default::default(), body }
        };
        for (status, code, is_over) in [
            (500, "InternalError", true),
            (503, "NoSuchUpload", true),
            (200, "InternalError", true),
            (200, "SlowDown", true),
            (404, "", true),
            (403, "AccessDenied", false),
            (404, "NoSuchBucket", false),
        ] {
            let error = kept("delete an object", &answer(status, code));
            assert_eq!(matches!(error, Error::StoreAway { .. }), is_over, "{status} {code}");
        }
        assert!(is_missing(&answer(404, "NoSuchKey"), "NoSuchKey"));
        for (status, code) in [(404, ""), (404, "NoSuchBucket"), (403, "NoSuchKey")] {
            assert!(!is_missing(&answer(status, code), "NoSuchKey"), "{status} {code}");
        }
    }

    #[test]
    fn a_bucket_is_in_the_host_or_in_the_path() {
        for (flags, origin, path) in [
            (&["--s3-region", "ap-northeast-2"][..], "https://school.s3.ap-northeast-2.amazonaws.com", "/"),
            (&["--s3-endpoint", "https://store.example:9000/"], "https://school.store.example:9000", "/"),
            (&["--s3-endpoint", "http://127.0.0.1:9000", "--s3-path-style", "on"], "http://127.0.0.1:9000", "/school/"),
        ] {
            let store = store(flags).unwrap();
            let part = PartToSend { key: "videos/7/a.mp4", upload: "an+upload/1", number: 3, bytes: 9 };
            let url = store.part_url(part, 60, 1_369_353_600_000);
            let (place, query) = url.split_once('?').unwrap();
            let base_url = format!("{origin}{path}");
            assert_eq!((store.base_url(), place), (base_url.as_str(), format!("{base_url}videos/7/a.mp4").as_str()));
            for word in [
                "X-Amz-Date=20130524T000000Z",
                "X-Amz-Expires=60",
                "X-Amz-SignedHeaders=content-length%3Bhost",
                "partNumber=3",
                "uploadId=an%2Bupload%2F1",
                "X-Amz-Credential=an-id%2F20130524%2F",
            ] {
                assert!(query.split('&').any(|pair| pair.starts_with(word)), "{word}: {url}");
            }
            assert!(!url.contains("a-secret"), "{url}");
        }
        let nameless = store(&["--s3-endpoint", "http://127.0.0.1:9000"]).err().unwrap();
        assert!(nameless.to_string().contains("GYOSIL_S3_PATH_STYLE"), "{nameless}");
    }
}
