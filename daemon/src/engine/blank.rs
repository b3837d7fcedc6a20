//! A Lua state with all but a script, and one that is made before it is needed.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use mlua::{Lua, Table};

use super::{
    convert::ArrayMark,
    native,
    prelude::{self, Prelude},
};

/// A state in which nothing but the prelude has run, so one is like another.
#[derive(Debug)]
pub(super) struct Blank {
    pub(super) lua: Lua,
    pub(super) mark: ArrayMark,
    pub(super) host: Table,
}

impl Blank {
    fn new(prelude: &Arc<Prelude>) -> mlua::Result<Self> {
        let lua = prelude::state();
        let mark = ArrayMark::new(&lua)?;
        let host = lua.create_table()?;
        native::register(&lua, &host)?;
        prelude::install(&lua, &host, prelude.clone())?;
        // What installing left behind would stay as long as the script rests.
        lua.gc_collect()?;
        Ok(Self { lua, mark, host })
    }
}

/// A prelude's state that is made ahead, so that making it is on nobody's way.
#[derive(Debug)]
pub(crate) struct Spare {
    prelude: Arc<Prelude>,
    blank: Mutex<Option<Blank>>,
}

impl Spare {
    /// None yet, of this prelude.
    pub(super) fn new(prelude: Arc<Prelude>) -> Self {
        Self { prelude, blank: Mutex::default() }
    }

    /// A state with a prelude: the one that is there, or a new one.
    pub(super) fn take(&self, prelude: &Arc<Prelude>) -> mlua::Result<Blank> {
        let fits = Arc::ptr_eq(&self.prelude, prelude);
        let blank = if fits { self.lock().take() } else { None };
        blank.map_or_else(|| Blank::new(prelude), Ok)
    }

    /// Makes the next one, if there is none.
    pub(crate) fn refill(&self) {
        if self.lock().is_some() {
            return;
        }
        // What cannot be made ahead fails where it is needed.
        let Ok(blank) = Blank::new(&self.prelude) else { return };
        let earlier = self.lock().replace(blank);
        drop(earlier);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Blank>> {
        // Nothing under the lock can panic half-way.
        self.blank.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::engine::{Outside, Step, Vm};

    /// Shows whatever of a state could differ.
    const SOURCE: &str = "local seen, known = {}, {} \
        local function look(name, object) \
            seen[#seen + 1] = name .. (type(object) == 'string' and #object or tostring(object)) \
            if type(object) == 'table' and not known[object] then \
                known[object] = true \
                for key, value in pairs(object) do look(name .. '.' .. key, value) end \
            end \
        end \
        for name, value in pairs(_G) do look(name, value) end \
        return {seen, math.random(1000), tostring({}), alc.json_encode(seen)}";

    fn finish(outside: &Outside) -> String {
        let script = alc_core::Script {
            source: SOURCE.to_owned(),
            chunk: "test.lua".to_owned(),
            ctx: "{}".to_owned(),
            ..alc_core::Script::default()
        };
        let mut vm = Vm::load(&script, vec![], outside.clone()).expect("loads");
        loop {
            let stepped = vm.step();
            match stepped.step {
                Step::Slice => vm = stepped.vm,
                Step::Finished(text) => return text,
                step => panic!("{step:?}"),
            }
        }
    }

    #[test]
    fn a_state_that_was_made_ahead_is_like_a_new_one() {
        let outside = Outside::bare(CancellationToken::new());
        let new = finish(&outside);
        outside.spare.refill();
        let ahead = outside.spare.lock().as_ref().map(|blank| blank.lua.clone());
        assert_eq!(finish(&outside), new);
        assert!(ahead.is_some() && outside.spare.lock().is_none());
    }

    #[test]
    fn a_session_on_another_prelude_gets_no_state_that_was_made_ahead() {
        let outside = Outside::bare(CancellationToken::new());
        outside.spare.refill();
        let text = format!("{}\n-- another", prelude::TEXT);
        let other = Arc::new(Prelude::compile(&text).expect("compiles"));
        finish(&Outside { prelude: other, ..outside.clone() });
        assert!(outside.spare.lock().is_some());
    }
}
