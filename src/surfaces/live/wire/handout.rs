//! The handout of a lecture: for which phone, and in which language.

use crate::language::Language;
use crate::surfaces::keys::*;

/// Language of the words on a handout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LanguageTag {
    Ko,
    En,
    Ja,
}

impl From<LanguageTag> for Language {
    fn from(tag: LanguageTag) -> Language {
        match tag {
            LanguageTag::Ko => Language::Korean,
            LanguageTag::En => Language::English,
            LanguageTag::Ja => Language::Japanese,
        }
    }
}

query! {
    pub struct HandoutQuery {
        /// The phone for which the pictures are chosen: ALL, ANDROID, IPHONE, or a make (ALL)
        phone: Option<PhoneKind>,
        /// The system of that make, for steps that have no picture of the make: ANDROID or IPHONE
        system: Option<PhoneKind>,
        /// Language of the words that stand on every handout: ko, en or ja; without it, as `Accept-Language` has it
        language: Option<LanguageTag>,
    }
}
