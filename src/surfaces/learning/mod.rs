//! Learning (seed 002): `/api/v1/bc-006/learning/…`.

mod assessments;
mod certifications;
mod courses;
mod enrollments;
mod feedback;
mod given_answers;
mod paths;
mod progress;
pub mod refusal;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use given_answers::LearningAnswer;

use self::refusal::LearningRefusal;
use crate::app::School;
use crate::school::rights::Caller;
use crate::surfaces::bare::{Answer, Created, created, ok};
use crate::surfaces::document::{group, surface};
use crate::surfaces::extract::{Json, Path};

pub fn router() -> OpenApiRouter<School> {
    surface::<LearningRefusal>([
        group("learning: courses")
            .routes(routes!(courses::list, courses::create)) // /api/v1/bc-006/learning/courses
            .routes(routes!(courses::view, courses::change, courses::delete)) // /api/v1/bc-006/learning/courses/{course_id}
            .routes(routes!(courses::add_module)) // /api/v1/bc-006/learning/courses/{course_id}/modules
            .routes(routes!(courses::publish)) // /api/v1/bc-006/learning/courses/{course_id}/publish
            .routes(routes!(courses::archive)) // /api/v1/bc-006/learning/courses/{course_id}/archive
            .routes(routes!(courses::rate)), // /api/v1/bc-006/learning/courses/{course_id}/rating
        group("learning: enrollments")
            .routes(routes!(enrollments::enroll, enrollments::unenroll)) // /api/v1/bc-006/learning/courses/{course_id}/enroll
            .routes(routes!(enrollments::mine)) // /api/v1/bc-006/learning/my-enrollments
            .routes(routes!(enrollments::stats)), // /api/v1/bc-006/learning/courses/{course_id}/enrollment-stats
        group("learning: assessments")
            .routes(routes!(assessments::create)) // /api/v1/bc-006/learning/courses/{course_id}/assessments
            .routes(routes!(assessments::view)) // /api/v1/bc-006/learning/assessments/{assessment_id}
            .routes(routes!(assessments::questions, assessments::add_questions)) // /api/v1/bc-006/learning/assessments/{assessment_id}/questions
            .routes(routes!(assessments::start)) // /api/v1/bc-006/learning/assessments/{assessment_id}/start
            .routes(routes!(assessments::save)) // /api/v1/bc-006/learning/assessments/{assessment_id}/answers
            .routes(routes!(assessments::submit)) // /api/v1/bc-006/learning/assessments/{assessment_id}/submit
            .routes(routes!(assessments::result)) // /api/v1/bc-006/learning/assessments/{assessment_id}/results/{result_id}
            .routes(routes!(assessments::my_history)) // /api/v1/bc-006/learning/assessments/{assessment_id}/my-history
            .routes(routes!(assessments::statistics)), // /api/v1/bc-006/learning/assessments/{assessment_id}/statistics
        group("learning: progress")
            .routes(routes!(progress::summary)) // /api/v1/bc-006/learning/progress/summary
            .routes(routes!(progress::view)) // /api/v1/bc-006/learning/progress/{progress_id}
            .routes(routes!(progress::start)) // /api/v1/bc-006/learning/progress/{progress_id}/start
            .routes(routes!(progress::access)) // /api/v1/bc-006/learning/progress/{progress_id}/access
            .routes(routes!(progress::complete_module)) // /api/v1/bc-006/learning/progress/{progress_id}/modules/{module_id}/complete
            .routes(routes!(progress::view_material)), // /api/v1/bc-006/learning/progress/{progress_id}/materials/{material_id}/view
        group("learning: certifications")
            .routes(routes!(certifications::issue)) // /api/v1/bc-006/learning/certifications/issue
            .routes(routes!(certifications::view)) // /api/v1/bc-006/learning/certifications/{certification_id}
            .routes(routes!(certifications::mine)) // /api/v1/bc-006/learning/my-certifications
            .routes(routes!(certifications::verify)), // /api/v1/bc-006/learning/certifications/verify/{certificate_number}
        group("learning: paths")
            .routes(routes!(paths::create)) // /api/v1/bc-006/learning/paths
            .routes(routes!(paths::view)) // /api/v1/bc-006/learning/paths/{path_id}
            .routes(routes!(paths::mine)) // /api/v1/bc-006/learning/my-paths
            .routes(routes!(paths::next_course)) // /api/v1/bc-006/learning/paths/{path_id}/next-course
            .routes(routes!(paths::adjust)) // /api/v1/bc-006/learning/paths/{path_id}/adjust
            .routes(routes!(paths::estimate)), // /api/v1/bc-006/learning/paths/{path_id}/estimate
    ])
}
