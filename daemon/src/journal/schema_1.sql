-- Format 1. Columns of type ANY hold short text as TEXT and the hash of long text, found in `blob`, as
-- BLOB. Times are Unix milliseconds. A `sum` is a CRC-32 of the row's other values.

CREATE TABLE session (
    n                 INTEGER PRIMARY KEY AUTOINCREMENT, -- in order of creation, never again
    id                TEXT NOT NULL UNIQUE,
    name              TEXT,
    labels            TEXT NOT NULL, -- JSON
    spawn_key         TEXT,
    spawn_fingerprint BLOB,
    kind              TEXT NOT NULL,
    state             TEXT NOT NULL,
    finished_at       INTEGER,
    seq               INTEGER NOT NULL,
    asked             INTEGER NOT NULL,
    open              INTEGER NOT NULL, -- how many queries wait for an answer
    calls             INTEGER NOT NULL,
    tally             TEXT NOT NULL, -- JSON: what it has used
    lines             TEXT NOT NULL, -- JSON: where the last lines of its log are in its history
    created_at        INTEGER NOT NULL,
    started_at        INTEGER NOT NULL, -- of its script, which a branch shares
    stood_still       INTEGER NOT NULL, -- how long that clock did, before it was branched off
    changed_at        INTEGER NOT NULL,
    paused_at         INTEGER,
    pause_kind        TEXT,
    deadline_at       INTEGER,
    state_before      TEXT,
    progress          TEXT, -- JSON
    cancel            TEXT, -- JSON, the first request
    outcome           ANY,  -- JSON: the value, the error or the reason
    source            BLOB NOT NULL, -- always a hash: sessions share their scripts
    chunk             TEXT NOT NULL,
    prelude           BLOB NOT NULL, -- always a hash: the library that it was born with
    ctx               ANY NOT NULL,  -- JSON
    seed              INTEGER NOT NULL,
    budget            TEXT NOT NULL, -- JSON: what it may use
    env               ANY NOT NULL,  -- JSON: what it finds in `alc.env`
    settings          TEXT NOT NULL, -- JSON: those that count for it
    caller            TEXT NOT NULL, -- JSON, of this machine only: folder, project, environment
    abi               INTEGER NOT NULL,
    sum               INTEGER NOT NULL,
    CHECK ((state = 'running' OR state = 'paused') = (finished_at IS NULL)),
    CHECK ((finished_at IS NULL) = (outcome IS NULL)),
    CHECK ((state = 'paused') = (pause_kind IS NOT NULL))
) STRICT;
CREATE INDEX session_state ON session (state);
CREATE INDEX session_name ON session (name) WHERE name IS NOT NULL;
-- What is to be cancelled has let go of its name.
CREATE UNIQUE INDEX session_bearer ON session (name)
    WHERE name IS NOT NULL AND finished_at IS NULL AND cancel IS NULL;
-- What ends by itself when its time comes.
CREATE INDEX session_deadline ON session (deadline_at)
    WHERE deadline_at IS NOT NULL AND finished_at IS NULL AND cancel IS NULL;
CREATE UNIQUE INDEX session_spawn_key ON session (spawn_key) WHERE spawn_key IS NOT NULL;

-- A deleted session's rows in `event`, `effect` and `query` stay until they are swept, a few at a
-- time; so these tables do not refer to `session`.
CREATE TABLE leftover (
    session INTEGER PRIMARY KEY
) STRICT;

