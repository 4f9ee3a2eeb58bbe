#!/usr/bin/env bash
# Runs everything that CI runs, and tells how long each part took.
#
# The proof (sim/proof) is a quarter of all work, and never waits: no clock, no network, no other process. So it runs beside the other
# parts at the lowest priority, and takes the time in which they wait: for a server, for a linker, for a lease to run out. What is left
# of it at the end runs alone. Beside tests of equal rank it would take their time, and workers that get none lose their leases.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

make=${MAKE:-make}
log=$(mktemp)
proof='' began=0

end() {
  [[ -z $proof ]] || kill -- "-$proof" 2>/dev/null || true
  rm -f "$log"
}
trap end EXIT

# part runs one target of the Makefile. A proof that has failed meanwhile ends the check at once.
part() {
  local from=$SECONDS
  "$make" "$@"
  echo "check: $1 took $((SECONDS - from)) s"
  [[ -z $proof ]] || kill -0 "$proof" 2>/dev/null || proven
}

# beside starts the proof in a process group of its own, which ends with the check.
beside() {
  began=$SECONDS
  set -m
  nice -n 19 go run ./test/withpg -memory go test -vet=off -timeout 60m ./sim/proof >"$log" 2>&1 &
  proof=$!
  set +m
}

# proven waits for the proof and says what came of it.
proven() {
  local status=0
  wait "$proof" || status=$?
  proof=''
  cat "$log"
  echo "check: the proof was done $((SECONDS - began)) s after it began, beside the rest"
  return "$status"
}

part setup
from=$SECONDS
go build ./... # so that the proof and the linters do not both compile everything
echo "check: build took $((SECONDS - from)) s"
beside
part tidy
part check-format
part lint # it runs what go vet runs
mkdir -p .cache/pictures
DULY_PICTURES=$PWD/.cache/pictures part test EXCEPT=/sim/proof # each page of console and portal as it looked
part race
part fuzz FUZZTIME=500x
from=$SECONDS
[[ -z $proof ]] || proven
echo "check: waited $((SECONDS - from)) s for the proof"
