//! The languages of the school's texts.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Korean,
    Japanese,
    English,
}

impl Language {
    /// Chooses among three things: the English, the Korean and the Japanese one.
    pub fn choose<T>(self, [english, korean, japanese]: [T; 3]) -> T {
        match self {
            Language::English => english,
            Language::Korean => korean,
            Language::Japanese => japanese,
        }
    }

    /// Returns the tag of the language, as it is stored.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Korean => "ko",
            Language::Japanese => "ja",
            Language::English => "en",
        }
    }

    /// Returns the language of a tag such as `ko` or `en-GB`, if the school's texts exist in it.
    pub fn of_tag(tag: &str) -> Option<Language> {
        match tag.split('-').next()?.to_ascii_lowercase().as_str() {
            "ko" => Some(Language::Korean),
            "ja" => Some(Language::Japanese),
            "en" => Some(Language::English),
            _ => None,
        }
    }
}
