//! Language in which a caller is answered: of the languages that we have, the one with the greatest weight in the caller's
//! `Accept-Language`, and of equal ones the first.

pub mod korean;
mod phrases;

use std::future::Future;

use axum::http::{HeaderMap, header};

use crate::error::{Error, SurfaceWords};
pub use crate::language::Language;

tokio::task_local! {
    static ASKED_FOR: Option<Language>;
    static USUAL: Language;
}

/// Runs the work of a surface, whose messages are in `usual` for callers who ask for no language.
pub fn usually<W: Future>(usual: Language, work: W) -> impl Future<Output = W::Output> {
    USUAL.scope(usual, work)
}

/// Makes an answer of a surface, as `usually` does.
pub fn usually_now<T>(usual: Language, make: impl FnOnce() -> T) -> T {
    USUAL.sync_scope(usual, make)
}

/// Runs `work`, whose messages are then in this language; with `None`, in the language of the surface.
pub fn speaking<W: Future>(language: Option<Language>, work: W) -> impl Future<Output = W::Output> {
    ASKED_FOR.scope(language, work)
}

/// Makes something whose messages are in this language, as `speaking` does.
pub fn speaking_now<T>(language: Option<Language>, make: impl FnOnce() -> T) -> T {
    ASKED_FOR.sync_scope(language, make)
}

impl Language {
    pub fn asked_for(headers: &HeaderMap) -> Option<Language> {
        let accepted = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|v| v.to_str().ok());
        let mut best: Option<(f32, Language)> = None;
        for entry in accepted.flat_map(|line| line.split(',')) {
            let (tag, weight) = weighed(entry);
            let Some(language) = Language::of_tag(tag) else { continue };
            if weight > best.map_or(0.0, |(most, _)| most) {
                best = Some((weight, language));
            }
        }
        best.map(|(_, language)| language)
    }

    /// Returns the language that the current caller asked for.
    pub fn now() -> Option<Language> {
        ASKED_FOR.try_with(|language| *language).ok().flatten()
    }

    /// Returns the language in which the current caller is answered: the one they asked for, or else the usual one of the surface.
    pub fn spoken() -> Language {
        Language::now().unwrap_or_else(|| USUAL.try_with(|language| *language).unwrap_or_default())
    }
}

/// Splits an entry of `Accept-Language` into the language and its weight, from 0 to 1.
fn weighed(entry: &str) -> (&str, f32) {
    let (tag, rest) = entry.split_once(';').unwrap_or((entry, "q=1"));
    let weight = rest.trim().trim_start_matches(['q', 'Q']).trim_start_matches('=').parse().unwrap_or(0.0);
    (tag.trim(), if (0.0..=1.0).contains(&weight) { weight } else { 0.0 })
}

/// Returns the message of an error in the language in which the caller is answered.
pub fn error(error: &Error, words: SurfaceWords) -> String {
    error.text(Language::spoken(), words)
}

/// Translates a phrase into the caller's language. In the code, phrases are written in Korean.
pub fn translate(korean: &str) -> &str {
    match Language::spoken() {
        Language::Korean => korean,
        Language::Japanese => phrases::japanese(korean),
        Language::English => phrases::english(korean),
    }
}

/// Translates a phrase, and puts `insert` in the place of its `{}`.
pub fn translate_with(korean: &str, insert: &str) -> String {
    translate(korean).replacen("{}", insert, 1)
}

/// Names a person as the pages do: with their number among the people of this name, unless they are the first.
pub fn label(name: &str, namesake: i64) -> String {
    if namesake > 1 { format!("{name} ({namesake})") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn asked(accepted: &'static str) -> Option<Language> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(accepted));
        Language::asked_for(&headers)
    }

    #[test]
    fn the_language_with_the_greatest_weight_is_chosen() {
        assert_eq!(asked("ja"), Some(Language::Japanese));
        assert_eq!(asked("de-DE, en;q=0.5, ko-KR;q=0.8"), Some(Language::Korean));
        assert_eq!(asked("ko;q=0, EN-gb;q=0.1"), Some(Language::English));
        assert_eq!(asked("de, *"), None);
        assert_eq!(asked("ko;q=x, ja;q=inf, ko;q=1e9"), None);
        assert_eq!(asked("en; q=0.9, ja;Q=0.8"), Some(Language::English));
        assert_eq!(Language::asked_for(&HeaderMap::new()), None);
    }

    #[tokio::test]
    async fn phrases_are_translated_into_the_language_of_the_caller() {
        let phrase = "로그아웃했습니다";
        assert_eq!(translate(phrase), phrase);
        let translated = speaking(Some(Language::English), async {
            (translate(phrase), error(&Error::Unpaid, SurfaceWords::SCHOOL))
        });
        assert_eq!(translated.await, ("You are signed out", "Nothing has been paid".to_owned()));
        let translated = speaking(Some(Language::Japanese), async {
            translate_with("{}님이 도움을 요청했습니다", "木村")
        });
        assert_eq!(translated.await, "木村さんが助けを求めています");
        let in_usual = |asked| usually(Language::Japanese, speaking(asked, async { translate("이름") }));
        assert_eq!((in_usual(None).await, in_usual(Some(Language::Korean)).await), ("名前", "이름"));
    }
}
