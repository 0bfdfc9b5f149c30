//! Courses: from a draft over its modules to the catalogue, and their ratings.

use axum::http::StatusCode;

use super::wire::{Duration, LearningPagination, Time};
use super::{Answer, Caller, Created, Json, Path, created, ok};
use crate::app::School;
use crate::error::Result;
use crate::school::Window;
use crate::school::assessments::Assessment;
use crate::school::courses::catalogue::{self, CatalogueFilter, CourseOrder, ListedCourse};
use crate::school::courses::details::{self, CourseDetails, CourseInstructor};
use crate::school::courses::objectives::Objective;
use crate::school::courses::ratings::{self, Rating};
use crate::school::courses::{self, Course, CourseChanges, CourseLevel, CourseStatus};
use crate::school::outline::{self, Item, ItemChanges, ItemKind, NewItem, Unit, UnitChanges};
use crate::school::progress::units::UnitCriteria;
use crate::school::skills::NAMES_MAX;
use crate::surfaces::ids::TextId;
use crate::surfaces::keys::*;

words!(pub enum LearningCourseLevel for CourseLevel in "lowercase" { Beginner, Intermediate, Advanced, Expert });
words!(pub enum LearningCourseStatus for CourseStatus in "lowercase" { Draft, Review, Published, Archived });
words!(pub enum LearningCriteriaType for UnitCriteria in "snake_case" { ViewAllMaterials, PassAssessment, CompleteRequired });
words!(pub enum LearningMaterialType for ItemKind in "snake_case" {
    Video,
    Document,
    Slide,
    CodeExample,
    #[serde(rename = "interactive_exercise")]
    Exercise,
    #[serde(rename = "knowledge_article")]
    Article,
});
words!(pub enum LearningCourseOrder for CourseOrder in "lowercase" {
    #[serde(rename = "enrollmentCount:desc")]
    MostEnrolled,
    #[serde(rename = "averageRating:desc")]
    BestRated,
    #[serde(rename = "publishedAt:desc")]
    Newest,
});

/// Most prerequisites, objectives and materials of one course or module.
const LISTED_MAX: usize = 200;

body! {
    #![serde(rename_all = "camelCase")]

    pub struct LearningObjectiveSent for Objective;
    needed { description: Reason => description, }
    optional {
        measurable_outcome: Option<Prose> => measurable_outcome,
        /// How deep it goes: understand, apply …
        level: Option<Name> => level,
    }

    pub struct LearningCriteriaSent for CriteriaSent;
    needed { r#type: LearningCriteriaType => criteria, }

    pub struct LearningNewMaterial for ItemChanges;
    beside { title: Name, r#type: LearningMaterialType, }
    optional {
        description: Option<Prose> => description,
        url: Patch<Url> => url,
        content: Patch<Prose> => content,
        /// In minutes
        duration: Patch<Within<0, 100_000>> => seconds = duration.plain().map(|minutes| minutes * 60),
        /// The last one when left out
        order: Option<Position> => position,
        /// true
        is_required: Option<bool> => required,
    }
    others ItemChanges::default();

    #[schema(example = json!({"title": "ジェネリクス", "description": "TypeScriptのジェネリクスを深く理解する", "order": 3,
        "estimatedDuration": 90, "learningObjectives": ["ジェネリクスの基本概念を理解する"], "materials": [
        {"title": "ジェネリクス入門", "type": "video", "url": "https://videos.example.com/generics-intro.mp4", "duration": 15,
        "order": 1, "isRequired": true}], "completionCriteria": {"type": "view_all_materials"}}))]
    pub struct LearningNewModule for UnitChanges;
    beside { title: Name, materials: Option<BoundedList<LearningNewMaterial, 0, { LISTED_MAX }>>, }
    optional {
        description: Option<Prose> => description,
        /// The last one when left out
        order: Option<Position> => position,
        /// In minutes
        estimated_duration: Patch<Within<0, 1_000_000>> => minutes,
        learning_objectives: Option<BoundedList<Reason, 0, { LISTED_MAX }>> => objectives,
        /// view_all_materials
        completion_criteria: Option<LearningCriteriaSent> => criteria = completion_criteria.plain().map(|sent| sent.criteria),
    }
    others UnitChanges::default();

    #[schema(example = json!({"reason": "内容が古くなったため"}))]
    pub struct LearningArchive for ArchiveReason;
    needed { reason: Reason => reason, }

    #[schema(example = json!({"stars": 5}))]
    pub struct LearningRatingSent for Stars;
    needed { stars: Within<1, 5> => stars, }
}

