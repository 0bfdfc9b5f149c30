//! Analyses a call for help before the instructor sees it. Its answer comes with its confidence, and is empty if nothing is
//! known.
//!
//! `Guide` uses the texts of the step, what this learner's phone showed, and answers that helped others on this step. A
//! language model can replace it behind the same `HelpQuestion` and `AnalysisResult`.

use super::phrases::{is_addition, phrases, without_opening};
use crate::language::Language;
use crate::rounding::rounded;

pub enum Analyser {
    Guide,
}

/// Below this confidence the instructor is asked instead.
pub const SURE_ENOUGH: f64 = 0.5;
/// The average rating from which an answer counts as helpful.
const HELPED: f64 = 4.0;
/// The seconds on a step from which the diagnosis mentions them to the instructor.
const LONG_S: i64 = 60;

#[derive(Debug, Clone, Default)]
pub struct HelpQuestion {
    /// The learner's language.
    pub language: Language,
    pub guide: Option<String>,
    pub voice: Option<String>,
    pub target_action: Option<String>,
    pub target_hint: Option<String>,
    /// The screen that this learner's phone reported on this step, such as `com.kakao.talk.MainActivity`.
    pub screen: Option<String>,
    /// The actions of this learner on this step, the latest last.
    pub recent_actions: Vec<String>,
    pub stuck_seconds: i64,
    /// Answers given on this step before, with their ratings.
    pub earlier: Vec<EarlierAnswer>,
    /// Number of times that this learner has asked on this step before.
    pub asked_before: i64,
}

#[derive(Debug, Clone)]
pub struct EarlierAnswer {
    pub content: String,
    pub voice: Option<String>,
    /// True if an instructor gave the answer.
    pub by_hand: bool,
    pub ratings: i64,
    pub average: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct AnalysisResult {
    /// Describes what is known about this learner's problem, for the instructor. Empty if nothing is known.
    pub diagnosis: String,
    pub confidence: f64,
    /// The answer for the learner. Empty if there is none.
    pub content: String,
    pub voice: Option<String>,
}

impl Analyser {
    pub async fn analyse(&self, question: &HelpQuestion) -> AnalysisResult {
        match self {
            Analyser::Guide => guide(question),
        }
    }
}

/// A problem that this learner's own phone shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScreenSign {
    /// The step happens in one app, but the phone shows another.
    Elsewhere,
    /// Several tries on this step.
    Wandering,
}

fn guide(q: &HelpQuestion) -> AnalysisResult {
    let sign = sign(q);
    let mut confidence = match sign {
        Some(ScreenSign::Elsewhere) => 0.7,
        Some(ScreenSign::Wandering) => 0.6,
        None if q.recent_actions.is_empty() && q.screen.is_none() => 0.5,
        None => 0.55,
    };
    let good = q.earlier.iter().filter(|e| e.average >= HELPED);
    let (of_guide, by_hand): (Vec<&EarlierAnswer>, Vec<&EarlierAnswer>) = good.partition(|e| is_from_the_step(q, e));
    let weight = |e: &&EarlierAnswer| e.average * e.ratings.min(5) as f64;
    let best =
        |answers: Vec<&EarlierAnswer>| answers.into_iter().max_by(|a, b| weight(a).total_cmp(&weight(b))).cloned();
    let helped = best(by_hand.into_iter().filter(|e| e.by_hand).collect());
    if let Some(answer) = helped.as_ref().or(best(of_guide).as_ref()) {
        confidence += 0.1 + 0.05 * answer.ratings.min(4) as f64;
    }
    let text = match &helped {
        Some(answer) => from_others(q, answer, sign),
        None => from_the_step(q, sign),
    };
    let Some((content, voice)) = text else {
        return AnalysisResult { diagnosis: diagnosis(q, sign), confidence: 0.0, content: String::new(), voice: None };
    };
    // A learner who asks again was not helped by the texts of the step.
    confidence -= 0.25 * q.asked_before.min(3) as f64;
    let confidence = rounded(confidence.clamp(0.0, 0.95), 2);
    AnalysisResult { diagnosis: diagnosis(q, sign), confidence, content, voice: Some(voice) }
}

