//! Where packages are found, and where not.

use tempfile::TempDir;

use super::*;

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("creates");
    fs::write(path, text).expect("writes");
}

fn source(resolver: &Resolver, module: &str) -> Option<String> {
    let package = resolver.find(module).expect("reads").package?;
    package.module(module).map(|(_, source)| String::from_utf8_lossy(source).into_owned())
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
    let listed: Vec<_> = resolver
        .packages()
        .into_iter()
        .filter(|package| package.name == "a")
        .map(|package| (package.origin, resolver.folder("a") == Some(package.folder)))
        .collect();
    let expected = [
        (Origin::Worktree, true),
        (Origin::Project, false),
        (Origin::More, false),
        (Origin::Store, false),
    ];
    assert_eq!(listed, expected);
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
    symlink(root.join("home/packages/a"), root.join("home/packages/c")).expect("links");
    assert_eq!(source(&places.resolver(), "c").as_deref(), Some("a"), "it stays within");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_passed_over_and_told() {
    let mut places = Places::new();
    let root = places.folder.path().to_owned();
    places.caller.project = Some(root.join("project").display().to_string());
    for name in ["a", "b"] {
        places.write(&format!("home/packages/{name}/init.lua"), name);
    }
    std::os::unix::fs::symlink("gone", root.join("home/packages/c")).expect("links");
    let links = "[packages]\na = {path = 'none'}\nb = {path = '../home/packages/b'}";
    places.write("project/alc.local.toml", links);
    let broken = |module: &str| {
        let found = places.resolver().find(module).expect("reads");
        let told = found.passed.broken.iter().map(Located::leads_nowhere).collect::<Vec<_>>();
        (found.package.is_some(), told.join(" "))
    };
    let none = root.join("project/none");
    let told = format!("alc.local.toml links `a` to {}, where there is no package", none.display());
    assert_eq!(broken("a"), (true, told));
    assert_eq!(broken("b"), (true, String::new()));
    let told = "the store links `c` to gone, where there is no package".to_owned();
    assert_eq!(broken("c"), (false, told));
}

#[test]
fn a_file_of_a_package_may_have_any_bytes() {
    let places = Places::new();
    places.write("home/packages/a/init.lua", "a");
    let latin = places.folder.path().join("home/packages/a/latin.lua");
    fs::write(latin, b"return '\xe9'").expect("writes");
    let package = places.resolver().find("a").expect("reads").package.expect("is there");
    let text = serde_json::to_string(&package).expect("JSON");
    let package = Package::shared(&text).expect("reads");
    assert_eq!(package.module("a"), Some(("a/init.lua", &b"a"[..])));
    assert_eq!(package.module("a.latin"), Some(("a/latin.lua", &b"return '\xe9'"[..])));
}

#[test]
fn a_package_is_kept_whole_without_its_tests() {
    let places = Places::new();
    for file in ["init", "sub", "deep/init", "deep/er", "spec/init_spec", ".git/x"] {
        places.write(&format!("home/packages/a/{file}.lua"), file);
    }
    places.write("home/packages/a/README.md", "text");
    let found = places.resolver().find("a.deep.er").expect("reads");
    let package = found.package.expect("is there");
    for (module, file) in
        [("a", "init"), ("a.sub", "sub"), ("a.deep", "deep/init"), ("a.deep.er", "deep/er")]
    {
        let expected = format!("a/{file}.lua");
        assert_eq!(package.module(module), Some((expected.as_str(), file.as_bytes())));
    }
    assert_eq!(package.module("a.spec.init_spec"), None);
}
