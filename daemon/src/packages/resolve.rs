//! Where a session's packages come from, in the order in which they count: links of the worktree, the
//! project's packages, the folders of `ALC_PACKAGES_PATH`, the user's store.

use std::{
    env,
    path::{Path, PathBuf},
};

use alc_core::Caller;

use super::{
    pin::{Package, PinError, files_of, stays_within},
    project::{Link, Project, ProjectError, Source},
};

/// The variable that names more folders of packages.
const MORE: &str = "ALC_PACKAGES_PATH";
/// The variable that forbids links out of a folder of packages.
const STRICT: &str = "ALC_PKG_STRICT";
/// Under this name scenarios can be required, where no package has it.
const SCENARIOS: &str = "scenarios";

/// Finds packages for one caller.
#[derive(Clone, Debug)]
pub(crate) struct Resolver {
    roots: Vec<Root>,
    strict: bool,
}

/// One place where packages are.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Root {
    /// One package, whatever its folder is called.
    Named(String, PathBuf),
    /// A folder whose entries are packages.
    Folder(PathBuf),
}

/// What became of looking for a module.
#[derive(Debug)]
pub(crate) enum Search {
    /// Its package.
    Found(Package),
    /// The files that are not there.
    Missing(Vec<String>),
}

impl Resolver {
    /// The places where `caller`'s packages are, with the data folder `home`.
    pub(crate) fn new(caller: &Caller, home: &Path) -> Result<Self, ProjectError> {
        let project = match &caller.project {
            Some(root) => Project::read(Path::new(root))?,
            None => Project::default(),
        };
        let store = home.join("packages");
        let named = |link: &Link| Root::Named(link.name.clone(), place(link, &store));
        let mut roots: Vec<Root> = project.local.iter().map(named).collect();
        roots.extend(project.shared.iter().map(named));
        // Older lock files name the folder that a package lies in.
        let folders = project.shared.iter().filter(|link| matches!(link.source, Source::Path(_)));
        roots.extend(folders.map(|link| Root::Folder(place(link, &store))));
        let base = caller.folder.as_deref().map_or(Path::new(""), Path::new);
        if let Some(more) = caller.env.get(MORE) {
            let folders = env::split_paths(more).filter(|folder| !folder.as_os_str().is_empty());
            roots.extend(folders.map(|folder| Root::Folder(base.join(folder))));
        }
        roots.push(Root::Folder(store));
        roots.push(Root::Named(SCENARIOS.to_owned(), home.join(SCENARIOS)));
        let strict = caller.env.get(STRICT).is_some_and(|value| value == "1");
        Ok(Self { roots, strict })
    }

    /// Finds a module and reads its whole package.
    pub(crate) fn find(&self, module: &str) -> Result<Search, PinError> {
        let mut missing = Vec::new();
        if is_sound(module) {
            for root in &self.roots {
                if let Some(package) = self.look(root, module, &mut missing)? {
                    return Ok(Search::Found(package));
                }
            }
        }
        Ok(Search::Missing(missing))
    }

    fn look(
        &self,
        root: &Root,
        module: &str,
        missing: &mut Vec<String>,
    ) -> Result<Option<Package>, PinError> {
        let (name, rest) = module.split_once('.').map_or((module, None), |(a, b)| (a, Some(b)));
        let (folder, single) = match root {
            Root::Named(named, _) if named != name => return Ok(None),
            Root::Named(_, folder) => (folder.clone(), None),
            Root::Folder(folder) => {
                (folder.join(name), rest.is_none().then(|| folder.join(format!("{name}.lua"))))
            }
        };
        if let Some(file) = single {
            if file.is_file() && self.may_follow(&file) {
                return Package::read_file(format!("{name}.lua"), &file).map(Some);
            }
            missing.push(file.display().to_string());
        }
        // Below the package's folder; `init.lua` for the package itself.
        let candidates = match rest {
            None => vec!["init.lua".to_owned()],
            Some(rest) => files_of(rest).to_vec(),
        };
        for candidate in candidates {
            let file = folder.join(candidate);
            if file.is_file() && self.may_follow(&folder) && stays_within(&file, &folder) {
                return Package::read_folder(name, &folder).map(Some);
            }
            missing.push(file.display().to_string());
        }
        Ok(None)
    }

    /// Links out of a folder of packages are how linked packages work, unless that is forbidden.
    fn may_follow(&self, entry: &Path) -> bool {
        !self.strict || !entry.is_symlink()
    }
}

fn place(link: &Link, store: &Path) -> PathBuf {
    match &link.source {
        Source::Path(path) => path.clone(),
        Source::Pinned(version) => store.join(format!("{}@{version}", link.name)),
    }
}

