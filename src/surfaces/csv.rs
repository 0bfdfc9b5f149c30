//! Tables for spreadsheets, as CSV in UTF-8 with a byte order mark, by which spreadsheets recognize UTF-8. A text that they
//! would take for a formula gets `'` in front.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::surfaces::language::translate;

pub enum Cell {
    Text(String),
    Number(String),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl From<Option<String>> for Cell {
    fn from(text: Option<String>) -> Cell {
        Cell::Text(text.unwrap_or_default())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Cell {
        Cell::Number(number.to_string())
    }
}

impl From<Option<f64>> for Cell {
    fn from(number: Option<f64>) -> Cell {
        Cell::Number(number.map(|n| n.to_string()).unwrap_or_default())
    }
}

/// Makes a row from values of any types that a cell can hold.
macro_rules! cells {
    ($($value:expr),* $(,)?) => { vec![$($crate::surfaces::csv::Cell::from($value)),*] };
}
pub(crate) use cells;

pub struct Table {
    text: String,
}

impl Table {
    pub fn of(head: Vec<Cell>) -> Table {
        let mut table = Table { text: "\u{feff}".into() };
        table.row(head);
        table
    }

    pub fn row(&mut self, cells: Vec<Cell>) {
        let cells: Vec<String> = cells.into_iter().map(written).collect();
        self.text.push_str(&cells.join(","));
        self.text.push_str("\r\n");
    }

    /// Starts a table whose column names are our phrases, in the caller's language.
    pub fn headed<const N: usize>(head: [&'static str; N]) -> Table {
        Table::of(head.map(|word| Cell::from(translate(word))).into())
    }

    /// Returns the table as a file to download; `.csv` is added to `name`.
    pub fn file(self, name: &str) -> Response {
        let head = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        ];
        (head, self.text).into_response()
    }
}

fn written(cell: Cell) -> String {
    match cell {
        Cell::Number(number) => number,
        Cell::Text(text) => {
            let bare = text.trim_start();
            let is_formula = bare.len() < text.len() && text.starts_with(['\t', '\r', '\n'])
                || bare.starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
            let text = if is_formula { format!("'{text}") } else { text };
            if text.contains(['"', ',', '\n', '\r', ';', '\t']) {
                format!("\"{}\"", text.replace('"', "\"\""))
            } else {
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula_and_no_cell_breaks_out() {
        let mut table = Table::of(cells!["이름", "점수"]);
        table.row(cells!["=cmd|' /C calc'!A0", Some(81.25)]);
        table.row(cells!["김, \"순자\"\n둘째", None::<f64>]);
        table.row(cells!["-1", -1_i64]);
        table.row(cells!["＝HYPERLINK(1)", " =1+1"]);
        let lines = "\u{feff}이름,점수\r\n'=cmd|' /C calc'!A0,81.25\r\n\"김, \"\"순자\"\"\n둘째\",\r\n'-1,-1\r\n'＝HYPERLINK(1),' =1+1\r\n";
        assert_eq!(table.text, lines);
    }
}
