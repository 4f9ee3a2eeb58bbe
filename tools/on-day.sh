#!/usr/bin/env bash
# Runs tests as though they had begun at another time: tools/on-day.sh '2027-02-28 23:59:30 UTC' ./cli [-short -run TestScripts …].
#
# It is for tests that hold on some days only: a year whose calendar is not published, the end of a month, midnight. time.Now of
# every process that the test binary starts of itself is moved by an overlay over package time, and runs on from there; waits and
# measured spans are as ever. Two things keep the machine's time and fail or wait where both are compared: files' times
# (TestScratch), and PostgreSQL's now() (jobs/river).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
(($# >= 2)) || { echo "usage: on-day.sh TIME PACKAGE [flags of go test]" >&2; exit 2; }
at=$(date -d "$1" +%s) package=$2
shift 2

dir=$PWD/.cache/on-day
mkdir -p "$dir"
now=$(go env GOROOT)/src/time/time.go
grep -q '^	sec, nsec, mono := runtimeNow()$' "$now" || { echo "on-day: time.Now of $(go version) is not what it was" >&2; exit 4; }
{
  sed 's,^	sec\, nsec\, mono := runtimeNow()$,&\n	sec += shift,' "$now"
  cat <<EOF

var shift = readShift()

// It is in a file, for tests start processes with an environment of their own.
func readShift() (n int64) {
	fd, err := open("$dir/shift")
	if err != nil {
		return 0
	}
	defer closefd(fd)
	text, sign := make([]byte, 32), int64(1)
	size, _ := read(fd, text)
	for _, c := range text[:size] {
		switch {
		case c == '-':
			sign = -1
		case c >= '0' && c <= '9':
			n = n*10 + int64(c-'0')
		}
	}
	return n * sign
}
EOF
} >"$dir/time.go.txt"
printf '{"Replace": {"%s": "%s"}}\n' "$now" "$dir/time.go.txt" >"$dir/overlay.json"
trap 'rm -f "$dir/shift"' EXIT
export GOFLAGS="${GOFLAGS:-} -overlay=$dir/overlay.json"
go test -vet=off -count 1 -run '^$' "$package" >/dev/null # builds it, which takes a while when the cache has none of it
echo $((at - $(date +%s))) >"$dir/shift"
go run ./test/withpg go test -vet=off -count 1 -timeout 30m "$@" "$package"
