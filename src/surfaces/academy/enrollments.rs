//! Enrollments: applying, the time of access, leaving, completing.

use axum::http::StatusCode;

use super::wire::{AcademyPage, AcademyPages};
use super::{Answer, Caller, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::school::completions::learner;
use crate::school::enrollment::access::AccessState;
use crate::school::enrollment::changing::{EnrollmentChanges, change as change_enrollment};
use crate::school::enrollment::decisions::{Decision, decide};
use crate::school::enrollment::{self, Application, Enrollment, EnrollmentFilter};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

body! {
    #[schema(example = json!({"major_category_id": 1}))]
    pub struct AcademyNewEnrollment for Application;
    needed { major_category_id: i64 => course, }
    optional {
        /// The caller's own, or left out; staff name a student who is or was in a course of theirs
        user_id: Option<i64> => person,
    }
    others Application::default();
}

words!(pub enum AcademyAccessState for AccessState in "lowercase" { Pending, Active, Completed, Cancelled, Expired });
words!(pub enum AcademyWantedState for AccessState in "lowercase" { Active, Cancelled });

body! {
    #[schema(example = json!({"expiry_date": "2027-10-28T10:00:00Z"}))]
    pub struct AcademyEnrollmentChanges for EnrollmentChanges;
    optional {
        /// active admits who waits for it
        status: Option<AcademyWantedState> => state,
        /// null is without an end
        expiry_date: Patch<Instant> => expires_ms,
    }
}

query! {
    pub struct AcademyEnrollmentsQuery {
        major_category_id: Option<i64>,
        user_id: Option<i64>,
        status: Option<AcademyAccessState>,
    }
}

impl From<AcademyEnrollmentsQuery> for EnrollmentFilter {
    fn from(q: AcademyEnrollmentsQuery) -> EnrollmentFilter {
        let AcademyEnrollmentsQuery { major_category_id: course, user_id: person, status } = q;
        EnrollmentFilter { course, person, access: status.plain(), ..EnrollmentFilter::default() }
    }
}

answer! {
    #[schema(example = json!({"id": 1, "user_id": 2, "user_name": "김학생", "major_category_id": 1,
        "enrollment_date": "2025-10-28T10:00:00Z", "expiry_date": "2027-10-28T10:00:00Z", "status": "active",
        "is_waiting": false, "waiting_number": null, "completed_at": null, "progress_percent": 50.0, "total_score": 77.25}))]
    pub struct AcademyEnrollment from (Enrollment, i64) as (e, now_ms) {
        id: i64 = e.id,
        user_id: i64 = e.person,
        major_category_id: i64 = e.course,
        enrollment_date: Instant = Instant(e.created_ms),
        /// null while it waits to be admitted, and without an end
        expiry_date: Option<Instant> = e.expires_ms.map(Instant),
        /// pending, active, completed, cancelled or expired
        status: String = e.access_state(now_ms).word().to_lowercase(),
        is_waiting: bool = e.waiting_number.is_some(),
        waiting_number: Option<i64> = e.waiting_number,
        completed_at: Option<Instant> = e.completed_ms.map(Instant),
        progress_percent: Option<f64> = e.progress_score,
        total_score: Option<f64> = e.total_score,
        user_name: String = e.name,
    }
}

paged! {
    pub struct AcademyEnrollments of (Enrollment, i64), with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyEnrollment
    }
}

/// Lists a student's own enrollments, or those in one's own courses, the newest first.
#[utoipa::path(get, path = "/courses/enrollments/", params(AcademyEnrollmentsQuery, AcademyPages),
    responses((status = 200, body = AcademyEnrollments)))]
pub async fn list(
    app: School,
    caller: Caller,
    query: AcademyEnrollmentsQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyEnrollments> {
    let page = enrollment::list(&app, &caller, query.into(), pages.into()).await?.must_exist()?;
    let now_ms = app.now_ms();
    ok((page.map(|enrollment| (enrollment, now_ms)), url))
}

/// Enrolls a student. A course without a price is active at once; one with a price waits for its payment. Who enrolls again
/// after the end of their access goes on where they were.
#[utoipa::path(post, path = "/courses/enrollments/", request_body = AcademyNewEnrollment,
    responses((status = 201, body = AcademyEnrollment)))]
pub async fn enroll(app: School, caller: Caller, Json(sent): Json<AcademyNewEnrollment>) -> Created<AcademyEnrollment> {
    created((enrollment::apply(&app, &caller, sent.into()).await?, app.now_ms()))
}

/// Returns an enrollment of one's own, or in one's own course.
#[utoipa::path(get, path = "/courses/enrollments/{enrollment_id}/",
    responses((status = 200, body = AcademyEnrollment)))]
pub async fn view(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyEnrollment> {
    ok((enrollment::by_id(&app, &caller, id).await?, app.now_ms()))
}

/// Admits or cancels, or moves the end of the access (staff of the course). An end in the future makes an expired enrollment
/// active again.
#[utoipa::path(put, path = "/courses/enrollments/{enrollment_id}/", request_body = AcademyEnrollmentChanges,
    responses((status = 200, body = AcademyEnrollment)))]
pub async fn change(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyEnrollmentChanges>,
) -> Answer<AcademyEnrollment> {
    ok((change_enrollment(&app, &caller, id, sent.into()).await?, app.now_ms()))
}

/// Leaves a course. Not before what was paid for it is given back.
#[utoipa::path(delete, path = "/courses/enrollments/{enrollment_id}/", responses((status = 204)))]
pub async fn leave(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    decide(&app, &caller, id, Decision::Withdraw).await?;
    gone()
}

/// Completes a course, once all is done that it asks for, and issues the certificate: for its staff, and for the learner where
/// the course completes its learners by itself. A 409 names what is `missing`: attendance, progress, assessment.
#[utoipa::path(post, path = "/courses/enrollments/{enrollment_id}/complete/",
    responses((status = 200, body = AcademyEnrollment)))]
pub async fn complete(app: School, caller: Caller, Id(id): Id) -> Answer<AcademyEnrollment> {
    ok((learner::complete(&app, &caller, id).await?, app.now_ms()))
}
