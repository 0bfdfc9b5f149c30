//! The academy (seed 003): `/accounts/`, `/certificates/`, `/courses/`, `/dashboards/`, `/missions/`, `/payment/`, `/progress/` and `/videos/`.

mod accounts;
mod categories;
mod certificates;
mod choice_questions;
mod code_questions;
mod code_submissions;
mod dashboards;
mod enrollments;
mod mission_wire;
mod missions;
mod payments;
mod progress;
pub mod refusal;
mod uploads;
mod videos;
mod webhooks;
mod wire;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use self::refusal::AcademyRefusal;
use crate::app::School;
use crate::error::Result;
use crate::school::rights::Caller;
use crate::surfaces::bare::{Answer, Created, created, gone, ok};
use crate::surfaces::document::{group, surface};
use crate::surfaces::extract::{ClientAddress, GetOnly, Id, Json};

pub fn router() -> OpenApiRouter<School> {
    surface::<AcademyRefusal>([
        group("academy: accounts")
            .routes(routes!(accounts::register)) // /accounts/register/
            .routes(routes!(accounts::login)) // /accounts/login/
            .routes(routes!(accounts::logout)) // /accounts/logout/
            .routes(routes!(accounts::profile, accounts::change_profile)) // /accounts/profile/
            .routes(routes!(accounts::activity)) // /accounts/activity/
            .routes(routes!(accounts::delete)) // /accounts/delete/
            .routes(routes!(accounts::create_manager)) // /accounts/create-manager/
            .routes(routes!(accounts::change_role)), // /accounts/change-role/{user_id}/
        group("academy: courses")
            .routes(routes!(categories::list_major, categories::create_major)) // /courses/major-categories/
            .routes(routes!(categories::view_major, categories::change_major, categories::delete_major)) // /courses/major-categories/{major_category_id}/
            .routes(routes!(categories::list_minor, categories::create_minor)) // /courses/minor-categories/
            .routes(routes!(categories::view_minor, categories::change_minor, categories::delete_minor)), // /courses/minor-categories/{minor_category_id}/
        group("academy: enrollments")
            .routes(routes!(enrollments::list, enrollments::enroll)) // /courses/enrollments/
            .routes(routes!(enrollments::view, enrollments::change, enrollments::leave)) // /courses/enrollments/{enrollment_id}/
            .routes(routes!(enrollments::complete)), // /courses/enrollments/{enrollment_id}/complete/
        group("academy: missions")
            .routes(routes!(missions::create)) // /missions/
            .routes(routes!(missions::view, missions::change, missions::patch)) // /missions/{mission_id}/
            .routes(routes!(choice_questions::list, choice_questions::create)) // /missions/multiple-choice-questions/
            .routes(routes!(choice_questions::view, choice_questions::answer)) // /missions/multiple-choice-questions/{question_id}/
            .routes(routes!(choice_questions::change, choice_questions::patch)) // /missions/multiple-choice-questions/{question_id}/
            .routes(routes!(choice_questions::delete)) // /missions/multiple-choice-questions/{question_id}/
            .routes(routes!(code_questions::list, code_questions::create)) // /missions/code-submission-questions/
            .routes(routes!(code_questions::view, code_questions::delete)) // /missions/code-submission-questions/{code_question_id}/
            .routes(routes!(code_questions::change, code_questions::patch)) // /missions/code-submission-questions/{code_question_id}/
            .routes(routes!(choice_questions::list_of_exam)) // /missions/major/{major_id}/{minor_id}/{mid_or_final}/mcqs/
            .routes(routes!(code_questions::list_of_exam)) // /missions/major/{major_id}/{minor_id}/{mid_or_final}/cs/
            .routes(routes!(code_submissions::list, code_submissions::create)) // /missions/code-submissions/
            .routes(routes!(code_submissions::view, code_submissions::delete)) // /missions/code-submissions/{submission_id}/
            .routes(routes!(code_submissions::change, code_submissions::patch)) // /missions/code-submissions/{submission_id}/
            .routes(routes!(code_submissions::evaluate)) // /missions/code-submissions/{submission_id}/evaluate/
            .routes(routes!(code_submissions::list_all)) // /missions/submissions/all/cs/
            .routes(routes!(code_submissions::list_own)) // /missions/submissions/user/cs/
            .routes(routes!(choice_questions::list_all_answers)) // /missions/submissions/all/mcqs/
            .routes(routes!(choice_questions::list_own_answers)), // /missions/submissions/user/mcqs/
        group("academy: payments")
            .routes(routes!(payments::info)) // /payment/info/{major_category_id}/
            .routes(routes!(payments::complete)) // /payment/complete/
            .routes(routes!(payments::mine)) // /payment/user-payments/
            .routes(routes!(payments::view)) // /payment/detail/{payment_id}/
            .routes(routes!(payments::refund)) // /payment/refund/{payment_id}/
            .routes(routes!(webhooks::take)), // /payment/webhook/
        group("academy: videos")
            .routes(routes!(videos::list, videos::create)) // /videos/
            .routes(routes!(videos::view, videos::change, videos::delete)) // /videos/{video_id}/
            .routes(routes!(uploads::view, uploads::give_up)) // /videos/{video_id}/upload/
            .routes(routes!(videos::complete_upload)) // /videos/complete-upload/
            .routes(routes!(progress::report)), // /videos/progress/
        group("academy: certificates")
            .routes(routes!(certificates::list)) // /certificates/
            .routes(routes!(certificates::preview)) // /certificates/preview/{course_type}/{course_id}/
            .routes(routes!(certificates::download)) // /certificates/download/{course_type}/{course_id}/
            .routes(routes!(certificates::verify)), // /certificates/verify/{certificate_id}/
        group("academy: progress")
            .routes(routes!(progress::list)) // /progress/
            .routes(routes!(progress::report_more)) // /progress/update/{user_progress_id}/
            .routes(routes!(progress::overall)) // /progress/overall/
            .routes(routes!(progress::of_video)), // /progress/video/{video_id}/
        group("academy: dashboards")
            .routes(routes!(dashboards::summary)) // /dashboards/summary/
            .routes(routes!(dashboards::daily_visits)) // /dashboards/daily-visits/
            .routes(routes!(dashboards::daily_payments)) // /dashboards/daily-payments/
            .routes(routes!(dashboards::learning_records)) // /dashboards/learning-records/
            .routes(routes!(dashboards::video_progress)) // /dashboards/video-progress/
            .routes(routes!(dashboards::expiration_notifications)) // /dashboards/expiration-notifications/
            .routes(routes!(dashboards::student_dashboard)), // /dashboards/student-dashboard/
    ])
}