pub struct CriteriaSent {
    criteria: UnitCriteria,
}

pub struct ArchiveReason {
    reason: String,
}

pub struct Stars {
    stars: i64,
}

body! {
    #![serde(rename_all = "camelCase")]

    #[schema(example = json!({"title": "TypeScript基礎コース", "description": "TypeScriptの基本から応用まで学ぶ総合コース",
        "overview": "TypeScriptの型システムなどを段階的に学習します", "level": "beginner", "category": "programming",
        "learningObjectives": [{"description": "TypeScriptの基本構文を理解する", "measurableOutcome": "基本的な型定義ができる",
        "level": "understand"}], "estimatedDuration": 480, "prerequisites": [], "tags": ["typescript", "programming"]}))]
    create pub struct LearningNewCourse;
    #[schema(example = json!({"title": "TypeScript基礎コース (2025年版)", "estimatedDuration": 540}))]
    change pub struct LearningChangeCourse for CourseChanges;
    needed { title: Name => title, }
    optional {
        description: Option<Prose> => description,
        overview: Option<Prose> => overview,
        level: Patch<LearningCourseLevel> => level,
        category: Patch<Name> => category,
        learning_objectives: Option<BoundedList<LearningObjectiveSent, 0, { LISTED_MAX }>> => objectives,
        /// In minutes
        estimated_duration: Patch<Within<0, 1_000_000>> => minutes,
        /// Ids of courses that one completes before this one
        prerequisites: Option<BoundedList<TextId, 0, { LISTED_MAX }>> => prerequisites,
        tags: Option<BoundedList<Name, 0, { NAMES_MAX }>> => tags,
        /// In won; 0 is free
        price: Option<Within<0, 1_000_000_000>> => price,
        /// Whether learners complete it by doing all that is required, and get the certificate at once (true)
        completes_itself: Option<bool> => completes_itself,
    }
    others CourseChanges::default();
}

query! {
    #[serde(rename_all = "camelCase")]
    pub struct LearningCourseQuery {
        status: Option<LearningCourseStatus>,
        level: Option<LearningCourseLevel>,
        category: Option<SearchText>,
        instructor_id: Option<TextId>,
        /// Courses with all of these tags; repeated, or separated by commas
        tags: Option<BoundedList<SearchText, 0, { NAMES_MAX }>>,
        /// publishedAt:desc when left out
        sort: Option<LearningCourseOrder>,
        limit: Option<Within<1, 100>>,
        offset: Option<Within<0, 1_000_000_000>>,
    }
}

impl LearningCourseQuery {
    fn parts(self) -> (CatalogueFilter, Window) {
        let window = Window { limit: self.limit.plain().unwrap_or(20), offset: self.offset.plain().unwrap_or(0) };
        let filter = CatalogueFilter {
            status: self.status.plain(),
            level: self.level.plain(),
            category: self.category.plain(),
            instructor: self.instructor_id.plain(),
            tags: self.tags.plain(),
            order: self.sort.plain().unwrap_or_default(),
        };
        (filter, window)
    }
}

query! {
    #[serde(rename_all = "camelCase")]
    pub struct LearningCourseParts {
        /// true when left out
        include_modules: Option<bool>,
        /// false when left out
        include_assessments: Option<bool>,
    }
}

