#!/usr/bin/env python3
"""Draws the screens of an invented messenger, with which the demo teaches, as PNG files beside this script.

Each screen is an SVG picture of a phone, made of the same few parts. Chromium turns it into pixels (chromium-headless-shell and
the Noto fonts, as for the tests), and Pillow keeps the few colours that a drawing needs.
"""

import pathlib
import subprocess
import tempfile

from PIL import Image

WIDE, HIGH = 540, 1080
FOLDER = pathlib.Path(__file__).parent
TEAL, INK, GREY, LINE, PAPER = "#0d8a78", "#1d2733", "#5d6b78", "#dde3e8", "#ffffff"
FRIENDS = [("김영희", "꽃이 피었어요", "#f2a7a0"), ("박순자", "오늘도 건강하게", "#a9c8f0"), ("이철수", "등산 가는 날", "#b8dba0"),
           ("최말순", "손주가 온대요", "#f4cf8c"), ("정복남", "", "#cdb7ea"), ("강춘자", "고맙습니다", "#9fd8d2")]


def text(x, y, words, size=28, colour=INK, weight=500, anchor="start"):
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="{colour}" font-weight="{weight}" text-anchor="{anchor}">{words}</text>'


def box(x, y, wide, high, colour, round=0, line=None):
    border = f' stroke="{line}" stroke-width="2"' if line else ""
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" rx="{round}" fill="{colour}"{border}/>'


def circle(x, y, radius, colour, line=None):
    border = f' stroke="{line}" stroke-width="3"' if line else ""
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"{border}/>'


def path(d, colour="none", line=None, width=5):
    border = f' stroke="{line}" stroke-width="{width}" stroke-linecap="round" stroke-linejoin="round"' if line else ""
    return f'<path d="{d}" fill="{colour}"{border}/>'


def at(x, y, *parts, scale=1):
    return f'<g transform="translate({x} {y}) scale({scale})">{"".join(parts)}</g>'


def face(x, y, colour, radius=38):
    """A person, as who has no photo."""
    size = radius / 38
    return at(x, y, circle(0, 0, 38, colour), circle(0, -9, 13, PAPER), path("M-23 26a23 21 0 0 1 46 0z", PAPER), scale=size)


def bubble(colour=PAPER):
    """The sign of the messenger, 80 wide: two bubbles of speech that talk with each other."""
    return path("M-34-30h42a14 14 0 0 1 14 14v8a14 14 0 0 1-14 14h-24l-14 12v-12h-4a14 14 0 0 1-14-14v-8a14 14 0 0 1 14-14z", colour) + \
        path("M30-6h4a12 12 0 0 1 12 12v8a12 12 0 0 1-12 12v12l-14-12h-14a12 12 0 0 1-12-12", "none", colour, 6)


def top_line(colour=INK):
    """The clock and the battery."""
    return text(30, 42, "10:30", 24, colour, 600) + box(456, 22, 44, 22, "none", 5, colour) + box(460, 26, 30, 14, colour, 2) + \
        box(501, 28, 4, 10, colour, 2)


def bottom_line(colour=INK):
    """The three signs with which one leaves an app."""
    return path("M128 1042v26M140 1042v26M152 1042v26", "none", colour, 4) + box(256, 1042, 28, 26, "none", 8, colour) + \
        path("M408 1042l-14 13 14 13", "none", colour, 4)


def tabs(chosen):
    """The foot of the messenger: friends, talks, more."""
    def colour(name):
        return TEAL if name == chosen else "#8a97a3"
    person = circle(0, -14, 13, colour("friends")) + path("M-24 22a24 22 0 0 1 48 0z", colour("friends"))
    talk = path("M-26-24h52a8 8 0 0 1 8 8v22a8 8 0 0 1-8 8h-26l-16 14v-14h-10a8 8 0 0 1-8-8v-22a8 8 0 0 1 8-8z", colour("talks"))
    more = "".join(circle(x, 0, 6, colour("more")) for x in (-20, 0, 20))
    names = [("friends", 90, "친구", person), ("talks", 270, "대화", talk), ("more", 450, "더보기", more)]
    return box(0, 910, WIDE, 114, PAPER) + box(0, 908, WIDE, 2, LINE) + \
        "".join(at(x, 954, sign) + text(x, 1008, name, 22, colour(key), 600, "middle") for key, x, name, sign in names)


