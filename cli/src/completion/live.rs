//! What there is: asked of a daemon that runs, or else of the data folder, in so short a time that nobody
//! notices.

use std::{
    collections::{BTreeSet, HashSet},
    ffi::OsStr,
    sync::{
        Arc,
        mpsc::{self, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use alc_core::{SessionView, StateName};
use alc_ipc::{Client, ClientError, Endpoint, Home, List, Named, Page, Request, Response};
use clap_complete::{ArgValueCompleter, CompletionCandidate};

use crate::{
    caller::caller,
    environment::{Environment, Surroundings},
    tool,
};

/// How long a person who presses Tab waits, unless the environment says.
const PATIENCE: Duration = Duration::from_millis(150);
/// How many sessions to ask for at a time, and to look at.
const PAGE: u32 = 100;
const MOST: usize = 1000;
/// How much of a prompt is shown.
const HEADLINE: usize = 60;

/// What there is now; cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Live {
    environment: Arc<Environment>,
    until: Instant,
}

impl Live {
    /// What can be had in time, for a key that was pressed at `pressed`.
    pub(super) fn new(environment: Environment, pressed: Instant) -> Self {
        let until = pressed + environment.patience.unwrap_or(PATIENCE);
        Self { environment: Arc::new(environment), until }
    }

    /// The sessions, and open queries, that this verb can do something with.
    pub(super) fn sessions(&self, verb: &str) -> ArgValueCompleter {
        use StateName::{Cancelled, Done, Failed, Paused, Running};
        let states: &[StateName] = match verb {
            "resume" => &[Paused],
            "prompt" | "drive" | "cancel" | "wait" => &[Running, Paused],
            "rm" => &[Done, Failed, Cancelled],
            _ => &[],
        };
        let (live, asks) = (self.clone(), matches!(verb, "resume" | "prompt"));
        ArgValueCompleter::new(move |typed: &OsStr| {
            let Some(typed) = typed.to_str() else { return Vec::new() };
            let mut names = HashSet::new();
            let sessions = live.find(states);
            sessions
                .iter()
                .flat_map(|session| {
                    // An ended session's name means the newest of its bearers.
                    let name = session.name.as_deref().filter(|name| names.insert(*name));
                    candidates(session, name, typed, asks)
                })
                .collect()
        })
    }

    /// The labels that sessions bear.
    pub(super) fn labels(&self) -> ArgValueCompleter {
        let live = self.clone();
        ArgValueCompleter::new(move |typed: &OsStr| {
            let Some(typed) = typed.to_str() else { return Vec::new() };
            let sessions = live.find(&[]);
            let labels = sessions.iter().flat_map(|session| &session.labels);
            let labels: BTreeSet<_> = labels.map(|(key, value)| format!("{key}={value}")).collect();
            let fits = labels.into_iter().filter(|label| label.starts_with(typed));
            fits.map(CompletionCandidate::new).collect()
        })
    }

    /// The packages that can be required here.
    pub(super) fn packages(&self) -> ArgValueCompleter {
        let live = self.clone();
        ArgValueCompleter::new(move |typed: &OsStr| {
            let caller = caller(&Surroundings::read(), Vec::new(), None).ok();
            caller.map(|caller| live.names(Named::Packages(caller), typed)).unwrap_or_default()
        })
    }

    /// What else has names.
    pub(super) fn named(&self, named: Named) -> ArgValueCompleter {
        let live = self.clone();
        ArgValueCompleter::new(move |typed: &OsStr| live.names(named.clone(), typed))
    }

    /// The names that go on from what was typed.
    fn names(&self, named: Named, typed: &OsStr) -> Vec<CompletionCandidate> {
        let Some(typed) = typed.to_str() else { return Vec::new() };
        let live = self.clone();
        let told = self.in_time(move |sender| {
            if let Some(Response::Names(names)) = live.tool(Request::Names(named)) {
                sender.send(names).ok();
            }
        });
        let fits = told.into_iter().flatten().filter(|(name, _)| name.starts_with(typed));
        let candidate = |(name, remark): (String, String)| {
            let remark = (!remark.is_empty()).then(|| headline(&remark).into());
            CompletionCandidate::new(name).help(remark)
        };
        fits.map(candidate).collect()
    }

    /// The newest sessions in these states (all if empty), as many as are told in time.
    fn find(&self, states: &[StateName]) -> Vec<SessionView> {
        let (live, states) = (self.clone(), states.to_vec());
        let pages = self.in_time(move |sender| {
            live.ask(states, &sender);
        });
        pages.into_iter().flatten().collect()
    }

    /// What `ask` hands on before the time is up. In a thread, since not everything on the way there
    /// has a limit as short as this.
    fn in_time<T: Send + 'static>(
        &self,
        ask: impl FnOnce(Sender<Vec<T>>) + Send + 'static,
    ) -> Vec<Vec<T>> {
        let (sender, pages) = mpsc::channel();
        let asked = thread::Builder::new().spawn(move || ask(sender));
        let (mut found, mut count) = (Vec::new(), 0);
        while asked.is_ok() && count < MOST {
            let left = self.until.saturating_duration_since(Instant::now());
            let Ok(page) = pages.recv_timeout(left) else { break };
            count += page.len();
            found.push(page);
        }
        found
    }

    /// Hands on page by page what a running daemon tells, else what the journal has; `None` when there
    /// is no more.
    fn ask(&self, states: Vec<StateName>, pages: &Sender<Vec<SessionView>>) -> Option<()> {
        let home = Home::find(self.environment.home.clone()).ok()?;
        let mut list = List { states, limit: PAGE, ..List::default() };
        let send = |page: &Page| {
            let views = page.sessions.iter().map(|view| serde_json::from_str(&view.0));
            pages.send(views.collect::<Result<_, _>>().ok()?).ok()
        };
        let connected = Endpoint::read(&home).ok()?.map(|endpoint| Client::connect(&endpoint));
        let mut client = match connected {
            Some(Ok(client)) => client,
            Some(Err(ClientError::Absent { .. })) | None if home.has_journal() => {
                let Some(Response::Sessions(page)) = self.tool(Request::List(list)) else {
                    return None;
                };
                return send(&page);
            }
            Some(Err(_)) | None => return None,
        };
        client.set_deadline(Some(self.until));
        loop {
            let page = client.list(list.clone()).ok()?;
            send(&page)?;
            list.after = Some(page.next?);
        }
    }

    fn tool(&self, request: Request) -> Option<Response> {
        tool::ask_quietly("names", request, &self.environment)
    }
}

/// How a session, or each of several open queries, goes on from what was typed.
fn candidates(
    session: &SessionView,
    name: Option<&str>,
    typed: &str,
    asks: bool,
) -> Vec<CompletionCandidate> {
    let queries = session.pause.iter().flat_map(|pause| &pause.queries);
    let mut asked: Vec<_> = queries.collect();
    let by_query = asks && (asked.len() > 1 || typed.contains('.'));
    if by_query {
        asked.retain(|asked| asked.query_id.to_string().starts_with(typed));
        let query = |asked: &&alc_core::QueryView| {
            CompletionCandidate::new(asked.query_id.to_string())
                .help(Some(headline(&asked.query.prompt).into()))
        };
        return asked.iter().map(query).collect();
    }
    let says = match asked.first() {
        Some(asked) => headline(&asked.query.prompt),
        None => session.state.to_string(),
    };
    let word = name.into_iter().chain([session.id.as_str()]).find(|word| word.starts_with(typed));
    word.map(|word| CompletionCandidate::new(word).help(Some(says.into()))).into_iter().collect()
}

/// A prompt's first words, on one line and without what could command a terminal.
fn headline(prompt: &str) -> String {
    let words = prompt.split(|char: char| char.is_whitespace() || char.is_control());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).take(HEADLINE).collect();
    let line = words.join(" ");
    match line.char_indices().nth(HEADLINE) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(queries: &str) -> SessionView {
        let text = format!(
            r#"{{"v":1,"type":"session","id":"k7fq2m9d","name":"review","kind":"run","state":"paused",
                "seq":4,"created_at":0,"changed_at":0,"labels":{{}},
                "pause":{{"kind":"single","paused_at":0,"queries":[{queries}]}},
                "usage":{{"llm_calls":0,"prompt_tokens":0,"completion_tokens":0,"source":"definite"}},"log":[]}}"#
        );
        serde_json::from_str(&text).expect("a session")
    }

    fn offered(session: &SessionView, typed: &str, asks: bool) -> Vec<String> {
        let shown = |candidate: CompletionCandidate| {
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            format!("{}: {help}", candidate.get_value().to_string_lossy())
        };
        let name = session.name.as_deref();
        candidates(session, name, typed, asks).into_iter().map(shown).collect()
    }

    #[test]
    fn a_session_goes_on_from_its_name_or_its_id() {
        let one = session(r#"{"query_id":"k7fq2m9d.3","prompt":"safe?","max_tokens":9}"#);
        assert_eq!(offered(&one, "", true), ["review: safe?"]);
        assert_eq!(offered(&one, "k7", true), ["k7fq2m9d: safe?"]);
        assert_eq!(offered(&one, "k7fq2m9d.", true), ["k7fq2m9d.3: safe?"]);
        assert!(offered(&one, "x", true).is_empty());
    }

    #[test]
    fn each_of_several_open_queries_is_offered_to_who_answers() {
        let two = r#"{"query_id":"k7fq2m9d.1","prompt":"a","max_tokens":9},{"query_id":"k7fq2m9d.2","prompt":"b","max_tokens":9}"#;
        let batch = session(two);
        assert_eq!(offered(&batch, "", true), ["k7fq2m9d.1: a", "k7fq2m9d.2: b"]);
        assert_eq!(offered(&batch, "", false), ["review: a"]);
    }

    #[test]
    fn a_headline_is_short_and_on_one_line() {
        assert_eq!(headline("\n a\t\u{1b}[31mb\r\nc "), "a [31mb c");
        let long = headline(&"word ".repeat(30));
        assert!(long.ends_with("word…") && long.chars().count() <= HEADLINE + 1, "{long}");
        assert_eq!(headline(""), "");
    }
}
