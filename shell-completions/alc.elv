
use builtin;
use str;

set edit:completion:arg-completer[alc] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'alc'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'alc'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand spawn 'Start a session from a Lua script and print its id'
            cand state 'Print where a session stands: running, paused, done, failed or cancelled'
            cand list 'List sessions, newest first'
            cand prompt 'Print what a session asks; wait until it asks something'
            cand resume 'Answer what a session asks'
            cand watch 'Follow what happens to a session'
            cand wait 'Wait until sessions need something or have ended'
            cand result 'Print what a session returned'
            cand cancel 'End sessions for good'
            cand log 'Print a session''s transcript: prompts, answers, log lines, notes'
            cand note 'Add a note to a session''s history, also after its end'
            cand rm 'Delete sessions that have ended'
            cand gc 'Delete old sessions, and give their space back'
            cand daemon 'Run, start, stop or look at the background process'
            cand completions 'Print a shell''s completion script'
            cand man 'Print the man page, or write one for each command'
            cand version 'Print the versions of this program and of the running daemon'
            cand help 'Explain a command; `alc help exit-codes` lists the exit codes'
        }
        &'alc;spawn'= {
            cand -e 'The script itself'
            cand --ctx 'The script''s `ctx`: a JSON object, `@FILE` or `-` for stdin'
            cand --set 'Set a member of `ctx` to a string; may be repeated'
            cand --set-json 'Set a member of `ctx` to a JSON value; may be repeated'
            cand --name 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it'
            cand --if-exists 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it'
            cand -l 'A label to select the session by; may be repeated'
            cand --idempotency-key 'The same command with the same key, run again, starts nothing and prints the same id'
            cand --deadline 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers'
            cand --max-llm-calls 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer'
            cand --timeout 'With --wait, give up after this time, with exit code 124'
            cand --color 'When to use colour'
            cand --wait 'Wait until it asks something or has ended; exit with 8 if it is paused, else as `result`'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;state'= {
            cand --color 'When to use colour'
            cand --exit-code 'Exit with 1 if it failed, 3 if it was cancelled, 8 if it is running or paused'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;list'= {
            cand --state 'Only sessions in these states, separated by commas'
            cand --kind 'Only sessions of these kinds, separated by commas'
            cand -l 'Only sessions with this label; may be repeated, and then all count'
            cand --since 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it'
            cand --limit 'At most so many'
            cand --after 'Go on behind this session, such as the last one of another list'
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;prompt'= {
            cand --timeout 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m'
            cand --color 'When to use colour'
            cand --id 'Print the id of the query instead of its text'
            cand --no-wait 'Do not wait: exit with 8 if no query is open'
            cand --all 'Print every open query; texts end with a NUL byte'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;resume'= {
            cand --idempotency-key 'A query that was answered with this key before stays as it is, whatever the answer says now'
            cand --color 'When to use colour'
            cand --batch 'Read answers from stdin, a JSON object a line: `query_id`, `response`, perhaps `usage`'
            cand --allow-empty 'Accept an empty stdin or file as the answer'
            cand --raw 'Keep the last line end of stdin'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;watch'= {
            cand --after 'Only what comes after this place in the history'
            cand --until 'Stop with exit code 0 when the session gets into this state'
            cand --timeout 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m'
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;wait'= {
            cand -l 'Instead, the sessions with this label; may be repeated, and then all count'
            cand --for 'What to wait for; one of several, separated by commas, is enough'
            cand --timeout 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m'
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'alc;result'= {
            cand --timeout 'With --wait, give up after this time, with exit code 124'
            cand --color 'When to use colour'
            cand --wait 'Wait until it has ended; otherwise exit with 8 if it has not'
            cand -r 'Print a string without quotes'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;cancel'= {
            cand -l 'Instead, the live sessions with this label; may be repeated, and then all count'
            cand --reason 'Why, for whoever looks at it later'
            cand --timeout 'With --wait, give up after this time, with exit code 124'
            cand --color 'When to use colour'
            cand --dry-run 'Change nothing, and print the ids of the sessions that would be ended'
            cand --wait 'Return when they have ended, not only when they will'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;log'= {
            cand --color 'When to use colour'
            cand -f 'Go on until the session ends'
            cand --follow 'Go on until the session ends'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;note'= {
            cand --title 'A headline'
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;rm'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;gc'= {
            cand --older-than 'Delete the sessions that ended so long ago: seconds, or 12h, 7d'
            cand --keep-bytes 'Then those that ended first, until the journal has no more than so many bytes'
            cand --color 'When to use colour'
            cand --dry-run 'Change nothing, and print what would be deleted'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;daemon'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
            cand run 'Run it in the foreground'
            cand start 'Start it, unless it runs'
            cand stop 'Stop it and wait until it is gone; sessions go on at the next start'
            cand restart 'Stop it, if it runs, and start it anew, also after an upgrade; every session is kept'
            cand status 'Print `key=value` lines about it; exit with 69 if it does not run'
            cand log 'Print its log, also when it does not run'
        }
        &'alc;daemon;run'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;daemon;start'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;daemon;stop'= {
            cand --timeout 'Give up after this time, with exit code 124'
            cand --color 'When to use colour'
            cand --force 'Also while Lua is running; it cancels nothing'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;daemon;restart'= {
            cand --timeout 'Give up after this time, with exit code 124'
            cand --color 'When to use colour'
            cand --force 'Also while Lua is running; it cancels nothing'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;daemon;status'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;daemon;log'= {
            cand -n 'Only the last so many lines of what is there'
            cand --color 'When to use colour'
            cand -f 'Go on as it grows, until interrupted'
            cand --follow 'Go on as it grows, until interrupted'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;completions'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;man'= {
            cand --dir 'Write alc.1 and a page for each command here, and print their paths'
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;version'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
        &'alc;help'= {
            cand --color 'When to use colour'
            cand --json 'Print JSON: one object a line'
            cand -q 'No notices on stderr; `list` prints ids only'
            cand --quiet 'No notices on stderr; `list` prints ids only'
            cand --no-start 'Never start the daemon: exit with 69 if it is not there'
            cand -h 'Print help'
            cand --help 'Print help'
        }
    ]
    $completions[$command]
}
