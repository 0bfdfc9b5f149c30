//! Major categories, which are courses, and minor categories, which are their units.

use axum::http::StatusCode;

use super::wire::{AcademyPage, AcademyPages};
use super::{Answer, Caller, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::school::courses::{self, Course, CourseChanges, CourseDetail, CourseFilter, UnitBrief};
use crate::school::outline::{self, Unit, UnitChanges};
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;

body! {
    #[schema(example = json!({"name": "파이썬 기초", "price": 50000, "description": "변수부터 함수까지", "access_days": 365}))]
    create pub struct AcademyNewMajorCategory;
    #[schema(example = json!({"price": 30000, "access_days": null}))]
    change pub struct AcademyMajorCategoryChanges for CourseChanges;
    needed { name: Name => title, }
    optional {
        /// In won; 0 is free
        price: Option<Within<0, 1_000_000_000>> => price,
        description: Option<Prose> => description,
        /// The days of access that a learner gets on being admitted (730); null is without an end
        access_days: Patch<Within<1, 36_500>> => access_days,
    }
    others CourseChanges::default();
}

answer! {
    #[schema(example = json!({"id": 1, "name": "파이썬 기초", "price": 50000, "description": "변수부터 함수까지",
        "access_days": 365, "instructor_id": 10, "instructor_name": "박강사", "status": "published",
        "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct AcademyMajorCategory from Course as c {
        id: i64 = c.id,
        name: String = c.title,
        price: i64 = c.price,
        description: String = c.description,
        access_days: Option<i64> = c.access_days,
        instructor_id: i64 = c.instructor,
        instructor_name: String = c.instructor_name,
        /// draft, review, published or archived
        status: String = c.status.to_lowercase(),
        created_at: Instant = Instant(c.created_ms),
        updated_at: Instant = Instant(c.updated_ms),
    }

    pub struct AcademyMinorCategoryBrief from UnitBrief as u {
        id: i64 = u.id,
        name: String = u.title,
        content: String = u.description,
        order: i64 = u.position,
    }

    pub struct AcademyMajorCategoryDetail from CourseDetail as d {
        #[serde(flatten)]
        category: AcademyMajorCategory = d.course.into(),
        /// In their order
        minor_categories: Vec<AcademyMinorCategoryBrief> = each(d.units),
    }

    #[schema(example = json!({"id": 1, "major_category_id": 1, "name": "변수", "content": "값에 이름을 붙입니다", "order": 1,
        "created_at": "2025-10-28T10:00:00Z", "updated_at": "2025-10-28T10:00:00Z"}))]
    pub struct AcademyMinorCategory from Unit as u {
        id: i64 = u.id,
        major_category_id: i64 = u.course,
        name: String = u.title,
        content: String = u.description,
        order: i64 = u.position,
        created_at: Instant = Instant(u.created_ms),
        updated_at: Instant = Instant(u.updated_ms),
    }
}

paged! {
    pub struct AcademyMajorCategories of Course, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyMajorCategory
    }
    pub struct AcademyMinorCategories of Unit, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyMinorCategory
    }
}

body! {
    #[schema(example = json!({"major_category_id": 1, "name": "변수", "content": "값에 이름을 붙입니다", "order": 1}))]
    create pub struct AcademyNewMinorCategory;
    #[schema(example = json!({"name": "변수와 자료형"}))]
    change pub struct AcademyMinorCategoryChanges for UnitChanges;
    beside { major_category_id: i64, }
    needed { name: Name => title, }
    optional {
        content: Option<Prose> => description,
        /// The last one when left out
        order: Option<Position> => position,
    }
    others UnitChanges::default();
}

query! {
    pub struct AcademyMinorCategoryQuery { major_category_id: Option<i64> }
}

/// Lists the published courses, the newest first.
#[utoipa::path(get, path = "/courses/major-categories/", params(AcademyPages),
    responses((status = 200, body = AcademyMajorCategories)), security(()))]
pub async fn list_major(app: School, pages: AcademyPages, url: RequestUrl) -> Answer<AcademyMajorCategories> {
    let published = CourseFilter { is_active: Some(true), ..CourseFilter::default() };
    ok((courses::list(&app, None, published, pages.into()).await?.must_exist()?, url))
}

