
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'alc' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'alc'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'alc' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Start a session, have its queries answered by a command, and print its result')
            [CompletionResult]::new('spawn', 'spawn', [CompletionResultType]::ParameterValue, 'Start a session from a Lua script and print its id')
            [CompletionResult]::new('advice', 'advice', [CompletionResultType]::ParameterValue, 'Start a strategy, an installed package, and print the session''s id')
            [CompletionResult]::new('state', 'state', [CompletionResultType]::ParameterValue, 'Print where a session stands: running, paused, done, failed or cancelled')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List sessions, newest first')
            [CompletionResult]::new('prompt', 'prompt', [CompletionResultType]::ParameterValue, 'Print what a session asks; wait until it asks something')
            [CompletionResult]::new('resume', 'resume', [CompletionResultType]::ParameterValue, 'Answer what a session asks')
            [CompletionResult]::new('drive', 'drive', [CompletionResultType]::ParameterValue, 'Have a session''s queries answered by a command until it ends')
            [CompletionResult]::new('watch', 'watch', [CompletionResultType]::ParameterValue, 'Follow what happens to sessions')
            [CompletionResult]::new('wait', 'wait', [CompletionResultType]::ParameterValue, 'Wait until sessions need something or have ended')
            [CompletionResult]::new('result', 'result', [CompletionResultType]::ParameterValue, 'Print what a session returned')
            [CompletionResult]::new('cancel', 'cancel', [CompletionResultType]::ParameterValue, 'End sessions for good')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Print a session''s transcript: prompts, answers, log lines, notes')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Add a note to a session''s history, also after its end')
            [CompletionResult]::new('rm', 'rm', [CompletionResultType]::ParameterValue, 'Delete sessions that have ended')
            [CompletionResult]::new('gc', 'gc', [CompletionResultType]::ParameterValue, 'Delete old sessions, and give their space back')
            [CompletionResult]::new('daemon', 'daemon', [CompletionResultType]::ParameterValue, 'Run, start, stop or look at the background process')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print a shell''s completion script')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the man page, or write one for each command')
            [CompletionResult]::new('version', 'version', [CompletionResultType]::ParameterValue, 'Print the versions of this program and of the running daemon')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Explain a command; `alc help exit-codes` lists the exit codes')
            break
        }
        'alc;run' {
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'The script itself')
            [CompletionResult]::new('--ctx', '--ctx', [CompletionResultType]::ParameterName, 'The script''s `ctx`: a JSON object, `@FILE` or `-` for stdin')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a member of `ctx` to a string; may be repeated')
            [CompletionResult]::new('--set-json', '--set-json', [CompletionResultType]::ParameterName, 'Set a member of `ctx` to a JSON value; may be repeated')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it')
            [CompletionResult]::new('--if-exists', '--if-exists', [CompletionResultType]::ParameterName, 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'A label to select the session by; may be repeated')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'The same command with the same key, run again, starts nothing and prints the same id')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers')
            [CompletionResult]::new('--max-llm-calls', '--max-llm-calls', [CompletionResultType]::ParameterName, 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Let the script see an environment variable: with this value, or the one it has here; may be repeated')
            [CompletionResult]::new('--project-root', '--project-root', [CompletionResultType]::ParameterName, 'The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the nearest folder from here upwards that has an alc.toml')
            [CompletionResult]::new('--sh', '--sh', [CompletionResultType]::ParameterName, 'Instead, a command line for the shell')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Answer queries of this role by another command, a line for the shell; may be repeated')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Answer so many queries of a batch at a time')
            [CompletionResult]::new('--answer-timeout', '--answer-timeout', [CompletionResultType]::ParameterName, 'End an answer command that takes longer than this; that is a failure')
            [CompletionResult]::new('--retry', '--retry', [CompletionResultType]::ParameterName, 'Try a failed query so many times again, after a pause that grows')
            [CompletionResult]::new('--max-queries', '--max-queries', [CompletionResultType]::ParameterName, 'Answer at most so many queries; exit with 8 if the session asks more')
            [CompletionResult]::new('--cassette', '--cassette', [CompletionResultType]::ParameterName, 'Keep answers in this file, by the content of their queries, and take them from there')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'What the cassette is for')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Load what would run, and start nothing, not even the daemon')
            [CompletionResult]::new('--answer-json', '--answer-json', [CompletionResultType]::ParameterName, 'The command prints a JSON object: `response`, and perhaps `usage`')
            [CompletionResult]::new('--allow-empty', '--allow-empty', [CompletionResultType]::ParameterName, 'Accept an empty answer')
            [CompletionResult]::new('--steal', '--steal', [CompletionResultType]::ParameterName, 'Take the place of another driver')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Print a string without quotes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'alc;spawn' {
            [CompletionResult]::new('-e', '-e', [CompletionResultType]::ParameterName, 'The script itself')
            [CompletionResult]::new('--ctx', '--ctx', [CompletionResultType]::ParameterName, 'The script''s `ctx`: a JSON object, `@FILE` or `-` for stdin')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a member of `ctx` to a string; may be repeated')
            [CompletionResult]::new('--set-json', '--set-json', [CompletionResultType]::ParameterName, 'Set a member of `ctx` to a JSON value; may be repeated')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it')
            [CompletionResult]::new('--if-exists', '--if-exists', [CompletionResultType]::ParameterName, 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'A label to select the session by; may be repeated')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'The same command with the same key, run again, starts nothing and prints the same id')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers')
            [CompletionResult]::new('--max-llm-calls', '--max-llm-calls', [CompletionResultType]::ParameterName, 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Let the script see an environment variable: with this value, or the one it has here; may be repeated')
            [CompletionResult]::new('--project-root', '--project-root', [CompletionResultType]::ParameterName, 'The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the nearest folder from here upwards that has an alc.toml')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'With --wait, give up after this time, with exit code 124')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Load what would run, and start nothing, not even the daemon')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it asks something or has ended; exit with 8 if it is paused, else as `result`')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;advice' {
            [CompletionResult]::new('--ctx', '--ctx', [CompletionResultType]::ParameterName, 'The script''s `ctx`: a JSON object, `@FILE` or `-` for stdin')
            [CompletionResult]::new('--set', '--set', [CompletionResultType]::ParameterName, 'Set a member of `ctx` to a string; may be repeated')
            [CompletionResult]::new('--set-json', '--set-json', [CompletionResultType]::ParameterName, 'Set a member of `ctx` to a JSON value; may be repeated')
            [CompletionResult]::new('--name', '--name', [CompletionResultType]::ParameterName, 'What to call the session: 1 to 64 letters, digits, `_` or `-`; no two live sessions share it')
            [CompletionResult]::new('--if-exists', '--if-exists', [CompletionResultType]::ParameterName, 'What to do if a live session has the name: fail, use it (or else the newest of that name that is done, if it ran the same script and `ctx`), or cancel it')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'A label to select the session by; may be repeated')
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'The same command with the same key, run again, starts nothing and prints the same id')
            [CompletionResult]::new('--deadline', '--deadline', [CompletionResultType]::ParameterName, 'Cancel the session if it has not ended after this time: seconds, or 90s, 2h, 7d; the clock goes on while it waits for answers')
            [CompletionResult]::new('--max-llm-calls', '--max-llm-calls', [CompletionResultType]::ParameterName, 'Let the session ask no more than so many queries; `budget` in its `ctx` may say fewer')
            [CompletionResult]::new('--env', '--env', [CompletionResultType]::ParameterName, 'Let the script see an environment variable: with this value, or the one it has here; may be repeated')
            [CompletionResult]::new('--project-root', '--project-root', [CompletionResultType]::ParameterName, 'The project that the session belongs to; without it, what `ALC_PROJECT_ROOT` says, or else the nearest folder from here upwards that has an alc.toml')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'With --wait, give up after this time, with exit code 124')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--check', '--check', [CompletionResultType]::ParameterName, 'Load what would run, and start nothing, not even the daemon')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it asks something or has ended; exit with 8 if it is paused, else as `result`')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;state' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'Exit with 1 if it failed, 3 if it was cancelled, 8 if it is running or paused')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;list' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only sessions in these states, separated by commas')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only sessions of these kinds, separated by commas')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Only sessions with this label; may be repeated, and then all count')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Go on behind this session, such as the last one of another list')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;prompt' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--id', '--id', [CompletionResultType]::ParameterName, 'Print the id of the query instead of its text')
            [CompletionResult]::new('--no-wait', '--no-wait', [CompletionResultType]::ParameterName, 'Do not wait: exit with 8 if no query is open')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Print every open query; texts end with a NUL byte')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;resume' {
            [CompletionResult]::new('--idempotency-key', '--idempotency-key', [CompletionResultType]::ParameterName, 'A query that was answered with this key before stays as it is, whatever the answer says now')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'With --next, give up waiting after this time, with exit code 124; the answer is stored then')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--batch', '--batch', [CompletionResultType]::ParameterName, 'Read answers from stdin, a JSON object a line: `query_id`, `response`, perhaps `usage`')
            [CompletionResult]::new('--allow-empty', '--allow-empty', [CompletionResultType]::ParameterName, 'Accept an empty stdin or file as the answer')
            [CompletionResult]::new('--raw', '--raw', [CompletionResultType]::ParameterName, 'Keep the last line end of stdin')
            [CompletionResult]::new('--next', '--next', [CompletionResultType]::ParameterName, 'Then print what it asks next, as `prompt` does; exit with 7 if it ends instead')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;drive' {
            [CompletionResult]::new('--sh', '--sh', [CompletionResultType]::ParameterName, 'Instead, a command line for the shell')
            [CompletionResult]::new('--role', '--role', [CompletionResultType]::ParameterName, 'Answer queries of this role by another command, a line for the shell; may be repeated')
            [CompletionResult]::new('-j', '-j', [CompletionResultType]::ParameterName, 'Answer so many queries of a batch at a time')
            [CompletionResult]::new('--answer-timeout', '--answer-timeout', [CompletionResultType]::ParameterName, 'End an answer command that takes longer than this; that is a failure')
            [CompletionResult]::new('--retry', '--retry', [CompletionResultType]::ParameterName, 'Try a failed query so many times again, after a pause that grows')
            [CompletionResult]::new('--max-queries', '--max-queries', [CompletionResultType]::ParameterName, 'Answer at most so many queries; exit with 8 if the session asks more')
            [CompletionResult]::new('--cassette', '--cassette', [CompletionResultType]::ParameterName, 'Keep answers in this file, by the content of their queries, and take them from there')
            [CompletionResult]::new('--mode', '--mode', [CompletionResultType]::ParameterName, 'What the cassette is for')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--answer-json', '--answer-json', [CompletionResultType]::ParameterName, 'The command prints a JSON object: `response`, and perhaps `usage`')
            [CompletionResult]::new('--allow-empty', '--allow-empty', [CompletionResultType]::ParameterName, 'Accept an empty answer')
            [CompletionResult]::new('--steal', '--steal', [CompletionResultType]::ParameterName, 'Take the place of another driver')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Print a string without quotes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'alc;watch' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only sessions in these states, separated by commas')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only sessions of these kinds, separated by commas')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Only sessions with this label; may be repeated, and then all count')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it')
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only what comes after this place in the history; one for all, or one for each session, separated by commas')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Stop with exit code 0 when every session has got into this state')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;wait' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only sessions in these states, separated by commas')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only sessions of these kinds, separated by commas')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Only sessions with this label; may be repeated, and then all count')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it')
            [CompletionResult]::new('--for', '--for', [CompletionResultType]::ParameterName, 'What to wait for; one of several, separated by commas, is enough')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124: seconds, or 500ms, 30s, 2m, 1h30m')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--create', '--create', [CompletionResultType]::ParameterName, 'Also wait for sessions that are not there yet')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'alc;result' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'With --wait, give up after this time, with exit code 124')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it has ended; otherwise exit with 8 if it has not')
            [CompletionResult]::new('-r', '-r', [CompletionResultType]::ParameterName, 'Print a string without quotes')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;cancel' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only sessions in these states, separated by commas')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only sessions of these kinds, separated by commas')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Only sessions with this label; may be repeated, and then all count')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for whoever looks at it later')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'With --wait, give up after this time, with exit code 124')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing, and print the ids of the sessions that would be ended')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Return when they have ended, not only when they will')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;log' {
            [CompletionResult]::new('--after', '--after', [CompletionResultType]::ParameterName, 'Only what comes after this place in the history')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on until the session ends')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on until the session ends')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;note' {
            [CompletionResult]::new('--title', '--title', [CompletionResultType]::ParameterName, 'A headline')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;rm' {
            [CompletionResult]::new('--state', '--state', [CompletionResultType]::ParameterName, 'Only sessions in these states, separated by commas')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only sessions of these kinds, separated by commas')
            [CompletionResult]::new('-l', '-l', [CompletionResultType]::ParameterName, 'Only sessions with this label; may be repeated, and then all count')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only sessions created since: so long ago, as in 30m or 2d, or at a time, as `list` prints it')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;gc' {
            [CompletionResult]::new('--older-than', '--older-than', [CompletionResultType]::ParameterName, 'Delete the sessions that ended so long ago: seconds, or 12h, 7d')
            [CompletionResult]::new('--keep-bytes', '--keep-bytes', [CompletionResultType]::ParameterName, 'Then those that ended first, until the journal has no more than so many bytes, or KiB, MiB, GiB with K, M, G')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Change nothing, and print what would be deleted')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;daemon' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('run', 'run', [CompletionResultType]::ParameterValue, 'Run it in the foreground')
            [CompletionResult]::new('start', 'start', [CompletionResultType]::ParameterValue, 'Start it, unless it runs')
            [CompletionResult]::new('stop', 'stop', [CompletionResultType]::ParameterValue, 'Stop it and wait until it is gone; sessions go on at the next start')
            [CompletionResult]::new('restart', 'restart', [CompletionResultType]::ParameterValue, 'Stop it, if it runs, and start it anew, also after an upgrade; every session is kept')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Print `key=value` lines about it; exit with 69 if it does not run')
            [CompletionResult]::new('log', 'log', [CompletionResultType]::ParameterValue, 'Print its log, also when it does not run')
            break
        }
        'alc;daemon;run' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;daemon;start' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;daemon;stop' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Also while Lua is running; it cancels nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;daemon;restart' {
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'Give up after this time, with exit code 124')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Also while Lua is running; it cancels nothing')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;daemon;status' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;daemon;log' {
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Only the last so many lines of what is there')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on as it grows, until interrupted')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on as it grows, until interrupted')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;completions' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write alc.1 and a page for each command here, and print their paths')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;version' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
        'alc;help' {
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--json', '--json', [CompletionResultType]::ParameterName, 'Print JSON: one object a line')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'No notices on stderr; `list` prints ids only')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say on stderr what the client does: which daemon it talks to, and when it connects again')
            [CompletionResult]::new('--no-start', '--no-start', [CompletionResultType]::ParameterName, 'Never start the daemon: exit with 69 if it is not there')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
