//! The school itself, and its first administrator.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::UNNAMED_SCHOOL;
use crate::school::people::NewPerson;
use crate::school::rights::Role;
use crate::surfaces::texts::{Email, Name, Password, Phone, Typed};

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"name": "한빛 정보화교육장", "logo_url": "/api/school/logo?v=8c736521f6a3b9d0"}))]
pub struct AboutSchool {
    /// `null` if the school has no name
    pub name: Option<String>,
    /// `null` if it has none
    pub logo_url: Option<String>,
}

impl AboutSchool {
    pub fn new(name: &str, logo: Option<&str>) -> AboutSchool {
        AboutSchool {
            name: (name != UNNAMED_SCHOOL).then(|| name.to_owned()),
            logo_url: logo.map(|tag| format!("/api/school/logo?v={tag}")),
        }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"secret": "Zm9yIHRoZSBmaXJzdCBvbmx5", "name": "박관리", "email": "admin@example.com",
    "password": "securePassword123"}))]
pub struct Setup {
    /// The part after `#` in the link that the server printed
    pub secret: Typed,
    pub name: Name,
    pub email: Option<Email>,
    pub phone: Option<Phone>,
    pub password: Password,
}

impl Setup {
    pub fn parted(self) -> (String, NewPerson) {
        let new = NewPerson {
            email: self.email.map(Email::kept),
            phone: self.phone.map(Phone::kept),
            password: Some(self.password.into()),
            name: self.name.into(),
            role: Role::Admin,
            age: None,
            digital_level: None,
        };
        (self.secret.into(), new)
    }
}
