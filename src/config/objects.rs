//! Settings of the store of objects, and the keys that a bucket needs.

use std::net::IpAddr;

use clap::Args;
use hyper::Uri;

use super::secret::{SecretText, secret};
use super::switch::Switch;

const BUCKET_MIN_BYTES: usize = 3;
const BUCKET_MAX_BYTES: usize = 63;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ObjectPlace {
    Folder,
    /// The bucket of this name.
    Bucket(String),
}

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Uploaded files")]
pub struct ObjectSettings {
    /// The place of uploaded files: folder (objects in the data folder), or s3://BUCKET in a store that speaks the protocol of S3
    #[arg(long, global = true, env = "GYOSIL_OBJECTS", default_value = "folder", value_parser = place)]
    pub objects: ObjectPlace,
    /// The address of the store, as browsers and this server reach it (default: that of AWS in the region)
    #[arg(long, global = true, env = "GYOSIL_S3_ENDPOINT", value_parser = endpoint)]
    pub s3_endpoint: Option<String>,
    /// The region of the bucket
    #[arg(long, global = true, env = "GYOSIL_S3_REGION", default_value = "us-east-1", value_parser = region)]
    pub s3_region: String,
    /// The id of the access key; @FILE reads it from a file
    #[arg(long, global = true, env = "GYOSIL_S3_KEY", hide_env_values = true, value_parser = secret)]
    pub s3_key: Option<SecretText>,
    /// The secret of the access key; @FILE reads it from a file
    #[arg(long, global = true, env = "GYOSIL_S3_SECRET", hide_env_values = true, value_parser = secret)]
    pub s3_secret: Option<SecretText>,
    /// Writes the bucket into the path of a URL, and not into its host: for MinIO and the like, and for endpoints without a name
    #[arg(long, global = true, env = "GYOSIL_S3_PATH_STYLE", default_value = "off")]
    pub s3_path_style: Switch,
    /// Milliseconds that the store may take for one answer, and twice as many to make one file of its parts
    #[arg(long, global = true, env = "GYOSIL_S3_WITHIN_MS", default_value_t = 6_000, value_parser = clap::value_parser!(u64).range(100..=7_000))]
    pub s3_within_ms: u64,
}

impl ObjectSettings {
    /// Returns the address of the store.
    pub fn endpoint(&self) -> String {
        let usual = || format!("https://s3.{}.amazonaws.com", self.s3_region);
        self.s3_endpoint.clone().unwrap_or_else(usual)
    }

    /// Tells whether browsers let no page of the school reach the store: pages that came by HTTPS ask nobody by HTTP.
    pub fn is_blocked_at(&self, public_url: &str) -> bool {
        let endpoint = self.endpoint();
        let host = endpoint.parse::<Uri>().ok().and_then(|uri| uri.host().map(str::to_owned)).unwrap_or_default();
        let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
        let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
        let is_used = self.objects != ObjectPlace::Folder;
        is_used && public_url.starts_with("https:") && endpoint.starts_with("http:") && !is_here
    }

    /// Tells whether the host of the bucket is in no certificate: `*` there stands for one name without dots.
    fn has_uncertified_host(&self) -> bool {
        let has_dot = matches!(&self.objects, ObjectPlace::Bucket(name) if name.contains('.'));
        has_dot && self.s3_path_style == Switch::Off && self.endpoint().starts_with("https:")
    }

    /// Returns what does not fit, what is missing, or what is no secret. Secrets are not repeated.
    pub(super) fn flaw(&self) -> Option<&'static str> {
        if [&self.s3_key, &self.s3_secret].into_iter().flatten().any(|secret| !secret.is_plain()) {
            return Some("GYOSIL_S3_KEY and GYOSIL_S3_SECRET must each be one line of ASCII without spaces");
        }
        if self.has_uncertified_host() {
            return Some(
                "a bucket with a dot in its name is in no certificate: set GYOSIL_S3_PATH_STYLE=on, or use another bucket",
            );
        }
        let is_missing = self.s3_key.is_none() || self.s3_secret.is_none();
        (self.objects != ObjectPlace::Folder && is_missing)
            .then_some("--objects s3://… needs GYOSIL_S3_KEY and GYOSIL_S3_SECRET")
    }
}

fn place(text: &str) -> Result<ObjectPlace, String> {
    if text == "folder" {
        return Ok(ObjectPlace::Folder);
    }
    let is_bucket = |name: &&str| {
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
        (BUCKET_MIN_BYTES..=BUCKET_MAX_BYTES).contains(&name.len())
            && name.bytes().all(is_plain)
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.ends_with(|c: char| c.is_ascii_alphanumeric())
            && !name.contains("..")
    };
    let bucket = text.strip_prefix("s3://").map(|name| name.trim_end_matches('/')).filter(is_bucket);
    bucket.map(|name| ObjectPlace::Bucket(name.into())).ok_or_else(|| "folder or s3://BUCKET is needed".into())
}

