#!/bin/sh
# Runs Python in a clean Debian root, with one folder of this machine at /mnt/build
# and nothing else of it: no network, no other processes, a root that cannot be
# written to. Called inside namespaces of its own (unshare): nothing is left.
# Usage: in-clean-root.sh ROOT FOLDER USER EPOCH ARGUMENT...   (of python3 -IS; USER: 65534, or 0 in a user namespace)
set -eu
root=$1 folder=$2 user=$3 epoch=$4
shift 4
mount --bind "$root" "$root"
mount -t tmpfs -o mode=755 slipway "$root/dev"
for device in null zero full random urandom; do
  : >"$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t tmpfs -o mode=755 slipway "$root/mnt"
mkdir "$root/mnt/build"
mount --bind "$folder" "$root/mnt/build"
mount -t tmpfs -o mode=1777 slipway "$root/tmp"
mount -t proc proc "$root/proc"
mount -o remount,bind,ro "$root"
set -- /usr/bin/python3 -IS "$@"
if [ "$user" != 0 ]; then
  set -- /usr/bin/setpriv "--reuid=$user" "--regid=$user" --clear-groups --no-new-privs --bounding-set=-all "$@"
fi
exec chroot "$root" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/tmp LC_ALL=C.UTF-8 TZ=UTC PYTHONHASHSEED=0 \
  "SOURCE_DATE_EPOCH=$epoch" CFLAGS="-g0 -ffile-prefix-map=/mnt/build=." CXXFLAGS="-g0 -ffile-prefix-map=/mnt/build=." \
  "$@"
