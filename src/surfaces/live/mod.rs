//! Live sessions (seed 004): `/api/…`, `/ws/…`, `/qr/…`.

mod admin;
mod attendance;
mod auth;
mod class_questions;
mod dashboard;
mod device_cookie;
mod extract;
mod frames;
mod handout;
mod handshake;
mod help;
mod help_pictures;
mod lectures;
mod lesson_files;
mod logs;
mod notifications;
mod participants;
mod pictures;
mod posters;
mod progress;
mod qr;
pub mod refusal;
mod school;
mod sessions;
mod slides;
mod socket;
mod staff;
mod step_questions;
mod tasks;
mod teachers;
mod upgrade;
pub mod wire;

use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use frames::{SessionLogReader, render, without_contacts};

use self::extract::{Browser, Invited};
use self::refusal::Refusal;
use crate::app::School;
use crate::error::Result;
use crate::school::once::Key;
use crate::school::rights::Caller;
use crate::surfaces::bare::{Answer, Created, created, ok};
use crate::surfaces::document::{group, surface};
use crate::surfaces::extract::{ClientAddress, Id, Ids, Json, LargeJson, Path, Query, SentOnce};

pub fn router() -> OpenApiRouter<School> {
    surface::<Refusal>([
        group("live: school")
            .routes(routes!(school::about)) // /api/school
            .routes(routes!(school::logo)) // /api/school/logo
            .routes(routes!(school::set_up)) // /api/setup
            .routes(routes!(school::check_setup)), // /api/setup/check
        group("live: lectures")
            .routes(routes!(lectures::list, lectures::create)) // /api/lectures
            .routes(routes!(lectures::detail, lectures::change, lectures::delete)) // /api/lectures/{lecture_id}
            .routes(routes!(lectures::archive)) // /api/lectures/{lecture_id}/archive
            .routes(routes!(lectures::restore)) // /api/lectures/{lecture_id}/restore
            .routes(routes!(lectures::renew_poster)) // /api/lectures/{lecture_id}/poster-code
            .routes(routes!(lectures::enroll)) // /api/lectures/{lecture_id}/enroll
            .routes(routes!(teachers::list, teachers::share)) // /api/lectures/{lecture_id}/teachers
            .routes(routes!(teachers::end)) // /api/lectures/{lecture_id}/teachers/{user_id}
            .routes(routes!(handout::print)) // /api/lectures/{lecture_id}/handout
            .routes(routes!(lesson_files::copy)) // /api/lectures/{lecture_id}/copy
            .routes(routes!(lesson_files::export)) // /api/lectures/{lecture_id}/file
            .routes(routes!(lesson_files::import)) // /api/lectures/import
            .routes(routes!(posters::next_class, posters::plan)) // /api/lectures/{lecture_id}/next-class
            .routes(routes!(posters::show)) // /api/posters/{poster_code}
            .routes(routes!(qr::poster)), // /qr/l/{file}
        group("live: tasks")
            .routes(routes!(tasks::add)) // /api/lectures/{lecture_id}/tasks
            .routes(routes!(pictures::add)) // /api/lectures/{lecture_id}/pictures
            .routes(routes!(slides::add)) // /api/lectures/{lecture_id}/pictures/pdf
            .routes(routes!(tasks::detail, tasks::change, tasks::delete)) // /api/tasks/{task_id}
            .routes(routes!(tasks::add_step)) // /api/tasks/{task_id}/subtasks
            .routes(routes!(tasks::change_step, tasks::delete_step)), // /api/subtasks/{subtask_id}
        group("live: sessions")
            .routes(routes!(sessions::list, sessions::create)) // /api/lectures/{lecture_id}/sessions
            .routes(routes!(sessions::my_active)) // /api/sessions/my-active
            .routes(routes!(sessions::by_code, sessions::change)) // /api/sessions/{session_code}
            .routes(routes!(sessions::start)) // /api/sessions/{session_id}/start
            .routes(routes!(sessions::next_step)) // /api/sessions/{session_id}/next-step
            .routes(routes!(sessions::pause)) // /api/sessions/{session_id}/pause
            .routes(routes!(sessions::resume)) // /api/sessions/{session_id}/resume
            .routes(routes!(sessions::say)) // /api/sessions/{session_id}/message
            .routes(routes!(sessions::timer)) // /api/sessions/{session_id}/timer
            .routes(routes!(sessions::notes)) // /api/sessions/{session_id}/notes
            .routes(routes!(sessions::end)) // /api/sessions/{session_id}/end
            .routes(routes!(sessions::current)) // /api/sessions/{session_id}/current
            .routes(routes!(sessions::events)) // /api/sessions/{session_id}/events
            .routes(routes!(sessions::steps)) // /api/sessions/{session_id}/steps
            .routes(routes!(qr::picture)) // /qr/{file}
            .routes(routes!(qr::helpers)), // /qr/assist/{file}
        group("live: questions")
            .routes(routes!(step_questions::answer)) // /api/sessions/{session_id}/steps/{subtask_id}/answer
            .routes(routes!(step_questions::show)) // /api/sessions/{session_id}/steps/{subtask_id}/results
            .routes(routes!(step_questions::list)) // /api/sessions/{session_id}/answers
            .routes(routes!(step_questions::sheet)) // /api/sessions/{session_id}/answers.csv
            .routes(routes!(class_questions::list, class_questions::ask)) // /api/sessions/{session_id}/questions
            .routes(routes!(class_questions::me_too)) // /api/sessions/{session_id}/questions/{class_question_id}/me-too
            .routes(routes!(class_questions::answered)) // /api/sessions/{session_id}/questions/{class_question_id}/answered
            .routes(routes!(class_questions::hide)), // /api/sessions/{session_id}/questions/{class_question_id}/hide
        group("live: staff of a session")
            .routes(routes!(staff::list, staff::invite)) // /api/sessions/{session_id}/staff
            .routes(routes!(staff::remove)) // /api/sessions/{session_id}/staff/{user_id}/remove
            .routes(routes!(staff::helper)) // /api/sessions/{session_code}/helper
            .routes(routes!(staff::done)) // /api/sessions/{session_id}/participants/{user_id}/done
            .routes(routes!(staff::say_to_one)) // /api/sessions/{session_id}/participants/{user_id}/message
            .routes(routes!(staff::praise)) // /api/sessions/{session_id}/praise
            .routes(routes!(staff::message_read)) // /api/sessions/{session_id}/message-read
            .routes(routes!(staff::colleagues)), // /api/colleagues
        group("live: participants")
            .routes(routes!(participants::join)) // /api/sessions/{session_id}/join
            .routes(routes!(participants::guest)) // /api/sessions/{session_code}/guest
            .routes(routes!(participants::leave)) // /api/sessions/{session_id}/leave
            .routes(routes!(participants::list)) // /api/sessions/{session_id}/participants
            .routes(routes!(participants::remove)) // /api/sessions/{session_id}/participants/{user_id}/remove
            .routes(routes!(participants::rename)) // /api/sessions/{session_id}/participants/{user_id}/rename
            .routes(routes!(participants::reentry)) // /api/sessions/{session_id}/participants/{user_id}/reentry
            .routes(routes!(participants::merge)) // /api/sessions/{session_id}/participants/{user_id}/merge
            .routes(routes!(participants::separate)) // /api/sessions/{session_id}/participants/{user_id}/separate
            .routes(routes!(attendance::own, attendance::ask)) // /api/lectures/{lecture_id}/my-attendance
            .routes(routes!(attendance::list)) // /api/sessions/{session_id}/attendance
            .routes(routes!(attendance::sheet)), // /api/sessions/{session_id}/attendance.csv
        group("live: progress")
            .routes(routes!(progress::me)) // /api/progress/me
            .routes(routes!(progress::update)) // /api/progress/update
            .routes(routes!(progress::of_student)), // /api/progress/users/{user_id}/lectures/{lecture_id}
        group("live: logs")
            .routes(routes!(logs::one)) // /api/logs/activity
            .routes(routes!(logs::batch)), // /api/logs/batch
        group("live: help")
            .routes(routes!(help::ask)) // /api/help/request
            .routes(routes!(help::view)) // /api/help/request/{help_request_id}
            .routes(routes!(help::respond)) // /api/help/request/{help_request_id}/respond
            .routes(routes!(help::resolve)) // /api/help/request/{help_request_id}/resolve
            .routes(routes!(help::withdraw)) // /api/help/request/{help_request_id}/withdraw
            .routes(routes!(help::claim)) // /api/help/request/{help_request_id}/claim
            .routes(routes!(help::release)) // /api/help/request/{help_request_id}/release
            .routes(routes!(help_pictures::add)) // /api/help/request/{help_request_id}/picture
            .routes(routes!(help_pictures::send_back)) // /api/help/request/{help_request_id}/picture/marks
            .routes(routes!(help_pictures::show)) // /api/help/pictures/{file}
            .routes(routes!(help::feedback)), // /api/help/feedback
        group("live: dashboard")
            .routes(routes!(dashboard::students)) // /api/dashboard/lectures/{lecture_id}/students
            .routes(routes!(dashboard::pending)) // /api/dashboard/help-requests/pending
            .routes(routes!(dashboard::statistics)) // /api/dashboard/statistics/lecture/{lecture_id}
            .routes(routes!(dashboard::trend)), // /api/dashboard/chart-data/progress-trend
        group("live: notifications")
            .routes(routes!(notifications::list)) // /api/notifications
            .routes(routes!(notifications::read)) // /api/notifications/{notification_id}/read
            .routes(routes!(notifications::read_all)), // /api/notifications/read
        group("live: admin")
            .routes(routes!(admin::people)) // /api/admin/people
            .routes(routes!(admin::role)) // /api/admin/people/{user_id}/role
            .routes(routes!(admin::number)) // /api/admin/people/{user_id}/student-no
            .routes(routes!(admin::password_reset)) // /api/admin/people/{user_id}/password-reset
            .routes(routes!(admin::erase)), // /api/admin/people/{user_id}/erase
        group("live: auth")
            .routes(routes!(auth::register)) // /api/auth/register
            .routes(routes!(auth::login)) // /api/auth/login
            .routes(routes!(auth::refresh)) // /api/auth/refresh
            .routes(routes!(auth::ticket)) // /api/auth/ticket
            .routes(routes!(auth::logout)) // /api/auth/logout
            .routes(routes!(auth::me, auth::change_me)), // /api/auth/me
    ])
    .route("/l/{code}", get(posters::follow))
    // The letter «l» on a poster is easily read as one of these.
    .route("/L/{code}", get(posters::follow))
    .route("/I/{code}", get(posters::follow))
    .route("/1/{code}", get(posters::follow))
    .merge(upgrade::router())
}