/// Reads the address of a store. The secret never goes there: requests are signed by it.
fn endpoint(text: &str) -> Result<String, String> {
    let bare = text.trim_end_matches('/');
    let fits = bare.parse::<Uri>().is_ok_and(|uri| {
        let has_scheme = matches!(uri.scheme_str(), Some("http" | "https"));
        let has_host = uri.host().is_some_and(|host| !host.is_empty());
        // A path is named in the policy of pages.
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'.' | b'_' | b'~');
        let has_plain_path = uri.path().bytes().all(is_plain);
        has_scheme && has_host && has_plain_path && uri.query().is_none() && !bare.contains('@')
    });
    if fits { Ok(bare.into()) } else { Err("an address such as https://s3.eu-west-1.amazonaws.com is needed".into()) }
}

fn region(text: &str) -> Result<String, String> {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(is_plain);
    if fits { Ok(text.into()) } else { Err("a region such as ap-northeast-2 is needed".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(clap::Parser)]
    struct Settings {
        #[command(flatten)]
        storing: ObjectSettings,
    }

    fn settings(flags: &[&str]) -> ObjectSettings {
        let settings: Settings = clap::Parser::parse_from([&["gyosil"], flags].concat());
        settings.storing
    }

    #[test]
    fn objects_are_in_the_folder_or_in_a_bucket() {
        assert_eq!(place("folder"), Ok(ObjectPlace::Folder));
        for (text, bucket) in [("s3://school", "school"), ("s3://my.school-1/", "my.school-1")] {
            assert_eq!(place(text), Ok(ObjectPlace::Bucket(bucket.into())));
        }
        for bad in ["", "s3", "s3://", "s3://ab", "s3://School", "s3://a/b", "s3://-ab", "s3://a..b", "gs://school"] {
            assert!(place(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_bucket_needs_both_keys_and_no_flaw_repeats_one() {
        let flaw = |flags: &[&str]| settings(flags).flaw();
        let (place, key, secret) = (["--objects", "s3://school"], ["--s3-key", "an-id"], ["--s3-secret", "a-secret"]);
        assert_eq!(flaw(&[]), None);
        assert_eq!(flaw(&[place, key, secret].concat()), None);
        for flags in [place.to_vec(), [place, key].concat(), [place, secret].concat()] {
            assert!(flaw(&flags).unwrap().contains("needs GYOSIL_S3_KEY and GYOSIL_S3_SECRET"), "{flags:?}");
        }
        let dotted = [&["--objects", "s3://my.school"][..], &key, &secret].concat();
        assert!(flaw(&dotted).unwrap().contains("GYOSIL_S3_PATH_STYLE=on"));
        assert_eq!(flaw(&[&dotted[..], &["--s3-path-style", "on"]].concat()), None);
        assert_eq!(flaw(&[&dotted[..], &["--s3-endpoint", "http://store.example"]].concat()), None);
        let wrong = flaw(&[place, key, ["--s3-secret", "two words"]].concat()).unwrap();
        assert!(!wrong.contains("two words"), "{wrong}");
    }

    #[test]
    fn pages_that_came_by_https_reach_no_store_by_http_but_here() {
        let is_blocked = |flags: &[&str], school: &str| settings(flags).is_blocked_at(school);
        let bucket = ["--objects", "s3://school", "--s3-endpoint"];
        let school = "https://school.example";
        assert!(is_blocked(&[&bucket[..], &["http://store.example:9000"]].concat(), school));
        for endpoint in ["https://store.example", "http://127.0.0.1:9000", "http://[::1]:9000", "http://localhost:9000"]
        {
            assert!(!is_blocked(&[&bucket[..], &[endpoint]].concat(), school), "{endpoint}");
        }
        assert!(!is_blocked(&[&bucket[..], &["http://store.example"]].concat(), "http://school.example"));
        assert!(!is_blocked(&["--s3-endpoint", "http://store.example"], school));
    }

    #[test]
    fn an_endpoint_is_an_address_without_a_login() {
        for good in ["https://s3.amazonaws.com", "http://127.0.0.1:9000/", "https://store.example/s3"] {
            assert_eq!(endpoint(good).as_deref(), Ok(good.trim_end_matches('/')));
        }
        let strange = ["https://a.example/?x=1", "https://a.example/a;b", "https://a.example/a,b", ""];
        for bad in [&["s3.amazonaws.com", "ftp://a.example", "https://key:secret@a.example"], &strange[..]].concat() {
            assert!(endpoint(bad).is_err(), "{bad}");
        }
    }
}
