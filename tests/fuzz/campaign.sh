#!/bin/bash
# campaign.sh [--runs N] [--workers W] [--bin FOLDER] [TARGET...]: every fuzz target, N executions
# each (10,000,000), under ASan and UBSan. What one finds is kept in fuzz-findings/ with the command
# that repeats it. Build first: cmake --preset fuzz && cmake --build --preset fuzz
set -uo pipefail
cd "$(dirname "$0")/../.."
runs=10000000 workers=$(nproc) bin=build/fuzz/bin
while [[ ${1:-} == --* ]]; do
  case $1 in
    --runs) runs=$2 ;;
    --workers) workers=$2 ;;
    --bin) bin=$2 ;;
    *) echo "campaign.sh: no option $1"; exit 2 ;;
  esac
  shift 2
done
# wire_line is a whole simulated line an execution, not a parser: it has a test of its own.
targets=("$@")
if ((${#targets[@]} == 0)); then
  for program in "$bin"/*_fuzz; do
    name=$(basename "$program" _fuzz)
    [[ $name == wire_line ]] || targets+=("$name")
  done
fi
[[ -x $bin/${targets[0]}_fuzz ]] || {
  echo "campaign.sh: no ${targets[0]}_fuzz in $bin"
  echo "Try: cmake --preset fuzz && cmake --build --preset fuzz"
  exit 2
}
mkdir -p fuzz-findings
# A small quarantine and no allocation stacks: three times the speed, and a finding is repeated
# with both.
export ASAN_OPTIONS=quarantine_size_mb=1:malloc_context_size=0

fuzz_one() {
  local name=$1 log corpus longest=128
  case $name in hl7 | mllp | astm | ansar_b) longest=600 ;; esac  # a whole message
  log=fuzz-findings/$name.log
  corpus=$(mktemp -d)
  "$bin/${name}_fuzz" -runs="$runs" -max_len=$longest -seed=1 -print_final_stats=1 \
    -artifact_prefix="fuzz-findings/$name-" "$corpus" "tests/fuzz/corpus/$name" > "$log" 2>&1
  local code=$?
  rm -rf "$corpus"
  local done
  done=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if ((code == 0)); then
    echo "$name: ${done:-0} executions, clean"
    rm -f "$log"
  else
    echo "$name: violation after ${done:-some} executions; see $log"
    echo "  repeat: $bin/${name}_fuzz fuzz-findings/$name-*"
    return 1
  fi
}
export -f fuzz_one
export runs bin

printf '%s\n' "${targets[@]}" | xargs -P "$workers" -I{} bash -c 'fuzz_one {}'
violations=$(find fuzz-findings -name '*.log' | wc -l)
rmdir --ignore-fail-on-non-empty fuzz-findings
echo "fuzz: cases=${#targets[@]} violations=$violations"
((violations == 0))
