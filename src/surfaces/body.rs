//! Declares the JSON that callers send: each key once, with its type and the field of the verb's argument that it becomes.

use crate::patch::Patch;

/// A value as it is sent, and the plain value that a verb takes for it.
pub trait SentValue {
    type Plain;
    fn plain(self) -> Self::Plain;
}

impl<T: SentValue> SentValue for Option<T> {
    type Plain = Option<T::Plain>;
    fn plain(self) -> Option<T::Plain> {
        self.map(T::plain)
    }
}

impl<T: SentValue> SentValue for Patch<T> {
    type Plain = Patch<T::Plain>;
    fn plain(self) -> Patch<T::Plain> {
        self.map(T::plain)
    }
}

impl<T: SentValue> SentValue for Vec<T> {
    type Plain = Vec<T::Plain>;
    fn plain(self) -> Vec<T::Plain> {
        self.into_iter().map(T::plain).collect()
    }
}

/// Declares what `plain` gives for a type: `sent!(Day => String, |day| day.0)`.
macro_rules! sent {
    ($type:ty $([$($generic:tt)*])? => $plain:ty, |$it:ident| $value:expr) => {
        impl<$($($generic)*)?> crate::surfaces::body::SentValue for $type {
            type Plain = $plain;
            fn plain(self) -> $plain {
                let $it = self;
                $value
            }
        }
    };
}
pub(crate) use sent;

sent!(bool => bool, |it| it);
sent!(i64 => i64, |it| it);
sent!(f64 => f64, |it| it);

