//! A bucket of S3 on loopback: s3s-fs, which checks signatures and their times, behind a front that does what it leaves out. The
//! front lists uploads and the tags of parts, makes a file only of parts that it has, and misbehaves on demand.

use std::collections::BTreeMap;
use std::future::pending;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use hyper::Response;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::TokioIo;
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::dto::*;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

const NAME: &str = "school";
const KEY: &str = "key-of-the-school";
const SECRET: &str = "secret-of-the-school";
/// Parts on a page of a list: few, so that lists have pages.
const PARTS_OF_PAGE: usize = 2;
const PART_MIN_BYTES: i64 = 5 << 20;

/// Answer of the store to the next requests of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketFault {
    /// Nothing is carried out, and the status is 500.
    Breaks,
    /// Nothing is carried out, and the status is 501.
    KnowsNot,
    /// Nothing is carried out, and no answer comes.
    Hangs,
    /// The request is carried out, and the answer is lost.
    LosesAnswer,
    /// The status is 200, and then an error comes: only of `complete`.
    BreaksLate,
    /// The answer has one byte less than was asked for: only of `read`.
    CutsShort,
    /// The upload is over, and its file comes only when `goes_on` says so: only of `assembling`.
    Waits,
}

struct OpenUpload {
    key: String,
    parts: BTreeMap<i32, Part>,
}

#[derive(Default)]
struct Books {
    uploads: BTreeMap<String, OpenUpload>,
    faults: Vec<(&'static str, BucketFault, usize)>,
    is_hidden: bool,
    /// The beginning of the keys of which nothing may be removed.
    kept: Option<&'static str>,
}

struct Front {
    files: FileSystem,
    books: Arc<Mutex<Books>>,
    completing: tokio::sync::Mutex<()>,
    going_on: Arc<Notify>,
}

#[derive(Clone)]
pub struct Bucket {
    address: SocketAddr,
    folder: Arc<TempDir>,
    books: Arc<Mutex<Books>>,
    going_on: Arc<Notify>,
    service: S3Service,
    accepting: Arc<Mutex<Option<JoinHandle<()>>>>,
    runtime: Handle,
}

impl Bucket {
    pub async fn opens(address: SocketAddr) -> Bucket {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(NAME)).unwrap();
        let books: Arc<Mutex<Books>> = Arc::default();
        let files = FileSystem::new(folder.path()).unwrap();
        let going_on: Arc<Notify> = Arc::default();
        let completing = tokio::sync::Mutex::default();
        let mut service =
            S3ServiceBuilder::new(Front { files, books: books.clone(), completing, going_on: going_on.clone() });
        service.set_auth(SimpleAuth::from_single(KEY, SECRET));
        let mut config = S3Config::default();
        // Stories set their clock forward.
        config.presigned_url_max_skew_time_secs = u32::MAX;
        service.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        let service = service.build();
        let (accepting, runtime) = (Arc::default(), Handle::current());
        let folder = Arc::new(folder);
        let bucket = Bucket { address, folder, books, going_on, service, accepting, runtime };
        Bucket { address: bucket.listens().await, ..bucket }
    }

