//! Accounts: registering, signing in and out, one's profile, one's logins, and what administrators do with accounts.

use axum::http::{HeaderMap, StatusCode};

use super::wire::{AcademyDone, AcademyPage, AcademyPages};
use super::{Answer, Caller, ClientAddress, Created, Id, Json, Result, created, gone, ok};
use crate::app::School;
use crate::error::Error;
use crate::school::logins::history::{self, LoginRecord};
use crate::school::logins::{self, Device, Tokens};
use crate::school::people::{self, NewPerson, Person, PersonChanges, erasing};
use crate::school::rights::Role;
use crate::surfaces::extract::device;
use crate::surfaces::keys::*;
use crate::surfaces::request_url::RequestUrl;
use crate::surfaces::texts::login_name;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "student@example.com", "username": "김학생", "nickname": "코딩하는 김씨",
    "password": "securePassword123", "password_confirm": "securePassword123"}))]
pub struct AcademyRegister {
    pub email: Email,
    pub username: Name,
    pub nickname: Option<Name>,
    pub password: Password,
    /// The same password once more
    pub password_confirm: Typed,
}

impl AcademyRegister {
    /// Makes a new person of this role. Fails if the password was not confirmed.
    fn confirmed(self, role: Role) -> Result<NewPerson> {
        let password = String::from(self.password);
        if password != String::from(self.password_confirm) {
            return Err(Error::bad_as_sent("password_confirm", "it is not the same as the password"));
        }
        Ok(NewPerson {
            email: Some(self.email.into()),
            phone: None,
            password: Some(password),
            name: self.username.into(),
            nickname: self.nickname.plain(),
            role,
            age: None,
            digital_level: None,
        })
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "student@example.com", "password": "securePassword123"}))]
pub struct AcademyLogin {
    /// The e-mail address, or the phone number
    pub email: Typed,
    pub password: Typed,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refresh": "12.bm9uY2U.Zm9yIHlvdXIgZXllcyBvbmx5"}))]
pub struct AcademyLogout {
    /// The refresh token of the login that ends
    pub refresh: Typed,
}

words!(pub enum AcademyRole for Role { Student, Instructor, Admin });

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"role": "INSTRUCTOR"}))]
pub struct AcademyNewRole {
    pub role: AcademyRole,
}

body! {
    #[schema(example = json!({"username": "김학생", "nickname": "코딩하는 김씨"}))]
    pub struct AcademyProfileChanges for PersonChanges;
    optional {
        username: Option<Name> => name,
        /// null removes it
        nickname: Patch<Name> => nickname,
        /// null removes it, if there is a phone number to sign in with
        email: Patch<Email> => email,
        password: Option<Password> => password,
        /// Needed to change the e-mail address or the password
        current_password: Option<Typed> => current_password,
    }
    others PersonChanges::default();
}

answer! {
    #[schema(example = json!({"id": 1, "email": "student@example.com", "username": "김학생", "role": "STUDENT",
        "nickname": "코딩하는 김씨", "phone": null, "created_at": "2025-10-28T10:00:00Z"}))]
    pub struct AcademyUser from Person as p {
        id: i64 = p.id,
        email: Option<String> = p.email,
        username: String = p.name,
        role: String = p.role,
        nickname: Option<String> = p.nickname,
        phone: Option<String> = p.phone,
        created_at: Instant = Instant(p.created_ms),
    }

    #[schema(example = json!({"access": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
        "refresh": "12.bm9uY2U.Zm9yIHlvdXIgZXllcyBvbmx5", "user": {"id": 1, "email": "student@example.com",
        "username": "김학생", "role": "STUDENT", "nickname": null, "phone": null, "created_at": "2025-10-28T10:00:00Z"}}))]
    pub struct AcademyLoggedIn from (Person, Tokens) as (person, tokens) {
        access: String = tokens.access,
        refresh: String = tokens.refresh,
        user: AcademyUser = person.into(),
    }

    pub struct AcademyActivity from LoginRecord as login {
        id: i64 = login.id,
        user_id: i64 = login.person,
        login_time: Instant = Instant(login.created_ms),
        /// The time at which the login ended; `null` while it is good
        logout_time: Option<Instant> = login.over_ms.map(Instant),
    }
}