def head(title, back=False):
    arrow = path("M52 96l-22 20 22 20M30 116h44", "none", INK, 6) if back else ""
    return box(0, 60, WIDE, 112, PAPER) + arrow + text(96 if back else 30, 130, title, 36, INK, 700)


def friends():
    rows = "".join(face(68, 262 + n * 112, colour) + text(128, 256 + n * 112, name, 32, INK, 600) + text(128, 294 + n * 112, line, 24, GREY)
                   for n, (name, line, colour) in enumerate(FRIENDS))
    return head("친구") + text(30, 206, "친구 6", 22, GREY) + rows + tabs("friends")


def talks(has_news):
    lines = [(0, "사진 잘 봤어요! 정말 곱네요", "방금", 1), (2, "토요일에 뵙겠습니다", "어제", 0), (1, "건강 조심하세요", "월요일", 0)]
    shown = lines if has_news else lines[1:]
    rows = ""
    for n, (who, said, when, unread) in enumerate(shown):
        y = 236 + n * 124
        rows += face(72, y, FRIENDS[who][2]) + text(134, y - 6, FRIENDS[who][0], 32, INK, 600) + text(134, y + 34, said, 24, GREY) + \
            text(510, y - 10, when, 20, GREY, anchor="end")
        if unread:
            rows += circle(494, y + 24, 18, "#d3322b") + text(494, y + 33, unread, 24, PAPER, 700, "middle")
    news = circle(304, 926, 16, "#d3322b") + text(304, 934, 1, 22, PAPER, 700, "middle") if has_news else ""
    return head("대화") + rows + tabs("talks") + news


def home():
    def app(x, y, colour, sign, name):
        return box(x - 46, y - 46, 92, 92, colour, 24) + at(x, y, sign) + text(x, y + 78, name, 23, PAPER, 600, "middle")
    phone = path("M-20-22c-6 22 18 46 40 42l4-14-14-8-8 7c-7-3-12-9-14-15l8-8-7-13z", PAPER)
    letter = box(-26, -18, 52, 38, PAPER, 6) + path("M-24-14L0 6l24-20", "none", "#3d6fd1", 5)
    camera = box(-28, -18, 56, 40, PAPER, 10) + circle(0, 2, 12, "#56616c")
    sun = circle(0, 0, 14, PAPER) + "".join(f'<g transform="rotate({turn})">{path("M0-23v-6", "none", PAPER, 5)}</g>' for turn in range(0, 360, 45))
    photo = circle(-10, -10, 9, "#ffd34d") + path("M-30 24l20-24 14 14 10-10 18 20z", PAPER)
    day = box(-24, -22, 48, 46, PAPER, 8) + text(0, 16, "30", 28, "#d3322b", 700, "middle")
    clock = circle(0, 0, 26, PAPER) + path("M0-15V0l11 8", "none", INK, 5)
    map_ = path("M0 26C-26-2-18-26 0-26S26-2 0 26z", PAPER) + circle(0, -7, 8, "#3f9d55")
    sky = '<defs><linearGradient id="sky" x2="0" y2="1"><stop offset="0" stop-color="#31527c"/><stop offset="1" stop-color="#7f9cc0"/></linearGradient></defs>'
    apps = [(90, 330, "#e0872e", sun, "날씨"), (210, 330, "#7c5bc4", clock, "시계"), (330, 330, "#f0f3f6", day, "달력"), (450, 330, "#3f9d55", map_, "지도"),
            (90, 500, "#b14f7f", photo, "사진"),
            (90, 890, "#2f9e5b", phone, "전화"), (210, 890, "#3d6fd1", letter, "문자"), (330, 890, TEAL, at(-4, 2, bubble(), scale=.72), "도란톡"), (450, 890, "#56616c", camera, "카메라")]
    return sky + box(0, 0, WIDE, HIGH, "url(#sky)") + text(270, 190, "10:30", 84, PAPER, 300, "middle") + text(270, 236, "11월 30일 월요일", 26, PAPER, 500, "middle") + \
        "".join(app(*a) for a in apps) + top_line(PAPER) + bottom_line(PAPER)


