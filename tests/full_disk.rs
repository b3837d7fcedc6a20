//! A disk that is full: what does not fit is refused, what frees space works, nothing is lost.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write as _},
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::env::{Ran, TestEnv};

/// Set where a test runs in a namespace of its own, whose mounts end with it.
const INSIDE: &str = "ALC_TEST_INSIDE";

/// A home on a small disk, and something else that fills it.
struct SmallDisk {
    env: TestEnv,
    filler: PathBuf,
}

impl SmallDisk {
    /// Runs the test of this name on such a disk, which any user can mount in a namespace.
    #[expect(clippy::print_stdout, reason = "what a machine lacks is told by the test")]
    fn test(name: &str, test: fn(&Self)) {
        if std::env::var_os(INSIDE).is_some() {
            return test(&Self::mount());
        }
        let inside = |program: OsString| {
            let mut command = Command::new("unshare");
            command.args(["--user", "--map-root-user", "--mount"]).arg(program).env(INSIDE, "1");
            command.stdin(Stdio::null());
            command
        };
        if !inside("true".into()).output().is_ok_and(|ran| ran.status.success()) {
            println!("skipped: {name}");
            return;
        }
        let tests = std::env::current_exe().expect("this program").into_os_string();
        let name = format!("full_disk::{name}");
        let ran = inside(tests).args(["--exact", &name, "--nocapture"]).output().expect("runs");
        let ran = Ran::new(ran);
        assert!(ran.code == Some(0), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.contains("1 passed"), "{}", ran.stdout);
    }

    fn mount() -> Self {
        let env = TestEnv::with_home("disk/home");
        let disk = env.folder().join("disk");
        fs::create_dir(&disk).expect("makes");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=48m", "disk"]).arg(&disk);
        assert!(mount.status().expect("mount runs").success());
        Self { filler: disk.join("filler"), env }
    }