/// Whether a module's name may be looked for in folders: nothing that leads out of them.
fn is_sound(module: &str) -> bool {
    !module.is_empty()
        && !module.contains(['/', '\\', '\0'])
        && module.split('.').all(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
        fs::write(path, text).expect("writes");
    }

    fn source(resolver: &Resolver, module: &str) -> Option<String> {
        match resolver.find(module).expect("reads") {
            Search::Found(package) => package.module(module).map(|(_, source)| source.to_owned()),
            Search::Missing(_) => None,
        }
    }

    struct Places {
        folder: TempDir,
        caller: Caller,
    }

    impl Places {
        fn new() -> Self {
            Self { folder: tempfile::tempdir().expect("a folder"), caller: Caller::default() }
        }

        fn write(&self, path: &str, text: &str) {
            write(&self.folder.path().join(path), text);
        }

        fn resolver(&self) -> Resolver {
            Resolver::new(&self.caller, &self.folder.path().join("home")).expect("reads")
        }
    }

    #[test]
    fn the_first_place_that_has_a_package_counts() {
        let mut places = Places::new();
        let root = places.folder.path().to_owned();
        places.caller.project = Some(root.join("project").display().to_string());
        places.caller.env.insert(MORE.to_owned(), root.join("more").display().to_string());
        for (place, packages) in [
            ("home/packages", "a b c d"),
            ("more", "a b c"),
            ("project/shared", "a b"),
            ("project/elsewhere", "a"),
        ] {
            for name in packages.split(' ') {
                places.write(&format!("{place}/{name}/init.lua"), place);
            }
        }
        places.write("home/packages/e@1.0/init.lua", "pinned");
        places.write("home/packages/e/init.lua", "newest");
        places.write("home/packages/single.lua", "single");
        places.write("home/scenarios/quiz.lua", "quiz");
        places.write("project/alc.local.toml", "[packages]\na = {path = 'elsewhere/a'}");
        let lock = "version = 1
            [[package]]
            name = 'shared'
            source = { type = 'path', path = 'shared' }
            [[package]]
            name = 'e'
            version = '1.0'
            source = { type = 'installed' }";
        places.write("project/alc.lock", lock);
        let resolver = places.resolver();
        for (module, place) in [
            ("a", "project/elsewhere"),
            ("b", "project/shared"),
            ("c", "more"),
            ("d", "home/packages"),
            ("e", "pinned"),
            ("single", "single"),
            ("scenarios.quiz", "quiz"),
        ] {
            assert_eq!(source(&resolver, module).as_deref(), Some(place), "{module}");
        }
    }

    #[test]
    fn a_name_that_leads_out_of_its_folder_is_never_found() {
        let places = Places::new();
        places.write("home/packages/a/init.lua", "a");
        places.write("home/secret.lua", "secret");
        let resolver = places.resolver();
        for module in ["../secret", "a/init", "..secret", "a..init", "", ".", "a\\init", "a\0"] {
            assert_eq!(source(&resolver, module), None, "{module}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_counts_as_a_package_but_not_within_one() {
        use std::os::unix::fs::symlink;
        let mut places = Places::new();
        let root = places.folder.path().to_owned();
        places.write("home/packages/a/init.lua", "a");
        places.write("real/init.lua", "linked");
        places.write("real/part.lua", "part");
        places.write("secret.lua", "secret");
        symlink(root.join("real"), root.join("home/packages/b")).expect("links");
        symlink(root.join("secret.lua"), root.join("home/packages/a/out.lua")).expect("links");
        symlink(root.join("home/packages/a"), root.join("home/packages/a/again")).expect("links");
        let resolver = places.resolver();
        assert_eq!(source(&resolver, "b").as_deref(), Some("linked"));
        assert_eq!(source(&resolver, "b.part").as_deref(), Some("part"));
        assert_eq!(source(&resolver, "a.out"), None);
        assert_eq!(source(&resolver, "a").as_deref(), Some("a"));
        places.caller.env.insert(STRICT.to_owned(), "1".to_owned());
        assert_eq!(source(&places.resolver(), "b"), None);
    }

    #[test]
    fn a_package_is_kept_whole_without_its_tests() {
        let places = Places::new();
        for file in ["init", "sub", "deep/init", "deep/er", "spec/init_spec", ".git/x"] {
            places.write(&format!("home/packages/a/{file}.lua"), file);
        }
        places.write("home/packages/a/README.md", "text");
        let Ok(Search::Found(package)) = places.resolver().find("a.deep.er") else {
            panic!("not found");
        };
        for (module, file) in
            [("a", "init"), ("a.sub", "sub"), ("a.deep", "deep/init"), ("a.deep.er", "deep/er")]
        {
            let expected = format!("a/{file}.lua");
            assert_eq!(package.module(module), Some((expected.as_str(), file)));
        }
        assert_eq!(package.module("a.spec.init_spec"), None);
    }
}
