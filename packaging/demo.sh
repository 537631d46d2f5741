#!/usr/bin/env bash
# The main job, shown: installs what it needs, builds it, runs it. Debian 12, root or sudo.
#
#   bash packaging/demo.sh [options of the demo; --help lists them]
set -Eeuo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
readonly preset=dev
readonly needed_mb=700
step='start'

say() { printf 'demo.sh: %s\n' "$*"; }

fail() {
  printf '\ndemo.sh: %s\n' "$1" >&2
  printf 'Try: %s\n' "$2" >&2
  exit 1
}

# An error nobody foresaw still says where it was and what to do.
on_error() {
  fail "stopped while it wanted to $step" \
    'read the lines above, then run it again: it goes on from there'
}
trap on_error ERR
trap 'printf "\ndemo.sh: stopped\n" >&2; exit 130' INT

os_release() { sed -n "s/^$1=//p" /etc/os-release | tr -d '"'; }

check_system() {
  step='look at this system'
  local id='' version=''
  if [[ -r /etc/os-release ]]; then
    id=$(os_release ID)
    version=$(os_release VERSION_ID)
  fi
  if [[ $id != debian || $version != 12 ]]; then
    say "this is ${id:-an unknown system} ${version:-}, not Debian 12: it may not build here"
  fi
  if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
    say 'neither root nor sudo: nothing can be installed, only built'
  fi
}

check_disk() {
  step='see how much room is left'
  local free_mb
  free_mb=$(df --output=avail -m "$root" | tail -n 1 | tr -d ' ')
  if (( free_mb < needed_mb )) && [[ ! -x $root/build/$preset/bin/demo ]]; then
    fail "only $free_mb MB are free below $root, the build needs $needed_mb MB" \
      "make room there, or clone to a larger disk"
  fi
}

install_packages() {
  step='install packages'
  say 'packages ...'
  bash "$root/packaging/install-packages.sh" demo || exit 1  # it has said why, and what to do
}

build() {
  step='build'
  if [[ ! -f $root/build/$preset/build.ninja ]]; then
    say 'configuring ...'
    (cd "$root" && cmake --preset "$preset") ||
      fail 'the build could not be configured' "rm -rf $root/build/$preset and run this again"
  fi
  say 'building (a few minutes the first time) ...'
  cmake --build "$root/build/$preset" --target demo_all ||
    fail 'the build failed' \
      "see the first error above; when the disk is full (df -h $root), make room and run this again"
}

check_system
check_disk
install_packages
build
say 'running'
trap - ERR INT
exec "$root/build/$preset/bin/demo" "$@"