    async fn listens(&self) -> SocketAddr {
        let listener = self.runtime.spawn(TcpListener::bind(self.address)).await.unwrap().unwrap();
        let address = listener.local_addr().unwrap();
        let (store, books) = (self.service.clone(), self.books.clone());
        let service = service_fn(move |request| {
            let (store, is_hidden) = (store.clone(), books.lock().unwrap().is_hidden);
            async move {
                let nobody =
                    || Response::builder().status(404).body(Body::from("<html>404</html>".to_owned())).unwrap();
                if is_hidden { Ok(nobody()) } else { Service::call(&store, request).await }
            }
        });
        let accept = async move {
            loop {
                let (tcp, _) = listener.accept().await.unwrap();
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(tcp), service.clone()));
            }
        };
        *self.accepting.lock().unwrap() = Some(self.runtime.spawn(accept));
        address
    }

    /// Closes its door: nobody answers any more at its address.
    pub async fn goes_down(&self) {
        let accepting = self.accepting.lock().unwrap().take();
        if let Some(accepting) = accepting {
            accepting.abort();
            let _ = accepting.await;
        }
    }

    pub async fn comes_back(&self) {
        self.listens().await;
    }

    /// Is hidden by a proxy, which answers 404 to everything.
    pub fn is_hidden(&self, is_hidden: bool) {
        self.books().is_hidden = is_hidden;
    }

    pub fn url(&self) -> String {
        format!("{}/{NAME}/", self.endpoint())
    }

    fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The settings of a school that uses this bucket.
    pub fn flags(&self) -> Vec<String> {
        let (place, endpoint) = (format!("s3://{NAME}"), self.endpoint());
        let words = ["--objects", &place, "--s3-endpoint", &endpoint, "--s3-path-style", "on", "--s3-key", KEY];
        let more = ["--s3-secret", SECRET, "--s3-within-ms", "4000"];
        words.iter().chain(&more).map(|word| word.to_string()).collect()
    }

    /// Lets nobody remove what has a key that begins so.
    pub fn keeps(&self, keys: Option<&'static str>) {
        self.books().kept = keys;
    }

    /// Lets a file come that `Waits`.
    pub fn goes_on(&self) {
        self.going_on.notify_one();
    }

    /// Has an object that nobody expects any more.
    pub fn has_late(&self, key: &str) {
        let place = self.folder.path().join(NAME).join(key);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        std::fs::write(place, "late").unwrap();
    }

    /// Misbehaves so many times at requests of this kind: create, parts, complete, assembling, abort, list, read, size, delete.
    pub fn fails(&self, kind: &'static str, fault: BucketFault, times: usize) {
        self.books().faults.push((kind, fault, times));
    }

    /// Whether it has misbehaved as often as it shall.
    pub fn has_misbehaved(&self) -> bool {
        self.books().faults.iter().all(|(_, _, left)| *left == 0)
    }

    /// The ids of the uploads that are neither complete nor aborted.
    pub fn uploads(&self) -> Vec<String> {
        self.books().uploads.keys().cloned().collect()
    }

    /// Lists all objects, and the uploads that are none yet with their parts.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        walk(&self.folder.path().join(NAME), &mut found);
        let objects = found.iter().map(|path| path.strip_prefix(self.folder.path()).unwrap().display().to_string());
        let books = self.books();
        let parts = books.uploads.iter().flat_map(|(id, upload)| {
            let parts = upload.parts.keys().map(move |number| format!("{id}/{number}"));
            std::iter::once(id.clone()).chain(parts)
        });
        objects.chain(parts).collect()
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { walk(&path, found) } else { found.push(path) }
    }
}

impl Front {
    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    fn fault(&self, kind: &str) -> Option<BucketFault> {
        let mut books = self.books();
        let (_, fault, left) = books.faults.iter_mut().find(|(of, _, left)| *of == kind && *left > 0)?;
        *left -= 1;
        Some(*fault)
    }

    fn must_be_removable(&self, key: &str) -> S3Result<()> {
        let is_kept = self.books().kept.is_some_and(|kept| key.starts_with(kept));
        if is_kept { Err(s3_error!(AccessDenied)) } else { Ok(()) }
    }

    fn cuts_short(&self) -> bool {
        let mut books = self.books();
        let found = books.faults.iter_mut().find(|(_, fault, left)| *fault == BucketFault::CutsShort && *left > 0);
        found.map(|(_, _, left)| *left -= 1).is_some()
    }

    async fn carry_out<T>(&self, kind: &str, work: impl Future<Output = S3Result<T>> + Send) -> S3Result<T> {
        match self.fault(kind) {
            None => work.await,
            Some(BucketFault::Breaks | BucketFault::BreaksLate) => Err(s3_error!(InternalError)),
            Some(BucketFault::KnowsNot) => Err(s3_error!(NotImplemented)),
            Some(BucketFault::Hangs | BucketFault::Waits | BucketFault::CutsShort) => pending().await,
            Some(BucketFault::LosesAnswer) => {
                work.await?;
                Err(s3_error!(InternalError))
            }
        }
    }

    fn parts_of(&self, upload: &str, key: &str) -> S3Result<BTreeMap<i32, Part>> {
        let books = self.books();
        let found = books.uploads.get(upload).filter(|upload| upload.key == key);
        found.map(|upload| upload.parts.clone()).ok_or_else(|| s3_error!(NoSuchUpload))
    }

