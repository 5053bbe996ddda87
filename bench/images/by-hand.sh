#!/bin/sh
# Both images for the machine's own architecture from the same Debian packages, as a maintainer would make them by hand.
# usage: by-hand.sh MIRROR APP_ROOT OUT LEAN FULL   (APP_ROOT: everything of the application at its places in an image;
# LEAN and FULL: packages, separated by commas)
set -eu
mirror=$1 app=$2 out=$3 lean=$4 full=$5

image() { # NAME PACKAGES
  mmdebstrap --quiet --variant=essential --include="$2" trixie "$out/$1.tar" "$mirror/debian"
  container=$(buildah from scratch)
  buildah add --quiet "$container" "$out/$1.tar" /
  buildah add --quiet "$container" "$app" /
  buildah config --user 10001:0 --workingdir /data --entrypoint '["/usr/bin/satchel"]' "$container"
  buildah commit --quiet --timestamp 0 --rm "$container" "bench-$1"
  buildah push --quiet "bench-$1" "oci-archive:$out/$1.oci.tar"
  rm "$out/$1.tar"
}

image lean "$lean"
image full "$full"
