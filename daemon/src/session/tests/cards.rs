//! `alc.card`: what scripts are told, and what they cannot break or reach.

use std::fs;

use serde_json::Value;

use super::*;

/// Scripts that run one after the other on one store, and what they return. `RAISES f(...)` stands for
/// the message that a call raises.
const LIFE: &[(&str, &str)] = &[
    // Nothing is there.
    (
        "return {alc.card.get('none') == nil, alc.card.list(), alc.card.find{pkg = 'none'}, alc.card.alias_list()}",
        "[true,[],[],[]]",
    ),
    ("return {alc.card.get_by_alias('none') == nil, alc.card.lineage{card_id = 'none'} == nil}", "[true,true]"),
    // create
    (
        "local c = alc.card.create{pkg = {name = 'cot'}, card_id = 'one', created_at = '2026-01-01T00:00:00Z',
           model = {id = 'claude-opus-4-6'}, stats = {pass_rate = 1.0, n = 3, gone = nil}, params = {b = 1, a = 2.0}}
         return {c.card_id, c.path:match('cards[/\\\\]cot[/\\\\]one.toml$') ~= nil}",
        r#"["one",true]"#,
    ),
    (
        "local c = alc.card.get('one')
         return {c.schema_version, c.created_at, c.created_by:match('^alc@') ~= nil, #c.param_fingerprint,
           math.type(c.stats.n), math.type(c.stats.pass_rate), c.pkg}",
        r#"["card/v0","2026-01-01T00:00:00Z",true,16,"integer","float",{"name":"cot"}]"#,
    ),
    (
        "local id = alc.card.create{pkg = {name = 'cot'}, card_id = '', model = {id = 'gpt-5'}}.card_id
         return (id:gsub('%d%d%d%d%d%d%d%dT%d%d%d%d%d%d_%x%x%x%x%x%x$', 'TIME_HASH'))",
        r#""cot_5_TIME_HASH""#,
    ),
    ("RAISES alc.card.create()", "alc.card.create: input must be a table"),
    ("RAISES alc.card.create('x')", "alc.card.create: input must be a table"),
    ("RAISES alc.card.create({})", "alc.card.create: pkg.name is required"),
    ("RAISES alc.card.create({pkg = {name = 'p'}, card_id = 'one'})", "alc.card.create: card 'one' already exists"),
    ("RAISES alc.card.create({pkg = {name = 'a/b'}})", "Invalid pkg name: 'a/b'"),
    ("RAISES alc.card.create({pkg = {name = '..'}})", "Invalid pkg name: '..'"),
    ("RAISES alc.card.create({pkg = {name = 'p'}, card_id = '../x'})", "Invalid card_id name: '../x'"),
    ("RAISES alc.card.create({pkg = {name = 'p'}, f = print})", "unsupported value type"),
    // What TOML and JSON have no word for is dropped.
    (
        "alc.card.create{pkg = {name = 'q'}, card_id = 'nan', created_at = '2026-01-02T00:00:00Z',
           stats = {bad = 0/0, pass_rate = 1, list = {1, 1/0, 3}}}
         return alc.card.get('nan').stats",
        r#"{"list":[1,3],"pass_rate":1}"#,
    ),
    // The run gate is shut.
    (
        "return {alc.card.create{pkg = {name = 'p'}, run = {status = 'failed'}} == nil,
           alc.card.append('one', {run = {status = 'failed'}}) == nil, alc.card.open{} == nil,
           alc.card.close('one', {status = 'skipped'}) == nil, alc.card.get('one').run == nil}",
        "[true,true,true,true,true]",
    ),
    ("RAISES alc.card.create({pkg = {name = 'p'}, run = {status = 'odd'}})", "alc.card: invalid run field"),
    ("RAISES alc.card.create({run = 1})", "alc.card: invalid run field"),
    ("RAISES alc.card.append('one', {run = {}})", "alc.card: invalid run field"),
    ("RAISES alc.card.close('one', {status = 'done'})", "alc.card.close: invalid outcome"),
    ("RAISES alc.card.close('one')", "alc.card.close: invalid outcome"),
    ("RAISES alc.card.sink_backfill({})", "alc.card.sink_backfill: not supported"),
    // append
    ("return alc.card.append('one', {note = {x = 1}}).note.x + alc.card.get('one').note.x", "2"),
    ("RAISES alc.card.append('one', {new = 1, stats = {}})", "alc.card.append: key 'stats' already set"),
    ("RAISES alc.card.append('none', {a = 1})", "alc.card.append: card 'none' not found"),
    ("RAISES alc.card.append('one', 7)", "alc.card.append: fields must be a table"),
    ("return alc.card.get('one').new == nil", "true"),
    // samples
    (
        "local t = alc.card.write_samples('one', {{score = 1, tag = 'a'}, {score = 0.5, tag = 'b'}, {score = 0, tag = 'a'}})
         return {t.count, t.path:match('one.samples.jsonl$') ~= nil}",
        "[3,true]",
    ),
    (
        "return {alc.card.read_samples('one'), alc.card.read_samples('one', {where = {tag = 'a'}, offset = 1}),
           alc.card.read_samples('one', {limit = 1, offset = 1}), alc.card.read_samples('nan')}",
        r#"[[{"score":1,"tag":"a"},{"score":0.5,"tag":"b"},{"score":0,"tag":"a"}],[{"score":0,"tag":"a"}],[{"score":0.5,"tag":"b"}],[]]"#,
    ),
    ("RAISES alc.card.write_samples('one', {{}})", "alc.card.write_samples: samples already exist"),
    ("RAISES alc.card.write_samples('nan', {})", "alc.card.write_samples: samples must be an array"),
    ("RAISES alc.card.write_samples('nan', 'x')", "alc.card.write_samples: samples must be an array"),
    ("RAISES alc.card.write_samples('none', {{}})", "card 'none' not found"),
    ("RAISES alc.card.read_samples('none')", "card 'none' not found"),
    ("RAISES alc.card.read_samples('one', {where = 7})", "where clause must be a table"),
    // list and find
    (
        "local all = alc.card.list() return {#all, all[2], all[3], #alc.card.list{pkg = 'q'}}",
        r#"[3,{"card_id":"nan","created_at":"2026-01-02T00:00:00Z","pass_rate":1,"pkg":"q"},{"card_id":"one","created_at":"2026-01-01T00:00:00Z","model":"claude-opus-4-6","pass_rate":1.0,"pkg":"cot"},1]"#,
    ),
    (
        "local ids = function(query) return alc.map(alc.card.find(query), function(c) return c.card_id end) end
         return {ids{where = {stats = {pass_rate = {gte = 1}}}}, ids{where = {stats = {n = 3}}}, ids{order_by = 'created_at', limit = 1},
           ids{order_by = {'-stats.n', 'card_id'}, offset = 1, limit = 1, pkg = 'q'}, #ids(), ids{limit = 0}}",
        r#"[["nan","one"],["one"],["one"],{},3,{}]"#,
    ),
    ("RAISES alc.card.find({where = {_or = {}}})", "_or must be an array"),
    ("RAISES alc.card.list('cot')", "alc.card.list: the query must be a table"),
    ("RAISES alc.card.find({order_by = ''})", "order_by "),
    ("RAISES alc.card.find({pkg = '../x'})", "Invalid pkg name: '../x'"),
    ("RAISES alc.card.get('../x')", "Invalid card_id name: '../x'"),
    ("RAISES alc.card.get()", "bad argument #1"),
    // aliases
    (
        "local a = alc.card.alias_set('best', 'one', {pkg = 'cot', note = 'n'})
         return {a.name, a.card_id, a.pkg, a.note, a.set_at:match('^%d+-%d+-%d+T%d+:%d+:%d+Z$') ~= nil}",
        r#"["best","one","cot","n",true]"#,
    ),
    (
        "alc.card.alias_set('best', 'nan') alc.card.alias_set('also', 'one', {pkg = 'cot'})
         local all = alc.card.alias_list()
         return {#all, all[1].name, all[2].card_id, all[2].pkg == nil, #alc.card.alias_list{pkg = 'cot'},
           alc.card.get_by_alias('best').card_id}",
        r#"[2,"also","nan",true,1,"nan"]"#,
    ),
    ("RAISES alc.card.alias_set('best', 'none')", "alc.card.alias_set: card 'none' not found"),
    ("RAISES alc.card.alias_set('a/b', 'one')", "Invalid alias name: 'a/b'"),
    // lineage
    (
        "alc.card.create{pkg = {name = 'cot'}, card_id = 'two', metadata = {prior_card_id = 'one', prior_relation = 'tuned'}}
         local l = alc.card.lineage{card_id = 'two', include_stats = false}
         return {l.root, l.nodes[2], l.edges, l.truncated}",
        r#"["two",{"card_id":"one","depth":-1,"pkg":"cot"},[{"from":"two","relation":"tuned","to":"one"}],false]"#,
    ),
    ("RAISES alc.card.lineage({card_id = 'two', direction = 'left'})", "direction must be"),
    // compare
    (
        "alc.card.write_samples('two', {{score = 0.1, tag = 'a'}, {score = 0.2, tag = 'b'}, {score = 0, tag = 'a'}})
         local named, made = alc.card.compare('one', 'two'), alc.card.compare('one', 'two',
           {metric = function(row) return row.score * 10 end, alpha = 0.5, where = {tag = 'a'}})
         return {named.metric, named.a, named.winner, named.significant, named.t_stat > 0, made.metric, made.alpha, made.b, made.delta}",
        r#"["score",{"card_id":"one","mean":0.5,"n":3},"none",false,true,"<function>",0.5,{"card_id":"two","mean":0.5,"n":2},4.5]"#,
    ),
    (
        "return alc.card.compare('one', 'two', {metric = function(row) return tonumber(alc.llm(row.tag)) end}).delta",
        "7.0",
    ),
    ("RAISES alc.card.compare(1, 'two')", "alc.card.compare: card ids must be strings"),
    ("RAISES alc.card.compare('one', 'two', {metric = 7})", "alc.card.compare: metric must be"),
    ("RAISES alc.card.compare('one', 'two', {alpha = 1})", "alc.card.compare: alpha must be"),
    ("RAISES alc.card.compare('one', 'two', {metric = 'tag'})", "alc.card.compare: row 1 of card 'one' has no number"),
    ("RAISES alc.card.compare('one', 'nan')", "alc.card.compare: card 'nan' has no rows"),
    ("RAISES alc.card.compare('one', 'nan', {metric = tostring})", "alc.card.compare: metric returned no number"),
    ("RAISES alc.card.compare('one', 'none')", "alc.card.compare: card 'none' not found"),
    ("RAISES alc.card.compare('one', 'two', {metric = function() return 0/0 end})", "alc.card.compare: metric returned no number"),
];

