//! The demo's lecture, «카카오톡 기초».

use crate::app::School;
use crate::error::Result;
use crate::patch::Patch;
use crate::school::courses::{self, CourseChanges};
use crate::school::outline::{self, ItemChanges, ItemKind, UnitChanges};
use crate::school::rights::Caller;

pub const CODE: &str = "KAKAO";
pub const TITLE: &str = "카카오톡 기초";
const ABOUT: &str = "카카오톡을 열고, 친구에게 인사를 보내고, 사진까지 보내 봅니다. 처음이셔도 괜찮습니다.";

struct DemoTask {
    title: &'static str,
    about: &'static str,
    steps: &'static [DemoStep],
}

struct DemoStep {
    title: &'static str,
    guide: &'static str,
    /// The text that is read aloud: without symbols that cannot be spoken.
    voice: &'static str,
    action: &'static str,
    /// The app in which the step happens.
    screen: Option<&'static str>,
}

const KAKAO: Option<&str> = Some("com.kakao.talk");

const TASKS: [DemoTask; 4] = [
    DemoTask {
        title: "카카오톡 열기",
        about: "카카오톡을 찾아서 열고, 친구 목록을 둘러봅니다.",
        steps: &[
            DemoStep {
                title: "카카오톡 앱 열기",
                guide: "홈 화면에서 노란색 말풍선 그림의 카카오톡을 찾아 한 번 눌러 주세요.",
                voice: "홈 화면에서 노란색 말풍선 그림을 찾아보세요. 카카오톡이라고 적혀 있어요. 찾으셨으면 한 번만 눌러 주세요.",
                action: "CLICK",
                screen: None,
            },
            DemoStep {
                title: "친구 목록 보기",
                guide: "화면 맨 아래 왼쪽에 있는 사람 모양을 눌러 주세요.",
                voice: "화면 맨 아래를 보세요. 왼쪽 끝에 사람 모양이 있어요. 그 사람 모양을 한 번 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
            DemoStep {
                title: "목록 위아래로 움직이기",
                guide: "화면에 손가락을 대고 위로 천천히 밀어 올려 보세요.",
                voice: "화면에 손가락을 살짝 대고 위로 천천히 밀어 올려 보세요. 아래에 있던 친구들이 나타납니다.",
                action: "SCROLL",
                screen: KAKAO,
            },
        ],
    },
    DemoTask {
        title: "친구에게 인사하기",
        about: "친구를 골라 대화방을 열고, 첫인사를 보냅니다.",
        steps: &[
            DemoStep {
                title: "친구 고르기",
                guide: "인사를 보내고 싶은 친구의 이름을 한 번 눌러 주세요.",
                voice: "누구에게 인사를 보내고 싶으세요? 그 친구의 이름을 찾아 한 번 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
            DemoStep {
                title: "대화방 열기",
                guide: "친구 사진 아래쪽의 말풍선 '1:1채팅'을 눌러 주세요.",
                voice: "친구의 사진이 크게 나왔지요? 아래쪽에 일대일 채팅이라고 적힌 말풍선을 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
            DemoStep {
                title: "인사말 쓰기",
                guide: "맨 아래 글 쓰는 칸을 한 번 누르고, 올라온 글자판으로 '안녕하세요'라고 써 보세요. 틀려도 괜찮습니다.",
                voice: "맨 아래에 글 쓰는 칸이 있어요. 한 번 누르시면 글자판이 올라옵니다. 안녕하세요, 하고 천천히 써 보세요. 틀리셔도 괜찮아요.",
                action: "INPUT",
                screen: KAKAO,
            },
            DemoStep {
                title: "인사말 보내기",
                guide: "글 쓰는 칸 오른쪽에 있는 노란색 보내기 단추를 눌러 주세요.",
                voice: "다 쓰셨지요? 이제 글 쓰는 칸 오른쪽에 있는 노란색 단추를 한 번 눌러 주세요. 그러면 친구에게 전해집니다.",
                action: "CLICK",
                screen: KAKAO,
            },
        ],
    },
    DemoTask {
        title: "이모티콘과 사진 보내기",
        about: "글 대신 그림과 사진으로 마음을 전합니다.",
        steps: &[
            DemoStep {
                title: "이모티콘 보내기",
                guide: "글 쓰는 칸 오른쪽의 웃는 얼굴을 누르고, 마음에 드는 그림을 골라 보내기를 눌러 주세요.",
                voice: "글 쓰는 칸 오른쪽에 웃는 얼굴이 있어요. 한 번 누르시고, 마음에 드는 그림을 골라 보세요. 고르셨으면 보내기 단추를 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
            DemoStep {
                title: "사진첩 열기",
                guide: "글 쓰는 칸 왼쪽의 더하기(+)를 누른 다음, '앨범'을 눌러 주세요.",
                voice: "글 쓰는 칸 왼쪽에 더하기 모양이 있어요. 한 번 누르시고, 앨범이라고 적힌 그림을 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
            DemoStep {
                title: "사진 골라서 보내기",
                guide: "보내고 싶은 사진의 오른쪽 위 동그라미를 눌러 고르고, 화면 오른쪽의 '전송'을 눌러 주세요.",
                voice: "보내고 싶은 사진을 찾아보세요. 사진 오른쪽 위에 있는 동그라미를 누르시면 골라집니다. 고르셨으면 전송이라고 적힌 글자를 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
        ],
    },
    DemoTask {
        title: "답장 확인하기",
        about: "친구에게서 온 답장을 찾아 읽습니다.",
        steps: &[
            DemoStep {
                title: "채팅 목록으로 돌아가기",
                guide: "화면 왼쪽 위의 화살표(←)를 눌러 주세요.",
                voice: "화면 왼쪽 위를 보세요. 왼쪽을 가리키는 화살표가 있어요. 한 번 눌러 주세요.",
                action: "CLICK",
                screen: KAKAO,
            },
            DemoStep {
                title: "새 답장 읽기",
                guide: "화면 아래의 말풍선을 누르고, 빨간 숫자가 붙은 친구를 눌러 답장을 읽어 보세요.",
                voice: "화면 아래의 말풍선을 눌러 보세요. 빨간 숫자는 아직 읽지 않은 답장이 있다는 뜻이에요. 그 친구를 눌러서 읽어 보세요. 여기까지 정말 잘하셨어요!",
                action: "CLICK",
                screen: KAKAO,
            },
        ],
    },
];

pub fn steps() -> usize {
    TASKS.iter().map(|task| task.steps.len()).sum()
}

pub async fn add(app: &School, caller: &Caller) -> Result<i64> {
    let first = CourseChanges { code: Some(CODE.into()), description: Some(ABOUT.into()), ..CourseChanges::default() };
    let course = courses::create(app, caller, TITLE.into(), first).await?.id;
    for task in &TASKS {
        let first = UnitChanges { description: Some(task.about.into()), ..UnitChanges::default() };
        let unit = outline::add_unit(app, caller, course, task.title.into(), first).await?.id;
        for step in task.steps {
            outline::add_item(app, caller, unit, ItemKind::Step, step.title.into(), item(step)).await?;
        }
    }
    Ok(course)
}

fn item(step: &DemoStep) -> ItemChanges {
    ItemChanges {
        target_action: Patch::Set(step.action.into()),
        target_hint: step.screen.map_or(Patch::Keep, |screen| Patch::Set(screen.into())),
        guide: Patch::Set(step.guide.into()),
        voice: Patch::Set(step.voice.into()),
        ..ItemChanges::default()
    }
}
