//! The school of a demo: an instructor, a lecture and an open session.

use std::net::Ipv4Addr;

use super::lecture;
use crate::app::School;
use crate::clock::spoken_code;
use crate::error::Result;
use crate::school::people::{self, NewPerson, Person};
use crate::school::rights::{Caller, Role};
use crate::school::sessions::{self, NewLiveSession, Session};

#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// The number of simulated learners in the session
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=500))]
    pub learners: u32,
    /// Also simulate the instructor: sessions start, go on, pause and end by themselves, one after the other
    #[arg(long)]
    pub auto: bool,
}

pub const TEACHER_NAME: &str = "박강사";
pub const TEACHER_EMAIL: &str = "teacher@gyosil.demo";

/// The session that all learners join at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoSession {
    pub id: i64,
    pub code: String,
    pub key: String,
}

impl From<Session> for DemoSession {
    fn from(session: Session) -> DemoSession {
        DemoSession { id: session.id, code: session.code, key: session.key }
    }
}

/// The data that the demo makes before anyone joins.
pub struct DemoSchool {
    pub teacher: Person,
    pub password: String,
    pub course: i64,
    pub session: Session,
}

pub async fn make_school(app: &School) -> Result<DemoSchool> {
    let password = spoken_code::<10>();
    let new = NewPerson {
        email: Some(TEACHER_EMAIL.into()),
        phone: None,
        password: Some(password.clone()),
        name: TEACHER_NAME.into(),
        nickname: None,
        role: Role::Instructor,
        age: None,
        digital_level: None,
    };
    let teacher = people::register(app, new, Ipv4Addr::LOCALHOST.into()).await?;
    let caller = caller(&teacher);
    let course = lecture::add(app, &caller).await?;
    let session = open_session(app, &caller, course).await?;
    Ok(DemoSchool { teacher, password, course, session })
}

/// Returns the instructor as a caller without a login, so that no login can end.
pub fn caller(teacher: &Person) -> Caller {
    Caller { id: teacher.id, role: Role::Instructor, login: 0, expires_ms: i64::MAX }
}

pub async fn open_session(app: &School, caller: &Caller, course: i64) -> Result<Session> {
    sessions::create(app, caller, course, NewLiveSession { title: None, scheduled_ms: None, class: None, number: None })
        .await
}
