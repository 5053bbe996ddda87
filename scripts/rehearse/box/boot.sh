#!/bin/sh
# boot.sh CGROUP ROOT: starts the systemd of ROOT in namespaces of its own, below a control group of its own. Stays until it ends.
set -eu
cgroup=$1
root=$2
mkdir -p "$cgroup"
echo $$ >"$cgroup/cgroup.procs"
exec unshare --cgroup --pid --mount --uts --ipc --net --fork --kill-child "$(dirname "$0")/init.sh" "$root"
