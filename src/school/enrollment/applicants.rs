//! Applicants: the caller, or a student whom staff name.

use super::{enrol, find_class, must_be_taught, must_not_be_over, read_seats};
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::{Error, Result};
use crate::failures::Attempts;
use crate::school::rights::{self, Caller, Role};

/// The contact by which staff name a student who was in no course of theirs: exactly the address or number by which the
/// student signs in, or the student's number at the school.
#[derive(Debug, Clone)]
pub enum Contact {
    Email(String),
    Phone(String),
    StudentNumber(String),
}

/// Finds the person for whom an application with this id is.
///
/// An instructor names only students who are or were in a course of theirs; anyone else is not found, whether such a
/// person exists or not. An admin may name anyone.
pub(super) async fn applicant(tx: &mut Tx, caller: &Caller, wanted: Option<i64>, instructor: i64) -> Result<i64> {
    let Some(person) = wanted.filter(|person| *person != caller.id) else {
        caller.must_be_student()?;
        return Ok(caller.id);
    };
    caller.must_teach(instructor).map_err(|_| Error::NotYours)?;
    let sql = "select q.role from people q where q.id = $1 and q.deleted_ms is null and ($2 or exists (
            select 1 from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
            where e.person = q.id and c.instructor = $3))";
    let is_admin = caller.role == Role::Admin;
    let (role,): (String,) = tx.maybe(sql, args![person, is_admin, caller.id]).await?.ok_or(Error::NotFound("User"))?;
    if role == Role::Student.word() { Ok(person) } else { Err(Error::StudentsOnly) }
}

/// Enrolls the student with this contact, if there is one. The answer does not reveal whether there is.
///
/// A refusal by the course or its class comes before the search. Every contact counts, also one that is found: an
/// instructor names at most 60 in 15 minutes, so that nobody tries out phone or student numbers.
pub async fn apply_for_contact(
    app: &School,
    caller: &Caller,
    contact: Contact,
    course: i64,
    class: Option<i64>,
) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let access = rights::find_course(&mut tx, course).await?;
    caller.must_teach(access.instructor).map_err(|_| Error::NotYours)?;
    must_be_taught(&access)?;
    let wanted = find_class(&mut tx, course, class).await?;
    must_not_be_over(app, &read_seats(&mut tx, wanted).await?)?;
    if caller.role != Role::Admin {
        app.failures.take_for_good(&Attempts::ContactsBy(caller.id), app.now_ms())?;
    }
    let Some(person) = student_with(&mut tx, contact).await? else { return Ok(()) };
    match enrol(app, tx, caller, person, course, class).await {
        Ok(_) | Err(Error::AlreadyEnrolled) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Finds the student with this contact. Finds neither of two students who have the same one.
async fn student_with(tx: &mut Tx, contact: Contact) -> Result<Option<i64>> {
    let (column, text) = match contact {
        Contact::Email(email) => ("email", email),
        Contact::Phone(phone) => ("phone", phone),
        Contact::StudentNumber(number) => ("student_no", number),
    };
    let sql = format!("select id from people where {column} = $1 and role = 'STUDENT' and deleted_ms is null limit 2");
    let found: Vec<(i64,)> = tx.all(sql, args![text]).await?;
    Ok(found.first().filter(|_| found.len() == 1).map(|(id,)| *id))
}
