#!/usr/bin/env bash
# Runs every fuzz target of the module, one after another: fuzz.sh 20s, or fuzz.sh 500x.
# What crashes a target stays in its package's testdata/fuzz, to be kept as a test.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

time=${1:-20s} failed=0 targets=0
while IFS=: read -r file name; do
  targets=$((targets + 1))
  echo "fuzz ./$(dirname "$file") $name"
  out=$(go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 5s -timeout 20m \
    "./$(dirname "$file")" 2>&1) || {
    failed=$((failed + 1))
    printf '%s\n' "$out"
  }
done < <(git ls-files --cached --others --exclude-standard '*_test.go' | sort |
  xargs -r grep -HoE '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/')
echo "fuzz: $targets targets, $failed failed"
((failed == 0))