paged! {
    pub struct AcademyActivities of LoginRecord, with RequestUrl {
        #[serde(flatten)]
        page: AcademyPage,
        results: AcademyActivity
    }
}

/// Registers a student for themselves.
#[utoipa::path(post, path = "/accounts/register/", request_body = AcademyRegister,
    responses((status = 201, body = AcademyUser)), security(()))]
pub async fn register(
    app: School,
    ClientAddress(from): ClientAddress,
    Json(sent): Json<AcademyRegister>,
) -> Created<AcademyUser> {
    created(people::register(&app, sent.confirmed(Role::Student)?, from).await?)
}

/// Signs in. `POST /api/auth/refresh` renews the tokens, which are those of the whole school.
#[utoipa::path(post, path = "/accounts/login/", request_body = AcademyLogin,
    responses((status = 200, body = AcademyLoggedIn)), security(()))]
pub async fn login(
    app: School,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Json(sent): Json<AcademyLogin>,
) -> Answer<AcademyLoggedIn> {
    let device = Device { name: device(&headers), address, proofs: Vec::new() };
    ok(logins::login(&app, &login_name(sent.email.into()), sent.password.into(), &device).await?)
}

/// Ends a login of the caller by its refresh token. Its access tokens are void at once.
#[utoipa::path(post, path = "/accounts/logout/", request_body = AcademyLogout,
    responses((status = 200, body = AcademyDone)))]
pub async fn logout(app: School, caller: Caller, Json(sent): Json<AcademyLogout>) -> Answer<AcademyDone> {
    logins::end_own(&app, &caller, &String::from(sent.refresh)).await?;
    ok("로그아웃했습니다")
}

/// Returns the caller's profile.
#[utoipa::path(get, path = "/accounts/profile/", responses((status = 200, body = AcademyUser)))]
pub async fn profile(app: School, caller: Caller) -> Answer<AcademyUser> {
    ok(people::me(&app, &caller).await?)
}

/// Changes the caller's profile.
#[utoipa::path(put, path = "/accounts/profile/", request_body = AcademyProfileChanges,
    responses((status = 200, body = AcademyUser)))]
pub async fn change_profile(
    app: School,
    caller: Caller,
    ClientAddress(from): ClientAddress,
    Json(sent): Json<AcademyProfileChanges>,
) -> Answer<AcademyUser> {
    ok(people::change_me(&app, &caller, sent.into(), from).await?)
}

/// Lists the caller's logins, the newest first.
#[utoipa::path(get, path = "/accounts/activity/", params(AcademyPages),
    responses((status = 200, body = AcademyActivities)))]
pub async fn activity(app: School, caller: Caller, pages: AcademyPages, url: RequestUrl) -> Answer<AcademyActivities> {
    ok((history::list(&app, &caller, pages.into()).await?.must_exist()?, url))
}

/// Deletes the caller's account: their personal data is erased, and records of what they did stay without it.
#[utoipa::path(delete, path = "/accounts/delete/", responses((status = 204)))]
pub async fn delete(app: School, caller: Caller) -> Result<StatusCode> {
    erasing::delete_me(&app, &caller).await?;
    gone()
}

/// Makes another administrator (administrators).
#[utoipa::path(post, path = "/accounts/create-manager/", request_body = AcademyRegister,
    responses((status = 201, body = AcademyUser)))]
pub async fn create_manager(app: School, caller: Caller, Json(sent): Json<AcademyRegister>) -> Created<AcademyUser> {
    created(people::add_by_admin(&app, &caller, sent.confirmed(Role::Admin)?).await?)
}

/// Changes the role of a person (administrators).
#[utoipa::path(patch, path = "/accounts/change-role/{user_id}/", request_body = AcademyNewRole,
    responses((status = 200, body = AcademyUser)))]
pub async fn change_role(
    app: School,
    caller: Caller,
    Id(id): Id,
    Json(sent): Json<AcademyNewRole>,
) -> Answer<AcademyUser> {
    ok(people::change_role(&app, &caller, id, sent.role.plain()).await?)
}
