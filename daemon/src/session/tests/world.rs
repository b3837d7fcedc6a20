//! What scripts do to files, and what they run: `io` and `os`.

use std::fs;

use super::*;

impl Service {
    #[cfg(unix)]
    fn write_files(&self) {
        fs::write(self.folder.path().join("text"), "one\ntwo\n\n 12.5e1x0x1Fend").expect("writes");
        fs::write(self.folder.path().join("bytes"), b"\xff\x00a\xfe").expect("writes");
        let long = format!("{}\nlast", "x".repeat(200_000));
        fs::write(self.folder.path().join("long"), long).expect("writes");
    }

    /// What a script returns, whose queries are all answered `A`, and which finds a folder of its own
    /// as its working folder.
    async fn value(&self, source: &str) -> String {
        let (session, outcome) = self.run_in_folder(source).await;
        let outcome: serde_json::Value = serde_json::from_str(&outcome).expect("JSON");
        let value = outcome.get("value").unwrap_or_else(|| panic!("{session} {source}: {outcome}"));
        value.to_string()
    }

    async fn run_in_folder(&self, source: &str) -> (SessionId, String) {
        let caller = alc_core::Caller {
            folder: Some(self.folder.path().display().to_string()),
            env: [("GIVEN".to_owned(), "yes".to_owned())].into(),
            ..alc_core::Caller::default()
        };
        let id =
            self.registry.spawn(Specification { caller, ..runs(source) }).await.expect("spawns");
        let session = Reference::from(id.clone());
        loop {
            let stands = |state: StateName| state == StateName::Paused || state.is_terminal();
            if self.registry.wait(&session, stands).await.expect("waits").state.is_terminal() {
                break;
            }
            assert_eq!(self.answer(&id, None, "A").await, Ok(true));
        }
        let outcome = self.registry.outcome(&session).await.expect("reads").2.expect("ended");
        (id, outcome)
    }
}