/// Creates a course for people who learn by themselves, which is published at once (instructors). Who does all that is
/// required completes it, and their access ends after two years unless `access_days` says otherwise.
#[utoipa::path(post, path = "/courses/major-categories/", request_body = AcademyNewMajorCategory,
    responses((status = 201, body = AcademyMajorCategory)))]
pub async fn create_major(
    app: School,
    caller: Caller,
    Json(sent): Json<AcademyNewMajorCategory>,
) -> Created<AcademyMajorCategory> {
    let (title, first) = sent.parts();
    created(courses::create_self_paced(&app, &caller, title, first).await?)
}

/// Returns a course with its minor categories.
#[utoipa::path(get, path = "/courses/major-categories/{major_category_id}/",
    responses((status = 200, body = AcademyMajorCategoryDetail)), security(()))]
pub async fn view_major(app: School, caller: Option<Caller>, Id(id): Id) -> Answer<AcademyMajorCategoryDetail> {
    ok(courses::detail(&app, caller.as_ref(), id, false).await?)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/courses/major-categories/{major_category_id}/",
    request_body = AcademyMajorCategoryChanges, responses((status = 200, body = AcademyMajorCategory)))]
pub async fn change_major(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyMajorCategoryChanges>,
) -> Answer<AcademyMajorCategory> {
    ok(courses::change(&app, &caller, id, sent.into()).await?)
}

/// Deletes a course that nobody is enrolled in (its instructor).
#[utoipa::path(delete, path = "/courses/major-categories/{major_category_id}/", responses((status = 204)))]
pub async fn delete_major(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    courses::delete(&app, &caller, id).await?;
    gone()
}

/// Lists the minor categories of the published courses, or of one course.
#[utoipa::path(get, path = "/courses/minor-categories/", params(AcademyMinorCategoryQuery, AcademyPages),
    responses((status = 200, body = AcademyMinorCategories)), security(()))]
pub async fn list_minor(
    app: School,
    caller: Option<Caller>,
    query: AcademyMinorCategoryQuery,
    pages: AcademyPages,
    url: RequestUrl,
) -> Answer<AcademyMinorCategories> {
    ok((outline::list_units(&app, caller.as_ref(), query.major_category_id, pages.into()).await?.must_exist()?, url))
}

/// Adds a minor category to a course (its instructor). It is complete once all that is required in it is done.
#[utoipa::path(post, path = "/courses/minor-categories/", request_body = AcademyNewMinorCategory,
    responses((status = 201, body = AcademyMinorCategory)))]
pub async fn create_minor(
    app: School,
    caller: Caller,
    Json(sent): Json<AcademyNewMinorCategory>,
) -> Created<AcademyMinorCategory> {
    let (course, title, first) = sent.parts();
    created(outline::add_self_paced_unit(&app, &caller, course, title, first).await?)
}

/// Returns a minor category.
#[utoipa::path(get, path = "/courses/minor-categories/{minor_category_id}/",
    responses((status = 200, body = AcademyMinorCategory)), security(()))]
pub async fn view_minor(app: School, caller: Option<Caller>, Id(id): Id) -> Answer<AcademyMinorCategory> {
    ok(outline::find_bare_unit(&app, caller.as_ref(), id).await?)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/courses/minor-categories/{minor_category_id}/",
    request_body = AcademyMinorCategoryChanges, responses((status = 200, body = AcademyMinorCategory)))]
pub async fn change_minor(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyMinorCategoryChanges>,
) -> Answer<AcademyMinorCategory> {
    ok(outline::change_unit(&app, &caller, id, sent.into()).await?)
}

/// Deletes a minor category with its videos and missions (its instructor). What learners have done in it is kept.
#[utoipa::path(delete, path = "/courses/minor-categories/{minor_category_id}/", responses((status = 204)))]
pub async fn delete_minor(app: School, caller: Caller, Id(id): Id) -> Result<StatusCode> {
    outline::delete_unit(&app, &caller, id).await?;
    gone()
}
