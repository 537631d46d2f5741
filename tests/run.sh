#!/usr/bin/env bash
# All tests, from a bare Debian 12: installs what it needs, builds, runs. Root or sudo.
#
#   bash tests/run.sh                 everything: dev, AddressSanitizer+UBSan, ThreadSanitizer
#   bash tests/run.sh dev             one build only; dev, asan and tsan can be named
#   JOBS=4 bash tests/run.sh          compile with four jobs (default: one a core), test with eight
#                                     at a time: tests mostly wait
set -Eeuo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
readonly root
readonly jobs=${JOBS:-$(nproc)}
readonly needed_mb=4000
cd "$root"

presets=("$@")
if (( ${#presets[@]} == 0 )); then presets=(dev asan tsan); fi

say() { printf '\n== %s\n' "$*"; }

fail() {
  printf '\nrun.sh: %s\nTry: %s\n' "$1" "$2" >&2
  exit 1
}
trap 'fail "stopped at line $LINENO" "read the lines above, then run it again"' ERR

for preset in "${presets[@]}"; do
  [[ $preset == dev || $preset == asan || $preset == tsan ]] ||
    fail "there is no test build '$preset'" 'bash tests/run.sh dev'
done

free_mb=$(df --output=avail -m "$root" | tail -n 1 | tr -d ' ')
(( free_mb >= needed_mb )) || [[ -d build ]] ||
  fail "only $free_mb MB are free below $root, the builds need $needed_mb MB" \
    'make room there, or clone to a larger disk'

say 'packages'
bash packaging/install-packages.sh test

say 'structure and style (tests/tidy)'
/usr/bin/python3 tests/tidy/tidy.py ||
  fail 'the house rules are broken' 'mend the places above: /usr/bin/python3 tests/tidy/tidy.py'

say 'reference receiver (tests/hub)'
/usr/bin/python3 -m unittest discover -s tests/hub -p 'test_*.py' ||
  fail 'the receiver fails its own tests' \
    "/usr/bin/python3 -m unittest discover -s tests/hub -p 'test_*.py' -v"

for preset in "${presets[@]}"; do
  say "build $preset"
  cmake --preset "$preset" >/dev/null ||
    fail "the $preset build could not be configured" "rm -rf build/$preset and run this again"
  cmake --build --preset "$preset" -- -j "$jobs" ||
    fail "the $preset build failed" 'see the first error above'
  say "tests $preset"
  ctest --preset "$preset" --parallel "$((2 * jobs))" ||
    fail "tests failed in the $preset build" \
      "ctest --preset $preset --rerun-failed --output-on-failure"
done

say "all tests passed: ${presets[*]}"
