# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_alc_global_optspecs
    string join \n json q/quiet v/verbose color= no-start h/help V/version
end

function __fish_alc_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_alc_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_alc_using_subcommand
    set -l cmd (__fish_alc_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c alc -n "__fish_alc_needs_command" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_needs_command" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_needs_command" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_needs_command" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_needs_command" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c alc -n "__fish_alc_needs_command" -s V -l version -d 'Print version'
complete -c alc -n "__fish_alc_needs_command" -f -a "run" -d 'Start a session, have its queries answered by a command, and print its result'
complete -c alc -n "__fish_alc_needs_command" -f -a "spawn" -d 'Start a session from a Lua script and print its id'
complete -c alc -n "__fish_alc_needs_command" -f -a "advice" -d 'Start a strategy, an installed package, and print the session\'s id'
complete -c alc -n "__fish_alc_needs_command" -f -a "state" -d 'Print where a session stands: running, paused, done, failed or cancelled'
complete -c alc -n "__fish_alc_needs_command" -f -a "list" -d 'List sessions, newest first'
complete -c alc -n "__fish_alc_needs_command" -f -a "prompt" -d 'Print what a session asks; wait until it asks something'
complete -c alc -n "__fish_alc_needs_command" -f -a "resume" -d 'Answer what a session asks'
complete -c alc -n "__fish_alc_needs_command" -f -a "drive" -d 'Have a session\'s queries answered by a command until it ends'
complete -c alc -n "__fish_alc_needs_command" -f -a "watch" -d 'Follow what happens to sessions'
complete -c alc -n "__fish_alc_needs_command" -f -a "wait" -d 'Wait until sessions need something or have ended'
complete -c alc -n "__fish_alc_needs_command" -f -a "result" -d 'Print what a session returned'
complete -c alc -n "__fish_alc_needs_command" -f -a "cancel" -d 'End sessions for good'
complete -c alc -n "__fish_alc_needs_command" -f -a "log" -d 'Print a session\'s transcript: prompts, answers, log lines, notes'
complete -c alc -n "__fish_alc_needs_command" -f -a "note" -d 'Add a note to a session\'s history, also after its end'
complete -c alc -n "__fish_alc_needs_command" -f -a "rm" -d 'Delete sessions that have ended'
complete -c alc -n "__fish_alc_needs_command" -f -a "gc" -d 'Delete old sessions, and give their space back'
complete -c alc -n "__fish_alc_needs_command" -f -a "daemon" -d 'Run, start, stop or look at the background process'
complete -c alc -n "__fish_alc_needs_command" -f -a "completions" -d 'Print a shell\'s completion script'
complete -c alc -n "__fish_alc_needs_command" -f -a "man" -d 'Print the man page, or write one for each command'
complete -c alc -n "__fish_alc_needs_command" -f -a "version" -d 'Print the versions of this program and of the running daemon'
complete -c alc -n "__fish_alc_needs_command" -f -a "help" -d 'Explain a command; `alc help exit-codes` lists the exit codes'
complete -c alc -n "__fish_alc_using_subcommand run" -s e -d 'The script itself' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l ctx -d 'The script\'s `ctx`: a JSON object, `@FILE` or `-` for stdin' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l set -d 'Set a member of `ctx` to a string; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l set-json -d 'Set a member of `ctx` to a JSON value; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l name -d 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l if-exists -d 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it' -r -f -a "fail\t''
reuse\t''
replace\t''"
complete -c alc -n "__fish_alc_using_subcommand run" -s l -d 'A label to select the session by; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l idempotency-key -d 'The same command with the same key, run again, starts nothing and prints the same id' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l deadline -d 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l max-llm-calls -d 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l env -d 'Let the script see an environment variable: with this value, or the one it has here; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l project-root -d 'The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the nearest folder from here upwards that has an alc.toml' -r -F
complete -c alc -n "__fish_alc_using_subcommand run" -l sh -d 'Instead, a command line for the shell' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l role -d 'Answer queries of this role by another command, a line for the shell; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand run" -s j -d 'Answer so many queries of a batch at a time' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l answer-timeout -d 'End an answer command that takes longer than this; that is a failure' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l retry -d 'Try a failed query so many times again, after a pause that grows' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l max-queries -d 'Answer at most so many queries; exit with 8 if the session asks more' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l cassette -d 'Keep answers in this file, by the content of their queries, and take them from there' -r -F
complete -c alc -n "__fish_alc_using_subcommand run" -l mode -d 'What the cassette is for' -r -f -a "record\t'Every query is answered anew, and the answer taped'
replay\t'No query is answered but from the tape; one that is not there is a failure'
auto\t'What is not on tape is answered and taped'"
complete -c alc -n "__fish_alc_using_subcommand run" -l timeout -d 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m' -r
complete -c alc -n "__fish_alc_using_subcommand run" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand run" -l check -d 'Load what would run, and start nothing, not even the daemon'
complete -c alc -n "__fish_alc_using_subcommand run" -l answer-json -d 'The command prints a JSON object: `response`, and perhaps `usage`'
complete -c alc -n "__fish_alc_using_subcommand run" -l allow-empty -d 'Accept an empty answer'
complete -c alc -n "__fish_alc_using_subcommand run" -l steal -d 'Take the place of another driver'
complete -c alc -n "__fish_alc_using_subcommand run" -s r -d 'Print a string without quotes'
complete -c alc -n "__fish_alc_using_subcommand run" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand run" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand run" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand run" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c alc -n "__fish_alc_using_subcommand spawn" -s e -d 'The script itself' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l ctx -d 'The script\'s `ctx`: a JSON object, `@FILE` or `-` for stdin' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l set -d 'Set a member of `ctx` to a string; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l set-json -d 'Set a member of `ctx` to a JSON value; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l name -d 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l if-exists -d 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it' -r -f -a "fail\t''
reuse\t''
replace\t''"
complete -c alc -n "__fish_alc_using_subcommand spawn" -s l -d 'A label to select the session by; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l idempotency-key -d 'The same command with the same key, run again, starts nothing and prints the same id' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l deadline -d 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l max-llm-calls -d 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l env -d 'Let the script see an environment variable: with this value, or the one it has here; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l project-root -d 'The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the nearest folder from here upwards that has an alc.toml' -r -F
complete -c alc -n "__fish_alc_using_subcommand spawn" -l timeout -d 'With --wait, give up after this time, with exit code 124' -r
complete -c alc -n "__fish_alc_using_subcommand spawn" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand spawn" -l check -d 'Load what would run, and start nothing, not even the daemon'
complete -c alc -n "__fish_alc_using_subcommand spawn" -l wait -d 'Wait until it asks something or has ended; exit with 8 if it is paused, else as `result`'
complete -c alc -n "__fish_alc_using_subcommand spawn" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand spawn" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand spawn" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand spawn" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand spawn" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand advice" -l ctx -d 'The script\'s `ctx`: a JSON object, `@FILE` or `-` for stdin' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l set -d 'Set a member of `ctx` to a string; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l set-json -d 'Set a member of `ctx` to a JSON value; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l name -d 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l if-exists -d 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it' -r -f -a "fail\t''
reuse\t''
replace\t''"
complete -c alc -n "__fish_alc_using_subcommand advice" -s l -d 'A label to select the session by; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l idempotency-key -d 'The same command with the same key, run again, starts nothing and prints the same id' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l deadline -d 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l max-llm-calls -d 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l env -d 'Let the script see an environment variable: with this value, or the one it has here; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l project-root -d 'The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the nearest folder from here upwards that has an alc.toml' -r -F
complete -c alc -n "__fish_alc_using_subcommand advice" -l timeout -d 'With --wait, give up after this time, with exit code 124' -r
complete -c alc -n "__fish_alc_using_subcommand advice" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand advice" -l check -d 'Load what would run, and start nothing, not even the daemon'
complete -c alc -n "__fish_alc_using_subcommand advice" -l wait -d 'Wait until it asks something or has ended; exit with 8 if it is paused, else as `result`'
complete -c alc -n "__fish_alc_using_subcommand advice" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand advice" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand advice" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand advice" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand advice" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand state" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand state" -l exit-code -d 'Exit with 1 if it failed, 3 if it was cancelled, 8 if it is running or paused'
complete -c alc -n "__fish_alc_using_subcommand state" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand state" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand state" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand state" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand state" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand list" -l state -d 'Only sessions in these states, separated by commas' -r -f -a "running\t''
paused\t''
done\t''
failed\t''
cancelled\t''"
complete -c alc -n "__fish_alc_using_subcommand list" -l kind -d 'Only sessions of these kinds, separated by commas' -r -f -a "run\t''
advice\t''
eval\t''"
complete -c alc -n "__fish_alc_using_subcommand list" -s l -d 'Only sessions with this label; may be repeated, and then all count' -r
complete -c alc -n "__fish_alc_using_subcommand list" -l since -d 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it' -r
complete -c alc -n "__fish_alc_using_subcommand list" -l limit -d 'At most so many' -r
complete -c alc -n "__fish_alc_using_subcommand list" -l after -d 'Go on behind this session, such as the last one of another list' -r
complete -c alc -n "__fish_alc_using_subcommand list" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand list" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand list" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand list" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand list" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand list" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand prompt" -l timeout -d 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m' -r
complete -c alc -n "__fish_alc_using_subcommand prompt" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand prompt" -l id -d 'Print the id of the query instead of its text'
complete -c alc -n "__fish_alc_using_subcommand prompt" -l no-wait -d 'Do not wait: exit with 8 if no query is open'
complete -c alc -n "__fish_alc_using_subcommand prompt" -l all -d 'Print every open query; texts end with a NUL byte'
complete -c alc -n "__fish_alc_using_subcommand prompt" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand prompt" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand prompt" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand prompt" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand prompt" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand resume" -l idempotency-key -d 'A query that was answered with this key before stays as it is, whatever the answer says now' -r
complete -c alc -n "__fish_alc_using_subcommand resume" -l timeout -d 'With --next, give up waiting after this time, with exit code 124; the answer is stored then' -r
complete -c alc -n "__fish_alc_using_subcommand resume" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand resume" -l batch -d 'Read answers from stdin, a JSON object a line: `query_id`, `response`, perhaps `usage`'
complete -c alc -n "__fish_alc_using_subcommand resume" -l allow-empty -d 'Accept an empty stdin or file as the answer'
complete -c alc -n "__fish_alc_using_subcommand resume" -l raw -d 'Keep the last line end of stdin'
complete -c alc -n "__fish_alc_using_subcommand resume" -l next -d 'Then print what it asks next, as `prompt` does; exit with 7 if it ends instead'
complete -c alc -n "__fish_alc_using_subcommand resume" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand resume" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand resume" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand resume" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand resume" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand drive" -l sh -d 'Instead, a command line for the shell' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -l role -d 'Answer queries of this role by another command, a line for the shell; may be repeated' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -s j -d 'Answer so many queries of a batch at a time' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -l answer-timeout -d 'End an answer command that takes longer than this; that is a failure' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -l retry -d 'Try a failed query so many times again, after a pause that grows' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -l max-queries -d 'Answer at most so many queries; exit with 8 if the session asks more' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -l cassette -d 'Keep answers in this file, by the content of their queries, and take them from there' -r -F
complete -c alc -n "__fish_alc_using_subcommand drive" -l mode -d 'What the cassette is for' -r -f -a "record\t'Every query is answered anew, and the answer taped'
replay\t'No query is answered but from the tape; one that is not there is a failure'
auto\t'What is not on tape is answered and taped'"
complete -c alc -n "__fish_alc_using_subcommand drive" -l timeout -d 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m' -r
complete -c alc -n "__fish_alc_using_subcommand drive" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand drive" -l answer-json -d 'The command prints a JSON object: `response`, and perhaps `usage`'
complete -c alc -n "__fish_alc_using_subcommand drive" -l allow-empty -d 'Accept an empty answer'
complete -c alc -n "__fish_alc_using_subcommand drive" -l steal -d 'Take the place of another driver'
complete -c alc -n "__fish_alc_using_subcommand drive" -s r -d 'Print a string without quotes'
complete -c alc -n "__fish_alc_using_subcommand drive" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand drive" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand drive" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand drive" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand drive" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c alc -n "__fish_alc_using_subcommand watch" -l state -d 'Only sessions in these states, separated by commas' -r -f -a "running\t''
paused\t''
done\t''
failed\t''
cancelled\t''"
complete -c alc -n "__fish_alc_using_subcommand watch" -l kind -d 'Only sessions of these kinds, separated by commas' -r -f -a "run\t''
advice\t''
eval\t''"
complete -c alc -n "__fish_alc_using_subcommand watch" -s l -d 'Only sessions with this label; may be repeated, and then all count' -r
complete -c alc -n "__fish_alc_using_subcommand watch" -l since -d 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it' -r
complete -c alc -n "__fish_alc_using_subcommand watch" -l after -d 'Only what comes after this place in the history; one for all, or one for each session, separated by commas' -r
complete -c alc -n "__fish_alc_using_subcommand watch" -l until -d 'Stop with exit code 0 when every session has got into this state' -r -f -a "running\t''
paused\t''
done\t''
failed\t''
cancelled\t''"
complete -c alc -n "__fish_alc_using_subcommand watch" -l timeout -d 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m' -r
complete -c alc -n "__fish_alc_using_subcommand watch" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand watch" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand watch" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand watch" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand watch" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand watch" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand wait" -l state -d 'Only sessions in these states, separated by commas' -r -f -a "running\t''
paused\t''
done\t''
failed\t''
cancelled\t''"
complete -c alc -n "__fish_alc_using_subcommand wait" -l kind -d 'Only sessions of these kinds, separated by commas' -r -f -a "run\t''
advice\t''
eval\t''"
complete -c alc -n "__fish_alc_using_subcommand wait" -s l -d 'Only sessions with this label; may be repeated, and then all count' -r
complete -c alc -n "__fish_alc_using_subcommand wait" -l since -d 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it' -r
complete -c alc -n "__fish_alc_using_subcommand wait" -l for -d 'What to wait for; one of several, separated by commas, is enough' -r -f -a "actionable\t'A query is open (exit code 8) or it ended'
prompt\t'A query is open; 7 if it is done instead'
paused\t'The same as `prompt`'
done\t'The same as `terminal`'
terminal\t'It ended'"
complete -c alc -n "__fish_alc_using_subcommand wait" -l timeout -d 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m' -r
complete -c alc -n "__fish_alc_using_subcommand wait" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand wait" -l create -d 'Also wait for sessions that are not there yet'
complete -c alc -n "__fish_alc_using_subcommand wait" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand wait" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand wait" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand wait" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand wait" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c alc -n "__fish_alc_using_subcommand result" -l timeout -d 'With --wait, give up after this time, with exit code 124' -r
complete -c alc -n "__fish_alc_using_subcommand result" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand result" -l wait -d 'Wait until it has ended; otherwise exit with 8 if it has not'
complete -c alc -n "__fish_alc_using_subcommand result" -s r -d 'Print a string without quotes'
complete -c alc -n "__fish_alc_using_subcommand result" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand result" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand result" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand result" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand result" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand cancel" -l state -d 'Only sessions in these states, separated by commas' -r -f -a "running\t''
paused\t''
done\t''
failed\t''
cancelled\t''"
complete -c alc -n "__fish_alc_using_subcommand cancel" -l kind -d 'Only sessions of these kinds, separated by commas' -r -f -a "run\t''
advice\t''
eval\t''"
complete -c alc -n "__fish_alc_using_subcommand cancel" -s l -d 'Only sessions with this label; may be repeated, and then all count' -r
complete -c alc -n "__fish_alc_using_subcommand cancel" -l since -d 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it' -r
complete -c alc -n "__fish_alc_using_subcommand cancel" -l reason -d 'Why, for whoever looks at it later' -r
complete -c alc -n "__fish_alc_using_subcommand cancel" -l timeout -d 'With --wait, give up after this time, with exit code 124' -r
complete -c alc -n "__fish_alc_using_subcommand cancel" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand cancel" -l dry-run -d 'Change nothing, and print the ids of the sessions that would be ended'
complete -c alc -n "__fish_alc_using_subcommand cancel" -l wait -d 'Return when they have ended, not only when they will'
complete -c alc -n "__fish_alc_using_subcommand cancel" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand cancel" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand cancel" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand cancel" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand cancel" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand log" -l after -d 'Only what comes after this place in the history' -r
complete -c alc -n "__fish_alc_using_subcommand log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand log" -s f -l follow -d 'Go on until the session ends'
complete -c alc -n "__fish_alc_using_subcommand log" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand log" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand log" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand log" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand log" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand note" -l title -d 'A headline' -r
complete -c alc -n "__fish_alc_using_subcommand note" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand note" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand note" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand note" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand note" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand note" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand rm" -l state -d 'Only sessions in these states, separated by commas' -r -f -a "running\t''
paused\t''
done\t''
failed\t''
cancelled\t''"
complete -c alc -n "__fish_alc_using_subcommand rm" -l kind -d 'Only sessions of these kinds, separated by commas' -r -f -a "run\t''
advice\t''
eval\t''"
complete -c alc -n "__fish_alc_using_subcommand rm" -s l -d 'Only sessions with this label; may be repeated, and then all count' -r
complete -c alc -n "__fish_alc_using_subcommand rm" -l since -d 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it' -r
complete -c alc -n "__fish_alc_using_subcommand rm" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand rm" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand rm" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand rm" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand rm" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand rm" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand gc" -l older-than -d 'Delete the sessions that ended so long ago: seconds, or 12h, 7d' -r
complete -c alc -n "__fish_alc_using_subcommand gc" -l keep-bytes -d 'Then those that ended first, until the journal has no more than so many bytes, or KiB, MiB, GiB with K, M, G' -r
complete -c alc -n "__fish_alc_using_subcommand gc" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand gc" -l dry-run -d 'Change nothing, and print what would be deleted'
complete -c alc -n "__fish_alc_using_subcommand gc" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand gc" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand gc" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand gc" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand gc" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -f -a "run" -d 'Run it in the foreground'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -f -a "start" -d 'Start it, unless it runs'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -f -a "stop" -d 'Stop it and wait until it is gone; sessions go on at the next start'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -f -a "restart" -d 'Stop it, if it runs, and start it anew, also after an upgrade; every session is kept'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -f -a "status" -d 'Print `key=value` lines about it; exit with 69 if it does not run'
complete -c alc -n "__fish_alc_using_subcommand daemon; and not __fish_seen_subcommand_from run start stop restart status log" -f -a "log" -d 'Print its log, also when it does not run'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from run" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from run" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from run" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from run" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from run" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from start" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from start" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from start" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from start" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from start" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from start" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l timeout -d 'Give up after this time, with exit code 124' -r
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l force -d 'Also while Lua is running; it cancels nothing'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l timeout -d 'Give up after this time, with exit code 124' -r
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l force -d 'Also while Lua is running; it cancels nothing'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from restart" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from status" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from status" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from status" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from status" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from status" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from status" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -s n -d 'Only the last so many lines of what is there' -r
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -s f -l follow -d 'Go on as it grows, until interrupted'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand daemon; and __fish_seen_subcommand_from log" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand completions" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand completions" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand completions" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand completions" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand completions" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand completions" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand man" -l dir -d 'Write alc.1 and a page for each command here, and print their paths' -r -F
complete -c alc -n "__fish_alc_using_subcommand man" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand man" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand man" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand man" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand man" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand man" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand version" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand version" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand version" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand version" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand version" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand version" -s h -l help -d 'Print help'
complete -c alc -n "__fish_alc_using_subcommand help" -l color -d 'When to use colour' -r -f -a "auto\t''
always\t''
never\t''"
complete -c alc -n "__fish_alc_using_subcommand help" -l json -d 'Print JSON: one object a line'
complete -c alc -n "__fish_alc_using_subcommand help" -s q -l quiet -d 'No notices on stderr; `list` prints ids only'
complete -c alc -n "__fish_alc_using_subcommand help" -s v -l verbose -d 'Say on stderr what the client does: which daemon it talks to, and when it connects again'
complete -c alc -n "__fish_alc_using_subcommand help" -l no-start -d 'Never start the daemon: exit with 69 if it is not there'
complete -c alc -n "__fish_alc_using_subcommand help" -s h -l help -d 'Print help'
