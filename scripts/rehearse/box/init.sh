#!/bin/sh
# init.sh ROOT: first process of the new namespaces; makes what a container manager makes (systemd's Container Interface).
set -eu
root=$1
cd /
mount --make-rprivate /
mount --bind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
  touch "dev/$device"
  mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ip link set lo up
hostname box
echo box >etc/hostname
printf '127.0.0.1 localhost box\n' >etc/hosts
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
rmdir /.outside
# Credentials are mounted in a namespace of their own and must show in the service's.
mount --make-rshared /
exec env -i container=slipway PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --log-target=console --unit=multi-user.target
