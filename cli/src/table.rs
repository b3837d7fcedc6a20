//! Columns for people, tabs for programs.

use crate::output::{Output, OutputError, Style};

/// Prints rows: for people aligned and under headings, for programs separated by tabs.
pub(crate) fn print(
    headings: &[&str],
    rows: &[Vec<String>],
    output: &mut Output,
) -> Result<(), OutputError> {
    if !output.is_terminal() {
        return rows.iter().try_for_each(|row| output.line(&row.join("\t")));
    }
    let lines = if rows.is_empty() { Vec::new() } else { align(headings, rows) };
    for (place, cells) in lines.iter().enumerate() {
        let style = if place == 0 { Style::Bold } else { Style::Plain };
        let line = cells.join("  ");
        let painted = output.paint(style, line.trim_end()).into_owned();
        output.line(&painted)?;
    }
    Ok(())
}

/// Rows as aligned columns under their headings; the last column is as long as it is. Each line is
/// its cells, padded, so that a caller can colour them.
pub(crate) fn align(headings: &[&str], rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut widths: Vec<usize> = headings.iter().map(|heading| heading.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    // The last column needs no padding.
    if let Some(last) = widths.last_mut() {
        *last = 0;
    }
    let pad = |cell: &str, width: &usize| format!("{cell:<width$}");
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        cells.zip(&widths).map(|(cell, width)| pad(cell, width)).collect()
    };
    let mut lines = vec![line(&mut headings.iter().copied())];
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = vec![vec!["é".to_owned(), "x".to_owned()], vec!["long".into(), "yy".into()]];
        let lines: Vec<String> =
            align(&["ID", "NAME"], &rows).iter().map(|cells| cells.join("  ")).collect();
        assert_eq!(lines, ["ID    NAME", "é     x", "long  yy"]);
    }
}