#[tokio::test]
async fn scripts_keep_cards_and_find_them_again() {
    let service = Service::open();
    for (source, expected) in LIFE {
        match source.strip_prefix("RAISES ") {
            None => {
                let told = service.answered(source, &["1", "2", "3", "1", "-7", "-9"]).await;
                assert_eq!(told, *expected, "{source}");
            }
            Some(call) => {
                let source = format!("local ok, e = pcall(function() {call} end) return {{ok, e}}");
                let told: Value = serde_json::from_str(&service.says(&source).await).expect("JSON");
                assert_eq!(told[0], false, "{source}");
                let message = told[1].as_str().expect("a string");
                assert!(message.contains(expected), "{source}: {message}");
            }
        }
    }
}

#[tokio::test]
async fn a_run_is_kept_where_the_setting_says_so() {
    let service = Service::open();
    fs::write(service.folder.path().join("config.toml"), "[setting.card]\nrun = true")
        .expect("writes");
    for (source, expected) in [
        (
            "local id = alc.card.create{pkg = {name = 'p'}, run = {status = 'failed', flow = 'f-1'}}.card_id
             return {id:match('^p_f1_') ~= nil, alc.card.list()[1].flow}",
            r#"[true,"f-1"]"#,
        ),
        (
            "return {pcall(alc.card.open, {})}",
            r#"[false,"alc.card.open: not supported, use create"]"#,
        ),
        (
            "return {pcall(alc.card.close, 'x', {status = 'failed'})}",
            r#"[false,"alc.card.close: not supported, use create"]"#,
        ),
    ] {
        assert_eq!(service.says(source).await, expected, "{source}");
    }
}

