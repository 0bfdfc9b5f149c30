// Texts of the tools that draw marks on pictures, in Korean.

export default {
  marking: {
    tools: "그림에 표시하기",
    kinds: { RING: "동그라미", ARROW: "화살표", BOX: "네모", SWIPE: "밀기", NUMBER: "번호" },
    hints: {
      RING: "누를 곳을 한 번 눌러 주세요. 끌면 크기를 정할 수 있습니다.",
      ARROW: "가리킬 곳을 한 번 누르거나, 끝까지 끌어 주세요.",
      BOX: "그림 위를 한 번 누르거나, 모서리에서 모서리로 끌어 주세요.",
      SWIPE: "손가락으로 밀 때처럼, 처음부터 끝까지 끌어 주세요.",
      NUMBER: "번호를 놓을 곳을 눌러 주세요.",
      none: "모양을 고른 뒤 그림을 눌러 주세요. 그려 둔 표시는 끌어서 옮깁니다.",
      selected: "끌어서 옮깁니다. 하얀 점을 끌면 크기가 바뀝니다.",
      number: "끌어서 옮깁니다.",
      full: "표시는 12개까지 그릴 수 있습니다.",
    },
    mark: (kind, number, label) => `${kind} ${number}${label ? `: ${label}` : ""}`,
    handles: { size: "크기", from: "시작점", to: "끝점" },
    undo: "되돌리기",
    removeMark: "표시 지우기",
    label: "표시 옆에 쓸 말 (없어도 됩니다)",
    labelExample: "예: 여기",
    number: "번호",
    keys: "Tab 다음 표시 · 화살표 키로 옮기기 (Shift: 크게) · +/− 크기 · Delete 지우기 · Enter 말 쓰기 · Ctrl+Z 되돌리기",
  },
};
