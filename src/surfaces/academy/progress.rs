//! Progress in videos: where one is, and how far one has come.

use super::wire::{AcademyDuration, AcademyPage, AcademyPages};
use super::{Answer, Caller, Id, Json, ok};
use crate::app::School;
use crate::school::progress::watching::{self, CourseWatching, VideoProgress, WatchReport};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

/// A piece of a video: from a second to another one.
type AcademyPiece = BoundedList<Within<0, 86_400>, 2, 2>;

body! {
    #[schema(example = json!({"video_id": 1, "last_position": 120, "time_spent": "00:02:00", "played": [[0, 120]]}))]
    create pub struct AcademyNewProgress;
    #[schema(example = json!({"last_position": 380, "progress_percent": 45.5, "time_spent": "00:10:00"}))]
    change pub struct AcademyMoreProgress for WatchReport;
    beside { video_id: i64, }
    needed {}
    optional {
        /// The second at which one is, and goes on
        last_position: Option<Within<0, 86_400>> => position,
        /// The greatest is kept; without it, it follows from the position
        progress_percent: Option<Percent> => rate,
        /// So far; the greatest is kept. Not believed beside `played`
        time_spent: Option<AcademyDuration> => seconds,
        /// A video that is completed stays so
        is_completed: Option<bool> => is_completed,
        /// The pieces that were watched, each from a second to another one: `[[0, 95], [300, 420]]`. Once they were sent, the server counts
        /// the seconds that were watched at least once, and believes nothing else, in later reports neither
        played: Option<BoundedList<AcademyPiece, 0, 500>> => played = played.map(pieces),
    }
}

fn pieces(sent: BoundedList<AcademyPiece, 0, 500>) -> Vec<(i64, i64)> {
    let ends = |piece: AcademyPiece| Some((piece.0.first()?.0, piece.0.last()?.0));
    sent.0.into_iter().filter_map(ends).collect()
}

query! {
    pub struct AcademyProgressQuery { major_category_id: Option<i64> }
}

answer! {
    #[schema(example = json!({"id": 1, "user_id": 2, "video_id": 1, "enrollment_id": 1, "is_completed": false,
        "last_accessed": "2025-10-28T10:00:00Z", "progress_percent": 45.5, "time_spent": "00:10:00", "last_position": 380}))]
    pub struct AcademyProgress from VideoProgress as p {
        id: i64 = p.id,
        user_id: i64 = p.person,
        video_id: i64 = p.item,
        enrollment_id: i64 = p.enrollment,
        is_completed: bool = p.is_completed(),
        last_accessed: Instant = Instant(p.updated_ms),
        progress_percent: f64 = p.rate,
        time_spent: AcademyDuration = AcademyDuration(p.seconds),
        last_position: i64 = p.position.unwrap_or(0),
    }

    #[schema(example = json!({"major_category_id": 1, "major_category_name": "파이썬 기초", "enrollment_id": 1,
        "progress_percent": 50.0, "video_count": 10, "completed_video_count": 5, "time_spent": "01:40:00",
        "last_accessed": "2025-10-28T10:00:00Z"}))]
    pub struct AcademyCourseProgress from CourseWatching as c {
        major_category_id: i64 = c.course,
        major_category_name: String = c.title,
        enrollment_id: i64 = c.enrollment,
        /// Of all that the course requires
        progress_percent: f64 = c.rate.unwrap_or(0.0),
        video_count: i64 = c.videos,
        completed_video_count: i64 = c.videos_done,
        time_spent: AcademyDuration = AcademyDuration(c.seconds),
        last_accessed: Option<Instant> = c.accessed_ms.map(Instant),
    }
}

paged! {
    pub struct AcademyProgresses of VideoProgress, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyProgress
    }
    pub struct AcademyCourseProgresses of CourseWatching, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyCourseProgress
    }
}

/// Records what one has watched of a video of a course that one is in. A video is completed at 90 %.
#[utoipa::path(post, path = "/videos/progress/", request_body = AcademyNewProgress,
    responses((status = 200, body = AcademyProgress)))]
pub async fn report(app: School, caller: Caller, Json(sent): Json<AcademyNewProgress>) -> Answer<AcademyProgress> {
    let (video, report) = sent.parts();
    ok(watching::report(&app, &caller, video, report).await?)
}

/// Records what one has watched since, in a progress of one's own.
#[utoipa::path(patch, path = "/progress/update/{user_progress_id}/", request_body = AcademyMoreProgress,
    responses((status = 200, body = AcademyProgress)))]
pub async fn report_more(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyMoreProgress>,
) -> Answer<AcademyProgress> {
    ok(watching::report_more(&app, &caller, id, sent.into()).await?)
}

/// Lists one's own progress in videos, what one watched last first.
#[utoipa::path(get, path = "/progress/", params(AcademyProgressQuery, AcademyPages),
    responses((status = 200, body = AcademyProgresses)))]
pub async fn list(
    app: School,
    caller: Caller,
    query: AcademyProgressQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyProgresses> {
    ok((watching::list(&app, &caller, query.major_category_id, pages.into()).await?.must_exist()?, url))
}

/// Sums up one's own progress, course by course.
#[utoipa::path(get, path = "/progress/overall/", params(AcademyPages),
    responses((status = 200, body = AcademyCourseProgresses)))]
pub async fn overall(
    app: School,
    caller: Caller,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyCourseProgresses> {
    ok((watching::overall(&app, &caller, pages.into()).await?.must_exist()?, url))
}

/// Returns one's own progress in a video, once one has begun it.
#[utoipa::path(get, path = "/progress/video/{video_id}/", responses((status = 200, body = AcademyProgress)))]
pub async fn of_video(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyProgress> {
    ok(watching::of_video(&app, &caller, id).await?)
}
