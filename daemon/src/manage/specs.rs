//! Runs the specs of packages: side by side, and told in their order.

mod search;
mod select;

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use alc_core::{Caller, FORMAT, SpecFileView, SpecsView, TestView};
use alc_ipc::RunSpecs;
use tokio::task::JoinSet;

use self::{search::Search, select::SpecFile};
use super::ManageError;
use crate::{
    cause::chain,
    engine::{Case, Notes, Pool, ProbeError, Spec, run_spec},
    packages::{Project, Resolver},
};

/// What an error outside of all tests is called.
const TOP_LEVEL: &str = "<top-level>";

/// What all runs of a command have in common.
struct Runner {
    pool: Pool,
    caller: Caller,
    search: Search,
    /// Where specs have their stores, each a folder of its own; gone at the end.
    scratch: tempfile::TempDir,
    limit: Duration,
}

/// Runs specs, for a caller whose user-wide packages are in the data folder `home`.
pub(crate) async fn test(
    specs: RunSpecs,
    caller: &Caller,
    home: &Path,
) -> Result<SpecsView, ManageError> {
    let begun = Instant::now();
    let mut warnings = Vec::new();
    let project = caller
        .project
        .as_ref()
        .map_or(Ok(Project::default()), |root| Project::read(Path::new(root)));
    let project = project.unwrap_or_else(|error| {
        warnings.push(chain(&error));
        Project::default()
    });
    let resolver = Resolver::with_project(&project, caller, home);
    let files = select::select(&specs, caller, &resolver)?;
    let scratch = tempfile::tempdir().map_err(ManageError::Scratch)?;
    let search = Search::new(&resolver, caller, &specs.paths, scratch.path(), &mut warnings);
    let searched = search.all(&files);
    let workers = std::thread::available_parallelism().map_or(2, usize::from);
    let pool = Pool::start(workers).map_err(ManageError::Threads)?;
    let limit = Duration::from_millis(specs.limit);
    let runner = Arc::new(Runner { pool, caller: caller.clone(), search, scratch, limit });
    let told = runner.run_all(files, workers).await;
    let count = |of: fn(&SpecFileView) -> usize| told.iter().map(of).sum();
    Ok(SpecsView {
        v: FORMAT,
        passed: count(|file| file.passed),
        failed: count(|file| file.failed),
        pending: 0,
        total: count(|file| file.total),
        duration_ms: millis(begun),
        spec_files: told,
        resolved_search_paths: searched,
        search_path_warnings: warnings,
    })
}

fn millis(since: Instant) -> u64 {
    u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX)
}

impl Runner {
    /// Runs all files, as many at a time as there are workers.
    async fn run_all(self: &Arc<Self>, files: Vec<SpecFile>, workers: usize) -> Vec<SpecFileView> {
        let mut told: Vec<_> = files.iter().map(|_| None).collect();
        let waiting = Arc::new(Mutex::new(files.into_iter().enumerate()));
        let mut lanes = JoinSet::new();
        for _ in 0..workers {
            let (runner, waiting) = (self.clone(), waiting.clone());
            lanes.spawn(async move {
                let mut done = Vec::new();
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, file)) = next else { return done };
                    done.push((place, runner.run(place, file).await));
                }
            });
        }
        while let Some(done) = lanes.join_next().await {
            for (place, view) in done.unwrap_or_default() {
                told[place] = Some(view);
            }
        }
        told.into_iter().flatten().collect()
    }

    async fn run(&self, place: usize, file: SpecFile) -> SpecFileView {
        let begun = Instant::now();
        let notes = Notes::default();
        let ended = self.run_to_end(place, &file, &notes).await;
        let mut tests: Vec<_> = notes.take().into_iter().map(view).collect();
        if let Err(error) = ended {
            tests.push(view(Case {
                suite: String::new(),
                name: TOP_LEVEL.to_owned(),
                error: Some(error),
            }));
        }
        let failed = tests.iter().filter(|test| !test.passed).count();
        let total = tests.len();
        let passed = total - failed;
        let path = file.shown();
        SpecFileView { path, passed, failed, total, duration_ms: millis(begun), tests }
    }

    /// Runs a file; what it failed with outside of its tests.
    async fn run_to_end(&self, place: usize, file: &SpecFile, notes: &Notes) -> Result<(), String> {
        let home = self.scratch.path().join(place.to_string());
        let spec = Spec {
            source: file.source()?,
            chunk: file.chunk(),
            path: self.search.lua_path(file),
            caller: self.caller.clone(),
        };
        let ended = run_spec(spec, home.as_path().into(), notes, &self.pool, self.limit).await;
        // One that wrote nothing has no folder; what is left is removed at the end.
        let _ = fs::remove_dir_all(&home);
        ended.map_err(|error| match error {
            ProbeError::Endless(limit) => {
                format!(
                    "it has not ended after {} s; --timeout sets the limit",
                    limit.as_secs_f64()
                )
            }
            error => chain(&error),
        })
    }
}

fn view(case: Case) -> TestView {
    let Case { suite, name, error } = case;
    TestView { suite, name, passed: error.is_none(), pending: false, error }
}