/// Only where the setting counts.
#[tokio::test]
async fn settings_that_cannot_be_read_are_told_where_one_is_needed() {
    let service = Service::open();
    fs::write(service.folder.path().join("config.toml"), "[setting").expect("writes");
    let source =
        "local ok, e = pcall(alc.card.create, {pkg = {name = 'p'}, run = {status = 'failed'}})
        return {ok, e, alc.card.create{pkg = {name = 'p'}, card_id = 'c'}.card_id}";
    let told: Value = serde_json::from_str(&service.says(source).await).expect("JSON");
    let message = told[1].as_str().expect("a string");
    assert!(message.starts_with("alc.card: the setting card.run: "), "{message}");
    assert!(message.contains("config.toml:1: "), "{message}");
    assert_eq!((&told[0], &told[2]), (&false.into(), &"c".into()));
}

/// The setting is the one of the moment when the session was spawned.
#[tokio::test]
async fn a_setting_is_fixed_when_a_session_is_spawned() {
    let service = Service::open();
    let source = "local a = alc.card.open{} == nil alc.llm('q') return {a, alc.card.open{} == nil}";
    let id = service.paused(source).await;
    fs::write(service.folder.path().join("config.toml"), "[setting.card]\nrun = true")
        .expect("writes");
    let service = service.reopen();
    assert_eq!(service.answer(&id, None, "A").await, Ok(true));
    service.reaches(&id, StateName::Done).await;
    let outcome = service.registry.outcome(&id.into()).await.expect("reads").2.expect("ended");
    assert!(outcome.contains(r#""value":[true,true]"#), "{outcome}");
}

#[tokio::test]
async fn what_somebody_has_broken_is_named_and_never_laid_over() {
    let service = Service::open();
    let folder = service.folder.path().join("cards");
    let create = "alc.card.create{pkg = {name = 'p'}, card_id = 'c'} return 1";
    assert_eq!(service.says(create).await, "1");
    fs::write(folder.join("p/bad.toml"), "a = 1\nb = [").expect("writes");
    fs::write(folder.join("p/c.samples.jsonl"), "{\"a\":1}\n\nno json\n").expect("writes");
    fs::write(folder.join("_aliases.toml"), "[[alias]]\nname = 'x'").expect("writes");
    for (call, expected) in [
        ("alc.card.get('bad')", "bad.toml:2: "),
        ("alc.card.append('bad', {c = 1})", "bad.toml:2: "),
        ("alc.card.create({pkg = {name = 'p'}, card_id = 'bad'})", "card 'bad' already exists"),
        ("alc.card.read_samples('c')", "c.samples.jsonl:3: "),
        ("alc.card.alias_list()", "_aliases.toml: "),
        ("alc.card.alias_set('y', 'c')", "_aliases.toml: "),
    ] {
        let told =
            service.says(&format!("return select(2, pcall(function() return {call} end))")).await;
        assert!(told.contains(expected), "{call}: {told}");
    }
    assert_eq!(service.says("return #alc.card.list()").await, "1");
    assert_eq!(fs::read_to_string(folder.join("p/bad.toml")).expect("reads"), "a = 1\nb = [");
}

#[cfg(unix)]
#[tokio::test]
async fn links_that_leave_the_store_are_not_followed() {
    use std::os::unix::fs::symlink;
    let service = Service::open();
    assert_eq!(
        service.says("alc.card.create{pkg = {name = 'p'}, card_id = 'c'} return 1").await,
        "1"
    );
    let (folder, outside) =
        (service.folder.path().join("cards"), service.folder.path().join("out"));
    fs::create_dir(&outside).expect("creates");
    fs::write(outside.join("secret.toml"), "a = 1").expect("writes");
    symlink(&outside, folder.join("linked")).expect("links");
    symlink(outside.join("secret.toml"), folder.join("p/secret.toml")).expect("links");
    fs::write(outside.join("c.toml"), "a = 1").expect("writes");
    symlink(outside.join("rows"), folder.join("p/c.samples.jsonl")).expect("links");
    symlink(folder.join("p/c.toml"), folder.join("p/same.toml")).expect("links");
    for (call, expected) in [
        ("alc.card.get('secret')", "leads out of the card store"),
        ("alc.card.create({pkg = {name = 'linked'}})", "leads out of the card store"),
        ("alc.card.write_samples('c', {{a = 1}})", "samples already exist"),
        ("alc.card.read_samples('c')", "leads out of the card store"),
        ("alc.card.get('same').card_id", "c"),
        ("alc.card.get('c').card_id", "c"),
    ] {
        let told =
            service.says(&format!("return select(2, pcall(function() return {call} end))")).await;
        assert!(told.contains(expected), "{call}: {told}");
    }
    assert_eq!(service.says("return #alc.card.list()").await, "2");
    assert_eq!(fs::read_dir(&outside).expect("reads").count(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn the_store_itself_may_be_elsewhere() {
    let service = Service::open();
    let (elsewhere, folder) = (tempfile::tempdir().expect("a folder"), service.folder.path());
    std::os::unix::fs::symlink(elsewhere.path(), folder.join("cards")).expect("links");
    let source = "alc.card.create{pkg = {name = 'p'}, card_id = 'c'} return #alc.card.list()";
    assert_eq!(service.says(source).await, "1");
    assert!(elsewhere.path().join("p/c.toml").exists());
}

#[tokio::test]
async fn samples_may_be_many_and_are_read_a_part_at_a_time() {
    let service = Service::open();
    assert_eq!(
        service.says("alc.card.create{pkg = {name = 'p'}, card_id = 'c'} return 1").await,
        "1"
    );
    let path = service.folder.path().join("cards/p/c.samples.jsonl");
    let row = |n: u32| format!("{{\"n\":{n},\"text\":\"{}\"}}\n", "x".repeat(1000));
    fs::write(&path, (0..100_000).map(row).collect::<String>()).expect("writes");
    for (source, expected) in [
        ("return select(2, pcall(alc.card.read_samples, 'c'))", "more than 16777216 bytes"),
        ("return alc.card.read_samples('c', {offset = 99998, limit = 7})[2].n", "99999"),
        ("return #alc.card.read_samples('c', {where = {n = {lt = 10}}})", "10"),
        ("return alc.card.compare('c', 'c', {metric = 'n'}).a.mean", "49999.5"),
    ] {
        let told = service.says(source).await;
        assert!(told.contains(expected), "{source}: {}", &told[..told.len().min(200)]);
    }
}

/// The effective system prompt of each query.
#[tokio::test]
async fn earlier_cards_come_before_the_system_prompt() {
    let service = Service::open();
    let create = "for n = 1, 6 do alc.card.create{pkg = {name = 'p'}, card_id = 'c' .. n,
        created_at = '2026-01-0' .. n .. 'T00:00:00Z', stats = {pass_rate = n / 10}} end return 1";
    assert_eq!(service.says(create).await, "1");
    let line = |n: u32| format!("Card 01/0{n} pkg=p card_id=c{n} Rating 0.{n}");
    let block = |numbers: &[u32]| {
        let lines: Vec<String> = numbers.iter().map(|n| line(*n)).collect();
        Some(format!("<past_cards>\n{}\n</past_cards>", lines.join("\n")))
    };
    for (options, system) in [
        ("card_context = 'c3'", block(&[3])),
        ("card_context = {pkg = 'p'}", block(&[6, 5, 4, 3, 2])),
        ("card_context = {pkg = 'p', limit = 1.9, more = print}", block(&[6])),
        ("card_context = {pkg = print}", None),
        ("card_context = {pkg = 'p', limit = 'x'}", block(&[6, 5, 4, 3, 2])),
        ("card_context = {pkg = 'p', limit = '2'}", block(&[6, 5])),
        ("card_context = {pkg = 'p', limit = 0}", None),
        ("card_context = 'none'", None),
        ("card_context = '../x'", None),
        ("card_context = {pkg = 'none'}", None),
        ("card_context = {}", None),
        ("card_context = 7", None),
        ("system = 's', card_context = 'c3'", block(&[3]).map(|block| block + "\n\ns")),
        ("system = 's', card_context = 'none'", Some("s".to_owned())),
    ] {
        let id = service.paused(&format!("return alc.llm('q', {{{options}}})")).await;
        let (_, stored) = service.registry.query(&id.clone().into(), 1).await.expect("reads");
        assert_eq!(stored.query.system, system, "{options}");
        assert_eq!(service.answer(&id, None, "A").await, Ok(true));
    }
}
