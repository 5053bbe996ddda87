#!/bin/sh -e
# `npx -y pnpm@10 …` of a job. The first installation of a run is pnpm's own; the jobs after it, which would make the same
# files again on machines of their own, get links to them and run the package's script as pnpm does.
test "$1 $2" = '-y pnpm@10'
shift 2
case "$*" in
  'install --frozen-lockfile')
    if [ -e "$SLIPWAY_TEST_MODULES" ]; then
      mkdir node_modules
      ln -s "$SLIPWAY_TEST_MODULES"/* "$SLIPWAY_TEST_MODULES"/.bin "$SLIPWAY_TEST_MODULES"/.pnpm node_modules
    else
      "$SLIPWAY_TEST_PNPM" "$@"
      ln -s "$PWD/node_modules" "$SLIPWAY_TEST_MODULES"
    fi
    exit
    ;;
esac
[ -L node_modules/.pnpm ] || exec "$SLIPWAY_TEST_PNPM" "$@"
[ "$1" != --silent ] || shift
test "$1" = slipway
shift
PATH=$PWD/node_modules/.bin:$PATH exec node scripts/slipway.ts "$@"
