//! `alc.fork`: several strategies at once, each in a Lua state of its own.
//!
//! The children advance in rounds: each, in their order, runs to its next question or its end; the
//! questions of a round are one pause. So a run has one order of calls, and replays. The session's
//! [`World`] is lent to the child that steps.

use alc_core::{ErrorKind, ForkChild, Reply, SessionError, SessionKind};

use super::{
    convert::ArrayMark,
    operation::Outcome,
    strand::Strand,
    vm::{LoadError, Outside, Step},
    world::{Made, Pending, World},
};
use crate::packages;

/// A child that a script asks for.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) strategy: String,
    /// Its `ctx`, as JSON text.
    pub(super) ctx: String,
}

/// Children under way.
#[derive(Debug)]
pub(super) struct Fork {
    children: Vec<Child>,
    /// Whose turn it is; behind the last one when the round is complete.
    turn: usize,
}

#[derive(Debug)]
struct Child {
    who: ForkChild,
    /// What keeps its `alc.state` apart.
    namespace: String,
    /// How many queries it has asked.
    asked: u32,
    at: At,
}

/// Where a child is.
#[derive(Debug)]
enum At {
    /// It runs, or waits for an operation or answers.
    Work { strand: Box<Strand>, pending: Option<Pending> },
    /// It returned this JSON text, or failed.
    End(Outcome),
}

impl Fork {
    /// The children, none of which has begun.
    pub(super) fn new(wanted: Vec<Wanted>, outside: &Outside) -> mlua::Result<Self> {
        let mut children = Vec::new();
        for (place, Wanted { strategy, ctx }) in wanted.into_iter().enumerate() {
            let source = packages::advice(&strategy);
            let (name, kind) = (format!("@{strategy}"), SessionKind::Advice);
            let strand = Strand::load(&source, &name, &ctx, kind, outside);
            let at = match strand {
                Ok(strand) => At::Work { strand: Box::new(strand), pending: None },
                Err(LoadError::Engine(error)) => return Err(error),
                Err(error) => At::End(Err(error.to_string())),
            };
            let namespace = format!("fork-{place}");
            let place = u32::try_from(place + 1).unwrap_or(u32::MAX);
            children.push(Child { who: ForkChild { place, strategy }, namespace, asked: 0, at });
        }
        Ok(Self { children, turn: 0 })
    }

    /// How much memory the children take, in bytes.
    pub(super) fn size(&self) -> usize {
        let size = |child: &Child| match &child.at {
            At::Work { strand, .. } => strand.lua.used_memory(),
            At::End(_) => 0,
        };
        self.children.iter().map(size).sum()
    }

    /// Takes the round one step on; nothing once all children have ended.
    pub(super) fn step(&mut self, home: &Strand) -> mlua::Result<Option<Step>> {
        let Some(child) = self.children.get_mut(self.turn) else { return self.next_round(home) };
        let step = child.lent(home, Strand::step);
        Ok(Some(match step {
            None | Some(Step::Asked { .. }) => {
                self.turn += 1;
                Step::Slice
            }
            Some(Step::Finished(value)) => {
                child.at = At::End(Ok(value));
                self.turn += 1;
                Step::Slice
            }
            // When memory runs out depends on the collector.
            Some(Step::Failed(error)) if error.kind != ErrorKind::Memory => {
                child.at = At::End(Err(message(error)));
                self.turn += 1;
                Step::Slice
            }
            Some(step) => step,
        }))
    }

    /// Every child has asked or ended: what was answered before goes on, the rest is one pause.
    fn next_round(&mut self, home: &Strand) -> mlua::Result<Option<Step>> {
        let waiting = || self.children.iter().filter_map(Child::question);
        let Some(first) = waiting().map(|question| question.first).min() else { return Ok(None) };
        if waiting().all(|question| question.replies.is_some()) {
            let replies = waiting().filter_map(|question| question.replies).flatten().cloned();
            let replies = replies.collect();
            self.answer(home, replies)?;
            return Ok(Some(Step::Slice));
        }
        let count = waiting().map(|question| question.count).sum();
        Ok(Some(Step::Asked { first, count }))
    }

    /// Gives each child that waits its answers, in the order of the queries.
    pub(super) fn answer(&mut self, home: &Strand, replies: Vec<Reply>) -> mlua::Result<()> {
        let mut replies = replies.into_iter();
        for child in &mut self.children {
            let Some(count) = child.question().map(|question| question.count) else { continue };
            let own = replies.by_ref().take(count as usize).collect();
            child.lent(home, |strand| strand.answer(own)).unwrap_or(Ok(()))?;
        }
        self.turn = 0;
        Ok(())
    }

    /// See [`super::Vm::intends`].
    pub(super) fn intends(&mut self, home: &Strand, intent: String) -> Vec<Made> {
        let child = self.children.get_mut(self.turn);
        child
            .and_then(|child| child.lent(home, |strand| strand.intends(intent)))
            .unwrap_or_default()
    }

    /// See [`super::Vm::operated`].
    pub(super) fn operated(&mut self, home: &Strand, outcome: Outcome) -> mlua::Result<()> {
        let child = self.children.get_mut(self.turn);
        let operate = |strand: &mut Strand| strand.operated(outcome);
        child.and_then(|child| child.lent(home, operate)).unwrap_or(Ok(()))
    }

    /// What became of the children, as JSON text.
    pub(super) fn told(&self) -> String {
        let told = |child: &Child| {
            let strategy = &child.who.strategy;
            match &child.at {
                At::End(Ok(value)) => {
                    format!(r#"{{"strategy":"{strategy}","ok":true,"result":{value}}}"#)
                }
                At::End(Err(message)) => {
                    let message = serde_json::Value::from(message.as_str());
                    format!(r#"{{"strategy":"{strategy}","ok":false,"error":{message}}}"#)
                }
                At::Work { .. } => "null".to_owned(),
            }
        };
        format!("[{}]", self.children.iter().map(told).collect::<Vec<_>>().join(","))
    }
}

/// Queries that a child waits for.
struct Question<'a> {
    first: u32,
    count: u32,
    /// Their answers, where the journal has them.
    replies: Option<&'a Vec<Reply>>,
}

impl Child {
    fn question(&self) -> Option<Question<'_>> {
        match &self.at {
            At::Work { pending: Some(Pending::Answers { first, count, replies, .. }), .. } => {
                Some(Question { first: *first, count: *count, replies: replies.as_ref() })
            }
            _ => None,
        }
    }

    /// Has the child act with the session's world, which `home` holds before and after; nothing, if
    /// it has ended.
    fn lent<T>(&mut self, home: &Strand, act: impl FnOnce(&mut Strand) -> T) -> Option<T> {
        let At::Work { strand, pending } = &mut self.at else { return None };
        let mut world = home.lua.remove_app_data::<World>()?;
        let mark: ArrayMark = std::mem::replace(&mut world.mark, strand.mark.clone());
        std::mem::swap(&mut world.pending, pending);
        world.namespace = Some(self.namespace.clone());
        world.child = Some(self.who.clone());
        world.asked_by_child = self.asked;
        strand.lua.set_app_data(world);
        let done = act(strand);
        let mut world = strand.lua.remove_app_data::<World>()?;
        (world.namespace, world.child) = (None, None);
        self.asked = world.asked_by_child;
        std::mem::swap(&mut world.pending, pending);
        world.mark = mark;
        home.lua.set_app_data(world);
        Some(done)
    }
}

fn message(error: SessionError) -> String {
    error.message
}
