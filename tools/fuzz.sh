#!/usr/bin/env bash
# Runs every fuzz target of the module, two packages side by side, each with half of the processors: fuzz.sh 20s, or fuzz.sh 500x.
# A package's test binary is built once, as `go test -fuzz` builds it, and run for each of its targets: most of a short run is building.
# What crashes a target stays in its package's testdata/fuzz, to be kept as a test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

time=${1:-20s}
half=$((($(getconf _NPROCESSORS_ONLN) + 1) / 2))
corpus=$(go env GOCACHE)/fuzz
bins=$(mktemp -d)
trap 'rm -rf "$bins"' EXIT

# package runs the targets of one: its folder, then their names.
package() {
  local dir=$1 bin path out name failed=0
  shift
  bin=$bins/${dir//\//_}.test path=$(go list "./$dir")
  out=$(go test -c -vet=off -fuzz . -o "$bin" "./$dir" 2>&1) || { printf 'fuzz: ./%s does not build\n%s\n' "$dir" "$out"; return 1; }
  for name; do
    if out=$(cd "$dir" && "$bin" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "$time" -test.fuzzminimizetime 5s \
      -test.parallel "$half" -test.timeout 20m -test.fuzzcachedir "$corpus/$path" 2>&1); then
      echo "fuzz ./$dir $name"
    else
      printf 'fuzz: ./%s %s failed\n%s\n' "$dir" "$name" "$out"
      failed=1
    fi
  done
  rm -f "$bin"
  return "$failed"
}
export -f package
export time half corpus bins

targets=$(git ls-files --cached --others --exclude-standard '*_test.go' | sort |
  xargs -r grep -HoE '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/')
packages=$(awk -F: '{n = split($1, p, "/"); dir = substr($1, 1, length($1) - length(p[n]) - (n > 1)); of[dir] = of[dir] " " $2}
  END {for (dir in of) print (dir == "" ? "." : dir) of[dir]}' <<<"$targets" | sort)
failed=0
xargs -P 2 -L 1 bash -c 'package "$@" || exit 1' fuzz <<<"$packages" || failed=1
echo "fuzz: $(wc -l <<<"$targets") targets, $( ((failed)) && echo "some failed" || echo "none failed")"
((failed == 0))
