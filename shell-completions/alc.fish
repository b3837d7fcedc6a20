complete --keep-order --exclusive --command alc --arguments "(ALC_COMPLETE=fish alc -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
