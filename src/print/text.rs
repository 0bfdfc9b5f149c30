//! Sets text: finds the font for each letter, measures lines, and makes a long text fit.

use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{Face, UnicodeBuffer};

use crate::fonts;

/// The two fonts.
static FONTS: LazyLock<Vec<Typeface>> =
    LazyLock::new(|| [fonts::EAST_ASIAN, fonts::EUROPEAN].iter().filter_map(|name| open(name)).collect());

/// Stands in place of a letter that no font has. It is the usual mark of printers, and is not mistaken for a letter.
const MISSING: char = '〓';

struct Typeface {
    face: Face<'static>,
    font: Font,
}

/// Unpacks a font. Each is unpacked once and needed until the process ends.
fn open(name: &str) -> Option<Typeface> {
    let bytes: &'static [u8] = fonts::unpack(&fonts::packed(name)?)?.leak();
    Some(Typeface { face: Face::from_slice(bytes, 0)?, font: Font::new(bytes.into(), 0)? })
}

/// Adjacent letters of one font.
pub struct GlyphRun {
    pub font: Font,
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    /// The width in ems.
    pub width: f32,
}

/// One line, ready to be drawn at any size.
#[derive(Default)]
pub struct TextLine {
    pub runs: Vec<GlyphRun>,
    pub width: f32,
}

/// Returns the letters of a text that neither font has. A character that takes no place is never missing.
pub fn missing(text: &str) -> Vec<char> {
    text.chars().filter(|c| !is_unprinted(*c) && typeface_of(*c, false).is_none()).collect()
}