CREATE TABLE event (
    session INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    v       INTEGER NOT NULL,
    body    ANY NOT NULL, -- JSON
    sum     INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX event_seq ON event (session, seq);

-- What the script asked of the world; a `result` of NULL stands for the answers to its
-- queries or, with an `intent`, for one that was lost.
CREATE TABLE effect (
    session     INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    kind        TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    intent      ANY, -- JSON: what the call changes outside, written before it does
    result      ANY, -- JSON
    sum         INTEGER NOT NULL,
    PRIMARY KEY (session, n)
) STRICT, WITHOUT ROWID;
CREATE INDEX effect_stats ON effect (session, n) WHERE kind = 'stats';

CREATE TABLE query (
    session     INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    call        INTEGER NOT NULL,
    answer      ANY,
    usage       TEXT, -- JSON
    tokens      INTEGER NOT NULL, -- about how many it has
    asked_at    INTEGER NOT NULL,
    answered_at INTEGER,
    answer_key  TEXT,
    record      ANY NOT NULL, -- JSON
    sum         INTEGER NOT NULL,
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX query_key ON query (session, answer_key) WHERE answer_key IS NOT NULL;

-- Long texts, once each, by the BLAKE3 hash of what they say.
CREATE TABLE blob (
    hash BLOB PRIMARY KEY NOT NULL,
    size INTEGER NOT NULL, -- in bytes, before compression
    data BLOB NOT NULL     -- zstd
) STRICT;
-- Who refers to a blob; one that nobody does can go. A hash, and no text, is `>= x''`: with a function
-- such as `typeof`, a change would copy each page beforehand.
CREATE INDEX session_source ON session (source);
CREATE INDEX session_prelude ON session (prelude);
CREATE INDEX session_ctx_blob ON session (ctx) WHERE ctx >= x'';
CREATE INDEX session_env_blob ON session (env) WHERE env >= x'';
CREATE INDEX session_outcome_blob ON session (outcome) WHERE outcome >= x'';
CREATE INDEX event_blob ON event (body) WHERE body >= x'';
CREATE INDEX effect_blob ON effect (result) WHERE result >= x'';
CREATE INDEX effect_intent_blob ON effect (intent) WHERE intent >= x'';
CREATE INDEX query_answer_blob ON query (answer) WHERE answer >= x'';
CREATE INDEX query_record_blob ON query (record) WHERE record >= x'';

-- What finds the sessions with a label.
CREATE TABLE label (
    session INTEGER NOT NULL REFERENCES session (n) ON DELETE CASCADE,
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (session, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX label_value ON label (key, value);

-- Deleted sessions: an id is never used again.
CREATE TABLE tombstone (
    id                TEXT PRIMARY KEY NOT NULL,
    spawn_key         TEXT,
    spawn_fingerprint BLOB,
    ended_at          INTEGER,
    deleted_at        INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX tombstone_spawn_key ON tombstone (spawn_key) WHERE spawn_key IS NOT NULL;

-- A second lock behind the state machine: what has ended, been told or been answered stays as it is.
-- A change to a session updates its row last, so `session_ended` refuses all of it; `event` has a
-- lock of its own, and the rows that only replay reads do without. A trigger runs for every row and
-- must be cheap: `state IN (...)` would fill a temporary table each time, and `RAISE(ABORT)` would
-- have SQLite copy each page beforehand. Whoever writes undoes a change that fails as a whole.
CREATE TRIGGER session_id_is_new BEFORE INSERT ON session
WHEN EXISTS (SELECT 1 FROM tombstone WHERE id = NEW.id)
BEGIN SELECT RAISE(FAIL, 'the id was used before'); END;

-- Of a session that has ended only the history may still grow, by notes. (One that is imported is
-- inserted last, with all that it has.)
CREATE TRIGGER session_ended BEFORE UPDATE ON session
WHEN OLD.finished_at IS NOT NULL AND NOT (
    NEW.seq > OLD.seq
    AND EXISTS (SELECT 1 FROM event WHERE session = OLD.n AND seq = NEW.seq AND kind = 'note')
    AND (OLD.n, OLD.id, OLD.name, OLD.state, OLD.finished_at, OLD.outcome, OLD.cancel, OLD.asked,
         OLD.calls, OLD.tally)
     IS (NEW.n, NEW.id, NEW.name, NEW.state, NEW.finished_at, NEW.outcome, NEW.cancel, NEW.asked,
         NEW.calls, NEW.tally)
)
BEGIN SELECT RAISE(FAIL, 'the session has ended'); END;

CREATE TRIGGER session_at_work BEFORE DELETE ON session
WHEN OLD.finished_at IS NULL
BEGIN SELECT RAISE(FAIL, 'the session has not ended'); END;

CREATE TRIGGER event_after_end BEFORE INSERT ON event
WHEN NEW.kind <> 'note' AND (SELECT finished_at FROM session WHERE n = NEW.session) IS NOT NULL
BEGIN SELECT RAISE(FAIL, 'the session has ended'); END;

CREATE TRIGGER event_stays BEFORE UPDATE ON event
BEGIN SELECT RAISE(FAIL, 'history does not change'); END;


CREATE TRIGGER effect_stays BEFORE UPDATE ON effect
WHEN OLD.result IS NOT NULL
BEGIN SELECT RAISE(FAIL, 'a recorded result does not change'); END;


CREATE TRIGGER query_answered BEFORE UPDATE ON query
WHEN OLD.answer IS NOT NULL
    OR (SELECT finished_at FROM session WHERE n = OLD.session) IS NOT NULL
BEGIN SELECT RAISE(FAIL, 'an answer does not change'); END;
