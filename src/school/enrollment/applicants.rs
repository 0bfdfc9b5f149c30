//! Applicants: the caller, or a student whom staff name.

use crate::db::{Tx, args};
use crate::error::{Error, Noun, Result};
use crate::school::rights::{Caller, Role};

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
    let (role,): (String,) =
        tx.maybe(sql, args![person, is_admin, caller.id]).await?.ok_or(Error::NotFound(Noun::Person))?;
    if role == Role::Student.word() { Ok(person) } else { Err(Error::StudentsOnly) }
}

/// Finds the student with this contact. Finds neither of two students who have the same one.
pub(super) async fn student_with(tx: &mut Tx, contact: Contact) -> Result<Option<i64>> {
    let (column, text) = match contact {
        Contact::Email(email) => ("email", email),
        Contact::Phone(phone) => ("phone", phone),
        Contact::StudentNumber(number) => ("student_no", number),
    };
    let sql = format!("select id from people where {column} = $1 and role = 'STUDENT' and deleted_ms is null limit 2");
    let found: Vec<(i64,)> = tx.all(sql, args![text]).await?;
    Ok(found.first().filter(|_| found.len() == 1).map(|(id,)| *id))
}