    /// Leaves so many bytes.
    fn fill_up_to(&self, room: usize) {
        let spare = self.filler.with_extension("spare");
        fs::write(&spare, vec![1; room]).expect("fits");
        let mut filler =
            File::options().create(true).append(true).open(&self.filler).expect("opens");
        let full = loop {
            if let Err(error) = filler.write_all(&[1; 4096]) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        fs::remove_file(spare).expect("removes");
    }

    fn free(&self) {
        fs::remove_file(&self.filler).expect("removes");
    }

    #[track_caller]
    fn refuses(&self, arguments: &[&str]) {
        let stderr = self.env.alc(arguments.iter().copied()).fails(75, "disk_full");
        assert!(stderr.ends_with("\n  hint: alc gc\n"), "{stderr}");
    }

    /// Returns once not even a note fits any more.
    fn wait_until_full(&self, id: &str) {
        while self.env.alc(["note", id, "there was room"]).code != Some(75) {}
    }

    #[track_caller]
    fn is(&self, id: &str, state: &str) {
        assert_eq!(self.env.alc(["state", id]).ok(), state);
    }
}

/// Writes more than fits, then is through.
const TALKS: &str = "for i = 1, 8000 do print(i, ('x'):rep(1000)) end return 'through'";

const ASKS: &str = "return alc.llm('a')";

#[test]
fn a_full_disk_refuses_what_is_new_and_loses_nothing() {
    SmallDisk::test("a_full_disk_refuses_what_is_new_and_loses_nothing", |disk| {
        let env = &disk.env;
        let [paused, other] = [(); 2].map(|()| env.spawn_paused(ASKS));
        let ended = env.spawn("print('x') return 1");
        env.alc(["wait", &ended]).ok();
        disk.fill_up_to(6 << 20);
        let [talks, shouts] = [(); 2].map(|()| env.spawn(TALKS));
        disk.wait_until_full(&paused);
        let known = env.alc(["list", "-q"]).ok();
        let before = env.json(["watch", &ended]);

        // Twice, since the second time the reserve is in use.
        for _ in 0..2 {
            disk.refuses(&["spawn", "-e", "return 1"]);
            disk.refuses(&["resume", &paused, "x"]);
            disk.refuses(&["note", &paused, "x"]);
            env.alc(["cancel", &other]).ok();
            disk.is(&other, "cancelled");
        }
        disk.is(&paused, "paused");
        disk.is(&talks, "running");
        // Also one that waits for the disk.
        assert_eq!(env.alc(["cancel", &shouts]).ok(), shouts);
        env.alc(["wait", "--for", "terminal", &shouts]);
        disk.is(&shouts, "cancelled");
        assert_eq!(env.alc(["list", "-q"]).ok(), known);
        assert_eq!(env.json(["watch", &ended]), before);

        env.kill_daemon();
        disk.is(&paused, "paused");
        disk.refuses(&["resume", &paused, "x"]);

        disk.free();
        env.alc(["resume", &paused, "x"]).ok();
        assert_eq!(env.alc(["result", "--wait", "-r", &paused]).ok(), "x");
        assert_eq!(env.alc(["result", "--wait", "-r", &talks]).ok(), "through");
        let history = env.json(["watch", &talks]);
        let logged = history.iter().filter_map(|event| event["message"].as_str());
        let numbers = logged.map(|line| line.split('\t').next().expect("a number"));
        assert!(numbers.eq((1..=8000).map(|i| i.to_string())));
    });
}

#[test]
fn on_a_full_disk_any_number_of_sessions_can_be_cancelled_and_deleted() {
    SmallDisk::test("on_a_full_disk_any_number_of_sessions_can_be_cancelled_and_deleted", |disk| {
        let env = &disk.env;
        let talks = env.spawn(TALKS);
        let ids: Vec<_> = (0..60).map(|_| env.spawn_paused(ASKS)).collect();
        env.alc(["wait", &talks]).ok();
        let paused = env.spawn_paused(ASKS);
        disk.fill_up_to(0);
        disk.wait_until_full(&paused);
        for id in &ids {
            assert_eq!(&env.alc(["cancel", id]).ok(), id);
        }
        disk.refuses(&["resume", &paused, "x"]);
        for id in &ids[..30] {
            assert_eq!(&env.alc(["rm", id]).ok(), id);
        }
        disk.refuses(&["resume", &paused, "x"]);
        let gone = env.json(["gc", "--older-than", "0"]);
        assert_eq!(gone[0]["sessions"].as_array().map(Vec::len), Some(31));
        // That was more than the reserve takes.
        env.alc(["resume", &paused, "x"]).ok();
        assert_eq!(env.alc(["result", "--wait", "-r", &paused]).ok(), "x");
    });
}

#[test]
fn a_daemon_starts_on_a_full_disk() {
    SmallDisk::test("a_daemon_starts_on_a_full_disk", |disk| {
        let env = &disk.env;
        let [paused, other] = [(); 2].map(|()| env.spawn_paused(ASKS));
        for stop in [&["stop"][..], &["stop", "--force"]] {
            env.alc(["daemon"].into_iter().chain(stop.iter().copied())).ok();
            disk.fill_up_to(0);
            disk.refuses(&["spawn", "-e", "return 1"]);
            disk.is(&paused, "paused");
            env.alc(["cancel", &other]).ok();
            env.alc(["daemon", "stop"]).ok();
            disk.is(&other, "cancelled");
            disk.free();
            env.alc(["note", &paused, "room again"]).ok();
        }
        env.alc(["resume", &paused, "x"]).ok();
        assert_eq!(env.alc(["result", "--wait", "-r", &paused]).ok(), "x");
    });
}

#[test]
fn a_data_folder_that_does_not_fit_is_made_once_it_does() {
    SmallDisk::test("a_data_folder_that_does_not_fit_is_made_once_it_does", |disk| {
        let env = &disk.env;
        disk.fill_up_to(0);
        let spawn = || env.alc(["spawn", "-e", "return 1"]);
        for room in [0, 4096, 8192, 1 << 16] {
            disk.free();
            disk.fill_up_to(room);
            spawn().fails(75, "disk_full");
        }
        disk.free();
        assert_eq!(env.alc(["list", "-q"]).ok(), "");
        let id = spawn().ok();
        assert_eq!(env.alc(["result", "--wait", &id]).ok(), "1");
    });
}

/// Texts that pack badly, some 3 MiB in all.
const BULKY: &str = "local t = {} for i = 1, 24 do
    local bytes = {} for k = 1, 60000 do bytes[k] = ('%08x'):format(math.random(1 << 32)) end
    t[i] = alc.llm(table.concat(bytes)) end return #t";

#[test]
fn what_does_not_fit_is_not_exported_or_imported_and_leaves_no_half_file() {
    let name = "what_does_not_fit_is_not_exported_or_imported_and_leaves_no_half_file";
    SmallDisk::test(name, |disk| {
        let env = &disk.env;
        let id = env.spawn_paused(BULKY);
        for _ in 1..24 {
            env.alc(["resume", &id, "x", "--next"]).ok();
        }
        let outside = env.folder().join("outside.alc").display().to_string();
        let files = |folder: &str| {
            let files = fs::read_dir(env.folder().join(folder)).expect("a folder");
            let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
            names.sort();
            names
        };
        env.alc(["export", &id, "-o", &outside]).ok();
        let size = fs::metadata(&outside).expect("is there").len();
        // Much more than what is under way at a time.
        assert!(size > 4 << 20, "{size}");
        disk.fill_up_to(0);
        let before = files("disk");
        disk.refuses(&["export", &id, "-o", &outside]);
        disk.refuses(&["import", "--new-id", &outside]);
        assert_eq!(files("disk"), before);
        assert_eq!(files("disk/home/transit"), <[OsString; 0]>::default());
        disk.is(&id, "paused");
        assert_eq!(env.alc(["list", "-q"]).ok(), id);
        disk.free();
        let copy = env.alc(["import", "--new-id", &outside]).ok();
        for session in [&id, &copy] {
            env.alc(["resume", session, "x"]).ok();
            assert_eq!(env.alc(["result", "--wait", session]).ok(), "24");
        }
    });
}

#[test]
fn a_client_without_room_for_its_export_says_which_file_and_leaves_no_half_of_it() {
    let name = "a_client_without_room_for_its_export_says_which_file_and_leaves_no_half_of_it";
    SmallDisk::test(name, |disk| {
        let env = TestEnv::new();
        let id = env.spawn_paused(BULKY);
        for _ in 1..24 {
            env.alc(["resume", &id, "x", "--next"]).ok();
        }
        let folder = disk.env.folder().join("disk");
        let target = folder.join("session.alc").display().to_string();
        fs::write(&target, "as it was").expect("writes");
        // Some of it fits.
        disk.fill_up_to(1 << 20);
        let names = || {
            let files = fs::read_dir(&folder).expect("a folder");
            let mut names: Vec<_> = files.map(|file| file.expect("a file").file_name()).collect();
            names.sort();
            names
        };
        let before = names();
        for words in
            [&["export", &id, "-o", &target][..], &["export", &id, "-o", &target, "--move"]]
        {
            let stderr = env.alc(words.iter().copied()).fails(73, "cannot_write");
            assert!(stderr.contains(&target), "{stderr}");
            assert_eq!(names(), before);
            assert_eq!(fs::read(&target).expect("reads"), b"as it was");
        }
        assert_eq!(env.alc(["state", &id]).ok(), "paused");
        disk.free();
        env.alc(["export", &id, "-o", &target]).ok();
        assert!(fs::metadata(&target).expect("is there").len() > 4 << 20);
    });
}
