# Completion of alc for bash. What there is to offer, alc itself knows.
_alc() {
    local line=${COMP_LINE:0:COMP_POINT} words=() last=-1 i gap word typed
    # Bash cuts words at `=` and `:`; these are put together again.
    for ((i = 0; i <= COMP_CWORD; i++)); do
        gap=${line%%[![:space:]]*}
        line=${line#"$gap"}
        word=${COMP_WORDS[i]}
        ((i < COMP_CWORD)) || word=$line
        line=${line#"$word"}
        if [[ -z $gap && $last -ge 0 ]]; then
            words[last]+=$word
        else
            words[++last]=$word
        fi
    done
    typed=${words[last]}
    # And bash replaces only what is behind the last of them.
    typed=${typed%"${typed##*[=:]}"}
    COMPREPLY=()
    while IFS= read -r word || [[ -n $word ]]; do
        word=${word#"$typed"}
        [[ $word != *[!A-Za-z0-9_./,:=@%+-]* ]] || printf -v word %q "$word"
        COMPREPLY+=("$word")
    done < <(
        ALC_COMPLETE=bash _CLAP_COMPLETE_INDEX=$last _CLAP_IFS=$'\n' \
            alc -- "${words[@]}" 2>/dev/null
    )
    if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=:/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -o bashdefault -o nosort -F _alc alc 2>/dev/null || complete -o bashdefault -F _alc alc
