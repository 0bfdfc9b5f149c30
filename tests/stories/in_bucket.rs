//! Stories of schools whose files are in a bucket.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;

use crate::bucket::Bucket;
use crate::harness::{Backend, School, on, on_both};

/// The buckets of the stories that are told at this moment, by their URLs.
static BUCKETS: Mutex<BTreeMap<String, Bucket>> = Mutex::new(BTreeMap::new());

/// Tells the story on both databases with the files in the data folder, and on both with the files in a bucket.
pub fn on_every_store<F>(story: impl Fn(School) -> F)
where
    F: Future<Output = ()>,
{
    on_both(&story);
    in_bucket(&[], |school, _| story(school));
}

/// Tells the story on both databases, each with an empty bucket. One runtime serves the buckets.
pub fn in_bucket<F>(flags: &[&str], story: impl Fn(School, Bucket) -> F)
where
    F: Future<Output = ()>,
{
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let bucket = runtime.block_on(Bucket::opens(SocketAddr::from(([127, 0, 0, 1], 0))));
        let of_bucket = bucket.flags();
        let flags: Vec<&str> = flags.iter().copied().chain(of_bucket.iter().map(String::as_str)).collect();
        BUCKETS.lock().unwrap().insert(bucket.url(), bucket.clone());
        on(backend, &flags, |school| story(school, bucket.clone()));
        BUCKETS.lock().unwrap().remove(&bucket.url());
    }
    runtime.shutdown_background();
}

/// The bucket in which the files of this school are, if they are in one.
pub fn bucket_of(school: &School) -> Option<Bucket> {
    let url = school.app.objects.base_url()?;
    BUCKETS.lock().unwrap().get(url).cloned()
}
