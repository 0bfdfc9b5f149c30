//! The demo's lecture, «도란톡 기초»: how to talk with friends in a messenger that does not exist.

use bytes::Bytes;

use super::drawn_marks::{DrawnMark, frame, number, ring, swipe};
use crate::app::School;
use crate::error::Result;
use crate::patch::Patch;
use crate::school::courses::{self, CourseChanges};
use crate::school::outline::{self, ItemChanges, ItemKind, UnitChanges};
use crate::school::pictures::{self, NamedPicture};
use crate::school::rights::Caller;

pub const CODE: &str = "TALK";
pub const TITLE: &str = "도란톡 기초";
const ABOUT: &str = "도란톡을 열고, 친구에게 인사를 보내고, 사진까지 보내 봅니다. 처음이셔도 괜찮습니다.";

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
    /// A PNG file, drawn by `assets/demo/draw.py`.
    picture: &'static [u8],
    alt: &'static str,
    marks: &'static [DrawnMark],
}

const TALK: Option<&str> = Some("kr.dorantalk");

const HOME: &[u8] = include_bytes!("../../assets/demo/home.png");
const TALKS: &[u8] = include_bytes!("../../assets/demo/talks.png");
const FRIENDS: &[u8] = include_bytes!("../../assets/demo/friends.png");
const PROFILE: &[u8] = include_bytes!("../../assets/demo/profile.png");
const ROOM: &[u8] = include_bytes!("../../assets/demo/room.png");
const WRITTEN: &[u8] = include_bytes!("../../assets/demo/written.png");
const STICKERS: &[u8] = include_bytes!("../../assets/demo/stickers.png");
const PLUS: &[u8] = include_bytes!("../../assets/demo/plus.png");
const ALBUM: &[u8] = include_bytes!("../../assets/demo/album.png");
const SENT: &[u8] = include_bytes!("../../assets/demo/sent.png");
const NEWS: &[u8] = include_bytes!("../../assets/demo/news.png");

