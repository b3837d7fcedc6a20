//! Lines on stdout's terminal that are drawn anew in place.

use std::fmt::Write as _;

use console::{Term, measure_text_width, truncate_str};

/// What is drawn.
#[derive(Debug, Default)]
pub(super) struct Picture {
    /// How wide each of its lines is.
    widths: Vec<usize>,
}

/// How many lines of how many columns a terminal shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) rows: usize,
    pub(super) columns: usize,
}

impl Size {
    /// That of stdout's terminal.
    pub(super) fn now() -> Self {
        let (rows, columns) = Term::stdout().size();
        Self { rows: usize::from(rows.max(2)), columns: usize::from(columns.max(1)) }
    }
}

impl Picture {
    /// What turns the lines that were drawn last into these; the cursor stands below them.
    pub(super) fn draw(&mut self, lines: &[String], size: Size) -> String {
        // A terminal that has become narrower breaks lines.
        let up: usize = self.widths.iter().map(|width| width.div_ceil(size.columns).max(1)).sum();
        let mut text = String::new();
        if up > 0 {
            // Writing to a string cannot fail.
            let _ = write!(text, "\x1b[{up}A");
        }
        text.push('\r');
        self.widths.clear();
        for line in lines {
            let line = truncate_str(line, size.columns, "…");
            self.widths.push(measure_text_width(&line));
            let _ = writeln!(text, "{line}\x1b[K");
        }
        text.push_str("\x1b[J");
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_takes_the_place_of_what_was_also_where_it_broke() {
        let mut picture = Picture::default();
        let wide = Size { rows: 9, columns: 10 };
        let lines = ["0123456789abc".to_owned(), "\x1b[1mx\x1b[0m".to_owned()];
        let first = picture.draw(&lines, wide);
        assert_eq!(first, "\r012345678…\x1b[K\n\x1b[1mx\x1b[0m\x1b[K\n\x1b[J");
        // Ten columns are two lines of five.
        let narrow = Size { columns: 5, ..wide };
        assert_eq!(picture.draw(&["y".to_owned()], narrow), "\x1b[3A\ry\x1b[K\n\x1b[J");
        assert_eq!(picture.draw(&[], narrow), "\x1b[1A\r\x1b[J");
    }
}
