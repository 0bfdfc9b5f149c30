//! Videos: the outline of what there is to watch, and where it plays.

use axum::http::StatusCode;
use serde::Serialize;

use super::uploads::AcademyUpload;
use super::wire::{AcademyDuration, AcademyPage, AcademyPages};
use super::{Answer, Caller, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::school::outline::Item;
use crate::school::videos::completing::{self, CompletedVideo, SentPart, SentParts};
use crate::school::videos::uploads::UploadParts;
use crate::school::videos::{self, SavedVideo, SeenVideo, VideoChanges, VideoFilter};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

body! {
    #[schema(example = json!({"minor_category_id": 1, "name": "변수란 무엇인가", "description": "값에 이름을 붙이는 법",
        "video_url": "https://videos.example.com/variables.mp4", "duration": "00:04:10", "order": 1}))]
    create pub struct AcademyNewVideo;
    #[schema(example = json!({"name": "변수와 자료형", "order": 2}))]
    change pub struct AcademyVideoChanges for VideoChanges;
    beside { minor_category_id: i64, }
    needed { name: Name => title, }
    optional {
        description: Option<Prose> => description,
        /// The address of a file that is elsewhere
        video_url: Patch<Url> => url,
        /// The length of a file that is elsewhere; ours say it themselves
        duration: Patch<AcademyDuration> => seconds,
        /// The last one when left out
        order: Option<Position> => position,
        /// false is for those who want to know more: it is not needed to complete the course
        is_required: Option<bool> => required,
        /// Begins the upload of this file, instead of `video_url`
        file_name: Option<Name> => file_name,
        /// In bytes
        file_size: Option<Within<1, 68_719_476_736>> => file_bytes,
        content_type: Option<Typed> => content_type,
    }
}

body! {
    #[serde(rename_all = "PascalCase")]
    pub struct AcademySentPart for SentPart;
    needed {
        part_number: Within<1, 10_000> => number,
        /// The header that the store answered with
        e_tag: Typed => tag,
    }
}

body! {
    #[schema(example = json!({"video_id": 1, "upload_id": "b3BlbiBzZXNhbWUgMTIzNA",
        "key": "videos/1/0f8fad5bd9cb469fa16570867728950e.mp4",
        "parts": [{"PartNumber": 1, "ETag": "9e107d9d372bb6826bd81d3542a419d6"}]}))]
    pub struct AcademyCompleteUpload for SentParts;
    needed {
        video_id: i64 => video,
        upload_id: Typed => upload_id,
        key: Typed => key,
        parts: BoundedList<AcademySentPart, 1, 10_000> => parts,
    }
}

query! {
    pub struct AcademyVideosQuery {
        major_category_id: Option<i64>,
        minor_category_id: Option<i64>,
    }
}

impl From<AcademyVideosQuery> for VideoFilter {
    fn from(q: AcademyVideosQuery) -> VideoFilter {
        VideoFilter { course: q.major_category_id, unit: q.minor_category_id }
    }
}

answer! {
    #[schema(example = json!({"id": 1, "minor_category_id": 1, "major_category_id": 1, "name": "변수란 무엇인가",
        "description": "값에 이름을 붙이는 법", "video_url": "https://videos.example.com/variables.mp4",
        "duration": "00:04:10", "order": 1, "is_required": true, "created_at": "2025-10-28T10:00:00Z"}))]
    pub struct AcademyVideo from Item as v {
        id: i64 = v.id,
        minor_category_id: i64 = v.unit,
        major_category_id: i64 = v.course,
        name: String = v.title,
        description: String = v.description,
        /// The address of a file that is elsewhere, for those who may read the contents of the course
        video_url: Option<String> = v.url,
        /// null while it is not known
        duration: Option<AcademyDuration> = v.seconds.map(AcademyDuration),
        order: i64 = v.position,
        /// false until the file of a new video has come
        is_required: bool = v.required,
        created_at: Instant = Instant(v.created_ms),
    }

    pub struct AcademyVideoDetail from SeenVideo as seen
        let (play_url, until_ms) = seen.play.map(|play| (play.url, play.until_ms)).unzip();
    {
        #[serde(flatten)]
        video: AcademyVideo = seen.video.into(),
        /// The address at which it plays, for those who are in the course and its staff
        play_url: Option<String> = play_url,
        /// End of the time of the address: then one asks for another one. null for a file that is elsewhere
        play_url_expires_at: Option<Instant> = until_ms.flatten().map(Instant),
    }

    pub struct AcademyBegunVideo from (Item, UploadParts, &RequestUrl) as (video, upload, url) {
        video: AcademyVideo = video.into(),
        upload: AcademyUpload = (upload, url).into(),
    }

    pub struct AcademyCompletedVideo from CompletedVideo as completed {
        #[serde(flatten)]
        video: AcademyVideo = completed.video.into(),
        /// The index of the file is at its end, so that it begins to play later: `ffmpeg -i in.mp4 -c copy -movflags +faststart
        /// out.mp4` mends that
        starts_late: bool = completed.starts_late,
    }
}

