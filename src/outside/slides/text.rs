//! The text of a page: from letters at places to lines in the order in which one reads them.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

/// Bounds of what becomes the title and the guide of a step.
const TITLE_MAX_CHARS: usize = 200;
const TEXT_MAX_CHARS: usize = 2_000;

/// A letter, or a few that one glyph shows, and its place on the page. The page begins at its upper left corner.
#[derive(Debug, Clone)]
pub struct PlacedText {
    pub text: String,
    /// The origin, on the line.
    pub at: (f64, f64),
    /// The direction in which the line goes on, as a vector of length 1.
    pub direction: (f64, f64),
    /// The height of the letters.
    pub size: f64,
    /// The way to the next letter.
    pub advance: f64,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub struct PageText {
    /// The line in the largest letters near the top, with what follows in the same size.
    pub title: String,
    /// The other lines.
    pub text: String,
}

/// Letters without a wide gap on one line. `along` leads with the line, `across` to the next line.
struct Piece {
    text: String,
    from_along: f64,
    to_along: f64,
    across: f64,
    size: f64,
}

/// Reads the letters of a page that is so high.
pub fn read(letters: Vec<PlacedText>, height: f64) -> PageText {
    let mut directions: BTreeMap<i32, Vec<PlacedText>> = BTreeMap::new();
    for letter in letters {
        let degrees = letter.direction.1.atan2(letter.direction.0).to_degrees();
        directions.entry((degrees / 10.0).round() as i32).or_default().push(letter);
    }
    let mut directions: Vec<Vec<PlacedText>> = directions.into_values().collect();
    directions.sort_by_key(|letters| std::cmp::Reverse(letters.len()));
    let mut pieces: Vec<Piece> = directions.into_iter().flat_map(|letters| in_reading_order(pieces(letters))).collect();
    pieces.retain(|piece| !is_page_number(piece, height));
    titled(&pieces, height)
}

/// The number of a page stands at its lower edge.
fn is_page_number(piece: &Piece, height: f64) -> bool {
    piece.across > 0.9 * height && piece.text.chars().all(|c| c.is_ascii_digit())
}

fn pieces(letters: Vec<PlacedText>) -> Vec<Piece> {
    let mut placed: Vec<(f64, f64, PlacedText)> = letters
        .into_iter()
        .map(|letter| {
            let ((x, y), (right, down)) = (letter.at, letter.direction);
            (x * right + y * down, y * right - x * down, letter)
        })
        .collect();
    placed.sort_by(|a, b| a.1.total_cmp(&b.1));
    let mut lines: Vec<Vec<(f64, f64, PlacedText)>> = Vec::new();
    for letter in placed {
        match lines.last_mut().filter(|line| is_on_line(line, &letter)) {
            Some(line) => line.push(letter),
            None => lines.push(vec![letter]),
        }
    }
    lines.into_iter().flat_map(cut).filter(|piece| !piece.text.is_empty()).collect()
}

fn is_on_line(line: &[(f64, f64, PlacedText)], letter: &(f64, f64, PlacedText)) -> bool {
    line.first().is_some_and(|first| letter.1 - first.1 < 0.4 * letter.2.size.min(first.2.size))
}

/// Cuts a line where its gaps are wide: columns, and labels beside pictures.
fn cut(mut line: Vec<(f64, f64, PlacedText)>) -> Vec<Piece> {
    line.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut pieces: Vec<Piece> = Vec::new();
    let mut before: Option<(f64, String)> = None;
    for (along, across, letter) in line {
        // Shadows and thick letters are drawn twice.
        let is_twice = before.as_ref().is_some_and(|(at, text)| along - at < 0.1 * letter.size && *text == letter.text);
        if is_twice {
            continue;
        }
        before = Some((along, letter.text.clone()));
        let end = along + letter.advance;
        match pieces.last_mut().filter(|piece| along - piece.to_along < 1.5 * letter.size.max(piece.size)) {
            Some(piece) => {
                if along - piece.to_along > 0.25 * letter.size.min(piece.size) {
                    piece.text.push(' ');
                }
                piece.text.push_str(&letter.text);
                piece.to_along = piece.to_along.max(end);
                piece.size = piece.size.max(letter.size);
            }
            None => {
                pieces.push(Piece { text: letter.text, from_along: along, to_along: end, across, size: letter.size })
            }
        }
    }
    for piece in &mut pieces {
        piece.text = cleaned(&piece.text);
    }
    pieces
}

/// Returns what one would type: letters of their own for «ﬁ» and the like, one space between words, and nothing without a meaning.
fn cleaned(text: &str) -> String {
    let is_form = |c: char| matches!(c, '\u{fb00}'..='\u{fb06}' | '\u{2e80}'..='\u{2fdf}');
    let typed: String = text
        .chars()
        .flat_map(|c| if is_form(c) { c.to_string().nfkc().collect::<Vec<_>>() } else { vec![c] })
        .filter(|c| !is_without_meaning(*c))
        .nfc()
        .collect();
    typed
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Private letters of a font, marks of what cannot be read, and signs that take no room.
fn is_without_meaning(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}'
        | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Puts what stands below each other together, then the blocks from top to bottom and from left to right.
fn in_reading_order(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut blocks: Vec<Vec<Piece>> = Vec::new();
    for piece in pieces {
        let is_below = |block: &&mut Vec<Piece>| {
            block.last().is_some_and(|above| {
                piece.across - above.across < 2.2 * piece.size.max(above.size)
                    && piece.across > above.across
                    && piece.from_along < above.to_along
                    && above.from_along < piece.to_along
            })
        };
        match blocks.iter_mut().rev().find(is_below) {
            Some(block) => block.push(piece),
            None => blocks.push(vec![piece]),
        }
    }
    // Blocks come sorted by their first lines. Those that begin side by side stand from left to right.
    let mut ordered: Vec<Vec<Piece>> = Vec::new();
    for block in blocks {
        let is_left_of = |other: &Vec<Piece>| match (block.first(), other.first()) {
            (Some(own), Some(its)) => {
                own.across - its.across < 0.5 * own.size.min(its.size) && own.from_along < its.from_along
            }
            _ => false,
        };
        let after = ordered.iter().rposition(|other| !is_left_of(other)).map_or(0, |at| at + 1);
        ordered.insert(after, block);
    }
    ordered.into_iter().flatten().collect()
}

/// Takes the title from the upper part of the page, and the rest as the text.
fn titled(pieces: &[Piece], height: f64) -> PageText {
    let is_high = |piece: &Piece| piece.across < 0.6 * height;
    let largest = pieces.iter().filter(|piece| is_high(piece)).map(|piece| piece.size).fold(0.0, f64::max);
    let is_title = |piece: &Piece| is_high(piece) && piece.size > 0.95 * largest;
    let first = pieces.iter().position(is_title).unwrap_or(pieces.len());
    // If all letters are of one size, the first line is the title.
    let most = if pieces.iter().all(|piece| piece.size > 0.95 * largest) { 1 } else { 3 };
    let lines = pieces.iter().skip(first).take(most).take_while(|piece| is_title(piece));
    let (mut title, mut count) = (String::new(), 0);
    for piece in lines {
        let longer = if title.is_empty() { piece.text.clone() } else { format!("{title} {}", piece.text) };
        if longer.chars().count() > TITLE_MAX_CHARS && count > 0 {
            break;
        }
        (title, count) = (longer, count + 1);
    }
    let rest = pieces.iter().take(first).chain(pieces.iter().skip(first + count));
    let text = rest.map(|piece| piece.text.as_str()).collect::<Vec<_>>().join("\n");
    let cut = |text: String, most: usize| text.chars().take(most).collect::<String>().trim_end().to_owned();
    PageText { title: cut(title, TITLE_MAX_CHARS), text: cut(text, TEXT_MAX_CHARS) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line of letters, each half as wide as it is high.
    fn line(text: &str, x: f64, y: f64, size: f64) -> Vec<PlacedText> {
        let letter = |(n, c): (usize, char)| PlacedText {
            text: c.to_string(),
            at: (x + n as f64 * size / 2.0, y),
            direction: (1.0, 0.0),
            size,
            advance: size / 2.0,
        };
        text.chars().enumerate().map(letter).collect()
    }

    fn read_lines(lines: &[(&str, f64, f64, f64)]) -> PageText {
        read(lines.iter().flat_map(|(text, x, y, size)| line(text, *x, *y, *size)).collect(), 720.0)
    }

    #[test]
    fn the_largest_line_near_the_top_is_the_title() {
        let page = read_lines(&[
            ("2. 대화방을 고르세요.", 60.0, 260.0, 34.0),
            ("쉬운 스마트폰", 60.0, 40.0, 16.0),
            ("카카오톡으로 사진 보내기", 60.0, 110.0, 56.0),
            ("1. 노란 그림을 눌러 여세요.", 60.0, 200.0, 34.0),
            ("12", 1_200.0, 700.0, 16.0),
        ]);
        assert_eq!(page.title, "카카오톡으로 사진 보내기");
        assert_eq!(page.text, "쉬운 스마트폰\n1. 노란 그림을 눌러 여세요.\n2. 대화방을 고르세요.");
    }

    #[test]
    fn columns_are_read_one_after_the_other() {
        let page = read_lines(&[
            ("left 1", 60.0, 200.0, 20.0),
            ("right 1", 700.0, 198.0, 20.0),
            ("left 2", 60.0, 230.0, 20.0),
            ("right 2", 700.0, 228.0, 20.0),
            ("Title", 60.0, 100.0, 40.0),
        ]);
        assert_eq!((page.title.as_str(), page.text.as_str()), ("Title", "left 1\nleft 2\nright 1\nright 2"));
    }

    #[test]
    fn a_gap_between_words_is_a_space() {
        let mut letters = line("사진", 0.0, 100.0, 20.0);
        letters.extend(line("보내기", 30.0, 101.0, 20.0));
        assert_eq!(read(letters, 720.0).title, "사진 보내기");
    }

    #[test]
    fn letters_are_as_one_types_them() {
        for (drawn, typed) in [
            ("o\u{fb03}ce \u{fb01}nd", "office find"),
            ("\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}", "한글"),
            ("\u{e012}① \u{2f00}\u{fffd}\u{200b}", "① 一"),
            ("a\u{0}\t b", "a b"),
        ] {
            assert_eq!(cleaned(drawn), typed);
        }
    }

    #[test]
    fn letters_that_are_drawn_twice_are_read_once() {
        let mut letters = line("그림자 ll", 60.0, 100.0, 40.0);
        letters.extend(line("그림자 ll", 61.0, 101.0, 40.0));
        assert_eq!(read(letters, 720.0).title, "그림자 ll");
    }

    #[test]
    fn columns_of_upright_writing_are_read_from_the_right() {
        let column = |text: &str, x: f64| {
            let letter = |(n, c): (usize, char)| PlacedText {
                text: c.to_string(),
                at: (x, 100.0 + n as f64 * 30.0),
                direction: (0.0, 1.0),
                size: 30.0,
                advance: 30.0,
            };
            text.chars().enumerate().map(letter).collect::<Vec<_>>()
        };
        let page = read([column("送る", 500.0), column("写真を", 560.0)].concat(), 720.0);
        assert_eq!((page.title.as_str(), page.text.as_str()), ("写真を", "送る"));
    }

    #[test]
    fn long_texts_are_cut() {
        let long = "가".repeat(3_000);
        let page = read_lines(&[(long.as_str(), 0.0, 100.0, 40.0), (long.as_str(), 0.0, 200.0, 20.0)]);
        assert_eq!((page.title.chars().count(), page.text.chars().count()), (TITLE_MAX_CHARS, TEXT_MAX_CHARS));
        assert_eq!(read(Vec::new(), 720.0), PageText::default());
    }
}
