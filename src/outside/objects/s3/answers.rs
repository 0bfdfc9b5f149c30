//! Answers of a bucket, in XML.

use hyper::header;
use instant_xml::FromXml;

use crate::outside::http_client::RawAnswer;

const S3_NAMES: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

const CODE_MAX_BYTES: usize = 64;
const UPLOAD_ID_MAX_BYTES: usize = 1_024;

#[derive(FromXml)]
#[xml(rename = "Error")]
struct StoreError {
    #[xml(rename = "Code")]
    code: String,
}

/// The same as some stores send it.
#[derive(FromXml)]
#[xml(rename = "Error", ns(S3_NAMES))]
struct NamedStoreError {
    #[xml(rename = "Code")]
    code: String,
}

/// Returns the code of an error, such as `NoSuchUpload`; an answer that is no error, or says nothing, has none. It is written
/// to the log, so it is short and plain.
pub(super) fn error_code(answer: &RawAnswer) -> String {
    let Some(text) = text(answer) else { return String::new() };
    let bare = instant_xml::from_str::<StoreError>(text).map(|error| error.code);
    let code = bare.or_else(|_| instant_xml::from_str::<NamedStoreError>(text).map(|error| error.code));
    let is_plain = |code: &String| code.len() <= CODE_MAX_BYTES && code.bytes().all(|b| b.is_ascii_alphanumeric());
    code.ok().filter(is_plain).unwrap_or_default()
}

/// Tells whether the store's id of an upload can be kept.
pub(super) fn is_upload_id(id: &str) -> bool {
    (1..=UPLOAD_ID_MAX_BYTES).contains(&id.len())
}

pub(super) fn text(answer: &RawAnswer) -> Option<&str> {
    str::from_utf8(&answer.body).ok()
}

#[derive(FromXml)]
#[xml(rename = "ListMultipartUploadsResult", ns(S3_NAMES))]
struct UploadList {
    uploads: Vec<ListedUpload>,
}

#[derive(FromXml)]
#[xml(rename = "Upload", ns(S3_NAMES))]
struct ListedUpload {
    #[xml(rename = "Key")]
    key: String,
    #[xml(rename = "UploadId")]
    upload_id: String,
}

/// Reads the ids of the unfinished uploads of one key from a list of uploads. `None` if the answer is no such list.
pub(super) fn uploads_of(key: &str, answer: &RawAnswer) -> Option<Vec<String>> {
    let list: UploadList = instant_xml::from_str(text(answer)?).ok()?;
    let of_key = list.uploads.into_iter().filter(|upload| upload.key == key && is_upload_id(&upload.upload_id));
    Some(of_key.map(|upload| upload.upload_id).collect())
}

/// The bytes of an object that an answer has, and how many the object has in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ContentRange {
    pub first: u64,
    pub last: u64,
    pub object_bytes: u64,
}

/// Reads `Content-Range`, such as `bytes 0-99/1234`.
pub(super) fn range_of(answer: &RawAnswer) -> Option<ContentRange> {
    let range = answer.headers.get(header::CONTENT_RANGE)?.to_str().ok()?.strip_prefix("bytes ")?;
    let (ends, object_bytes) = range.split_once('/')?;
    let (first, last) = ends.split_once('-')?;
    let number = |digits: &str| digits.parse().ok();
    Some(ContentRange { first: number(first)?, last: number(last)?, object_bytes: number(object_bytes)? })
}