/// The video; and, if a file was announced, where its parts are sent.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub enum AcademySavedVideo {
    Done(AcademyVideo),
    Begun(Box<AcademyBegunVideo>),
}

impl From<(SavedVideo, RequestUrl)> for AcademySavedVideo {
    fn from((saved, url): (SavedVideo, RequestUrl)) -> AcademySavedVideo {
        match saved.upload {
            None => AcademySavedVideo::Done(saved.video.into()),
            Some(upload) => AcademySavedVideo::Begun(Box::new((saved.video, upload, &url).into())),
        }
    }
}

paged! {
    pub struct AcademyVideos of Item, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyVideo
    }
}

/// Lists the videos of a course or of a part of it in their order, or those of all published courses, the newest first. Of a
/// course with a price, others than its learners and its staff see the outline only.
#[utoipa::path(get, path = "/videos/", params(AcademyVideosQuery, AcademyPages),
    responses((status = 200, body = AcademyVideos)), security(()))]
pub async fn list(
    app: School,
    caller: Option<Caller>,
    query: AcademyVideosQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyVideos> {
    ok((videos::list(&app, caller.as_ref(), query.into(), pages.into()).await?.must_exist()?, url))
}

/// Adds a video (staff of the course): at `video_url`, or with a file that is sent in parts. With `file_name` and `file_size`
/// the answer is `{"video", "upload"}`: each part is sent by PUT to its URL, and all of them end by `/videos/complete-upload/`.
#[utoipa::path(post, path = "/videos/", request_body = AcademyNewVideo,
    responses((status = 201, body = AcademySavedVideo)))]
pub async fn create(
    app: School,
    caller: Caller,
    url: RequestUrl,
    Json(sent): Json<AcademyNewVideo>,
) -> Created<AcademySavedVideo> {
    let (unit, title, first) = sent.parts();
    created((videos::add(&app, &caller, (unit, title), first, url.origin()).await?, url))
}

/// Returns a video. Those who are in the course get the address at which it plays.
#[utoipa::path(get, path = "/videos/{video_id}/", responses((status = 200, body = AcademyVideoDetail)), security(()))]
pub async fn view(app: School, caller: Option<Caller>, Id(id): Id, url: RequestUrl) -> Answer<AcademyVideoDetail> {
    ok(videos::view(&app, caller.as_ref(), id, url.origin()).await?)
}

/// Changes the keys that are in the body (staff of the course). With `file_name` and `file_size` the upload of another file
/// begins, as for a new video; the present one plays until that is complete.
#[utoipa::path(put, path = "/videos/{video_id}/", request_body = AcademyVideoChanges,
    responses((status = 200, body = AcademySavedVideo)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    url: RequestUrl,
    Json(sent): Json<AcademyVideoChanges>,
) -> Answer<AcademySavedVideo> {
    ok((videos::change(&app, &caller, id, sent.into(), url.origin()).await?, url))
}

/// Deletes a video and its file (staff of the course). What learners did with it is kept.
#[utoipa::path(delete, path = "/videos/{video_id}/", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    videos::delete(&app, &caller, id).await?;
    gone()
}

/// Completes an upload (staff of the course). The file must be an MP4 that browsers play, with H.264 and AAC; the refusal of
/// another one says what is wrong with it. While parts are missing (409), the upload goes on.
#[utoipa::path(post, path = "/videos/complete-upload/", request_body = AcademyCompleteUpload,
    responses((status = 200, body = AcademyCompletedVideo)))]
pub async fn complete_upload(
    app: School,
    caller: Caller,
    Json(sent): Json<AcademyCompleteUpload>,
) -> Answer<AcademyCompletedVideo> {
    ok(completing::complete(&app, &caller, sent.into()).await?)
}
