#!/bin/sh
# Runs a command with a folder bound at a fixed path, so that a build which
# writes its own path into its output writes the same one on every machine.
# Called inside a mount namespace of its own: nothing is left behind.
# Usage: at-fixed-path.sh FOLDER PLACE DIR COMMAND...   (PLACE below /mnt, DIR relative to it)
set -eu
folder=$1 place=$2 dir=$3
shift 3
mount -t tmpfs -o size=1m,mode=755 slipway /mnt
mkdir -p "$place"
mount --bind "$folder" "$place"
cd "$place/$dir"
exec "$@"