// With what the system says of a file that is not there.
#[cfg(unix)]
#[tokio::test]
async fn files_are_read_in_every_way() {
    let service = Service::open();
    service.write_files();
    for (source, expected) in [
        ("return io.open('text'):read()", "\"one\""),
        ("return io.open('text'):read('L')", r#""one\n""#),
        (
            "return {io.open('text'):read('l', 'l', 'l', 'n', 1, 'n', 'a')}",
            r#"["one","two","",125.0,"x",510,"nd"]"#,
        ),
        (
            "local f = io.open('text') f:read('a') return {f:read('a'), f:read('l') == nil, f:read(0) == nil}",
            r#"["",true,true]"#,
        ),
        ("local f = io.open('text') return f:read(0) .. f:read(5)", r#""one\nt""#),
        (
            "local t = {} for l in io.lines('text') do t[#t + 1] = l end return t",
            r#"["one","two",""," 12.5e1x0x1Fend"]"#,
        ),
        (
            "local t = {} for a, b in io.lines('text', 1, 'l') do t[#t + 1] = a .. '|' .. b end return t",
            r#"["o|ne","t|wo","\n| 12.5e1x0x1Fend"]"#,
        ),
        ("return {#io.open('long'):read(), select('#', io.open('none'))}", "[200000,3]"),
        ("local f = io.open('long') f:seek('set', 200001) return f:read('a')", "\"last\""),
        (
            "local f = io.open('long') return {f:seek('end'), f:seek('cur', -4), f:read(2), f:seek()}",
            r#"[200005,200001,"la",200003]"#,
        ),
        (
            "local b = io.open('bytes', 'rb'):read('a') return {#b, b:byte(1, 4)}",
            "[4,255,0,97,254]",
        ),
        (
            "local f, e, n = io.open('none') return {f == nil, e, n}",
            r#"[true,"none: No such file or directory",2]"#,
        ),
        (
            "return select(2, pcall(io.lines, 'none'))",
            "\"cannot open file 'none' (No such file or directory)\"",
        ),
        (
            "return select(2, pcall(function() local f = io.open('text', 'q') return f end))",
            "\"test.lua:1: bad argument #2 to 'open' (invalid mode)\"",
        ),
        (
            "local f = io.open('text') f:close() return select(2, pcall(f.read, f))",
            "\"attempt to use a closed file\"",
        ),
        (
            "local f = io.open('text') local a = io.type(f) f:close() return {a, io.type(f), io.type(1) == nil, tostring(f)}",
            r#"["file","closed file",true,"file (closed)"]"#,
        ),
        ("local f = io.open('text') f:read() alc.llm('q') return f:read()", "\"two\""),
        ("io.input('text') return {io.read(), io.read('n') == nil}", r#"["one",true]"#),
        ("return {io.read() == nil, #io.open('/dev/zero'):read(4)}", "[true,4]"),
    ] {
        assert_eq!(service.value(source).await, expected, "{source}");
    }
}

#[tokio::test]
async fn files_are_written_in_every_way() {
    let service = Service::open();
    for (source, content) in [
        ("local f <close> = io.open('f', 'w') f:write('a', 1, 2.5, 'b')", "a12.5b"),
        ("local f = io.open('f', 'a') f:write('+') f:close()", "a12.5b+"),
        ("local f = io.open('f', 'r+') f:seek('set', 1) f:write('XY') f:close()", "aXY.5b+"),
        ("local f = io.open('f', 'r+') f:read(2) f:write('Z') return f:read(1)", "aXZ.5b+"),
        ("io.output('f') io.write('by', ' ', 'default') io.close()", "by default"),
        ("local f = io.open('f', 'w') f:write('left open')", "left open"),
        (
            "local f = io.open('f', 'w') f:write('seen ') local g = io.open('f') f:flush() f:write(g:read('a'))",
            "seen seen ",
        ),
        (
            "local f = io.open('f', 'w') f:write('before ') local n = #alc.llm('q') f:write(n)",
            "before 1",
        ),
        (
            "local f = io.open('f', 'w') for i = 1, 3 do f:write(('x'):rep(50000)) end",
            &"x".repeat(150_000),
        ),
        (
            "local f = io.open('f', 'wb') f:write('\\xff\\0') f:close() f = io.open('f', 'rb') assert(f:read('a') == '\\xff\\0') f = io.open('f', 'w')",
            "",
        ),
    ] {
        service.value(source).await;
        let found = fs::read_to_string(service.folder.path().join("f")).expect("reads");
        assert!(found == content, "{source}: {} bytes", found.len());
    }
    for (source, expected) in [
        (
            "return {io.open('f', 'r'):write('x') == nil, io.open('f', 'w'):read() == nil}",
            "[true,true]",
        ),
        (
            "local f = io.tmpfile() f:write('kept') f:seek('set') return {f:read('a'), f:close()}",
            r#"["kept",true]"#,
        ),
        (
            "local n = os.tmpname() local f = io.open(n) return {f ~= nil, os.remove(n), io.open(n) == nil}",
            "[true,true,true]",
        ),
        (
            "io.open('a', 'w') return {os.rename('a', 'b'), (os.rename('a', 'b')), select(3, os.remove('a'))}",
            "[true,null,2]",
        ),
    ] {
        assert_eq!(service.value(source).await, expected, "{source}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn commands_run_in_the_callers_folder_with_what_was_given() {
    let service = Service::open();
    for (source, expected) in [
        ("return {os.execute('exit 3')}", r#"[null,"exit",3]"#),
        ("return {os.execute('kill -9 $$')}", r#"[null,"signal",9]"#),
        ("return {os.execute('echo made > made'), io.open('made'):read()}", r#"[true,"made"]"#),
        ("return os.execute()", "true"),
        (
            "local p = io.popen('echo $GIVEN-$HOME; pwd | wc -l') return {p:read(), p:read('n'), p:close()}",
            r#"["yes-",1,true,"exit",0]"#,
        ),
        (
            "local p = io.popen('cat > fed', 'w') p:write('a', 'b') p:close() return io.open('fed'):read()",
            "\"ab\"",
        ),
        ("local p = io.popen('printf \"\\\\377\"') alc.llm('q') return p:read(1):byte()", "255"),
    ] {
        assert_eq!(service.value(source).await, expected, "{source}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_cancelled_session_ends_the_command_it_waits_for() {
    let service = Service::open();
    let marker = service.folder.path().join("begun");
    let shown = marker.display();
    let id = service
        .spawn(&format!("os.execute('echo > {shown}; sleep 1000; echo > {shown}.late')"))
        .await
        .expect("spawns");
    while !marker.exists() {
        tokio::task::yield_now().await;
    }
    assert!(service.cancel(&id).await);
    service.reaches(&id, StateName::Cancelled).await;
    assert!(!service.folder.path().join("begun.late").exists());
}

#[tokio::test]
async fn the_time_is_told_once() {
    let service = Service::open();
    for (source, expected) in [
        (
            "local t = os.time() return {math.type(t), t > 1.7e9, os.difftime(t, t - 5)}",
            r#"["integer",true,5.0]"#,
        ),
        (
            "return {os.date('!%Y-%m-%dT%H:%M:%S', 0), os.date('!*t', 86400).day}",
            r#"["1970-01-01T00:00:00",2]"#,
        ),
        (
            "local p = {year = 2024, month = 14, day = 1, hour = 12} os.time(p) return {p.year, p.month}",
            "[2025,2]",
        ),
        (
            "return {type(os.clock()), os.setlocale(), os.setlocale('xx') == nil}",
            r#"["number","C",true]"#,
        ),
        ("return select(2, pcall(os.exit))", "\"os.exit: not available in a session\""),
        ("return (select(2, pcall(os.date, '%Ez', 0)):find('invalid conversion')) ~= nil", "true"),
    ] {
        assert_eq!(service.value(source).await, expected, "{source}");
    }
}

#[tokio::test]
async fn what_is_printed_is_told_to_whoever_watches() {
    let service = Service::open();
    let source = "io.write('one ', 1, '\\ntwo') io.stderr:write('warned\\n') return io.stdout:close() == nil";
    let (id, outcome) = service.run_in_folder(source).await;
    assert!(outcome.contains("\"value\":true"), "{outcome}");
    let view = service.registry.state(&id.into()).await.expect("reads");
    let lines: Vec<_> =
        view.log.iter().map(|line| (&*line.line.source, &*line.line.message)).collect();
    assert_eq!(lines, [("io.write", "one 1"), ("io.stderr", "warned"), ("io.write", "two")]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_command_that_nobody_closed_is_run_once_when_the_script_ends() {
    let service = Service::open();
    let source = "local p = io.popen('cat >> fed', 'w') p:write('a') io.popen('echo b >> fed', 'w')
        local closed = io.popen('echo c >> fed', 'w') closed:close() return io.open('fed'):read('a')";
    let (_, outcome) = service.run_in_folder(source).await;
    assert!(outcome.contains(r#""value":"c\n""#), "{outcome}");
    let fed = fs::read_to_string(service.folder.path().join("fed")).expect("is there");
    assert_eq!(fed, "c\nab\n");
}

#[tokio::test]
async fn a_restart_reads_and_writes_nothing_again() {
    let service = Service::open();
    let path = service.folder.path().join("f");
    let shown = path.display();
    fs::write(&path, "before").expect("writes");
    let source = format!(
        "local f = io.open([[{shown}]], 'r+') local a = f:read('a') f:write('+') local t = os.time()
         local b = alc.llm('q') f:write('!') f:close() return {{a, b, io.open([[{shown}]]):read('a')}}"
    );
    let id = service.paused(&source).await;
    assert_eq!(fs::read_to_string(&path).expect("reads"), "before+");
    fs::write(&path, "edited+").expect("writes");
    let service = service.reopen();
    assert_eq!(service.answer(&id, None, "B").await, Ok(true));
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains(r#""value":["before","B","edited+!"]"#), "{outcome}");
}
