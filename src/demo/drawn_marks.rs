//! Marks as they are written down for the demo: in the pixels of its drawings, which are all of one size.

use crate::school::pictures::{MarkShape, PictureMark};

const WIDE: f64 = 540.0;
const HIGH: f64 = 1_080.0;

pub struct DrawnMark {
    kind: MarkShape,
    at: (u16, u16),
    to: Option<(u16, u16)>,
    radius: Option<u16>,
    number: Option<i64>,
    label: Option<&'static str>,
}

pub const fn ring(x: u16, y: u16, radius: u16) -> DrawnMark {
    DrawnMark { radius: Some(radius), ..place(MarkShape::Ring, (x, y)) }
}

pub const fn frame(corner: (u16, u16), opposite: (u16, u16)) -> DrawnMark {
    DrawnMark { to: Some(opposite), ..place(MarkShape::Box, corner) }
}

pub const fn swipe(from: (u16, u16), to: (u16, u16)) -> DrawnMark {
    DrawnMark { to: Some(to), ..place(MarkShape::Swipe, from) }
}

pub const fn number(number: i64, x: u16, y: u16) -> DrawnMark {
    DrawnMark { number: Some(number), ..place(MarkShape::Number, (x, y)) }
}

const fn place(kind: MarkShape, at: (u16, u16)) -> DrawnMark {
    DrawnMark { kind, at, to: None, radius: None, number: None, label: None }
}

impl DrawnMark {
    pub const fn labelled(self, label: &'static str) -> DrawnMark {
        DrawnMark { label: Some(label), ..self }
    }

    pub fn on_picture(&self) -> PictureMark {
        PictureMark {
            kind: self.kind,
            x: f64::from(self.at.0) / WIDE,
            y: f64::from(self.at.1) / HIGH,
            to_x: self.to.map(|(x, _)| f64::from(x) / WIDE),
            to_y: self.to.map(|(_, y)| f64::from(y) / HIGH),
            size: self.radius.map(|radius| f64::from(radius) / WIDE),
            number: self.number,
            label: self.label.map(str::to_owned),
        }
    }
}