const TASKS: [DemoTask; 4] = [
    DemoTask {
        title: "도란톡 열기",
        about: "도란톡을 찾아서 열고, 친구 목록을 둘러봅니다.",
        steps: &[
            DemoStep {
                title: "도란톡 열기",
                guide: "휴대폰 첫 화면에서 초록색 말풍선 그림의 도란톡을 찾아 한 번 눌러 주세요.",
                voice: "휴대폰 첫 화면에서 초록색 말풍선 그림을 찾아보세요. 도란톡이라고 적혀 있어요. 찾으셨으면 한 번만 눌러 주세요.",
                action: "CLICK",
                screen: None,
                picture: HOME,
                alt: "휴대폰 첫 화면이에요. 맨 아랫줄 오른쪽에 초록색 말풍선 그림이 있어요.",
                marks: &[ring(330, 890, 62)],
            },
            DemoStep {
                title: "친구 목록 보기",
                guide: "화면 맨 아래 왼쪽에 있는 사람 모양을 눌러 주세요.",
                voice: "화면 맨 아래를 보세요. 왼쪽 끝에 사람 모양이 있어요. 그 사람 모양을 한 번 눌러 주세요.",
                action: "CLICK",
                screen: TALK,
                picture: TALKS,
                alt: "도란톡의 대화 화면이에요. 맨 아래 왼쪽에 사람 모양이 있어요.",
                marks: &[ring(90, 962, 72)],
            },
            DemoStep {
                title: "목록 위아래로 움직이기",
                guide: "화면에 손가락을 대고 위로 천천히 밀어 올려 보세요.",
                voice: "화면에 손가락을 살짝 대고 위로 천천히 밀어 올려 보세요. 아래에 있던 친구들이 나타납니다.",
                action: "SCROLL",
                screen: TALK,
                picture: FRIENDS,
                alt: "친구들의 이름이 위에서 아래로 적혀 있어요.",
                marks: &[swipe((440, 800), (440, 360)).labelled("밀어 올려요")],
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
                screen: TALK,
                picture: FRIENDS,
                alt: "친구 목록이에요. 맨 위에 김영희 씨가 있어요.",
                marks: &[frame((12, 212), (528, 314))],
            },
            DemoStep {
                title: "대화방 열기",
                guide: "친구 사진 아래쪽의 말풍선 '1:1 대화'를 눌러 주세요.",
                voice: "친구의 사진이 크게 나왔지요? 아래쪽에 일대일 대화라고 적힌 말풍선을 눌러 주세요.",
                action: "CLICK",
                screen: TALK,
                picture: PROFILE,
                alt: "친구의 사진이 크게 나와 있어요. 아래쪽에 말풍선이 있어요.",
                marks: &[ring(270, 872, 92)],
            },
            DemoStep {
                title: "인사말 쓰기",
                guide: "맨 아래 글 쓰는 칸을 한 번 누르고, 올라온 글자판으로 '안녕하세요'라고 써 보세요. 틀려도 괜찮습니다.",
                voice: "맨 아래에 글 쓰는 칸이 있어요. 한 번 누르시면 글자판이 올라옵니다. 안녕하세요, 하고 천천히 써 보세요. 틀리셔도 괜찮아요.",
                action: "INPUT",
                screen: TALK,
                picture: ROOM,
                alt: "대화방이에요. 맨 아래에 글 쓰는 칸이 있어요.",
                marks: &[frame((74, 938), (376, 1018)).labelled("글 쓰는 칸")],
            },
            DemoStep {
                title: "인사말 보내기",
                guide: "글 쓰는 칸 오른쪽에 있는 초록색 보내기 단추를 눌러 주세요.",
                voice: "다 쓰셨지요? 이제 글 쓰는 칸 오른쪽에 있는 초록색 단추를 한 번 눌러 주세요. 그러면 친구에게 전해집니다.",
                action: "CLICK",
                screen: TALK,
                picture: WRITTEN,
                alt: "글자판 위에 쓴 글이 있고, 그 오른쪽 끝에 초록색 단추가 있어요.",
                marks: &[ring(492, 650, 46).labelled("보내기")],
            },
        ],
    },
    DemoTask {
        title: "웃는 그림과 사진 보내기",
        about: "글 대신 그림과 사진으로 마음을 전합니다.",
        steps: &[
            DemoStep {
                title: "웃는 그림 보내기",
                guide: "글 쓰는 칸 오른쪽의 웃는 얼굴을 누르고, 마음에 드는 그림을 고른 다음 보내기를 눌러 주세요.",
                voice: "글 쓰는 칸 오른쪽에 웃는 얼굴이 있어요. 한 번 누르시고, 마음에 드는 그림을 골라 보세요. 고르셨으면 보내기 단추를 눌러 주세요.",
                action: "CLICK",
                screen: TALK,
                picture: STICKERS,
                alt: "글 쓰는 칸 아래에 고양이와 하트 그림이 펼쳐져 있어요.",
                marks: &[number(1, 410, 590), number(2, 52, 740), number(3, 492, 590)],
            },
            DemoStep {
                title: "사진첩 열기",
                guide: "글 쓰는 칸 왼쪽의 더하기(+)를 누른 다음, '앨범'을 눌러 주세요.",
                voice: "글 쓰는 칸 왼쪽에 더하기 모양이 있어요. 한 번 누르시고, 앨범이라고 적힌 그림을 눌러 주세요.",
                action: "CLICK",
                screen: TALK,
                picture: PLUS,
                alt: "글 쓰는 칸 왼쪽에 더하기가 있고, 그 아래에 앨범이 있어요.",
                marks: &[number(1, 42, 590), number(2, 50, 740)],
            },
            DemoStep {
                title: "사진 골라서 보내기",
                guide: "보내고 싶은 사진의 오른쪽 위 동그라미를 눌러 고르고, 화면 오른쪽 위의 '전송'을 눌러 주세요.",
                voice: "보내고 싶은 사진을 찾아보세요. 사진 오른쪽 위에 있는 동그라미를 누르시면 골라집니다. 고르셨으면 전송이라고 적힌 글자를 눌러 주세요.",
                action: "CLICK",
                screen: TALK,
                picture: ALBUM,
                alt: "사진 여섯 장이 있어요. 꽃 사진의 동그라미가 골라져 있어요.",
                marks: &[number(1, 90, 218), number(2, 420, 118)],
            },
        ],
    },
    DemoTask {
        title: "답장 확인하기",
        about: "친구에게서 온 답장을 찾아 읽습니다.",
        steps: &[
            DemoStep {
                title: "대화 목록으로 돌아가기",
                guide: "화면 왼쪽 위의 화살표(←)를 눌러 주세요.",
                voice: "화면 왼쪽 위를 보세요. 왼쪽을 가리키는 화살표가 있어요. 한 번 눌러 주세요.",
                action: "CLICK",
                screen: TALK,
                picture: SENT,
                alt: "꽃 사진을 보낸 대화방이에요. 왼쪽 위에 화살표가 있어요.",
                marks: &[ring(52, 116, 48)],
            },
            DemoStep {
                title: "새 답장 읽기",
                guide: "화면 아래의 말풍선을 누르고, 빨간 숫자가 붙은 친구를 눌러 답장을 읽어 보세요.",
                voice: "화면 아래의 말풍선을 눌러 보세요. 빨간 숫자는 아직 읽지 않은 답장이 있다는 뜻이에요. 그 친구를 눌러서 읽어 보세요. 여기까지 정말 잘하셨어요!",
                action: "CLICK",
                screen: TALK,
                picture: NEWS,
                alt: "대화 목록이에요. 김영희 씨 옆에 빨간 숫자 1이 있어요.",
                marks: &[number(1, 206, 950), number(2, 430, 256)],
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
            let upload = pictures::begin(app, caller, course).await?;
            let picture = upload.finish(Bytes::from_static(step.picture)).await?;
            outline::add_item(app, caller, unit, ItemKind::Step, step.title.into(), item(step, picture.name)).await?;
        }
    }
    Ok(course)
}

fn item(step: &DemoStep, picture: String) -> ItemChanges {
    let marks = step.marks.iter().map(DrawnMark::on_picture).collect();
    ItemChanges {
        target_action: Patch::Set(step.action.into()),
        target_hint: step.screen.map_or(Patch::Keep, |screen| Patch::Set(screen.into())),
        guide: Patch::Set(step.guide.into()),
        voice: Patch::Set(step.voice.into()),
        pictures: Some(vec![NamedPicture { name: picture, shown_on: None, alt: step.alt.into(), marks }]),
        in_other_app: Some(true),
        ..ItemChanges::default()
    }
}
