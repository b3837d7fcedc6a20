//! What a package is, found out by loading it: nothing declares it.

use std::{
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use alc_core::{Caller, PackageKind, PackageMeta, Script};
use serde::Deserialize;
use tokio::task::JoinSet;

use crate::{
    cause::chain,
    clock,
    engine::{Pool, probe},
    packages::{Located, Package},
};

/// How long a package may take to load.
const LIMIT: Duration = Duration::from_secs(5);
/// The Lua that loads the package `ctx.name` and says what it is.
const LOOK: &str = include_str!("inspect.lua");

/// What a package says of itself, once it is loaded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Nature {
    pub(crate) kind: PackageKind,
    #[serde(default)]
    pub(crate) meta: PackageMeta,
    /// What `M.spec` describes.
    #[serde(default)]
    pub(crate) entries: Vec<String>,
}

/// Loads packages, for one caller.
pub(crate) struct Inspector {
    pool: Pool,
    workers: usize,
    caller: Caller,
    home: Arc<Path>,
}

impl Inspector {
    /// Loads packages that find others as `caller` would, with the data folder `home`.
    pub(crate) fn new(caller: &Caller, home: &Path) -> std::io::Result<Self> {
        let workers = std::thread::available_parallelism().map_or(2, usize::from);
        let pool = Pool::start(workers)?;
        Ok(Self { pool, workers, caller: caller.clone(), home: home.into() })
    }

    /// What each of these packages is, or why it does not load, in their order.
    pub(crate) async fn inspect_all(
        self: &Arc<Self>,
        packages: &[Located],
    ) -> Vec<Result<Nature, String>> {
        let broken = || Err("it could not be looked at".to_owned());
        let mut found: Vec<_> = packages.iter().map(|_| broken()).collect();
        let waiting: Vec<_> = packages.iter().cloned().enumerate().collect();
        let waiting = Arc::new(Mutex::new(waiting.into_iter()));
        let mut tasks = JoinSet::new();
        for _ in 0..self.workers {
            let (inspector, waiting) = (self.clone(), waiting.clone());
            tasks.spawn(async move {
                let mut done = Vec::new();
                loop {
                    let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    let Some((place, package)) = next else { return done };
                    done.push((place, inspector.inspect(&package.name, &package.folder).await));
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            for (place, nature) in done.unwrap_or_default() {
                found[place] = nature;
            }
        }
        found
    }

    /// What the package in `folder` is, if it is called `name`, or why it does not load.
    pub(crate) async fn inspect(&self, name: &str, folder: &Path) -> Result<Nature, String> {
        let package = Package::read_folder(name, folder).map_err(|error| chain(&error))?;
        let script = Script {
            source: LOOK.to_owned(),
            chunk: "alc pkg".to_owned(),
            ctx: serde_json::json!({ "name": name }).to_string(),
            started_at: clock::now(),
            caller: self.caller.clone(),
            ..Script::default()
        };
        let text = probe(script, Arc::new(package), self.home.clone(), &self.pool, LIMIT).await;
        let text = text.map_err(|error| chain(&error))?;
        serde_json::from_str(&text).map_err(|error| format!("it says what cannot be read: {error}"))
    }
}
