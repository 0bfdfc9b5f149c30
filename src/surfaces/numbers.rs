//! Numbers and list lengths that callers send: what is out of range is refused where it is parsed, and the OpenAPI document
//! has the same limits.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use utoipa::__dev::ComposeSchema;
use utoipa::ToSchema;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type};

use super::body::{SentValue, sent};

type SchemaOrRef = RefOr<Schema>;

fn number(kind: Type, format: KnownFormat, min: isize, max: isize) -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(kind))
        .format(Some(SchemaFormat::KnownFormat(format)))
        .minimum(Some(min))
        .maximum(Some(max))
}

/// A whole number from `A` to `B`.
#[derive(Debug, Clone, Copy)]
pub struct Within<const A: i64, const B: i64>(pub i64);

pub type Age = Within<0, 150>;
pub type Position = Within<0, 1_000_000>;

sent!(Within<A, B> [const A: i64, const B: i64] => i64, |number| number.0);

impl<'de, const A: i64, const B: i64> Deserialize<'de> for Within<A, B> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = i64::deserialize(deserializer)?;
        if (A..=B).contains(&number) { Ok(Within(number)) } else { Err(D::Error::custom(format!("from {A} to {B}"))) }
    }
}

impl<const A: i64, const B: i64> ComposeSchema for Within<A, B> {
    fn compose(_: Vec<SchemaOrRef>) -> SchemaOrRef {
        Schema::from(number(Type::Integer, KnownFormat::Int64, A as isize, B as isize).build()).into()
    }
}

impl<const A: i64, const B: i64> ToSchema for Within<A, B> {
    fn name() -> Cow<'static, str> {
        format!("From{A}To{B}").into()
    }
}

/// A number from 0 to `MAX`, with a fraction or without.
#[derive(Debug, Clone, Copy)]
pub struct UpTo<const MAX: i64>(pub f64);

pub type Percent = UpTo<100>;

sent!(UpTo<MAX> [const MAX: i64] => f64, |number| number.0);

impl<'de, const MAX: i64> Deserialize<'de> for UpTo<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = f64::deserialize(deserializer)?;
        if (0.0..=MAX as f64).contains(&number) {
            Ok(UpTo(number))
        } else {
            Err(D::Error::custom(format!("from 0 to {MAX}")))
        }
    }
}

impl<const MAX: i64> ComposeSchema for UpTo<MAX> {
    fn compose(_: Vec<SchemaOrRef>) -> SchemaOrRef {
        Schema::from(number(Type::Number, KnownFormat::Double, 0, MAX as isize).build()).into()
    }
}

impl<const MAX: i64> ToSchema for UpTo<MAX> {
    fn name() -> Cow<'static, str> {
        format!("UpTo{MAX}").into()
    }
}

/// A number above 0, and at most `MAX`.
#[derive(Debug, Clone, Copy)]
pub struct AboveZero<const MAX: i64>(pub f64);

sent!(AboveZero<MAX> [const MAX: i64] => f64, |number| number.0);

impl<'de, const MAX: i64> Deserialize<'de> for AboveZero<MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = UpTo::<MAX>::deserialize(deserializer)?.0;
        if number > 0.0 { Ok(AboveZero(number)) } else { Err(D::Error::custom("more than 0")) }
    }
}

impl<const MAX: i64> ComposeSchema for AboveZero<MAX> {
    fn compose(_: Vec<SchemaOrRef>) -> SchemaOrRef {
        let number = ObjectBuilder::new()
            .schema_type(Type::Number)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Double)))
            .exclusive_minimum(Some(0_isize))
            .maximum(Some(MAX as isize));
        Schema::from(number.build()).into()
    }
}

impl<const MAX: i64> ToSchema for AboveZero<MAX> {
    fn name() -> Cow<'static, str> {
        format!("Above0To{MAX}").into()
    }
}

/// A list of `MIN` to `MAX` elements. Reading stops with an error at the first element beyond `MAX`.
#[derive(Debug, Clone)]
pub struct BoundedList<T, const MIN: usize, const MAX: usize>(pub Vec<T>);

struct BoundedListVisitor<T, const MIN: usize, const MAX: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Visitor<'de> for BoundedListVisitor<T, MIN, MAX> {
    type Value = BoundedList<T, MIN, MAX>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {MIN} to {MAX}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut read = Vec::new();
        while let Some(one) = list.next_element()? {
            if read.len() == MAX {
                return Err(A::Error::custom(format!("{MIN} to {MAX} of them")));
            }
            read.push(one);
        }
        if read.len() < MIN { Err(A::Error::custom(format!("{MIN} to {MAX} of them"))) } else { Ok(BoundedList(read)) }
    }
}

sent!(BoundedList<T, MIN, MAX> [T: SentValue, const MIN: usize, const MAX: usize] => Vec<T::Plain>, |list| list.0.plain());

impl<'de, T: Deserialize<'de>, const MIN: usize, const MAX: usize> Deserialize<'de> for BoundedList<T, MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(BoundedListVisitor(PhantomData))
    }
}

impl<T: ComposeSchema + ToSchema, const MIN: usize, const MAX: usize> ComposeSchema for BoundedList<T, MIN, MAX> {
    fn compose(mut parts: Vec<SchemaOrRef>) -> SchemaOrRef {
        let one = if parts.is_empty() { T::compose(Vec::new()) } else { parts.swap_remove(0) };
        Schema::from(ArrayBuilder::new().items(one).min_items(Some(MIN)).max_items(Some(MAX)).build()).into()
    }
}

impl<T: ComposeSchema + ToSchema, const MIN: usize, const MAX: usize> ToSchema for BoundedList<T, MIN, MAX> {
    fn name() -> Cow<'static, str> {
        format!("From{MIN}To{MAX}").into()
    }

    fn schemas(schemas: &mut Vec<(String, SchemaOrRef)>) {
        T::schemas(schemas);
    }
}
