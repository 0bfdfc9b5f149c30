//! People and their logins.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::error::{Error, Result};
use crate::school::logins::Tokens;
use crate::school::people::{Level, NewPerson, Person, PersonChanges};
use crate::school::rights::Role;
use crate::surfaces::answer::answer;
use crate::surfaces::texts::{Age, Email, Instant, Name, Password, Phone, SearchText, Typed, Word, named};

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RoleWord {
    Student,
    Instructor,
    Admin,
}

impl From<RoleWord> for Role {
    fn from(word: RoleWord) -> Role {
        match word {
            RoleWord::Student => Role::Student,
            RoleWord::Instructor => Role::Instructor,
            RoleWord::Admin => Role::Admin,
        }
    }
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LevelWord {
    Beginner,
    Intermediate,
    Advanced,
}

impl From<LevelWord> for Level {
    fn from(word: LevelWord) -> Level {
        match word {
            LevelWord::Beginner => Level::Beginner,
            LevelWord::Intermediate => Level::Intermediate,
            LevelWord::Advanced => Level::Advanced,
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "student@example.com", "phone": "01012345678", "password": "securePassword123",
    "name": "김학생", "age": 65, "role": "STUDENT", "digital_level": "BEGINNER"}))]
pub struct Register {
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    pub password: Password,
    pub name: Name,
    pub age: Option<Age>,
    pub role: Option<RoleWord>,
    pub digital_level: Option<LevelWord>,
}

impl From<Register> for NewPerson {
    fn from(r: Register) -> NewPerson {
        NewPerson {
            email: r.email.map(Email::kept),
            phone: r.phone.map(Phone::kept),
            password: Some(r.password.into()),
            name: r.name.into(),
            role: r.role.map_or(Role::Student, Role::from),
            age: r.age.map(|a| a.0),
            digital_level: r.digital_level.map(Level::from),
        }
    }
}

answer! {
    #[schema(example = json!({"id": 1, "email": "student@example.com", "phone": "01012345678", "name": "김학생",
        "role": "STUDENT", "digital_level": "BEGINNER", "age": 65, "guest": false, "student_no": "20241001", "created_at": "2025-10-28T10:00:00Z"}))]
    pub struct User from Person as p {
        id: i64 = p.id,
        email: Option<String> = p.email,
        phone: Option<String> = p.phone,
        name: String = p.name,
        role: String = p.role,
        digital_level: Option<String> = p.digital_level,
        age: Option<i64> = p.age,
        guest: bool = p.guest,
        student_no: Option<String> = p.student_no,
        created_at: Instant = Instant(p.created_ms),
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"email": "student@example.com", "password": "securePassword123",
    "device_proof": "1.12.dGhpcyBkZXZpY2UgaXMga25vd24"}))]
pub struct Login {
    /// The e-mail address, or the phone number
    pub email: Option<Typed>,
    /// The phone number, if it is not in `email`
    pub phone: Option<Typed>,
    pub password: Typed,
    /// The `device_proof` from an earlier login on this device, which nobody else can lock out
    pub device_proof: Option<Typed>,
}

impl Login {
    pub fn name(&mut self) -> Result<String> {
        let typed = self.email.take().or(self.phone.take());
        typed.map(String::from).ok_or_else(|| Error::bad("email", "an e-mail address or a phone number is needed"))
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
    "refresh_token": "12.bm9uY2U.Zm9yIHlvdXIgZXllcyBvbmx5", "device_proof": "1.12.dGhpcyBkZXZpY2UgaXMga25vd24",
    "expires_at": "2025-10-28T10:30:00Z",
    "user": {"id": 1, "email": "student@example.com", "phone": null, "name": "김학생", "role": "STUDENT",
    "digital_level": null, "age": null, "guest": false, "created_at": "2025-10-28T10:00:00Z"}}))]
pub struct LoggedIn {
    pub access_token: String,
    /// `null` if it was put into a cookie
    pub refresh_token: Option<String>,
    /// Send it with the next login on this device; `null` if it was put into a cookie
    pub device_proof: Option<String>,
    /// The time at which the access token expires
    pub expires_at: Instant,
    pub user: User,
}

impl LoggedIn {
    pub fn new(person: Person, tokens: Tokens, in_body: bool) -> LoggedIn {
        LoggedIn {
            access_token: tokens.access,
            refresh_token: in_body.then_some(tokens.refresh),
            device_proof: in_body.then_some(tokens.device_proof),
            expires_at: Instant(tokens.expires_ms),
            user: person.into(),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"refresh_token": "12.bm9uY2U.Zm9yIHlvdXIgZXllcyBvbmx5"}))]
pub struct Refresh {
    /// May be left out if a cookie has it
    pub refresh_token: Option<Typed>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"ticket": "31.bm9uY2U.b25seSBvbmNl"}))]
pub struct Ticket {
    pub ticket: Typed,
}

/// Name of the HttpOnly cookie into which a page wants its refresh token, out of reach of scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CookieName {
    Learn,
    Teach,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CookieQuery {
    /// Put the refresh token into a cookie instead of the body (for pages served here)
    #[param(inline)]
    pub cookie: Option<CookieName>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "김순자", "phone": "010-1234-5678", "password": "securePassword123"}))]
pub struct ChangeMe {
    pub name: Option<Name>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Email>)]
    pub email: Option<Option<Email>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Phone>)]
    pub phone: Option<Option<Phone>>,
    pub password: Option<Password>,
    /// Needed to change the login name or the password of an account that has a password
    pub current_password: Option<Typed>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Age>)]
    pub age: Option<Option<Age>>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<LevelWord>)]
    pub digital_level: Option<Option<LevelWord>>,
}

impl From<ChangeMe> for PersonChanges {
    fn from(c: ChangeMe) -> PersonChanges {
        PersonChanges {
            name: c.name.map(String::from),
            email: c.email.map(|e| e.map(Email::kept)),
            phone: c.phone.map(|p| p.map(Phone::kept)),
            password: c.password.map(String::from),
            current_password: c.current_password.map(String::from),
            age: c.age.map(|a| a.map(|a| a.0)),
            digital_level: c.digital_level.map(|l| l.map(Level::from)),
        }
    }
}

// Management by administrators.

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleQuery {
    #[param(inline)]
    pub role: Option<RoleWord>,
    /// A part of the name, the e-mail address or the phone number
    #[param(inline)]
    pub search: Option<SearchText>,
}

#[derive(Serialize, ToSchema)]
pub struct People {
    pub results: Vec<User>,
    pub pagination: super::Pagination,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"role": "INSTRUCTOR"}))]
pub struct NewRole {
    pub role: RoleWord,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"student_no": "20241001"}))]
pub struct NewStudentNo {
    /// null removes it
    #[schema(required = true)]
    #[serde(deserialize_with = "Option::deserialize")]
    pub student_no: Option<Word>,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"password": "aNewPassword456"}))]
pub struct NewPassword {
    pub password: Password,
}
