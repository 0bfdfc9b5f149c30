//! The five sockets of the seed, and the helper's. The request is routed and authenticated in axum; then we take over the raw stream.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use hyper_util::server::conn::auto::upgrade::downcast;
use serde::Deserialize;
use utoipa_axum::router::OpenApiRouter;

use super::handshake::{key, name_version, switching, token};
use super::socket::{LiveSocket, SocketKind};
use super::{Id, Query};
use crate::app::School;
use crate::error::{Error, Result};
use crate::live::connection::NewConnection;
use crate::live::stream::{Socket, Stream};
use crate::live::{Connection, Feed, SocketPermit};
use crate::school::rights::Caller;
use crate::school::sessions::room;
use crate::school::sessions::state::{self, Side};
use crate::school::{courses, logins, sessions};
use crate::surfaces::extract::SeenCaller;
use crate::surfaces::language::Language;
use crate::surfaces::texts::QueryText;

pub fn router() -> OpenApiRouter<School> {
    let mut router = Router::new();
    let both = |router: Router<School>, path: &str, method: axum::routing::MethodRouter<School>| {
        router.route(path, method.clone()).route(&format!("{path}/"), method)
    };
    router = both(router, "/ws/session/{session_id}/student", get(student));
    router = both(router, "/ws/session/{session_id}/instructor", get(instructor));
    router = both(router, "/ws/session/{session_id}/helper", get(helper));
    router = both(router, "/ws/dashboard/lecture/{lecture_id}", get(board));
    router = both(router, "/ws/dashboard/help-requests", get(desk));
    router = both(router, "/ws/help/{user_id}", get(help));
    router.into()
}

#[derive(Deserialize)]
struct SocketQuery {
    /// `seq` of the last event that the client knows.
    since: Option<i64>,
    token: Option<QueryText>,
    /// Opaque name that the client made for its device: a newer socket of the same device replaces the older one.
    device: Option<QueryText>,
    /// 1 if frequent frames may be gathered before they are sent.
    batch: Option<i64>,
}

const DEVICE_MAX_LETTERS: usize = 100;
/// Longest wait until a newcomer's arrival is sent to the session. The newcomer enters after that, or when this time is over.
const ARRIVAL_WITHIN: Duration = Duration::from_secs(1);

async fn student(app: School, id: Id, query: Query<SocketQuery>, request: Request) -> Result<Response> {
    open(app, SocketKind::Session(id.0, Side::Student), query.0, request).await
}

async fn instructor(app: School, id: Id, query: Query<SocketQuery>, request: Request) -> Result<Response> {
    open(app, SocketKind::Session(id.0, Side::Instructor), query.0, request).await
}

async fn helper(app: School, id: Id, query: Query<SocketQuery>, request: Request) -> Result<Response> {
    open(app, SocketKind::Session(id.0, Side::Helper), query.0, request).await
}

async fn board(app: School, id: Id, query: Query<SocketQuery>, request: Request) -> Result<Response> {
    open(app, SocketKind::Board(id.0), query.0, request).await
}

async fn desk(app: School, query: Query<SocketQuery>, request: Request) -> Result<Response> {
    open(app, SocketKind::Desk, query.0, request).await
}

async fn help(app: School, id: Id, query: Query<SocketQuery>, request: Request) -> Result<Response> {
    open(app, SocketKind::Help(id.0), query.0, request).await
}

