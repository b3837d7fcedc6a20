//! Verbs that act on many: all of them, whatever becomes of one.

use crate::{error::CliError, exit::Exit, output::Output};

/// Acts on each item; what goes wrong with one is said at once, and the exit code tells the most
/// important of all. Only what concerns every one, such as a lost connection, ends it early.
pub(crate) fn for_each<T>(
    items: &[T],
    output: &mut Output,
    mut act: impl FnMut(&T, &mut Output) -> Result<Exit, CliError>,
) -> Result<Exit, CliError> {
    let mut all = Exit::Done;
    for item in items {
        let exit = match act(item, output) {
            Ok(exit) => exit,
            Err(error) if error.exit().is_about_one() => {
                output.error(&error);
                error.exit()
            }
            Err(error) => return Err(error),
        };
        all = all.with(exit);
    }
    Ok(all)
}
