//! Draws marks on pictures as the pages do (`static/shared/mark-shapes.js`): each line has a white and a dark edge, and is seen on
//! light and dark pictures alike. Coordinates are in points, from the top left of the picture.

use krilla::geom::{Path, PathBuilder};

use super::{HandoutMark, PrintedShape};
use crate::print::canvas::{Canvas, Ink, circle, rounded};
use crate::print::text::{Paragraphs, TextLine};

const COLOUR: Ink = Ink(224, 0, 77);
const DARK: Ink = Ink(20, 22, 26);
const LIGHT: Ink = Ink(255, 255, 255);
/// The height of a letter of a label.
const LETTER: f32 = 13.0;
const LINE: f32 = 0.25 * LETTER;
const EDGE: f32 = 0.085 * LETTER;
const DISC: f32 = 0.82 * LETTER;
const HEAD: f32 = 0.85 * LETTER;
const LABEL_WIDTH: f32 = 12.0 * LETTER;
/// A ring is never so small that it hides what it is about.
const RING_MIN: f32 = 10.0;
const RING_SHARE: f32 = 0.08;

/// A box: left, top, right and bottom.
pub type Area = [f32; 4];

/// Draws the marks of a picture of this size. `room`: how far labels may reach; marks outside of it have no label.
pub fn draw(canvas: &mut Canvas, marks: &[HandoutMark], (wide, high): (f32, f32), room: Area) {
    let shapes: Vec<Shape> = marks.iter().map(|mark| Shape::of(mark, wide, high)).collect();
    let mut taken: Vec<Area> = shapes.iter().map(|shape| shape.area).collect();
    for (shape, mark) in shapes.iter().zip(marks) {
        shape.draw(canvas, mark);
    }
    for (shape, mark) in shapes.iter().zip(marks) {
        let is_seen = shape.begins[1] < room[3] && shape.begins[3] > room[1];
        if !mark.label.trim().is_empty() && is_seen {
            label(canvas, &mark.label, shape.begins, &mut taken, room);
        }
    }
}

struct Shape {
    from: (f32, f32),
    to: (f32, f32),
    /// The radius of a ring or a disc.
    radius: f32,
    area: Area,
    /// The part of the area at which the label stands: of an arrow, its beginning.
    begins: Area,
}

impl Shape {
    fn of(mark: &HandoutMark, wide: f32, high: f32) -> Shape {
        let from = (mark.from.0 * wide, mark.from.1 * high);
        let to = (mark.to.0 * wide, mark.to.1 * high);
        let edge = LINE / 2.0 + 2.0 * EDGE;
        let around = |a: (f32, f32), b: (f32, f32), more: f32| {
            [a.0.min(b.0) - more, a.1.min(b.1) - more, a.0.max(b.0) + more, a.1.max(b.1) + more]
        };
        let (radius, area, begins) = match mark.shape {
            PrintedShape::Number => (DISC, around(from, from, DISC + edge), None),
            PrintedShape::Box => (0.0, around(from, to, edge), None),
            PrintedShape::Arrow | PrintedShape::Swipe => {
                (0.0, around(from, to, edge), Some(around(from, from, edge + LETTER * 0.4)))
            }
            PrintedShape::Ring => {
                let radius = (mark.size.unwrap_or(RING_SHARE) * wide).max(RING_MIN);
                (radius, around(from, from, radius + edge), None)
            }
        };
        Shape { from, to, radius, area, begins: begins.unwrap_or(area) }
    }

    fn draw(&self, canvas: &mut Canvas, mark: &HandoutMark) {
        let (x, y) = self.from;
        match mark.shape {
            PrintedShape::Ring => outlined(canvas, circle(x, y, self.radius), None),
            PrintedShape::Box => {
                let (left, top) = (x.min(self.to.0), y.min(self.to.1));
                let (wide, high) = ((x - self.to.0).abs(), (y - self.to.1).abs());
                outlined(canvas, rounded(left, top, wide, high, LETTER * 0.5), None);
            }
            PrintedShape::Number => {
                outlined(canvas, circle(x, y, self.radius), Some(COLOUR));
                let digit = mark.number.map(|number| number.to_string()).unwrap_or_default();
                canvas.bold_centred(&digit, x, y + LETTER * 0.36, LETTER, LIGHT);
            }
            PrintedShape::Arrow => self.draw_arrow(canvas),
            PrintedShape::Swipe => {
                self.draw_arrow(canvas);
                // The finger at the beginning of its movement.
                outlined(canvas, circle(x, y, LETTER * 0.42), Some(LIGHT));
            }
        }
    }

