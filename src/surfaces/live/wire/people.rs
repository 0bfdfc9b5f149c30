//! People and their logins.

use super::Pagination;
use crate::error::{Error, Result};
use crate::school::logins::Tokens;
use crate::school::people::{Level, NewPerson, Person, PersonChanges};
use crate::school::rights::Role;
use crate::surfaces::keys::*;

words!(pub enum RoleWord for Role { Student, Instructor, Admin });

words!(pub enum LevelWord for Level { Beginner, Intermediate, Advanced });

body! {
    #[schema(example = json!({"email": "student@example.com", "phone": "01012345678", "password": "securePassword123",
        "name": "김학생", "age": 65, "role": "STUDENT", "digital_level": "BEGINNER"}))]
    pub struct Register for NewPerson;
    needed {
        password: Password => password = Some(password.into()),
        name: Name => name,
    }
    optional {
        email: Option<Email> => email,
        phone: Option<Phone> => phone,
        nickname: Option<Name> => nickname,
        age: Option<Age> => age,
        role: Option<RoleWord> => role = role.plain().unwrap_or(Role::Student),
        digital_level: Option<LevelWord> => digital_level,
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
        nickname: Option<String> = p.nickname,
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
        typed
            .map(String::from)
            .ok_or_else(|| Error::bad_as_sent("email", "an e-mail address or a phone number is needed"))
    }
}

answer! {
    #[schema(example = json!({"access_token": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9...",
        "refresh_token": "12.bm9uY2U.Zm9yIHlvdXIgZXllcyBvbmx5", "device_proof": "1.12.dGhpcyBkZXZpY2UgaXMga25vd24",
        "expires_at": "2025-10-28T10:30:00Z",
        "user": {"id": 1, "email": "student@example.com", "phone": null, "name": "김학생", "role": "STUDENT",
        "digital_level": null, "age": null, "guest": false, "created_at": "2025-10-28T10:00:00Z"}}))]
    pub struct LoggedIn from (Person, Tokens, bool) as (person, tokens, in_body) {
        access_token: String = tokens.access,
        /// `null` if it was put into a cookie
        refresh_token: Option<String> = in_body.then_some(tokens.refresh),
        /// Send it with the next login on this device; `null` if it was put into a cookie
        device_proof: Option<String> = in_body.then_some(tokens.device_proof),
        /// The time at which the access token expires
        expires_at: Instant = Instant(tokens.expires_ms),
        user: User = person.into(),
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
    Assist,
}

query! {
    pub struct CookieQuery {
        /// Put the refresh token into a cookie instead of the body (for pages served here)
        cookie: Option<CookieName>,
    }
}

body! {
    #[schema(example = json!({"name": "김순자", "phone": "010-1234-5678", "password": "securePassword123"}))]
    pub struct ChangeMe for PersonChanges;
    optional {
        name: Option<Name> => name,
        nickname: Patch<Name> => nickname,
        email: Patch<Email> => email,
        phone: Patch<Phone> => phone,
        password: Option<Password> => password,
        /// Needed to change the login name or the password of an account that has a password
        current_password: Option<Typed> => current_password,
        age: Patch<Age> => age,
        digital_level: Patch<LevelWord> => digital_level,
    }
}

// Management by administrators.

query! {
    pub struct PeopleQuery {
        role: Option<RoleWord>,
        /// A part of the name, the e-mail address or the phone number
        search: Option<SearchText>,
    }
}

paged! { pub struct People of Person { pagination: Pagination, results: User } }

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
