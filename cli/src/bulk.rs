//! Verbs that act on many: all of them, whatever becomes of one.

use alc_core::{Reference, SessionRef, SessionView};

use crate::{
    error::CliError,
    exit::Exit,
    link::Link,
    output::{Output, OutputError},
};

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

/// Acts on each session that is named in full, by its id, so that what is asked twice acts on the
/// same one; without a link there is none. What became of it is printed; where nobody reads, the
/// others are acted on all the same.
pub(crate) fn for_each_session<T>(
    references: &[Reference],
    mut link: Option<&mut Link<'_>>,
    output: &mut Output,
    mut act: impl FnMut(&mut Link<'_>, &SessionView) -> Result<T, CliError>,
    mut print: impl FnMut(&T, &mut Output) -> Result<(), OutputError>,
) -> Result<Exit, CliError> {
    let mut printed = Ok(());
    let exit = for_each(references, output, |reference, output| {
        let link = link.as_deref_mut().ok_or_else(|| CliError::NotFound(reference.clone()))?;
        let (_, session) = link.state(reference)?;
        if !names(reference, &session) {
            let session = session.id.clone();
            return Err(CliError::Prefix { beginning: reference.clone(), session });
        }
        let done = act(link, &session)?;
        if printed.is_ok() {
            printed = print(&done, output).and_then(|()| output.flush());
        }
        Ok(Exit::Done)
    })?;
    printed?;
    Ok(exit)
}

/// Whether it names the session in full, which the beginning of an id does not.
fn names(reference: &Reference, session: &SessionView) -> bool {
    match &reference.session {
        SessionRef::Newest => true,
        SessionRef::Text(text) => {
            text == session.id.as_str() || Some(text) == session.name.as_ref()
        }
    }
}
