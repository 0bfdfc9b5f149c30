//! Uploads of videos: where the parts of a file are sent.

use axum::http::StatusCode;

use super::{Answer, Caller, Id, Result, gone, ok};
use crate::app::School;
use crate::school::Window;
use crate::school::videos::uploads::{self, PAGE_PARTS, PartPlace, UploadParts};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

query! {
    pub struct AcademyPartsQuery {
        /// The number of the page, from 1; each has 100 parts
        page: Option<Within<1, 1_000_000>>,
    }
}

answer! {
    pub struct AcademyPart from PartPlace as part {
        number: i64 = part.number,
        /// The address to which it is sent by PUT; good for an hour, or until the upload ends
        url: String = part.url,
        /// In bytes
        size: i64 = part.bytes,
        /// The tag of a part that has arrived; null for one that is missing
        etag: Option<String> = part.tag,
    }

    #[schema(example = json!({"upload_id": "b3BlbiBzZXNhbWUgMTIzNA", "key": "videos/1/0f8fad5bd9cb469fa16570867728950e.mp4",
        "file_name": "변수.mp4", "content_type": "video/mp4", "file_size": 5_000_000, "part_size": 8_388_608,
        "expires_at": "2025-10-29T10:00:00Z", "count": 1, "next": null, "previous": null, "parts": [{"number": 1,
        "url": "https://school.example/objects/videos/1/0f8fad5bd9cb469fa16570867728950e.mp4?X-Amz-Signature=…",
        "size": 5_000_000, "etag": null}]}))]
    pub struct AcademyUpload from (UploadParts, &RequestUrl) as (shown, url)
        let UploadParts { video, upload, parts } = shown;
        let page = |number: i64| format!("{}/videos/{video}/upload/?page={number}", url.origin());
    {
        upload_id: String = upload.upload_id,
        key: String = upload.key,
        file_name: String = upload.file_name,
        content_type: String = upload.content_type,
        /// In bytes
        file_size: i64 = upload.bytes,
        /// The size of all parts but the last one
        part_size: i64 = upload.part_bytes,
        /// An upload that is not complete by then is given up
        expires_at: Instant = Instant(upload.expires_ms),
        /// The number of parts on all pages
        count: i64 = parts.total,
        /// The URL of the page of parts behind this one
        next: Option<String> = parts.window.has_more(parts.total).then(|| page(parts.window.number() + 1)),
        /// The URL of the page of parts before this one
        previous: Option<String> = (parts.window.number() > 1).then(|| page(parts.window.number() - 1)),
        parts: Vec<AcademyPart> = each(parts.rows),
    }
}

/// Returns the open upload of a video, with new URLs for its parts and the tags of those that have arrived (staff of the
/// course). By this an upload goes on after a reload of the page.
#[utoipa::path(get, path = "/videos/{video_id}/upload/", params(AcademyPartsQuery),
    responses((status = 200, body = AcademyUpload)))]
pub async fn view(
    app: School,
    caller: Caller,
    Id(id): Id,
    query: AcademyPartsQuery,
    url: RequestUrl,
) -> Answer<AcademyUpload> {
    let window = Window::of_page(query.page.plain().unwrap_or(1), PAGE_PARTS);
    ok((uploads::view(&app, &caller, id, window, url.origin()).await?, &url))
}

/// Gives up the open upload of a video (staff of the course).
#[utoipa::path(delete, path = "/videos/{video_id}/upload/", responses((status = 204)))]
pub async fn give_up(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    uploads::give_up(&app, &caller, id).await?;
    gone()
}
