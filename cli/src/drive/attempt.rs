//! The attempts to answer a query: each is begun, ends well or badly, comes too late, or is not needed
//! any more.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::SyncSender,
    },
    time::Instant,
};

use alc_core::{QueryId, QueryView};
use alc_ipc::{Answers, ClientError, ErrorCode, Resume};

use super::{
    Driver, Message,
    answer::{Answer, Form, NoAnswer},
    commands::Task,
    person::Asking,
    program::Program,
    work::{self, Phase, Why, Work},
};
use crate::{error::CliError, output::Style};

/// How much of a prompt's first line is shown.
const HEADLINE: usize = 60;

impl Driver<'_, '_> {
    /// Begins an attempt; what is on tape is answered at once.
    pub(super) fn start(&mut self, query: QueryView, attempt: u16) -> Result<(), CliError> {
        let number = query.query_id.number;
        let recalled = self.cassette.as_mut().map(|cassette| cassette.recall(&query));
        let begun = match recalled.transpose() {
            Ok(Some(Some(answer))) => return self.send(&query, answer),
            Ok(_) => self.start_fresh(&query, attempt),
            Err(error) => Err(error),
        };
        let (phase, error) = match begun {
            Ok(phase) => (phase, None),
            Err(error) => (Phase::Resting { until: Instant::now() }, Some(error)),
        };
        self.work.insert(number, Work { query, attempt, phase });
        if let Some(error) = error {
            self.missed(number, error);
        }
        Ok(())
    }

    fn start_fresh(&self, query: &QueryView, attempt: u16) -> Result<Phase, NoAnswer> {
        match Program::choose(self.how, query.query.role.as_deref()) {
            Some(program) => self.start_command(&program, query, attempt),
            None => self.ask(query, attempt),
        }
    }

    fn start_command(
        &self,
        program: &Program,
        query: &QueryView,
        attempt: u16,
    ) -> Result<Phase, NoAnswer> {
        let name = program.name();
        let (command, system) = match program.command(query) {
            Ok(made) => made,
            Err(source) => return Err(NoAnswer::Start { command: name, source }),
        };
        let form = Form::of(&name, self.how.accepted);
        let task = Task { prompt: query.query.prompt.clone(), limit: form.limit(), system };
        let (number, outbox) = (query.query_id.number, self.outbox.clone());
        let done = move |ended| {
            // Nobody listens once the driver is gone.
            outbox.send(Message::Tried(number, attempt, form.read(ended))).ok();
        };
        let process = self.commands.start(command, task, done);
        let process = process.map_err(|source| NoAnswer::Start { command: name, source })?;
        self.stderr.remark(&headline(query));
        let until = self.how.answer_timeout.and_then(|limit| Instant::now().checked_add(limit));
        Ok(Phase::Thinking { process, until })
    }

    fn ask(&self, query: &QueryView, attempt: u16) -> Result<Phase, NoAnswer> {
        let closed = Arc::new(AtomicBool::new(false));
        let asking = Asking {
            query: query.clone(),
            may_be_empty: self.how.accepted.allow_empty,
            closed: Arc::clone(&closed),
        };
        let ask = move |connector, outbox: SyncSender<Message>| {
            let answer = asking.ask(&connector);
            outbox.send(Message::Tried(asking.query.query_id.number, attempt, answer)).ok();
        };
        match self.spawn("person", ask) {
            Ok(()) => Ok(Phase::Asking { closed }),
            Err(source) => Err(NoAnswer::Start { command: "you".to_owned(), source }),
        }
    }

    /// An attempt has ended.
    pub(super) fn tried(
        &mut self,
        number: u32,
        attempt: u16,
        tried: Result<Answer, NoAnswer>,
    ) -> Result<(), CliError> {
        let Some(work) = self.work.get(&number).filter(|work| work.attempt == attempt) else {
            return Ok(());
        };
        match (&work.phase, tried) {
            (Phase::Ending { why: Why::Late, .. }, _) => self.missed_in_time(number),
            (Phase::Ending { why: Why::Closed, .. }, _) => drop(self.work.remove(&number)),
            (Phase::Asking { closed }, _) if closed.load(Ordering::Relaxed) => {
                self.work.remove(&number);
            }
            (Phase::Thinking { .. } | Phase::Asking { .. }, Ok(answer)) => {
                let work = self.work.remove(&number);
                return work.map_or(Ok(()), |work| self.send(&work.query, answer));
            }
            (Phase::Thinking { .. } | Phase::Asking { .. }, Err(error)) => {
                self.missed(number, error);
            }
            (Phase::Resting { .. }, _) => {}
        }
        Ok(())
    }