/// Returns an answer that helped others, without its words about their phones.
fn from_others(q: &HelpQuestion, answer: &EarlierAnswer, sign: Option<ScreenSign>) -> Option<(String, String)> {
    let content = without_opening(&answer.content);
    let voice = answer.voice.as_deref().map_or(content, without_opening);
    let opening = sign.map_or("", |sign| opening(q, sign));
    (!content.is_empty()).then(|| (format!("{opening}{content}"), format!("{opening}{voice}")))
}

/// Tells whether an answer is the text of the step, perhaps with the guide's phrases around it. Such an answer is written
/// anew, in the language of the learner who asks.
fn is_from_the_step(q: &HelpQuestion, answer: &EarlierAnswer) -> bool {
    let content = without_opening(&answer.content);
    q.guide.as_deref().and_then(|guide| content.strip_prefix(guide.trim())).is_some_and(is_addition)
}

fn from_the_step(q: &HelpQuestion, sign: Option<ScreenSign>) -> Option<(String, String)> {
    let guide = q.guide.as_deref().map(str::trim).filter(|guide| !guide.is_empty())?;
    let words = phrases(q.language);
    let opening = sign.map_or(words.again, |sign| opening(q, sign));
    let how = match q.target_action.as_deref() {
        Some("LONG_CLICK" | "LONG_PRESS") => words.long_press,
        Some("SCROLL" | "SWIPE") => words.swipe,
        Some("INPUT" | "TYPE") => words.typing,
        _ => "",
    };
    let spoken = q.voice.as_deref().map(str::trim).filter(|voice| !voice.is_empty()).unwrap_or(guide);
    Some((format!("{opening}{guide}{how}"), format!("{opening}{spoken}{how}")))
}

fn opening(q: &HelpQuestion, sign: ScreenSign) -> &'static str {
    match sign {
        ScreenSign::Elsewhere => phrases(q.language).elsewhere,
        ScreenSign::Wandering => phrases(q.language).wandering,
    }
}

/// Writes what the instructor should know before visiting the learner, in Korean.
fn diagnosis(q: &HelpQuestion, sign: Option<ScreenSign>) -> String {
    let mut known = Vec::new();
    match sign {
        Some(ScreenSign::Elsewhere) => known.push("휴대폰에 다른 앱이 열려 있어요.".to_owned()),
        Some(ScreenSign::Wandering) => known.push("누를 곳을 찾느라 여러 번 눌러 보셨어요.".to_owned()),
        None => {}
    }
    if q.asked_before > 0 {
        known.push(format!("이 단계에서 {}번째 부르셨어요.", q.asked_before + 1));
    }
    if q.stuck_seconds >= LONG_S {
        known.push(format!("이 단계에 {}분 넘게 머물러 계세요.", q.stuck_seconds / 60));
    }
    known.join(" ")
}

fn sign(q: &HelpQuestion) -> Option<ScreenSign> {
    if is_elsewhere(q) {
        return Some(ScreenSign::Elsewhere);
    }
    let tries = q.recent_actions.iter().filter(|a| matches!(a.as_str(), "CLICK" | "SCROLL" | "BACK" | "SWIPE")).count();
    let went_back = q.recent_actions.iter().any(|a| a == "BACK");
    (tries >= 4 || (went_back && tries >= 2)).then_some(ScreenSign::Wandering)
}

