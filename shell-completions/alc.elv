set edit:completion:arg-completer[alc] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) ALC_COMPLETE="elvish" alc -- $@words) | to-lines
}