    /// Hands an answer in. Somebody else may have been faster.
    fn send(&mut self, query: &QueryView, answer: Answer) -> Result<(), CliError> {
        let Answer { text, usage } = answer.clone();
        let id = query.query_id.clone();
        let resume = Resume::new(id.clone().into(), Answers::One { text, usage });
        let refused = match self.link.call(|client| client.resume(resume.clone())) {
            Ok(_) => {
                self.answered = self.answered.saturating_add(1);
                let taped = self.cassette.as_mut().map(|cassette| cassette.tape(query, answer));
                return taped.unwrap_or(Ok(()));
            }
            Err(CliError::Client(ClientError::Refused(failure))) => failure,
            Err(error) => return Err(error),
        };
        match refused.code {
            ErrorCode::StaleQuery => self.stderr.notice(&answered_elsewhere(&id)),
            // Its end is about to be heard of.
            ErrorCode::AlreadyCancelled | ErrorCode::NotPaused => {}
            _ => return Err(ClientError::Refused(refused).into()),
        }
        Ok(())
    }

    /// A query is not answered; it is tried again, or stays open.
    fn missed(&mut self, number: u32, error: NoAnswer) {
        let Some(work) = self.work.get_mut(&number) else { return };
        if error.may_pass() && work.attempt <= self.how.retry {
            let pause = work::pause(work.attempt, getrandom::u32().unwrap_or_default());
            let query = &work.query.query_id;
            let notice = format!("{query}: {error}; trying again in {:.1} s", pause.as_secs_f64());
            work.phase = Phase::Resting { until: Instant::now() + pause };
            self.stderr.notice(&notice);
        } else if let Some(Work { query, .. }) = self.work.remove(&number) {
            let failed = CliError::NoAnswer { query: query.query_id, source: error };
            match &self.failed {
                None => self.failed = Some(failed),
                Some(_) => self.stderr.error(&failed),
            }
        }
    }

    fn missed_in_time(&mut self, number: u32) {
        let Some(work) = self.work.get(&number) else { return };
        let program = Program::choose(self.how, work.query.query.role.as_deref());
        let command = program.map(|program| program.name()).unwrap_or_default();
        let limit = self.how.answer_timeout.unwrap_or_default();
        self.missed(number, NoAnswer::Late { command, limit });
    }

    /// A query has its answer: nobody needs to think about it any more.
    pub(super) fn close(&mut self, number: u32) {
        self.open.remove(&number);
        let Some(work) = self.work.get_mut(&number) else { return };
        match &mut work.phase {
            Phase::Thinking { .. } => {
                work.end(Why::Closed);
                self.stderr.notice(&answered_elsewhere(&work.query.query_id));
            }
            Phase::Asking { closed } => {
                closed.store(true, Ordering::Relaxed);
                let query = &work.query.query_id;
                let say = format!("\n{}; press Enter", answered_elsewhere(query));
                self.stderr.page(&[(Style::Dim, &say)]);
            }
            Phase::Ending { why, .. } => *why = Why::Closed,
            Phase::Resting { .. } => drop(self.work.remove(&number)),
        }
    }

    /// Does what is due by now.
    pub(super) fn act_in_time(&mut self) -> Result<(), CliError> {
        let now = Instant::now();
        if self.deadline.is_some_and(|deadline| deadline <= now) {
            return Err(CliError::Late { session: self.session.clone() });
        }
        let is_due = |work: &Work| work.due().is_some_and(|due| due <= now);
        let due: Vec<u32> =
            self.work.iter().filter(|(_, work)| is_due(work)).map(|(number, _)| *number).collect();
        due.into_iter().try_for_each(|number| self.act(number))
    }

    fn act(&mut self, number: u32) -> Result<(), CliError> {
        let Some(work) = self.work.get_mut(&number) else { return Ok(()) };
        match &work.phase {
            Phase::Asking { .. } => {}
            Phase::Thinking { .. } => work.end(Why::Late),
            Phase::Ending { process, why, .. } => {
                process.kill();
                match why {
                    Why::Late => self.missed_in_time(number),
                    Why::Closed => drop(self.work.remove(&number)),
                }
            }
            Phase::Resting { .. } => {
                if let Some(Work { query, attempt, .. }) = self.work.remove(&number) {
                    self.start(query, attempt.saturating_add(1))?;
                }
            }
        }
        Ok(())
    }
}

/// A query as one line.
fn headline(QueryView { query_id, query }: &QueryView) -> String {
    let line = query.prompt.lines().next().unwrap_or_default();
    let cut: String = line.chars().take(HEADLINE).collect();
    let dots = if cut.len() < query.prompt.trim_end().len() { " …" } else { "" };
    format!("? {query_id} {cut}{dots}")
}

fn answered_elsewhere(query: &QueryId) -> String {
    format!("{query} was answered by somebody else")
}
