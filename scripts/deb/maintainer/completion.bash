# shellcheck shell=bash
# Completion of an application's command for bash; bash-completion reads it by the command's name. The words are in
# /usr/share/APP/completion: on each line a verb and its words, or FILES.

_slipway_application() {
  local app=${1##*/} word=${COMP_WORDS[COMP_CWORD]} verb='' at
  local list=${SLIPWAY_COMPLETION:-/usr/share/$app/completion}
  COMPREPLY=()
  [ -r "$list" ] || return 0
  for ((at = 1; at < COMP_CWORD; at++)); do
    case ${COMP_WORDS[at]} in
      --config | --state | --instance) at=$((at + 1)) ;;
      -*) ;;
      *)
        verb=${COMP_WORDS[at]}
        break
        ;;
    esac
  done
  case ${COMP_WORDS[COMP_CWORD - 1]} in
    --config | --state | --*-file)
      mapfile -t COMPREPLY < <(compgen -f -- "$word")
      return 0
      ;;
    --instance)
      mapfile -t COMPREPLY < <(compgen -W "$(cd "/etc/$app/instances" 2>/dev/null && echo *)" -- "$word")
      return 0
      ;;
  esac
  if [ -z "$verb" ]; then
    mapfile -t COMPREPLY < <(compgen -W "--config --state --instance --help $(cut -d ' ' -f 1 "$list")" -- "$word")
  elif grep -qxF -- "$verb FILES" "$list"; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
  else
    mapfile -t COMPREPLY < <(compgen -W "$(sed -n "s/^$verb //p" "$list")" -- "$word")
  fi
}

complete -o filenames -F _slipway_application "${BASH_SOURCE[0]##*/}"
