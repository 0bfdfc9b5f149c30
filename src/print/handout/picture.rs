//! The picture of a step on paper, with its marks.

use krilla::image::Image;

use super::marks;
use super::{HandoutMark, HandoutPicture, PrintedPicture, PrintedShape};
use crate::print::canvas::{Canvas, GREY, PALE, rect};
use crate::print::text::Paragraphs;

/// The least share of the height that the width of a picture has on paper. Of a longer one, only a part is printed.
const NARROWEST: f32 = 0.42;
const LOST_SIZE: f32 = 14.0;

impl HandoutPicture {
    /// Returns the width of what is printed of it, divided by the height.
    pub fn aspect(&self) -> f32 {
        let whole = self.width.max(1.0) / self.height.max(1.0);
        if self.marks.is_empty() { whole } else { whole.max(NARROWEST) }
    }

    /// Draws the picture in a place of this size, whose middle is that of the picture. Labels stay in the place too.
    pub fn draw(&self, canvas: &mut Canvas, (x, y): (f32, f32), (wide, high): (f32, f32)) {
        let shown_wide = wide.min(high * self.aspect());
        let shown_high = shown_wide / self.aspect();
        let (left, top) = (x + (wide - shown_wide) / 2.0, y + (high - shown_high) / 2.0);
        let whole_high = shown_wide * self.height.max(1.0) / self.width.max(1.0);
        let cut = self.first_shown(shown_wide, whole_high, shown_high);
        canvas.moved(left, top - cut, |canvas| {
            let Some(image) = self.content.as_ref().and_then(PrintedPicture::image) else {
                return self.draw_description(canvas, cut, (shown_wide, shown_high));
            };
            canvas.clipped(rect(0.0, cut, shown_wide, shown_high), |canvas| {
                canvas.image(&image, shown_wide, whole_high);
            });
            canvas.stroke(rect(0.0, cut, shown_wide, shown_high), GREY, 0.7);
            let (aside, above) = ((wide - shown_wide) / 2.0, (high - shown_high) / 2.0);
            let room = [-aside, cut - above, shown_wide + aside, cut + shown_high + above];
            canvas.clipped(rect(room[0] - 4.0, room[1] - 4.0, wide + 8.0, high + 8.0), |canvas| {
                marks::draw(canvas, &self.marks, (shown_wide, whole_high), room);
            });
        });
    }

    /// Returns how much of the picture is left out above the part that is printed: its marks are in the middle of that.
    fn first_shown(&self, wide: f32, whole_high: f32, shown_high: f32) -> f32 {
        let reach = |mark: &HandoutMark| match mark.shape {
            PrintedShape::Ring => mark.size.unwrap_or(0.0) * wide / whole_high,
            _ => 0.0,
        };
        let ends = |mark: &HandoutMark| [mark.from.1 - reach(mark), mark.from.1 + reach(mark), mark.to.1];
        let around = |marks: &[HandoutMark]| {
            let all = marks.iter().flat_map(ends);
            all.fold((f32::INFINITY, f32::NEG_INFINITY), |(first, last), y| (first.min(y), last.max(y)))
        };
        let (mut first, mut last) = around(&self.marks);
        if (last - first) * whole_high > shown_high {
            (first, last) = around(&self.marks[..1]);
        }
        let middle = (first + last) / 2.0 * whole_high;
        if middle.is_finite() { (middle - shown_high / 2.0).min(whole_high - shown_high).max(0.0) } else { 0.0 }
    }

    fn draw_description(&self, canvas: &mut Canvas, top: f32, (wide, high): (f32, f32)) {
        canvas.area(rect(0.0, top, wide, high), PALE);
        let text = Paragraphs::of(&self.description);
        let size = text.size_for(LOST_SIZE, wide - 20.0, high - 20.0, 1.4);
        let mut y = top + 10.0 + size;
        for line in text.lines((wide - 20.0) / size) {
            canvas.set(&line, 10.0, y, size, GREY);
            y += size * 1.4;
        }
    }
}

impl PrintedPicture {
    /// Returns the picture for the paper; a JPEG stays as it is. `None` if it is broken.
    pub fn image(&self) -> Option<Image> {
        let data = self.bytes.to_vec().into();
        let read = if self.is_png { Image::from_png(data, true) } else { Image::from_jpeg(data, true) };
        read.ok()
    }
}