answer! {
    #![serde(rename_all = "camelCase")]

    pub struct LearningObjective from Objective as o {
        description: String = o.description,
        measurable_outcome: Option<String> = o.measurable_outcome,
        level: Option<String> = o.level,
    }

    pub struct LearningInstructor from CourseInstructor as i {
        id: TextId = TextId(i.id),
        name: String = i.name,
        /// For the staff of the course only
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        email: Option<String> = i.email,
        title: String = i.title.unwrap_or_default(),
        bio: String = i.bio.unwrap_or_default(),
    }

    pub struct LearningCriteria from String as criteria { r#type: String = criteria.to_lowercase() }

    pub struct LearningMaterial from Item as i
        let r#type = material_type(&i);
    {
        id: TextId = TextId(i.id),
        module_id: TextId = TextId(i.unit),
        title: String = i.title,
        r#type: &'static str = r#type,
        description: String = i.description,
        /// null for those who have not paid for the course, as is the content; the description is empty for them
        url: Option<String> = i.url,
        /// Of a step of the live session: what it says
        content: Option<String> = i.content.or(i.guide),
        duration: Option<Duration> = i.seconds.map(Duration::of_seconds),
        order: i64 = i.position,
        is_required: bool = i.required,
    }

    #[schema(example = json!({"id": "3", "courseId": "1", "title": "ジェネリクス", "description": "", "order": 3,
        "estimatedDuration": {"minutes": 90, "display": "1時間30分"}, "learningObjectives": [], "materialsCount": 0,
        "materials": [], "completionCriteria": {"type": "view_all_materials"}, "createdAt": "2025-11-03T16:00:00.000Z",
        "updatedAt": "2025-11-03T16:00:00.000Z"}))]
    pub struct LearningModule from (Unit, Vec<Item>) as (u, items)
        let learning_objectives = u.objectives();
    {
        id: TextId = TextId(u.id),
        course_id: TextId = TextId(u.course),
        title: String = u.title,
        description: String = u.description,
        order: i64 = u.position,
        estimated_duration: Duration = Duration::from(u.minutes.unwrap_or(0)),
        learning_objectives: Vec<String> = learning_objectives,
        materials_count: usize = items.len(),
        materials: Vec<LearningMaterial> = each(items),
        completion_criteria: LearningCriteria = u.criteria.into(),
        created_at: Time = Time(u.created_ms),
        updated_at: Time = Time(u.updated_ms),
    }

    pub struct LearningCourseAssessment from Assessment as a {
        id: TextId = TextId(a.id),
        title: String = a.name,
        r#type: String = a.kind.to_lowercase(),
        passing_score: f64 = a.pass,
        max_score: f64 = a.total,
        time_limit: Option<Duration> = a.minutes.map(Duration::from),
        attempts_allowed: Option<i64> = a.attempts_allowed,
        is_required: bool = a.required,
    }

    pub struct LearningCourse from CourseDetails as d
        let CourseDetails { course: c, numbers, .. } = d;
    {
        id: TextId = TextId(c.id),
        title: String = c.title,
        description: String = c.description,
        overview: String = c.overview,
        status: String = c.status.to_lowercase(),
        level: Option<String> = c.level.map(|level| level.to_lowercase()),
        category: Option<String> = c.category,
        instructor_id: TextId = TextId(c.instructor),
        instructor: LearningInstructor = d.instructor.into(),
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        modules: Option<Vec<LearningModule>> = d.units.map(each),
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        assessments: Option<Vec<LearningCourseAssessment>> = d.assessments.map(each),
        learning_objectives: Vec<LearningObjective> = each(d.objectives),
        prerequisites: Vec<TextId> = d.prerequisites.into_iter().map(TextId).collect(),
        tags: Vec<String> = d.tags,
        estimated_duration: Duration = Duration::from(c.minutes.unwrap_or(0)),
        /// In won; 0 is free
        price: i64 = c.price,
        completes_itself: bool = c.completes_itself,
        enrollment_count: i64 = numbers.enrolled,
        /// The completed share of all enrollments, 0 to 1
        completion_rate: f64 = numbers.completion_rate(),
        average_rating: f64 = numbers.average_rating(),
        archived_reason: Option<String> = c.archived_reason,
        created_at: Time = Time(c.created_ms),
        published_at: Option<Time> = c.published_ms.map(Time),
        updated_at: Time = Time(c.updated_ms),
    }

    pub struct LearningListedCourse from ListedCourse as l
        let ListedCourse { course: c, tags, numbers } = l;
    {
        id: TextId = TextId(c.id),
        title: String = c.title,
        description: String = c.description,
        status: String = c.status.to_lowercase(),
        level: Option<String> = c.level.map(|level| level.to_lowercase()),
        category: Option<String> = c.category,
        instructor_id: TextId = TextId(c.instructor),
        instructor_name: String = c.instructor_name,
        estimated_duration: Duration = Duration::from(c.minutes.unwrap_or(0)),
        price: i64 = c.price,
        enrollment_count: i64 = numbers.enrolled,
        completion_rate: f64 = numbers.completion_rate(),
        average_rating: f64 = numbers.average_rating(),
        tags: Vec<String> = tags,
        published_at: Option<Time> = c.published_ms.map(Time),
    }

    pub struct LearningPublished from Course as c {
        id: TextId = TextId(c.id),
        status: String = c.status.to_lowercase(),
        published_at: Option<Time> = c.published_ms.map(Time),
    }

    #[schema(example = json!({"courseId": "1", "stars": 5, "averageRating": 4.6, "ratingCount": 12}))]
    pub struct LearningRating from Rating as r {
        course_id: TextId = TextId(r.course),
        stars: i64 = r.stars,
        average_rating: f64 = r.average,
        rating_count: i64 = r.count,
    }
}

paged! {
    #[serde(rename_all = "camelCase")]
    pub struct LearningCourses of ListedCourse { pagination: LearningPagination, items: LearningListedCourse }
}

