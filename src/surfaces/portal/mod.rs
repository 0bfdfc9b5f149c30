//! The portal (seed 000): `/api/v1/…`.

mod answer;
mod assessments;
mod attendance;
mod completions;
mod courses;
mod enrollments;
mod progress;
pub mod refusal;
mod sheets;
pub mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::answer::{Answer, Created, created, done};
use self::refusal::PortalRefusal;
use crate::app::School;
use crate::error::Result;
use crate::school::once::Key;
use crate::school::rights::Caller;
use crate::surfaces::document::{group, surface};
use crate::surfaces::extract::{Id, Ids, Json, Path, SentOnce};

pub fn router() -> OpenApiRouter<School> {
    surface::<PortalRefusal>([
        group("portal: courses")
            .routes(routes!(courses::list, courses::create)) // /api/v1/courses
            .routes(routes!(courses::view, courses::change)) // /api/v1/courses/{course_id}
            .routes(routes!(courses::classes, courses::add_class)) // /api/v1/courses/{course_id}/classes
            .routes(routes!(courses::class, courses::change_class)) // /api/v1/courses/{course_id}/classes/{class_id}
            .routes(routes!(sheets::attendance)) // /api/v1/courses/{course_id}/classes/{class_id}/attendance.csv
            .routes(routes!(sheets::grades)) // /api/v1/courses/{course_id}/classes/{class_id}/grades.csv
            .routes(routes!(sheets::completed)), // /api/v1/courses/{course_id}/classes/{class_id}/completions.csv
        group("portal: enrollments")
            .routes(routes!(enrollments::list, enrollments::apply)) // /api/v1/enrollments
            .routes(routes!(enrollments::mine)) // /api/v1/enrollments/me
            .routes(routes!(enrollments::view)) // /api/v1/enrollments/{enrollment_id}
            .routes(routes!(enrollments::approve)) // /api/v1/enrollments/{enrollment_id}/approve
            .routes(routes!(enrollments::reject)) // /api/v1/enrollments/{enrollment_id}/reject
            .routes(routes!(enrollments::cancel)) // /api/v1/enrollments/{enrollment_id}/cancel
            .routes(routes!(enrollments::approve_waiting)) // /api/v1/enrollments/{enrollment_id}/approve-waiting
            .routes(routes!(enrollments::pay)) // /api/v1/enrollments/{enrollment_id}/payment
            .routes(routes!(enrollments::refund)), // /api/v1/enrollments/{enrollment_id}/refund
        group("portal: progress")
            .routes(routes!(progress::report)) // /api/v1/progress
            .routes(routes!(progress::view)) // /api/v1/progress/{progress_id}
            .routes(routes!(progress::of_enrollment)) // /api/v1/progress/enrollment/{enrollment_id}
            .routes(routes!(progress::start)) // /api/v1/progress/start
            .routes(routes!(progress::complete)) // /api/v1/progress/complete
            .routes(routes!(progress::of_class)), // /api/v1/progress/course/{course_id}/class/{class_id}
        group("portal: attendance")
            .routes(routes!(attendance::register)) // /api/v1/attendance
            .routes(routes!(attendance::view, attendance::change)) // /api/v1/attendance/{attendance_id}
            .routes(routes!(attendance::of_enrollment)) // /api/v1/attendance/enrollment/{enrollment_id}
            .routes(routes!(attendance::of_day)) // /api/v1/attendance/course/{course_id}/class/{class_id}/date/{class_date}
            .routes(routes!(attendance::sheet)) // /api/v1/attendance/course/{course_id}/class/{class_id}
            .routes(routes!(attendance::waiting)) // /api/v1/attendance/requests
            .routes(routes!(attendance::register_all)), // /api/v1/attendance/batch
        group("portal: completions")
            .routes(routes!(completions::register)) // /api/v1/completions
            .routes(routes!(completions::view, completions::change)) // /api/v1/completions/{completion_id}
            .routes(routes!(completions::of_enrollment)) // /api/v1/completions/enrollment/{enrollment_id}
            .routes(routes!(completions::of_class)) // /api/v1/completions/course/{course_id}/class/{class_id}
            .routes(routes!(completions::standing_of_class)) // /api/v1/completions/course/{course_id}/class/{class_id}/standing
            .routes(routes!(completions::papers_of_class)) // /api/v1/completions/course/{course_id}/class/{class_id}/certificates.pdf
            .routes(routes!(completions::certify)) // /api/v1/completions/{completion_id}/certificate
            .routes(routes!(completions::certificate)) // /api/v1/completions/certificate/{certificate_no}
            .routes(routes!(completions::complete_all)), // /api/v1/completions/batch
        group("portal: assessments")
            .routes(routes!(assessments::create)) // /api/v1/assessments
            .routes(routes!(assessments::view, assessments::change, assessments::delete)) // /api/v1/assessments/{assessment_id}
            .routes(routes!(assessments::of_class)) // /api/v1/assessments/course/{course_id}/class/{class_id}
            .routes(routes!(assessments::results, assessments::record)) // /api/v1/assessments/{assessment_id}/results
            .routes(routes!(assessments::result)) // /api/v1/assessments/{assessment_id}/results/{result_id}
            .routes(routes!(assessments::of_enrollment)) // /api/v1/assessments/results/enrollment/{enrollment_id}
            .routes(routes!(assessments::grade)), // /api/v1/assessments/results/{result_id}/grade
    ])
}