    fn draw_arrow(&self, canvas: &mut Canvas) {
        let ((ax, ay), (bx, by)) = (self.from, self.to);
        let turn = (by - ay).atan2(bx - ax);
        let wing = |side: f32| (bx - HEAD * (turn + side).cos(), by - HEAD * (turn + side).sin());
        let mut path = PathBuilder::new();
        path.move_to(ax, ay);
        path.line_to(bx, by);
        let (left, right) = (wing(0.65), wing(-0.65));
        path.move_to(left.0, left.1);
        path.line_to(bx, by);
        path.line_to(right.0, right.1);
        outlined(canvas, path.finish(), None);
    }
}

/// Draws a line with its two edges.
fn outlined(canvas: &mut Canvas, path: Option<Path>, fill: Option<Ink>) {
    let Some(path) = path else { return };
    for (ink, width) in [(DARK, LINE + 4.0 * EDGE), (LIGHT, LINE + 2.0 * EDGE), (COLOUR, LINE)] {
        if let Some(fill) = fill {
            canvas.fill_path(&path, fill);
        }
        canvas.round_stroke(&path, ink, width);
    }
}

/// Draws a label on the side of its mark where it covers least.
fn label(canvas: &mut Canvas, label: &str, [left, top, right, bottom]: Area, taken: &mut Vec<Area>, room: Area) {
    let widest = (room[2] - room[0]).min(LABEL_WIDTH) - LETTER;
    let lines = Paragraphs::of(label).lines(widest / LETTER);
    let wide = lines.iter().map(|line| line.width).fold(0.0, f32::max) * LETTER + LETTER * 0.9;
    let high = lines.len() as f32 * LETTER * 1.25 + LETTER * 0.4;
    let gap = LETTER * 0.2;
    let (centre, middle) = ((left + right) / 2.0, (top + bottom) / 2.0);
    let places = [
        // Below an icon stands its name.
        (centre - wide / 2.0, top - gap - high),
        (centre - wide / 2.0, bottom + gap),
        (right + gap, middle - high / 2.0),
        (left - gap - wide, middle - high / 2.0),
    ];
    let areas = places.map(|(x, y)| {
        let (x, y) = (within(x, room[0], room[2] - wide), within(y, room[1], room[3] - high));
        [x, y, x + wide, y + high]
    });
    let covered = areas.map(|area| taken.iter().map(|other| overlap(area, *other)).sum::<f32>());
    let least = covered.iter().copied().fold(f32::INFINITY, f32::min);
    let best = covered.iter().position(|one| *one == least).unwrap_or(0);
    taken.push(areas[best]);
    plate(canvas, &lines, areas[best]);
}

fn plate(canvas: &mut Canvas, lines: &[TextLine], [left, top, right, bottom]: Area) {
    let path = rounded(left, top, right - left, bottom - top, LETTER * 0.4);
    if let Some(path) = path {
        canvas.round_stroke(&path, DARK, EDGE * 4.0);
        canvas.round_stroke(&path, LIGHT, EDGE * 2.0);
        canvas.fill_path(&path, DARK);
    }
    for (n, line) in lines.iter().enumerate() {
        let y = top + LETTER * (0.2 + 1.25 * n as f32 + 0.98);
        canvas.set_bold(line, (left + right - line.width * LETTER) / 2.0, y, LETTER, LIGHT);
    }
}

/// Returns the value, or the end of the range that is nearer. Of an empty range, its beginning.
fn within(value: f32, low: f32, high: f32) -> f32 {
    value.min(high).max(low)
}

fn overlap(a: Area, b: Area) -> f32 {
    (a[2].min(b[2]) - a[0].max(b[0])).max(0.0) * (a[3].min(b[3]) - a[1].max(b[1])).max(0.0)
}
