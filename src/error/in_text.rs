//! Values that stand in the texts of errors.

use super::input::{InputFault, InputPlace};
use super::words::{
    LessonFault, MissingPart, NeededCourse, Noun, PictureFault, Requirement, SlidesFault, StateWord, SurfaceWords,
    VideoFault,
};
use crate::language::Language;

/// A value of a row, as it stands in the text.
pub(super) trait InText {
    fn in_text(&self, language: Language, words: SurfaceWords) -> String;
}

/// Declares how a type stands in texts: `in_text!(Type, |it, language, words| expression)`.
macro_rules! in_text {
    ($($type:ty),+, |$it:ident, $language:ident, $words:ident| $text:expr) => {
        $( impl InText for $type {
            fn in_text(&self, $language: Language, $words: SurfaceWords) -> String {
                let $it = self;
                $text
            }
        } )+
    };
}
in_text!(i64, u64, usize, bool, String, &'static str, |it, _language, _words| it.to_string());
in_text!(InputPlace, |place, _language, words| place.name(words).into());
in_text!(InputFault, |fault, language, words| fault.text(language, words).into());
in_text!(Noun, |noun, language, words| noun.text(language, words).into());
in_text!(StateWord, |state, language, _words| state.text(language).into());
in_text!(Vec<NeededCourse>, |missing, language, _words| {
    let titles = missing.iter().map(|course| course.title.as_str()).collect::<Vec<&str>>();
    titles.join(language.choose([", ", ", ", "、"]))
});
// A unit that asks for an assessment is not done while it has none.
in_text!(Vec<MissingPart>, |missing, language, _words| {
    if missing.is_empty() {
        return language.choose(["an assessment", "평가", "評価"]).into();
    }
    let titles = missing.iter().map(|part| part.title.as_str()).collect::<Vec<&str>>();
    titles.join(language.choose([", ", ", ", "、"]))
});
// Developers read the words of the rule in English, as they stand in `details`.
in_text!(Vec<Requirement>, |missing, language, _words| {
    let texts = || missing.iter().map(|part| part.text(language)).collect::<Vec<&str>>();
    language.choose([Requirement::words(missing).join(", "), texts().join(", "), texts().join("、")])
});
in_text!(LessonFault, |fault, language, _words| language.choose(fault.texts()).into());
in_text!(SlidesFault, |fault, language, _words| language.choose(fault.texts()).into());
in_text!(VideoFault, |fault, language, _words| fault.text(language).into());
in_text!(PictureFault, |fault, language, _words| language.choose(fault.texts()).into());
