//! The values in a path.

use axum::RequestPartsExt;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;

use super::ids::TextId;
use super::times::Day;
use crate::app::School;
use crate::error::{Error, Result};

/// The values in the path, from left to right: `Path(code): Path<String>`, `Path((id, day)): Path<(i64, Day)>`. The document takes
/// them for ids of the surface. A handler declares what is something else: `params(("code" = String, Path))`.
pub struct Path<T>(pub T);
/// Short for the one number in the path.
pub struct Id(pub i64);
/// Short for the two numbers in the path.
pub struct Ids(pub i64, pub i64);

/// The names and values of a path that are not read yet.
pub struct PathRest(std::vec::IntoIter<(String, String)>);

pub trait FromPath: Sized {
    fn read(rest: &mut PathRest) -> Result<Self>;
}

/// Reads the values of the path. Fails if there are more or fewer than `T` has.
pub async fn path<T: FromPath>(parts: &mut Parts) -> Result<T> {
    let params = parts.extract::<RawPathParams>().await.map_err(|_| Error::bad_as_sent("path", "unreadable"))?;
    let values: Vec<_> = params.iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let mut rest = PathRest(values.into_iter());
    let read = T::read(&mut rest)?;
    if rest.0.next().is_none() { Ok(read) } else { Err(Error::NoSuchPath) }
}

/// Declares how a type is read from the next value of a path, which has a name and a text.
macro_rules! from_path {
    ($($type:ty, |$name:ident, $text:ident| $read:expr;)+) => {
        $( impl FromPath for $type {
            fn read(rest: &mut PathRest) -> Result<Self> {
                #[allow(unused_variables)]
                let ($name, $text) = rest.0.next().ok_or(Error::NoSuchPath)?;
                $read
            }
        } )+
    };
}
from_path! {
    i64, |name, text| text.parse().map_err(|_| Error::bad_as_sent(name, "a whole number is needed"));
    String, |name, text| Ok(text);
    Day, |name, text| Day::parse(&text).ok_or_else(|| Error::bad_as_sent(name, "a day such as 2025-10-28 is needed"));
    TextId, |name, text| Ok(TextId::parse(&text));
}

impl<A: FromPath, B: FromPath> FromPath for (A, B) {
    fn read(rest: &mut PathRest) -> Result<Self> {
        Ok((A::read(rest)?, B::read(rest)?))
    }
}

impl<A: FromPath, B: FromPath, C: FromPath> FromPath for (A, B, C) {
    fn read(rest: &mut PathRest) -> Result<Self> {
        Ok((A::read(rest)?, B::read(rest)?, C::read(rest)?))
    }
}

impl<T: FromPath> FromRequestParts<School> for Path<T> {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Self> {
        Ok(Path(path(parts).await?))
    }
}

impl FromRequestParts<School> for Id {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Self> {
        Ok(Id(path(parts).await?))
    }
}

impl FromRequestParts<School> for Ids {
    type Rejection = Error;
    async fn from_request_parts(parts: &mut Parts, _: &School) -> Result<Self> {
        let (a, b) = path(parts).await?;
        Ok(Ids(a, b))
    }
}
