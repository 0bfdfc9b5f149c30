//! Comparison of what a program wrote with what was expected.

/// Characters of a line that a difference shows.
const SHOWN_CHARS: usize = 200;

/// Tells the first line that differs from what is expected, or `None` if none does. Spaces at the ends of lines and empty lines
/// at the end do not count.
pub fn difference(output: &str, expected: &str) -> Option<String> {
    let (mut written, mut wanted) = (lines(output), lines(expected));
    let mut number = 1;
    loop {
        let (one, other) = (written.next(), wanted.next());
        if one != other {
            return Some(format!("line {number}\n- {}\n+ {}", shown(other), shown(one)));
        }
        one?;
        number += 1;
    }
}

/// Returns the lines of a text without the spaces at their ends, up to the last one that is not empty.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_end().lines().map(str::trim_end)
}

fn shown(line: Option<&str>) -> String {
    let Some(line) = line else { return "(end)".into() };
    match line.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_and_the_last_newline_do_not_count() {
        for same in ["1\n2", "1\n2\n", "1  \n2\r\n\n", "1\r\n2"] {
            assert_eq!(difference(same, "1\n2\n"), None, "{same:?}");
        }
        for other in ["", "1\n\n2", " 1\n2", "1\n2\n3", "12"] {
            assert!(difference(other, "1\n2").is_some(), "{other:?}");
        }
    }

    #[test]
    fn a_difference_names_the_first_line_that_differs() {
        assert_eq!(difference("1\n3\n4", "1\n2\n4").as_deref(), Some("line 2\n- 2\n+ 3"));
        assert_eq!(difference("1", "1\n2").as_deref(), Some("line 2\n- 2\n+ (end)"));
        let long = "가".repeat(300);
        assert_eq!(difference(&long, "").map(|text| text.chars().filter(|c| *c == '가').count()), Some(200));
    }
}