def profile():
    name, line, colour = FRIENDS[0]
    talk = at(270, 850, path("M-30-26h60a9 9 0 0 1 9 9v26a9 9 0 0 1-9 9h-30l-18 16v-16h-12a9 9 0 0 1-9-9v-26a9 9 0 0 1 9-9z", PAPER))
    return box(0, 0, WIDE, HIGH, "#4d8b83") + path("M40 100l34 34M74 100l-34 34", "none", PAPER, 6) + face(270, 470, colour, 120) + \
        text(270, 660, name, 44, PAPER, 700, "middle") + text(270, 706, line, 28, PAPER, 500, "middle") + \
        box(60, 780, 420, 2, "#86b5af") + talk + text(270, 926, "1:1 대화", 30, PAPER, 600, "middle") + top_line(PAPER) + bottom_line(PAPER)


def said(y, words, mine, wide):
    if mine:
        return box(510 - wide, y, wide, 70, "#c9ece6", 22) + text(510 - wide / 2, y + 45, words, 28, INK, 500, "middle")
    return face(58, y + 34, FRIENDS[0][2], 32) + box(104, y, wide, 70, PAPER, 22) + text(104 + wide / 2, y + 45, words, 28, INK, 500, "middle")


def writing(y, words="", sends=False):
    """The line in which one writes, with a plus, a smile and the button that sends."""
    plus = path(f"M42 {y + 28}v36M24 {y + 46}h36", "none", GREY, 6)
    smile = circle(410, y + 46, 20, "none", GREY) + circle(403, y + 40, 3, GREY) + circle(417, y + 40, 3, GREY) + path(f"M400 {y + 51}q10 10 20 0", "none", GREY, 4)
    colour = TEAL if sends else "#c3ccd3"
    send = circle(492, y + 46, 32, colour) + path(f"M479 {y + 34}l30 12-30 12 5-12z", PAPER)
    written = text(98, y + 57, words, 30) if words else text(98, y + 56, "글 쓰기", 26, "#8a97a3")
    return box(0, y, WIDE, 92, PAPER) + plus + box(80, y + 12, 290, 68, "#eef2f5", 30) + written + smile + send


def room(foot, *talk):
    return box(0, 0, WIDE, HIGH, "#e4ecee") + head("김영희", back=True) + "".join(talk) + foot


def keyboard(y):
    rows = ["ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔ", "ㅁㄴㅇㄹㅎㅗㅓㅏㅣ", "ㅋㅌㅊㅍㅠㅜㅡ"]
    keys = box(0, y, WIDE, 1026 - y, "#cfd6dc")
    for n, row in enumerate(rows):
        left = (WIDE - len(row) * 53) / 2
        keys += "".join(box(left + k * 53 + 3, y + 14 + n * 76, 47, 64, PAPER, 8) + text(left + k * 53 + 26, y + 57 + n * 76, key, 28, INK, 500, "middle")
                        for k, key in enumerate(row))
    return keys + box(130, y + 244, 280, 64, PAPER, 8)


def stickers(y):
    def cat(x, yy, colour, eyes):
        return at(x, yy, path("M-44-20l-6-38 34 18h32l34-18-6 38c14 40-10 66-44 66s-58-26-44-66z", colour), eyes, path("M-10 12q10 10 20 0", "none", INK, 4))
    open_ = circle(-18, -4, 6, INK) + circle(18, -4, 6, INK)
    shut = path("M-26-4q8-8 16 0M10-4q8-8 16 0", "none", INK, 4)
    wink = circle(-18, -4, 6, INK) + path("M10-4q8-8 16 0", "none", INK, 4)
    heart = path("M0 44C-60 4-40-40-14-40 0-40 0-26 0-26s0-14 14-14c26 0 46 44-14 84z", "#e0564f")
    return box(0, y, WIDE, 1026 - y, "#f4f6f8") + cat(110, y + 96, "#f4cf8c", open_) + cat(270, y + 96, "#f4cf8c", shut) + at(430, y + 90, heart) + \
        cat(110, y + 250, "#a9c8f0", wink) + cat(270, y + 250, "#f2a7a0", open_) + cat(430, y + 250, "#b8dba0", shut)


