#!/bin/sh -e
# `npx -y pnpm@10 …` of a job. The first installation of a run is pnpm's own; the jobs after it, which would make the same
# files again on machines of their own, get links to them.
test "$1 $2 $3" = '-y pnpm@10 --dir'
cd "$4"
shift 4
test "$*" = 'install --frozen-lockfile'
[ ! -e node_modules ] || exit 0
if [ -e "$SLIPWAY_TEST_MODULES" ]; then
  mkdir node_modules
  ln -s "$SLIPWAY_TEST_MODULES"/* "$SLIPWAY_TEST_MODULES"/.bin "$SLIPWAY_TEST_MODULES"/.pnpm node_modules
  exit
fi
"$SLIPWAY_TEST_PNPM" "$@"
ln -s "$PWD/node_modules" "$SLIPWAY_TEST_MODULES"