    async fn make_whole(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let _one_at_a_time = self.completing.lock().await;
        let upload = req.input.upload_id.clone();
        let stored = self.parts_of(&upload, &req.input.key)?;
        let named = req.input.multipart_upload.as_ref().and_then(|all| all.parts.clone()).unwrap_or_default();
        for (n, part) in named.iter().enumerate() {
            let number = part.part_number.unwrap_or_default();
            let found = stored.get(&number).filter(|stored| stored.e_tag == part.e_tag);
            let found = found.ok_or_else(|| s3_error!(InvalidPart))?;
            if n + 1 < named.len() && found.size.unwrap_or_default() < PART_MIN_BYTES {
                return Err(s3_error!(EntityTooSmall));
            }
        }
        if self.fault("assembling").is_some() {
            self.books().uploads.remove(&upload);
            self.going_on.notified().await;
        }
        let done = self.files.complete_multipart_upload(req).await?;
        self.books().uploads.remove(&upload);
        Ok(done)
    }
}

#[async_trait::async_trait]
impl S3 for Front {
    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let work = async {
            let key = req.input.key.clone();
            let made = self.files.create_multipart_upload(req).await?;
            let id = made.output.upload_id.clone().unwrap();
            self.books().uploads.insert(id, OpenUpload { key, parts: BTreeMap::new() });
            Ok(made)
        };
        self.carry_out("create", work).await
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let (upload, key, number) = (req.input.upload_id.clone(), req.input.key.clone(), req.input.part_number);
        let size = req.input.content_length;
        self.parts_of(&upload, &key)?;
        let done = self.files.upload_part(req).await?;
        let now = std::time::SystemTime::now();
        let part = Part {
            e_tag: done.output.e_tag.clone(),
            last_modified: Some(now.into()),
            part_number: Some(number),
            size,
            ..Part::default()
        };
        if let Some(upload) = self.books().uploads.get_mut(&upload) {
            upload.parts.insert(number, part);
        }
        Ok(done)
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        let work = async {
            let stored = self.parts_of(&req.input.upload_id, &req.input.key)?;
            let behind = req.input.part_number_marker.unwrap_or_default();
            let mut parts: Vec<Part> = stored.range(behind + 1..).map(|(_, part)| part.clone()).collect();
            let is_truncated = parts.len() > PARTS_OF_PAGE;
            parts.truncate(PARTS_OF_PAGE);
            Ok(S3Response::new(ListPartsOutput {
                is_truncated: Some(is_truncated),
                max_parts: Some(PARTS_OF_PAGE as i32),
                next_part_number_marker: parts.last().and_then(|part| part.part_number).filter(|_| is_truncated),
                parts: Some(parts),
                ..ListPartsOutput::default()
            }))
        };
        self.carry_out("parts", work).await
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        let work = async {
            let prefix = req.input.prefix.unwrap_or_default();
            let listed = |(id, upload): (&String, &OpenUpload)| MultipartUpload {
                key: Some(upload.key.clone()),
                upload_id: Some(id.clone()),
                ..MultipartUpload::default()
            };
            let books = self.books();
            let uploads = books.uploads.iter().filter(|(_, upload)| upload.key.starts_with(&prefix)).map(listed);
            let uploads = Some(uploads.collect());
            Ok(S3Response::new(ListMultipartUploadsOutput {
                is_truncated: Some(false),
                uploads,
                ..ListMultipartUploadsOutput::default()
            }))
        };
        self.carry_out("list", work).await
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let breaks_late = self
            .books()
            .faults
            .iter()
            .any(|(kind, fault, left)| *kind == "complete" && *fault == BucketFault::BreaksLate && *left > 0);
        let done = self.carry_out("complete", self.make_whole(req)).await;
        match done {
            Err(error) if breaks_late => {
                let late = async { Err(error) };
                let output = CompleteMultipartUploadOutput { future: Some(Box::pin(late)), ..Default::default() };
                Ok(S3Response::new(output))
            }
            done => done,
        }
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        let work = async {
            let upload = req.input.upload_id.clone();
            self.must_be_removable(&req.input.key)?;
            self.parts_of(&upload, &req.input.key)?;
            let done = self.files.abort_multipart_upload(req).await?;
            self.books().uploads.remove(&upload);
            Ok(done)
        };
        self.carry_out("abort", work).await
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        self.carry_out("put", self.files.put_object(req)).await
    }

    async fn get_object(&self, mut req: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        let is_size = matches!(req.input.range, Some(Range::Int { first: 0, last: Some(0) }));
        if !is_size
            && self.cuts_short()
            && let Some(Range::Int { last: Some(last), .. }) = &mut req.input.range
        {
            *last -= 1;
        }
        self.carry_out(if is_size { "size" } else { "read" }, self.files.get_object(req)).await
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.must_be_removable(&req.input.key)?;
        self.carry_out("delete", self.files.delete_object(req)).await
    }
}