/// Tells whether an answer has the bytes that were asked for, or all of them up to the end of the object.
pub(super) fn is_piece(answer: &RawAnswer, from: u64, bytes: usize) -> bool {
    let Some(range) = range_of(answer) else { return false };
    let asked_end = from.saturating_add(bytes as u64);
    range.first == from
        && range.last.checked_add(1) == Some(asked_end.min(range.object_bytes))
        && range.last.checked_sub(from).map(|bytes| bytes + 1) == Some(answer.body.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(body: &str) -> RawAnswer {
        RawAnswer { status: 200, headers: Default::default(), body: body.to_owned().into() }
    }

    #[test]
    fn an_error_is_told_by_its_code() {
        let error = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchUpload</Code><Message>It is <b>gone</b>\
            </Message><UploadId>x</UploadId><RequestId>1</RequestId></Error>";
        assert_eq!(error_code(&answer(error)), "NoSuchUpload");
        assert_eq!(error_code(&answer(&format!("   \n\n{}", &error[38..]))), "NoSuchUpload");
        let named = error.replace("<Error>", &format!("<Error xmlns=\"{S3_NAMES}\">"));
        assert_eq!(error_code(&answer(&named)), "NoSuchUpload");
        for strange in ["No\nSuch", "없음", "a b", &"x".repeat(65)] {
            assert_eq!(error_code(&answer(&error.replace("NoSuchUpload", strange))), "", "{strange}");
        }
        for other in ["", "<html>502</html>", "<Error></Error>", "<Error><Code>", "{}"] {
            assert_eq!(error_code(&answer(other)), "", "{other}");
        }
        assert_eq!(error_code(&RawAnswer { body: vec![0xff, 0xfe].into(), ..answer("") }), "");
    }

    #[test]
    fn a_range_tells_the_size_of_its_object() {
        let range = |text: &str| {
            let headers = [(header::CONTENT_RANGE, text.parse().unwrap())].into_iter().collect();
            range_of(&RawAnswer { headers, ..answer("") })
        };
        assert_eq!(range("bytes 0-99/1234"), Some(ContentRange { first: 0, last: 99, object_bytes: 1234 }));
        for other in ["", "bytes */1234", "bytes 0-99/*", "bytes 0-/9", "0-99/1234", "bytes=0-99/1234"] {
            assert_eq!(range(other), None, "{other}");
        }
        assert_eq!(range_of(&answer("")), None);
    }

    #[test]
    fn a_piece_is_what_was_asked_for() {
        let is_piece_of = |range: &str, body: &str| {
            let headers = [(header::CONTENT_RANGE, range.parse().unwrap())].into_iter().collect();
            is_piece(&RawAnswer { headers, ..answer(body) }, 10, 4)
        };
        assert!(is_piece_of("bytes 10-13/99", "abcd"));
        assert!(is_piece_of("bytes 10-12/13", "abc"), "the object ends there");
        for (range, body) in [
            ("bytes 10-13/99", "abc"),
            ("bytes 10-12/99", "abc"),
            ("bytes 11-14/99", "abcd"),
            ("bytes 0-3/99", "abcd"),
            ("bytes 10-14/99", "abcde"),
            ("bytes 10-9/10", ""),
            ("bytes 10-18446744073709551615/99", "abcd"),
            ("", "abcd"),
        ] {
            assert!(!is_piece_of(range, body), "{range}");
        }
    }

    #[test]
    fn uploads_of_other_keys_are_left_alone() {
        let upload = |key: &str, id: &str| {
            format!("<Upload><Key>{key}</Key><UploadId>{id}</UploadId><StorageClass>STANDARD</StorageClass></Upload>")
        };
        let list = |uploads: &str| {
            let text = format!(
                "<?xml version=\"1.0\"?><ListMultipartUploadsResult xmlns=\"{S3_NAMES}\"><Bucket>b</Bucket>\
                 <MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>{uploads}</ListMultipartUploadsResult>"
            );
            uploads_of("videos/1/a.mp4", &answer(&text))
        };
        let long = "x".repeat(1_025);
        let all = [
            ("videos/1/a.mp4", "first"),
            ("videos/1/a.mp4.bak", "other"),
            ("videos/1/a.mp4", "second"),
            ("videos/1/a.mp4", ""),
            ("videos/1/a.mp4", &long),
        ];
        let all: String = all.iter().map(|(key, id)| upload(key, id)).collect();
        assert_eq!(list(&all).unwrap(), ["first", "second"]);
        assert_eq!(list("").unwrap(), [""; 0]);
        assert_eq!(uploads_of("videos/1/a.mp4", &answer("<Error><Code>NotImplemented</Code></Error>")), None);
    }
}
