#!/usr/bin/env bash
# complete.sh ROOT WORD...: what the completion in ROOT offers where the last word is being typed.
source "$1/usr/share/bash-completion/completions/satchel"
shift
COMP_WORDS=(satchel "$@")
COMP_CWORD=$#
_slipway_application satchel
printf '%s\n' "${COMPREPLY[@]}"
