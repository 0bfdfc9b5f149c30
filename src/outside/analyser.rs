//! Who looks at a call for help first. It answers only what it can stand for, and says how sure it is.
//!
//! `Guide` works from the texts of the step, from what the student did, and from answers that helped others on this
//! step. A language model can take its place behind the same question and verdict.

pub enum Analyser {
    Guide,
}

/// Below this the instructor is asked instead.
pub const SURE_ENOUGH: f64 = 0.5;

#[derive(Debug, Clone, Default)]
pub struct Question {
    pub title: String,
    pub guide: Option<String>,
    pub voice: Option<String>,
    pub target_action: Option<String>,
    pub target_hint: Option<String>,
    /// What the phone said it shows, such as `com.kakao.talk.MainActivity`.
    pub screen: Option<String>,
    /// The latest last.
    pub recent_actions: Vec<String>,
    pub stuck_seconds: i64,
    /// Answers given on this step before, with how they were rated.
    pub earlier: Vec<Earlier>,
    /// How often this student has asked on this step before.
    pub asked_before: i64,
}

#[derive(Debug, Clone)]
pub struct Earlier {
    pub content: String,
    pub voice: Option<String>,
    pub ratings: i64,
    pub average: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    pub diagnosis: String,
    pub confidence: f64,
    pub content: String,
    pub voice: Option<String>,
}

impl Analyser {
    pub async fn analyse(&self, question: &Question) -> Verdict {
        match self {
            Analyser::Guide => guide(question),
        }
    }
}

fn guide(q: &Question) -> Verdict {
    let helped = q
        .earlier
        .iter()
        .filter(|e| e.average >= 4.0)
        .max_by(|a, b| (a.average * a.ratings.min(5) as f64).total_cmp(&(b.average * b.ratings.min(5) as f64)));
    let (diagnosis, mut confidence) = diagnose(q);
    let (content, voice) = match helped {
        Some(answer) => {
            confidence += 0.1 + 0.05 * answer.ratings.min(4) as f64;
            (answer.content.clone(), answer.voice.clone().or_else(|| Some(answer.content.clone())))
        }
        None => from_the_step(q),
    };
    if content.is_empty() {
        confidence = 0.0;
    }
    // Who asks again was not helped by the texts of the step.
    confidence -= 0.25 * q.asked_before.min(3) as f64;
    Verdict { diagnosis, confidence: (confidence.clamp(0.0, 0.95) * 100.0).round() / 100.0, content, voice }
}

fn from_the_step(q: &Question) -> (String, Option<String>) {
    let Some(guide) = q.guide.as_deref().filter(|g| !g.trim().is_empty()) else { return (String::new(), None) };
    let first = if is_elsewhere(q) {
        "지금은 다른 화면이 열려 있어요. 홈 버튼을 눌러 처음 화면으로 돌아간 다음, 이렇게 해 보세요. "
    } else if is_wandering(q) {
        "천천히 하셔도 괜찮아요. 화면을 그대로 두고, 이렇게 한 번만 해 보세요. "
    } else {
        "괜찮아요, 다시 한번 함께 해 볼게요. "
    };
    let how = match q.target_action.as_deref() {
        Some("LONG_CLICK" | "LONG_PRESS") => " 2초쯤 꾹 누르고 계시면 됩니다.",
        Some("SCROLL" | "SWIPE") => " 손가락을 화면에 대고 위로 천천히 밀어 주세요.",
        Some("INPUT" | "TYPE") => " 글자를 다 쓰신 다음 확인을 눌러 주세요.",
        _ => "",
    };
    let spoken = q.voice.as_deref().filter(|v| !v.trim().is_empty()).unwrap_or(guide);
    (format!("{first}{guide}{how}"), Some(format!("{first}{spoken}{how}")))
}

fn diagnose(q: &Question) -> (String, f64) {
    let title = &q.title;
    if is_elsewhere(q) {
        return (format!("‘{title}’ 단계와 다른 앱 화면에 있습니다"), 0.7);
    }
    if is_wandering(q) {
        return (format!("‘{title}’ 단계에서 누를 곳을 찾지 못하고 여러 번 시도했습니다"), 0.6);
    }
    if q.recent_actions.is_empty() && q.screen.is_none() {
        return (format!("‘{title}’ 단계에서 멈췄으나 화면 정보가 없습니다"), 0.5);
    }
    (format!("‘{title}’ 단계의 안내를 다시 들을 필요가 있습니다"), 0.55)
}

/// The step happens in one app, the phone shows another.
fn is_elsewhere(q: &Question) -> bool {
    match (&q.target_hint, &q.screen) {
        (Some(target), Some(screen)) => {
            target.contains('.') && screen.contains('.') && !screen.starts_with(target.as_str())
        }
        _ => false,
    }
}

fn is_wandering(q: &Question) -> bool {
    let tries = q.recent_actions.iter().filter(|a| matches!(a.as_str(), "CLICK" | "SCROLL" | "BACK" | "SWIPE")).count();
    tries >= 4 || (q.recent_actions.iter().any(|a| a == "BACK") && tries >= 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question() -> Question {
        Question {
            title: "친구 선택하기".into(),
            guide: Some("친구 목록에서 친구를 선택하세요".into()),
            target_hint: Some("com.kakao.talk".into()),
            ..Question::default()
        }
    }

    #[test]
    fn another_app_on_the_screen_is_seen() {
        let verdict = guide(&Question { screen: Some("com.android.settings.Main".into()), ..question() });
        assert!(verdict.content.contains("홈 버튼") && verdict.confidence >= SURE_ENOUGH);
        let at_home = guide(&Question { screen: Some("com.kakao.talk.MainActivity".into()), ..question() });
        assert!(!at_home.content.contains("홈 버튼"));
    }

    #[test]
    fn an_answer_that_helped_before_is_given_again_with_more_confidence() {
        let earlier =
            Earlier { content: "위쪽 '친구'를 누르세요".into(), voice: None, ratings: 3, average: 4.7 };
        let verdict = guide(&Question { earlier: vec![earlier.clone()], ..question() });
        assert_eq!(verdict.content, earlier.content);
        assert!(verdict.confidence > guide(&question()).confidence);
        let poor = Earlier { average: 2.0, ..earlier };
        assert_ne!(guide(&Question { earlier: vec![poor.clone()], ..question() }).content, poor.content);
    }

    #[test]
    fn a_step_without_words_and_a_second_question_go_to_the_instructor() {
        assert_eq!(guide(&Question { guide: None, ..question() }).confidence, 0.0);
        assert!(guide(&Question { asked_before: 1, ..question() }).confidence < SURE_ENOUGH);
    }
}
