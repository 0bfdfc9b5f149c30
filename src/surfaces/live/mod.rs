//! The live class (seed 004): `/api/…`, `/ws/…`, `/qr/…`.

mod admin;
mod attendance;
mod auth;
mod dashboard;
mod device_cookie;
mod frames;
mod handshake;
mod help;
mod lectures;
mod logs;
mod notifications;
mod participants;
mod posters;
mod progress;
mod qr;
mod school;
mod seats;
mod sessions;
mod sockets;
mod tasks;
pub mod wire;

use axum::Json as Answer;
use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub use frames::{Archive, letters};

use crate::app::School;
use crate::error::Error;
use crate::school::sessions::codes::Invitation;
use crate::surfaces::extract::{self, extractors, refusal};

extractors!(Fault);

/// The cookie that the request is about, if any: only a page of ours may ask for it.
pub struct OurJar(pub Option<wire::people::Jar>);

impl FromRequestParts<School> for OurJar {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, app: &School) -> Result<OurJar> {
        let jar = extract::query::<wire::people::Cookie>(parts)?.cookie;
        if jar.is_some() {
            extract::must_be_our_page(parts, app)?;
        }
        Ok(OurJar(jar))
    }
}

/// What leads to a session: the code in the path, and the key of the QR where one scanned it.
pub struct Invited(pub Invitation);

impl FromRequestParts<School> for Invited {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Invited> {
        let [(_, code)] = extract::path::<1>(parts).await?;
        let scanned: wire::sessions::Scanned = extract::query(parts)?;
        Ok(Invited(scanned.invites(code)))
    }
}

type Result<T, E = Fault> = std::result::Result<T, E>;

/// What went wrong, in this surface's dialect.
pub struct Fault(Error);

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        Fault(error)
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        refusal(&self.0, wire::Refusal::from(&self.0))
    }
}

/// A new thing, with 201.
fn made<T>(body: T) -> (StatusCode, Answer<T>) {
    (StatusCode::CREATED, Answer(body))
}

pub fn router() -> OpenApiRouter<School> {
    OpenApiRouter::new()
        .routes(routes!(school::about))
        .routes(routes!(school::logo))
        .routes(routes!(school::set_up))
        .routes(routes!(lectures::list, lectures::create))
        .routes(routes!(lectures::detail, lectures::change, lectures::delete))
        .routes(routes!(lectures::archive))
        .routes(routes!(lectures::restore))
        .routes(routes!(lectures::renew_poster))
        .routes(routes!(lectures::enroll))
        .routes(routes!(tasks::add))
        .routes(routes!(tasks::detail, tasks::change, tasks::delete))
        .routes(routes!(tasks::add_step))
        .routes(routes!(tasks::change_step, tasks::delete_step))
        .routes(routes!(sessions::list, sessions::create))
        .routes(routes!(sessions::my_active))
        .routes(routes!(sessions::by_code, sessions::change))
        .routes(routes!(sessions::start))
        .routes(routes!(sessions::next_step))
        .routes(routes!(sessions::pause))
        .routes(routes!(sessions::resume))
        .routes(routes!(sessions::say))
        .routes(routes!(sessions::end))
        .routes(routes!(sessions::current))
        .routes(routes!(sessions::events))
        .routes(routes!(sessions::steps))
        .routes(routes!(participants::join))
        .routes(routes!(participants::guest))
        .routes(routes!(participants::leave))
        .routes(routes!(participants::list))
        .routes(routes!(participants::remove))
        .routes(routes!(participants::rename))
        .routes(routes!(participants::reentry))
        .routes(routes!(participants::merge))
        .routes(routes!(participants::separate))
        .routes(routes!(attendance::list))
        .routes(routes!(attendance::sheet))
        .routes(routes!(progress::me))
        .routes(routes!(progress::update))
        .routes(routes!(progress::of_student))
        .routes(routes!(logs::one))
        .routes(routes!(logs::batch))
        .routes(routes!(help::ask))
        .routes(routes!(help::view))
        .routes(routes!(help::respond))
        .routes(routes!(help::resolve))
        .routes(routes!(help::withdraw))
        .routes(routes!(help::feedback))
        .routes(routes!(dashboard::students))
        .routes(routes!(dashboard::pending))
        .routes(routes!(dashboard::statistics))
        .routes(routes!(dashboard::trend))
        .routes(routes!(notifications::list))
        .routes(routes!(notifications::read))
        .routes(routes!(notifications::read_all))
        .routes(routes!(admin::people))
        .routes(routes!(admin::role))
        .routes(routes!(admin::number))
        .routes(routes!(admin::password_reset))
        .routes(routes!(admin::erase))
        .routes(routes!(qr::picture))
        .routes(routes!(qr::poster))
        .route("/l/{code}", get(posters::follow))
        .merge(signing_in())
        .merge(sockets::router())
}

fn signing_in() -> OpenApiRouter<School> {
    OpenApiRouter::new()
        .routes(routes!(auth::register))
        .routes(routes!(auth::login))
        .routes(routes!(auth::refresh))
        .routes(routes!(auth::ticket))
        .routes(routes!(auth::logout))
        .routes(routes!(auth::me, auth::change_me))
}