fn is_elsewhere(q: &HelpQuestion) -> bool {
    let (Some(target), Some(screen)) = (&q.target_hint, &q.screen) else { return false };
    let rest = screen.strip_prefix(target.as_str());
    let is_there = rest.is_some_and(|rest| !rest.starts_with(|letter: char| letter.is_alphanumeric()));
    // A phone that shows the home screen need not be sent to it.
    let is_home = ["launcher", "systemui"].iter().any(|word| screen.to_lowercase().contains(word));
    target.contains('.') && screen.contains('.') && !is_there && !is_home
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = "친구 목록에서 친구를 선택하세요";

    fn question() -> HelpQuestion {
        HelpQuestion {
            guide: Some(GUIDE.into()),
            target_hint: Some("com.kakao.talk".into()),
            ..HelpQuestion::default()
        }
    }

    fn helped(content: &str, by_hand: bool) -> EarlierAnswer {
        EarlierAnswer { content: content.into(), voice: None, by_hand, ratings: 3, average: 4.7 }
    }

    #[test]
    fn an_answer_about_the_screen_needs_a_report_from_this_phone() {
        let elsewhere = guide(&HelpQuestion { screen: Some("com.android.settings.Main".into()), ..question() });
        assert!(elsewhere.content.contains("다른 화면") && elsewhere.confidence >= SURE_ENOUGH);
        assert!(elsewhere.diagnosis.contains("다른 앱"));
        for screen in [None, Some("com.kakao.talk.MainActivity"), Some("com.sec.android.app.launcher"), Some("step")] {
            let verdict = guide(&HelpQuestion { screen: screen.map(Into::into), ..question() });
            assert!(!verdict.content.contains("다른 화면") && !verdict.content.contains("홈 단추"), "{screen:?}");
            assert_eq!(verdict.diagnosis, "", "{screen:?}");
        }
        let tries = ["CLICK", "BACK", "CLICK"].map(String::from).to_vec();
        let wandering = guide(&HelpQuestion { recent_actions: tries, ..question() });
        assert!(wandering.content.starts_with("천천히") && wandering.diagnosis.contains("여러 번"));
    }

    #[test]
    fn an_answer_that_helped_another_student_comes_without_the_part_about_their_phone() {
        let elsewhere = phrases(Language::Korean).elsewhere;
        let words = "위쪽 '친구'를 누르세요";
        let earlier = vec![helped(&format!("{elsewhere}{words}"), true)];
        let verdict = guide(&HelpQuestion { earlier: earlier.clone(), ..question() });
        assert_eq!((verdict.content.as_str(), verdict.voice.as_deref()), (words, Some(words)));
        let here = HelpQuestion { screen: Some("com.android.settings.Main".into()), earlier, ..question() };
        assert_eq!(guide(&here).content, format!("{elsewhere}{words}"));
    }

    #[test]
    fn an_answer_that_the_guide_gave_before_is_written_anew_with_more_confidence() {
        let first = guide(&HelpQuestion { screen: Some("com.android.settings.Main".into()), ..question() });
        for by_hand in [false, true] {
            let next = HelpQuestion {
                earlier: vec![helped(&first.content, by_hand)],
                language: Language::Japanese,
                ..question()
            };
            let verdict = guide(&next);
            assert_eq!(verdict.content, format!("{}{GUIDE}", phrases(Language::Japanese).again));
            assert!(verdict.confidence > guide(&question()).confidence);
        }
        // The text of a step that was rewritten since is not used as an answer.
        let old = HelpQuestion { earlier: vec![helped("옛날 안내", false)], ..question() };
        assert_eq!(guide(&old), guide(&question()));
    }

    #[test]
    fn an_answer_that_helped_before_is_given_again_with_more_confidence() {
        let earlier = helped("위쪽 '친구'를 누르세요", true);
        let verdict = guide(&HelpQuestion { earlier: vec![earlier.clone()], ..question() });
        assert_eq!(verdict.content, earlier.content);
        assert!(verdict.confidence > guide(&question()).confidence);
        let poor = EarlierAnswer { average: 2.0, ..earlier };
        assert_ne!(guide(&HelpQuestion { earlier: vec![poor.clone()], ..question() }).content, poor.content);
    }

    #[test]
    fn the_guide_speaks_the_learners_language_and_leaves_the_words_of_the_step() {
        for (language, word) in
            [(Language::Korean, "꾹"), (Language::Japanese, "押したまま"), (Language::English, "pressing")]
        {
            let asked = HelpQuestion { language, target_action: Some("LONG_CLICK".into()), ..question() };
            let content = guide(&asked).content;
            assert!(content.contains(word) && content.contains(GUIDE), "{content}");
            let ours = content.replace(GUIDE, "");
            let is_hangul = |letter: char| ('가'..='힣').contains(&letter);
            assert_eq!(ours.contains(is_hangul), language == Language::Korean, "{content}");
        }
    }

    #[test]
    fn the_guide_gives_no_answer_to_a_step_without_texts() {
        let unknown = guide(&HelpQuestion { guide: None, ..question() });
        assert_eq!(
            unknown,
            AnalysisResult { diagnosis: String::new(), confidence: 0.0, content: String::new(), voice: None }
        );
        assert!(guide(&HelpQuestion { asked_before: 1, ..question() }).confidence < SURE_ENOUGH);
        let long = guide(&HelpQuestion { asked_before: 1, stuck_seconds: 130, ..question() });
        assert_eq!(long.diagnosis, "이 단계에서 2번째 부르셨어요. 이 단계에 2분 넘게 머물러 계세요.");
    }
}