/// Tells whether a character is not printed: controls, joiners, and selectors of a variant of the letter before.
fn is_unprinted(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn typeface_of(c: char, second_first: bool) -> Option<usize> {
    let has = |n: &usize| FONTS.get(*n).is_some_and(|t| t.face.glyph_index(c).is_some());
    let order = if second_first && !is_east_asian(c) { [1, 0] } else { [0, 1] };
    order.into_iter().find(has)
}

pub fn is_hangul(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{a960}'..='\u{a97f}' | '\u{ac00}'..='\u{d7ff}')
}

pub fn is_east_asian(c: char) -> bool {
    is_hangul(c)
        || matches!(c, '\u{2e80}'..='\u{a4cf}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// Tells whether the first font lacks a letter that the second has. Then the second sets all letters that it can, since a
/// name in two fonts would look uneven.
fn needs_second(text: &str) -> bool {
    text.chars().any(|c| !is_unprinted(c) && !is_east_asian(c) && typeface_of(c, false) == Some(1))
}

/// Sets one line. `spread` is the extra space between two letters, in ems.
pub fn set_line(text: &str, spread: f32) -> TextLine {
    let second_first = needs_second(text);
    let mut pieces: Vec<(usize, bool, String)> = Vec::new();
    for c in text.chars().filter(|c| !is_unprinted(*c)) {
        let (face, c) = typeface_of(c, second_first).map_or((0, MISSING), |face| (face, c));
        let hangul = is_hangul(c);
        match pieces.last_mut() {
            Some((of, was_hangul, piece)) if c == ' ' || (*of, *was_hangul) == (face, hangul) => piece.push(c),
            _ => pieces.push((face, hangul, c.to_string())),
        }
    }
    let runs: Vec<GlyphRun> = pieces.into_iter().filter_map(|(face, _, text)| set_run(face, text, spread)).collect();
    // No extra space follows the last letter.
    let width = (runs.iter().map(|r| r.width).sum::<f32>() - spread).max(0.0);
    TextLine { runs, width }
}

/// Sets one line of at most this width, in ems. What does not fit is left out, with «…» in its place.
pub fn cut_line(text: &str, width: f32) -> TextLine {
    let whole = set_line(text, 0.0);
    if whole.width <= width {
        return whole;
    }
    let (mut kept, mut so_far) = (String::new(), 0.0);
    for letter in text.chars() {
        so_far += set_line(&letter.to_string(), 0.0).width;
        if so_far > width - 1.0 {
            break;
        }
        kept.push(letter);
    }
    set_line(&format!("{}…", kept.trim_end()), 0.0)
}

fn set_run(face: usize, text: String, spread: f32) -> Option<GlyphRun> {
    let kind = FONTS.get(face)?;
    let em = kind.font.units_per_em();
    let geta = kind.face.glyph_index(MISSING).map_or(0, |g| u32::from(g.0));
    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(&text);
    buffer.guess_segment_properties();
    buffer.set_direction(rustybuzz::Direction::LeftToRight);
    let shaped = rustybuzz::shape(&kind.face, &[], buffer);
    let ends: Vec<usize> = shaped.glyph_infos().iter().map(|i| i.cluster as usize).collect();
    let mut glyphs = Vec::with_capacity(shaped.len());
    for (info, at) in shaped.glyph_infos().iter().zip(shaped.glyph_positions()) {
        let begin = info.cluster as usize;
        let end = ends.iter().copied().filter(|e| *e > begin).min().unwrap_or(text.len());
        let glyph = if info.glyph_id == 0 { geta } else { info.glyph_id };
        let advance = if at.x_advance == 0 { 0.0 } else { at.x_advance as f32 / em + spread };
        let (x, y) = (at.x_offset as f32 / em, at.y_offset as f32 / em);
        glyphs.push(KrillaGlyph::new(GlyphId::new(glyph), advance, x, y, 0.0, begin..end, None));
    }
    let width = glyphs.iter().map(|g| g.x_advance).sum();
    Some(GlyphRun { font: kind.font.clone(), text, glyphs, width })
}

/// Lines of one size that fit into a room.
pub struct TextBlock {
    pub size: f32,
    pub lines: Vec<TextLine>,
}

/// The space for a text: its largest size, its width, and its number of lines.
#[derive(Clone, Copy)]
pub struct TextBox {
    pub size: f32,
    pub width: f32,
    pub lines: usize,
    /// The factor by which the text may shrink before it takes another line.
    pub shrink: f32,
}

impl TextBox {
    pub fn new(size: f32, width: f32, lines: usize) -> TextBox {
        TextBox { size, width, lines, shrink: 0.78 }
    }
}

/// Letters are never smaller.
const SMALLEST: f32 = 3.0;

/// Sets a text as large as the room allows: it shrinks and wraps, and overflows only if it would need less than 3 points.
pub fn set_block(text: &str, text_box: TextBox) -> TextBlock {
    let words = BreakableText::of(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    for lines in 1..=text_box.lines {
        let least = if lines == text_box.lines { SMALLEST } else { text_box.size * text_box.shrink };
        let mut size = text_box.size * 0.84_f32.powi(lines as i32 - 1);
        while size >= least {
            if let Some(lines) = words.break_evenly(text_box.width / size, lines) {
                return TextBlock { size, lines };
            }
            size *= 0.97;
        }
    }
    TextBlock { size: SMALLEST, lines: vec![set_line(&words.text, 0.0)] }
}

/// A text of one or more paragraphs, in lines that are filled from the left.
pub struct Paragraphs(Vec<BreakableText>);

impl Paragraphs {
    /// Takes each line of a text as a paragraph. Of several empty ones, one stays.
    pub fn of(text: &str) -> Paragraphs {
        let lines = text.trim().lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        let mut lines: Vec<String> = lines.collect();
        lines.dedup_by(|a, b| a.is_empty() && b.is_empty());
        Paragraphs(lines.iter().map(|line| BreakableText::of(line)).filter(|_| !text.trim().is_empty()).collect())
    }

    /// Returns how many lines there are if a line has this width, in ems.
    pub fn count(&self, width: f32) -> usize {
        self.0.iter().map(|text| text.fill(width).len()).sum()
    }

    /// Returns the lines if a line has this width, in ems.
    pub fn lines(&self, width: f32) -> Vec<TextLine> {
        let rows = self.0.iter().flat_map(|text| text.fill(width));
        rows.map(|row| set_line(row.trim(), 0.0)).collect()
    }

    /// Returns the largest size, up to this one, in which the text fits into a place. `leading`: from one line to the next, in ems.
    pub fn size_for(&self, size: f32, wide: f32, high: f32, leading: f32) -> f32 {
        let mut size = size;
        while size > SMALLEST && self.count(wide / size) as f32 * size * leading > high {
            size *= 0.97;
        }
        size
    }
}

/// A text and the parts between which a line may end.
struct BreakableText {
    text: String,
    width: f32,
    parts: Vec<String>,
    widths: Vec<f32>,
}

impl BreakableText {
    fn of(text: &str) -> BreakableText {
        let parts = parts(text);
        let widths = parts.iter().map(|p| set_line(p, 0.0).width).collect();
        BreakableText { width: set_line(text, 0.0).width, text: text.to_owned(), parts, widths }
    }

    /// Breaks the text into at most `lines_max` lines of about the same length. `None` if it does not fit.
    fn break_evenly(&self, width: f32, lines_max: usize) -> Option<Vec<TextLine>> {
        if self.width <= width {
            return Some(vec![set_line(&self.text, 0.0)]);
        }
        let rows = self.break_lines(width).filter(|rows| rows.len() <= lines_max)?;
        let (count, mut best, mut low, mut high) = (rows.len(), rows, 0.0, width);
        for _ in 0..12 {
            let middle = (low + high) / 2.0;
            match self.break_lines(middle).filter(|rows| rows.len() <= count) {
                Some(rows) => (best, high) = (rows, middle),
                None => low = middle,
            }
        }
        Some(best.iter().map(|row| set_line(row.trim(), 0.0)).collect())
    }

    /// Fills lines from the left. What is wider than a line is broken anywhere.
    fn fill(&self, width: f32) -> Vec<String> {
        let mut rows = vec![(String::new(), 0.0)];
        for (part, wide) in self.parts.iter().zip(&self.widths) {
            // The space at a line's end does not count.
            let bare = if part.ends_with(' ') { wide - SPACE_EM } else { *wide };
            if bare <= width {
                add_to_row(&mut rows, part, *wide, bare, width);
                continue;
            }
            for letter in part.chars().map(String::from) {
                let wide = set_line(&letter, 0.0).width;
                add_to_row(&mut rows, &letter, wide, wide, width);
            }
        }
        rows.into_iter().map(|(row, _)| row).collect()
    }

    fn break_lines(&self, width: f32) -> Option<Vec<String>> {
        let mut rows: Vec<(String, f32)> = Vec::new();
        for (part, wide) in self.parts.iter().zip(&self.widths) {
            // The space at a line's end does not count.
            let bare = if part.ends_with(' ') { wide - SPACE_EM } else { *wide };
            if bare > width {
                return None;
            }
            match rows.last_mut() {
                Some((row, so_far)) if *so_far + bare <= width => {
                    row.push_str(part);
                    *so_far += wide;
                }
                _ => rows.push((part.clone(), *wide)),
            }
        }
        Some(rows.into_iter().map(|(row, _)| row).collect())
    }
}

/// Adds a part to the last row, or begins another one if the part does not fit into it.
fn add_to_row(rows: &mut Vec<(String, f32)>, part: &str, wide: f32, bare: f32, width: f32) {
    match rows.last_mut() {
        Some((row, so_far)) if row.is_empty() || *so_far + bare <= width => {
            row.push_str(part);
            *so_far += wide;
        }
        _ => rows.push((part.to_owned(), wide)),
    }
}

/// The width of a space: neither font has a narrower one.
const SPACE_EM: f32 = 0.2;

/// Splits a text where a line may end: after a space, and between letters of scripts that use no spaces.
fn parts(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut may_break = true;
    for c in text.chars() {
        let free = is_east_asian(c) && !is_hangul(c) && !"、。，．！？）」』〉》】ー々".contains(c);
        if may_break || free {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(c);
        }
        may_break = c == ' ' || (free && !"（「『〈《【".contains(c));
    }
    parts
        .into_iter()
        .flat_map(|part| if set_line(&part, 0.0).width > LONGEST_EM { split_word(&part) } else { vec![part] })
        .collect()
}

/// A word that is longer than this many ems may be broken anywhere.
const LONGEST_EM: f32 = 18.0;

fn split_word(part: &str) -> Vec<String> {
    let letters: Vec<char> = part.chars().collect();
    letters.chunks(9).map(|piece| piece.iter().collect()).collect()
}
