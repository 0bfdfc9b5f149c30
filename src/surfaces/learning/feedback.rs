//! Feedback on a result, in words: nothing but what follows from the answers.

use crate::school::assessments::results::{Outcome, ResultFeedback, SkillOutcome};
use crate::surfaces::keys::*;
use crate::surfaces::language::Language;

answer! {
    #[schema(example = json!({"overall": "よくできました。合格です。", "strengths": ["型システム: 3 問すべて正解"],
        "improvements": ["ジェネリクス: 4 問中 2 問正解。復習しましょう。"]}))]
    pub struct LearningFeedback from ResultFeedback as feedback
        let (right, rest) = feedback.skills.iter().partition::<Vec<_>, _>(|skill| skill.right == skill.questions);
    {
        overall: String = feedback.note.clone().unwrap_or_else(|| overall(feedback.outcome)),
        /// Skills whose questions were all right
        strengths: Vec<String> = right.into_iter().map(strength).collect(),
        /// The other skills
        improvements: Vec<String> = rest.into_iter().map(improvement).collect(),
    }
}

fn overall(outcome: Outcome) -> String {
    let texts = match outcome {
        Outcome::NotGraded => {
            ["This is not graded yet.", "아직 채점되지 않았습니다.", "まだ採点されていません。"].map(str::to_owned)
        }
        Outcome::AllRight => {
            ["Full marks. Excellent!", "만점입니다. 훌륭합니다!", "満点です。すばらしい結果です。"].map(str::to_owned)
        }
        Outcome::Passed => {
            ["Well done, you passed.", "잘하셨습니다. 합격입니다.", "よくできました。合格です。"].map(str::to_owned)
        }
        Outcome::Failed(missing) => [
            format!("{missing} more points would have passed."),
            format!("합격까지 {missing}점이 모자랐습니다."),
            format!("合格まであと {missing} 点でした。"),
        ],
    };
    Language::spoken().choose(texts)
}

fn strength(skill: &SkillOutcome) -> String {
    let SkillOutcome { name, questions, .. } = skill;
    Language::spoken().choose([
        format!("{name}: all {questions} right"),
        format!("{name}: {questions}문항 모두 정답"),
        format!("{name}: {questions} 問すべて正解"),
    ])
}

fn improvement(skill: &SkillOutcome) -> String {
    let SkillOutcome { name, questions, right } = skill;
    Language::spoken().choose([
        format!("{name}: {right} of {questions} right. It is worth another look."),
        format!("{name}: {questions}문항 중 {right}문항 정답. 다시 살펴보세요."),
        format!("{name}: {questions} 問中 {right} 問正解。復習しましょう。"),
    ])
}