def plus_menu(y):
    photo = circle(-12, -12, 9, "#ffd34d") + path("M-30 24l20-24 14 14 10-10 18 20z", PAPER)
    camera = box(-28, -18, 56, 40, PAPER, 10) + circle(0, 2, 12, "#56616c")
    phone = path("M-20-22c-6 22 18 46 40 42l4-14-14-8-8 7c-7-3-12-9-14-15l8-8-7-13z", PAPER)
    kinds = [(110, "앨범", "#b14f7f", photo), (270, "카메라", "#56616c", camera), (430, "통화", "#2f9e5b", phone)]
    shown = "".join(circle(x, y + 86, 52, colour) + at(x, y + 86, sign) + text(x, y + 172, name, 26, INK, 600, "middle") for x, name, colour, sign in kinds)
    return box(0, y, WIDE, 1026 - y, "#f4f6f8") + shown


def flower(x, y, colour):
    petals = "".join(f'<g transform="rotate({turn})">{circle(0, -24, 17, colour)}</g>' for turn in range(0, 360, 60))
    return path(f"M{x} {y + 20}v64", "none", "#3f9d55", 8) + at(x, y, petals, circle(0, 0, 14, "#ffd34d"))


def sea():
    return box(0, 0, 172, 172, "#a9d3ee") + circle(120, 48, 20, "#ffd34d") + box(0, 100, 172, 72, "#3a7fb5") + path("M60 100h52l-12 20H72zM86 60v38", "#f4f6f8", INK, 4)


def hill():
    return box(0, 0, 172, 172, "#cfe6f5") + path("M0 172l56-96 40 56 28-36 48 76z", "#5f9e63")


def garden(colour):
    return box(0, 0, 172, 172, "#dff0d8") + flower(86, 78, colour)


def album():
    pictures = [garden("#f2a7a0"), sea(), hill(), hill(), garden("#cdb7ea"), sea()]
    shown = ""
    for n, drawn in enumerate(pictures):
        x, y = 6 + n % 3 * 178, 190 + n // 3 * 178
        pick = circle(146, 28, 18, TEAL, PAPER) + path("M138 28l6 7 11-13", "none", PAPER, 4) if n == 0 else circle(146, 28, 18, "rgba(0,0,0,.25)", PAPER)
        shown += at(x, y, drawn, pick)
    return box(0, 0, WIDE, HIGH, PAPER) + head("앨범", back=True) + text(510, 130, "전송", 34, TEAL, 700, "end") + shown


def photo_sent(y):
    return at(296, y, box(-4, -4, 222, 222, PAPER, 18), at(0, 0, garden("#f2a7a0"), scale=1.24))


SCREENS = {
    "home": home(),
    "talks": talks(False),
    "friends": friends(),
    "profile": profile(),
    "room": room(writing(932), said(210, "안녕하셨어요?", False, 230)),
    "written": room(writing(604, "안녕하세요", True) + keyboard(696), said(210, "안녕하셨어요?", False, 230)),
    "stickers": room(writing(604, "", True) + stickers(696), said(210, "안녕하셨어요?", False, 230), said(310, "안녕하세요", True, 190)),
    "plus": room(writing(604) + plus_menu(696), said(210, "안녕하셨어요?", False, 230), said(310, "안녕하세요", True, 190)),
    "album": album(),
    "sent": room(writing(932), said(210, "안녕하셨어요?", False, 230), said(310, "안녕하세요", True, 190), photo_sent(420)),
    "news": talks(True),
}


def svg(screen):
    whole = screen if "10:30" in screen else box(0, 0, WIDE, HIGH, PAPER) + screen + top_line() + box(0, 1024, WIDE, 56, PAPER) + bottom_line()
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDE}" height="{HIGH}" font-family="Noto Sans CJK KR">{whole}</svg>'


def render(name, screen, folder):
    page = folder / f"{name}.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><style>body{{margin:0}}svg{{display:block}}</style>{svg(screen)}")
    shot = folder / f"{name}.png"
    subprocess.run(["chromium-headless-shell", "--no-sandbox", "--hide-scrollbars", f"--window-size={WIDE},{HIGH}", f"--screenshot={shot}", page.as_uri()],
                   check=True, capture_output=True)
    Image.open(shot).convert("RGB").quantize(64, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        for name, screen in SCREENS.items():
            render(name, screen, pathlib.Path(folder))
