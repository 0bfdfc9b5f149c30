//! The phrases that the guide adds to the text of a step, in the languages of the learners.

use crate::language::Language;

/// The guide's phrases in one language. `elsewhere`, `wandering` and `again` stand before the text of the step, the others
/// after it.
pub struct Phrases {
    /// Used only if this learner's phone shows another app.
    pub elsewhere: &'static str,
    /// Used only if this learner has tried several times.
    pub wandering: &'static str,
    pub again: &'static str,
    pub long_press: &'static str,
    pub swipe: &'static str,
    pub typing: &'static str,
}

const KOREAN: Phrases = Phrases {
    elsewhere: "지금은 다른 화면이 열려 있어요. 홈 단추를 눌러 처음 화면으로 돌아간 다음, 이렇게 해 보세요. ",
    wandering: "천천히 하셔도 괜찮아요. 화면을 그대로 두고, 이렇게 한 번만 해 보세요. ",
    again: "이 단계의 안내를 다시 알려 드릴게요. ",
    long_press: " 2초쯤 꾹 누르고 계시면 됩니다.",
    swipe: " 손가락을 화면에 대고 위로 천천히 밀어 주세요.",
    typing: " 글자를 다 쓰신 다음 확인을 눌러 주세요.",
};

const JAPANESE: Phrases = Phrases {
    elsewhere: "いまは別の画面が開いています。ホームボタンを押して最初の画面に戻ってから、次のようにしてみてください。 ",
    wandering: "ゆっくりで大丈夫です。画面はそのままにして、次のことを一度だけやってみてください。 ",
    again: "このステップの案内をもう一度お伝えします。 ",
    long_press: " 2秒ほど押したままにしてください。",
    swipe: " 画面に指を当てて、上へゆっくり動かしてください。",
    typing: " 文字を入力し終えたら、確認を押してください。",
};

const ENGLISH: Phrases = Phrases {
    elsewhere: "Another screen is open right now. Press the home button to go back to the first screen, then do this: ",
    wandering: "There is no hurry. Leave the screen as it is, and do just this once: ",
    again: "Here is this step once more: ",
    long_press: " Keep pressing for about two seconds.",
    swipe: " Put a finger on the screen and slide it up slowly.",
    typing: " When you have typed everything, press OK.",
};

const ALL: [&Phrases; 3] = [&KOREAN, &JAPANESE, &ENGLISH];

pub fn phrases(language: Language) -> &'static Phrases {
    match language {
        Language::Korean => &KOREAN,
        Language::Japanese => &JAPANESE,
        Language::English => &ENGLISH,
    }
}

/// Returns an answer without the phrases at its beginning, which were about the learner to whom it was first given.
pub fn without_opening(answer: &str) -> &str {
    let openings = ALL.iter().flat_map(|p| [p.elsewhere, p.wandering, p.again]);
    let mut rest = answer.trim();
    for opening in openings {
        rest = rest.strip_prefix(opening.trim_end()).map_or(rest, str::trim_start);
    }
    rest
}

/// Tells whether a text is empty or a phrase that the guide adds after the text of a step, in any language.
pub fn is_addition(text: &str) -> bool {
    let additions = ALL.iter().flat_map(|p| [p.long_press, p.swipe, p.typing]);
    text.trim().is_empty() || additions.map(str::trim).any(|addition| addition == text.trim())
}