/// Checks the token, then the right to this socket, then upgrades. So a refusal is an ordinary HTTP answer.
async fn open(app: School, kind: SocketKind, query: SocketQuery, mut request: Request) -> Result<Response> {
    let in_query = query.token.as_ref().map(|t| t.0.as_str());
    let (token, by_protocol) = token(request.headers(), in_query).ok_or(Error::SignInNeeded)?;
    let caller = logins::caller(&app, &token).await?;
    let present = admit(&app, &caller, kind).await?;
    SeenCaller::note(request.extensions(), &caller);
    let key = match key(&request) {
        Ok(key) => key,
        Err(error) => return Ok(name_version(error.into_response())),
    };
    let upgrade = request
        .extensions_mut()
        .remove::<OnUpgrade>()
        .ok_or_else(|| Error::bad_as_sent("Upgrade", "this connection cannot be upgraded"))?;
    let language = Language::asked_for(request.headers());
    let feed = match (kind, query.batch) {
        (SocketKind::Session(_, Side::Instructor), Some(1)) => Feed::Batched,
        (SocketKind::Session(_, Side::Instructor), _) => Feed::Full,
        (SocketKind::Session(_, Side::Helper), _) => Feed::Reduced,
        _ => Feed::Public,
    };
    let home = kind.home(&caller);
    let device: Option<Box<str>> =
        query.device.map(|d| d.0.chars().take(DEVICE_MAX_LETTERS).collect::<String>().into());
    let session = kind.session();
    let permit = app
        .hub
        .take_permit(caller.id, home, device.as_deref(), session.is_some())
        .map_err(|most| Error::TooManySockets { most })?;
    let new = NewConnection {
        person: caller.id,
        login: caller.login,
        home,
        feed,
        device,
        expires_ms: app.clock.monotonic_at(caller.expires_ms),
        handler: Arc::new(LiveSocket { app: app.clone(), caller, kind, present, language }),
    };
    let arriving = match kind {
        SocketKind::Session(session, Side::Student) if present => Some(Arriving::Student(session, language)),
        SocketKind::Session(session, Side::Instructor | Side::Helper) => Some(Arriving::Staff(session)),
        _ => None,
    };
    tokio::spawn(connect(app, upgrade, new, permit, arriving, query.since));
    Ok(switching(&key, by_protocol))
}

/// The person whose socket opens, and how they count in the session.
enum Arriving {
    Student(i64, Option<Language>),
    Staff(i64),
}

/// Checks that the caller may open this socket. Returns whether the caller counts as present in the session while it is open.
async fn admit(app: &School, caller: &Caller, kind: SocketKind) -> Result<bool> {
    match kind {
        SocketKind::Session(session, side) => return state::may_enter(app, caller, session, side).await,
        SocketKind::Board(course) => courses::must_teach(app, caller, course).await?,
        SocketKind::Desk => caller.must_be_staff()?,
        SocketKind::Help(person) => caller.must_be(Some(person))?,
    }
    Ok(false)
}

/// Takes the raw stream from hyper and connects it to the hub. hyper's buffers are freed; bytes that it has read are kept.
async fn connect(
    app: School,
    upgrade: OnUpgrade,
    new: NewConnection,
    permit: SocketPermit,
    arriving: Option<Arriving>,
    since: Option<i64>,
) {
    let Ok(upgraded) = upgrade.await else { return };
    let Ok(parts) = downcast::<TokioIo<Socket>>(upgraded) else {
        tracing::error!("a socket of an unknown kind was upgraded");
        return;
    };
    let (person, home) = (new.person, new.home);
    let connection = Connection::new(&app.hub, Stream::from(parts.io.into_inner()), new);
    match arriving {
        Some(Arriving::Student(session, language)) => {
            let (school, socket) = (app.clone(), connection.id);
            let arrival = tokio::spawn(async move {
                sessions::presence::log_first_socket(&school, session, person, socket, language).await;
            });
            let _ = tokio::time::timeout(ARRIVAL_WITHIN, arrival).await;
        }
        Some(Arriving::Staff(session)) => sessions::staff_presence::note_opened(&app, session, person),
        None => {}
    }
    let own = room::person(person);
    let others = if own == home { Vec::new() } else { vec![own] };
    // A task of its own, so that no memory of the handshake is held for the life of the connection.
    tokio::spawn(app.hub.clone().run_connection(connection, permit, others, since, parts.read_buf));
}