/// Returns the seed's word for what one does in an item. A step of a live session is an exercise.
fn material_type(item: &Item) -> &'static str {
    match ItemKind::parse(&item.kind) {
        Some(ItemKind::Video) => "video",
        Some(ItemKind::Document) => "document",
        Some(ItemKind::Slide) => "slide",
        Some(ItemKind::CodeExample) => "code_example",
        Some(ItemKind::Article) => "knowledge_article",
        Some(ItemKind::Exercise | ItemKind::Step) | None => "interactive_exercise",
    }
}

/// Creates a draft, which only its staff see until it is published (instructors).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/courses", request_body = LearningNewCourse,
    responses((status = 201, body = LearningCourse)))]
pub async fn create(app: School, caller: Caller, Json(sent): Json<LearningNewCourse>) -> Created<LearningCourse> {
    let (title, first) = sent.parts();
    let course = courses::create_draft(&app, &caller, title, first).await?;
    created(details::of_course(&app, &caller, course.id, true, false).await?)
}

/// Returns a course. Drafts are found by their staff only.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/courses/{course_id}", params(LearningCourseParts),
    responses((status = 200, body = LearningCourse)))]
pub async fn view(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    parts: LearningCourseParts,
) -> Answer<LearningCourse> {
    let (modules, assessments) = (parts.include_modules.unwrap_or(true), parts.include_assessments.unwrap_or(false));
    ok(details::of_course(&app, &caller, id, modules, assessments).await?)
}

/// Lists published and archived courses, and the drafts of one's own.
#[utoipa::path(get, path = "/api/v1/bc-006/learning/courses", params(LearningCourseQuery),
    responses((status = 200, body = LearningCourses)))]
pub async fn list(app: School, caller: Caller, query: LearningCourseQuery) -> Answer<LearningCourses> {
    let (filter, window) = query.parts();
    ok(catalogue::find(&app, &caller, filter, window).await?)
}

/// Changes the keys that are in the body (its instructor).
#[utoipa::path(put, path = "/api/v1/bc-006/learning/courses/{course_id}", request_body = LearningChangeCourse,
    responses((status = 200, body = LearningCourse)))]
pub async fn change(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningChangeCourse>,
) -> Answer<LearningCourse> {
    courses::change(&app, &caller, id, sent.into()).await?;
    ok(details::of_course(&app, &caller, id, true, false).await?)
}

/// Deletes a course that nobody is enrolled in (its instructor).
#[utoipa::path(delete, path = "/api/v1/bc-006/learning/courses/{course_id}", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Result<StatusCode> {
    courses::delete(&app, &caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Adds a module with its materials to a course (its instructor).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/courses/{course_id}/modules", request_body = LearningNewModule,
    responses((status = 201, body = LearningModule)))]
pub async fn add_module(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningNewModule>,
) -> Created<LearningModule> {
    let (title, materials, first) = sent.parts();
    let item = |(title, kind, first)| NewItem { title, kind, first };
    let items = materials.unwrap_or_default().into_iter().map(item).collect();
    created(outline::add_unit_with_items(&app, &caller, id, title, first, items).await?)
}

/// Publishes a draft that has a module (its instructor).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/courses/{course_id}/publish",
    responses((status = 200, body = LearningPublished)))]
pub async fn publish(app: School, caller: Caller, Path(TextId(id)): Path<TextId>) -> Answer<LearningPublished> {
    ok(courses::publish(&app, &caller, id).await?)
}

/// Archives a published course: it admits nobody any more, and is kept for those who are in it (administrators).
#[utoipa::path(post, path = "/api/v1/bc-006/learning/courses/{course_id}/archive", request_body = LearningArchive,
    responses((status = 200, body = LearningCourse)))]
pub async fn archive(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningArchive>,
) -> Answer<LearningCourse> {
    courses::archive_because(&app, &caller, id, sent.plain().reason).await?;
    ok(details::of_course(&app, &caller, id, true, false).await?)
}

/// Rates a course, or changes one's rating (those who have begun it).
#[utoipa::path(put, path = "/api/v1/bc-006/learning/courses/{course_id}/rating", request_body = LearningRatingSent,
    responses((status = 200, body = LearningRating)))]
pub async fn rate(
    app: School,
    caller: Caller,
    Path(TextId(id)): Path<TextId>,
    Json(sent): Json<LearningRatingSent>,
) -> Answer<LearningRating> {
    ok(ratings::rate(&app, &caller, id, sent.plain().stars).await?)
}