/// Makes a struct, its schema, and its conversion into the argument of a verb. `needed` keys must be there; the `optional`
/// ones are an `Option`, where null counts as left out, or a `Patch`, where null clears the value. A key becomes the field
/// behind `=>`, as `key.plain()` or as the expression behind it, which may use all keys, as they were sent. A key without `=>`
/// is only there for such an expression. `others` gives the fields that no key becomes, as `..` does in Rust.
///
/// ```text
/// body! {
///     pub struct PortalGrading for Grading;
///     needed { score: Points => score, }
///     optional { pass_yn: Option<YesNo> => passed, feedback: Patch<Prose> => feedback, }
/// }
/// ```
///
/// A key may hold another body: `Option<Other>`, `Vec<Other>` and `BoundedList<Other, 0, 100>` become what `Other` is made for, or
/// its `parts()`, and an error names the whole place: `modules[1].materials[0].title`.
///
/// With `#![serde(rename_all = "camelCase")]` at its head, `body!` takes several bodies (or several pairs of `create` and
/// `change`), and the attribute is put on each struct of them.
///
/// Keys in `beside` are arguments of their own: instead of the conversion there is `parts()`, which returns a tuple of them and
/// of the argument that is made of the others.
///
/// With `create` and `change` there are two structs of the same keys. For a change, every key may be left out, and there are
/// the keys in `changed` too. For creating, there are the keys in `beside` too; the tuple is these, the needed keys, and the
/// others as a change of what is created.
///
/// ```text
/// body! {
///     create pub struct PortalNewAssessment;
///     change pub struct PortalChangeAssessment for AssessmentChanges;
///     beside { course_id: i64, }
///     needed { assessment_name: Name => name, }
///     optional { attempt_limit: Patch<AttemptLimit> => attempts_allowed, }
/// }
///
/// let (course, name, first) = new_assessment.parts();
/// ```
macro_rules! body {
    (
        #![$of_all:meta]
        $(
            $(#[$of_struct:meta])*
            pub struct $name:ident for $target:ident;
            $( beside { $($beside:tt)* } )?
            $( needed { $($needed:tt)* } )?
            $( optional { $($optional:tt)* } )?
            $( others $others:expr; )?
        )+
    ) => {$(
        body! {
            #[$of_all]
            $(#[$of_struct])*
            pub struct $name for $target;
            $( beside { $($beside)* } )?
            $( needed { $($needed)* } )?
            $( optional { $($optional)* } )?
            $( others $others; )?
        }
    )+};
    (
        #![$of_all:meta]
        $(
            $(#[$of_create:meta])*
            create pub struct $create:ident;
            $(#[$of_change:meta])*
            change pub struct $change:ident for $target:ident;
            $( beside { $($beside:tt)* } )?
            needed { $($needed:tt)* }
            optional { $($optional:tt)* }
            $( changed { $($changed:tt)* } )?
            $( others $others:expr; )?
        )+
    ) => {$(
        body! {
            #[$of_all]
            $(#[$of_create])*
            create pub struct $create;
            #[$of_all]
            $(#[$of_change])*
            change pub struct $change for $target;
            $( beside { $($beside)* } )?
            needed { $($needed)* }
            optional { $($optional)* }
            $( changed { $($changed)* } )?
            $( others $others; )?
        }
    )+};
    (
        $(#[$of_struct:meta])*
        pub struct $name:ident for $target:ident;
        $( needed { $( $(#[$of_needed:meta])* $needed:ident: $needed_type:ty $(=> $needed_field:ident $(= $needed_value:expr)?)?, )* } )?
        $( optional { $( $(#[$of_key:meta])* $key:ident: $how:ident<$type:ty> $(=> $field:ident $(= $value:expr)?)?, )* } )?
        $( others $others:expr; )?
    ) => {
        #[derive(serde::Deserialize, utoipa::ToSchema)]
        $(#[$of_struct])*
        pub struct $name {
            $($( $(#[$of_needed])* pub $needed: $needed_type, )*)?
            $($( $(#[$of_key])* #[serde(default)] #[schema(value_type = Option<$type>)] pub $key: $how<$type>, )*)?
        }

        impl From<$name> for $target {
            fn from(body: $name) -> $target {
                let $name { $($( $needed, )*)? $($( $key, )*)? } = body;
                $target {
                    $($($( $needed_field: body!(@value $needed $($needed_value)?), )?)*)?
                    $($($( $field: body!(@value $key $($value)?), )?)*)?
                    $( ..$others )?
                }
            }
        }

        crate::surfaces::body::sent!($name => $target, |body| body.into());
    };
    (
        $(#[$of_struct:meta])*
        pub struct $name:ident for $target:ident;
        beside { $( $(#[$of_beside:meta])* $beside:ident: $beside_type:ty, )* }
        $( needed { $( $(#[$of_needed:meta])* $needed:ident: $needed_type:ty $(=> $needed_field:ident $(= $needed_value:expr)?)?, )* } )?
        $( optional { $( $(#[$of_key:meta])* $key:ident: $how:ident<$type:ty> $(=> $field:ident $(= $value:expr)?)?, )* } )?
        $( others $others:expr; )?
    ) => {
        #[derive(serde::Deserialize, utoipa::ToSchema)]
        $(#[$of_struct])*
        pub struct $name {
            $( $(#[$of_beside])* pub $beside: $beside_type, )*
            $($( $(#[$of_needed])* pub $needed: $needed_type, )*)?
            $($( $(#[$of_key])* #[serde(default)] #[schema(value_type = Option<$type>)] pub $key: $how<$type>, )*)?
        }

        impl $name {
            pub fn parts(self) -> ($( <$beside_type as crate::surfaces::body::SentValue>::Plain, )* $target,) {
                let $name { $( $beside, )* $($( $needed, )*)? $($( $key, )*)? } = self;
                let rest = $target {
                    $($($( $needed_field: body!(@value $needed $($needed_value)?), )?)*)?
                    $($($( $field: body!(@value $key $($value)?), )?)*)?
                    $( ..$others )?
                };
                ($( body!(@value $beside), )* rest,)
            }
        }

        crate::surfaces::body::sent!(
            $name => ($( <$beside_type as crate::surfaces::body::SentValue>::Plain, )* $target,), |body| body.parts()
        );
    };
    (
        $(#[$of_create:meta])*
        create pub struct $create:ident;
        $(#[$of_change:meta])*
        change pub struct $change:ident for $target:ident;
        $( beside { $( $(#[$of_beside:meta])* $beside:ident: $beside_type:ty, )* } )?
        needed { $( $(#[$of_needed:meta])* $needed:ident: $needed_type:ty => $needed_field:ident, )* }
        optional { $( $(#[$of_key:meta])* $key:ident: $how:ident<$type:ty> $(=> $field:ident $(= $value:expr)?)?, )* }
        $( changed { $( $(#[$of_changed:meta])* $changed:ident: $how_changed:ident<$changed_type:ty> => $changed_field:ident, )* } )?
        $( others $others:expr; )?
    ) => {
        body! {
            $(#[$of_change])*
            pub struct $change for $target;
            optional {
                $( $(#[$of_needed])* $needed: Option<$needed_type> => $needed_field, )*
                $( $(#[$of_key])* $key: $how<$type> $(=> $field $(= $value)?)?, )*
                $($( $(#[$of_changed])* $changed: $how_changed<$changed_type> => $changed_field, )*)?
            }
            $( others $others; )?
        }

        #[derive(serde::Deserialize, utoipa::ToSchema)]
        $(#[$of_create])*
        pub struct $create {
            $($( $(#[$of_beside])* pub $beside: $beside_type, )*)?
            $( $(#[$of_needed])* pub $needed: $needed_type, )*
            $( $(#[$of_key])* #[serde(default)] #[schema(value_type = Option<$type>)] pub $key: $how<$type>, )*
        }

        impl $create {
            pub fn parts(self) -> (
                $($( <$beside_type as crate::surfaces::body::SentValue>::Plain, )*)?
                $( <$needed_type as crate::surfaces::body::SentValue>::Plain, )*
                $target,
            ) {
                let $create { $($( $beside, )*)? $( $needed, )* $( $key, )* } = self;
                let rest = $change { $( $needed: None, )* $( $key, )* $($( $changed: Default::default(), )*)? };
                ($($( body!(@value $beside), )*)? $( body!(@value $needed), )* rest.into(),)
            }
        }

        crate::surfaces::body::sent!(
            $create => (
                $($( <$beside_type as crate::surfaces::body::SentValue>::Plain, )*)?
                $( <$needed_type as crate::surfaces::body::SentValue>::Plain, )*
                $target,
            ),
            |body| body.parts()
        );
    };
    (@value $key:ident) => { crate::surfaces::body::SentValue::plain($key) };
    (@value $key:ident $value:expr) => { $value };
}
pub(crate) use body;

/// Makes the words of this surface for an enum of the school with the same variants: in capitals (`EARLY_LEAVE`), or as the name
/// of a case behind `in` says (`early_leave`).
///
/// ```text
/// words!(pub enum ApprovalWord for Approval { Auto, Manual });
/// words!(pub enum CriterionWord for Criterion in "snake_case" { ViewAllMaterials, PassAssessment });
/// ```
macro_rules! words {
    ($(#[$of_enum:meta])* pub enum $name:ident for $school:ident { $($words:tt)* }) => {
        words!($(#[$of_enum])* pub enum $name for $school in "SCREAMING_SNAKE_CASE" { $($words)* });
    };
    (
        $(#[$of_enum:meta])*
        pub enum $name:ident for $school:ident in $case:tt { $( $(#[$of_word:meta])* $word:ident ),+ $(,)? }
    ) => {
        #[derive(Debug, Clone, Copy, serde::Deserialize, utoipa::ToSchema)]
        #[serde(rename_all = $case)]
        $(#[$of_enum])*
        pub enum $name { $( $(#[$of_word])* $word, )+ }

        crate::surfaces::body::sent!($name => $school, |word| match word { $( $name::$word => $school::$word, )+ });
    };
}
pub(crate) use words;

/// Makes the parameters of a query: a struct that is an extractor, with its description in the document.
macro_rules! query {
    ($(#[$of_struct:meta])* pub struct $name:ident { $( $(#[$of_key:meta])* $key:ident: $type:ty ),+ $(,)? }) => {
        #[derive(serde::Deserialize, utoipa::IntoParams)]
        #[into_params(parameter_in = Query)]
        $(#[$of_struct])*
        pub struct $name { $( $(#[$of_key])* #[param(inline)] pub $key: $type, )+ }

        impl axum::extract::FromRequestParts<crate::app::School> for $name {
            type Rejection = crate::error::Error;
            async fn from_request_parts(
                parts: &mut axum::http::request::Parts,
                _: &crate::app::School,
            ) -> crate::error::Result<Self> {
                crate::surfaces::extract::query(parts)
            }
        }
    };
}
pub(crate) use query;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::error::{Error, SurfaceWords};
    use crate::surfaces::extract::parse_object;
    use crate::surfaces::ids::TextId;
    use crate::surfaces::keys::*;

    #[derive(Debug, PartialEq)]
    pub enum Kind {
        CodeExample,
        Video,
    }

    #[derive(Debug, PartialEq)]
    pub struct NewMaterial {
        title: String,
        kind: Kind,
        minutes: Option<i64>,
    }

    #[derive(Debug, PartialEq)]
    pub struct Rule {
        assessment: i64,
    }

    #[derive(Debug, Default, PartialEq)]
    pub struct Changes {
        title: Option<String>,
        materials: Option<Vec<NewMaterial>>,
        rule: Patch<Rule>,
    }

    words!(pub enum TestKind for Kind in "snake_case" { CodeExample, Video });

    body! {
        #![serde(rename_all = "camelCase")]

        pub struct TestMaterial for NewMaterial;
        needed {
            title: Name => title,
            material_type: TestKind => kind,
        }
        optional { estimated_duration: Option<i64> => minutes, }

        pub struct TestRule for Rule;
        needed { assessment_id: TextId => assessment, }
    }

    body! {
        #![serde(rename_all = "camelCase")]

        create pub struct TestNewUnit;
        change pub struct TestChangeUnit for Changes;
        needed { unit_title: Name => title, }
        optional {
            all_materials: Option<BoundedList<TestMaterial, 0, 2>> => materials,
            completion_rule: Patch<TestRule> => rule,
        }
    }

    #[derive(Debug, PartialEq)]
    pub struct NewCourse {
        units: Vec<(String, Changes)>,
    }

    body! {
        pub struct TestNewCourse for NewCourse;
        needed { units: Vec<TestNewUnit> => units, }
    }

    #[test]
    fn a_body_within_a_body_is_converted_too() {
        let sent = json!({ "units": [{ "unitTitle": "하나", "completionRule": { "assessmentId": "7" }, "allMaterials": [
            { "title": "둘", "materialType": "code_example", "estimatedDuration": 15 }] }, { "unitTitle": "셋" }] });
        let course: NewCourse = parse_object::<TestNewCourse>(sent.to_string().as_bytes()).unwrap().into();
        let material = NewMaterial { title: "둘".into(), kind: Kind::CodeExample, minutes: Some(15) };
        let first = Changes { title: None, materials: Some(vec![material]), rule: Patch::Set(Rule { assessment: 7 }) };
        assert_eq!(course.units, [("하나".to_owned(), first), ("셋".to_owned(), Changes::default())]);
        let change = parse_object::<TestChangeUnit>(r#"{"unitTitle": "넷"}"#.as_bytes()).unwrap();
        assert_eq!(Changes::from(change).title.as_deref(), Some("넷"));
    }

    #[test]
    fn the_document_has_the_names_of_the_wire() {
        let schema = |schema: utoipa::openapi::RefOr<utoipa::openapi::Schema>| serde_json::to_value(schema).unwrap();
        let material = schema(<TestMaterial as utoipa::PartialSchema>::schema());
        let keys: Vec<&str> = material["properties"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["estimatedDuration", "materialType", "title"]);
        let unit = schema(<TestNewUnit as utoipa::PartialSchema>::schema());
        assert!(unit["properties"]["completionRule"].is_object(), "{unit}");
        assert_eq!(schema(<TestKind as utoipa::PartialSchema>::schema())["enum"], json!(["code_example", "video"]));
    }

    #[test]
    fn an_error_within_a_body_within_a_body_names_its_whole_place() {
        let sent =
            json!({ "units": [{ "unitTitle": "하나" }, { "unitTitle": "둘", "allMaterials": [{ "title": "" }] }] });
        match parse_object::<TestNewCourse>(sent.to_string().as_bytes()).err() {
            Some(Error::BadInput { place, .. }) => {
                assert_eq!(place.name(SurfaceWords::SCHOOL), "units[1].allMaterials[0].title")
            }
            other => panic!("{other:?}"),
        }
    }
}
