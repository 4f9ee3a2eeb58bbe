#!/usr/bin/env bash
# Installs what the checks need beyond Go: the SMPP peers that we did not write, Chromium for the borrower's page, PostgreSQL for the store's tests (they
# start private clusters; no service is started), a stand-in for AWS KMS, and the lint tool.
# Changes nothing, and is quick, when all is there. Exit status: 0 ready, 4 something cannot be had.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$@"; exit 4; }
have() { command -v "$1" >/dev/null 2>&1; }

# missing_packages prints the Debian packages that are wanted and not installed.
missing_packages() {
  local p
  for p in kannel kannel-extras libnet-smpp-perl chromium fonts-noto-cjk; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) == installed ]] || echo "$p"
  done
  have_postgresql || echo postgresql-15
  have gcc || echo gcc libc6-dev # go test -race needs a C compiler
  have npm || echo nodejs npm
}

# have_postgresql says whether the programs of version 15 or newer are here, and the user whom they run as.
have_postgresql() {
  local d
  for d in /usr/lib/postgresql/*/bin; do
    [[ -x $d/initdb && $(basename "$(dirname "$d")") -ge 15 ]] && getent passwd postgres >/dev/null && return
  done
  return 1
}

# no_services keeps a package's installation from starting services, as Kannel's does by default.
policy=/usr/sbin/policy-rc.d
no_services() {
  [[ -e $policy ]] && return # somebody's own policy stands
  printf '#!/bin/sh\nexit 101\n' | "$@" tee "$policy" >/dev/null
  "$@" chmod 755 "$policy"
  trap '"${as_root[@]}" rm -f "$policy"' EXIT
}

as_root=(env)
install_packages() {
  local wanted=("$@")
  if ((EUID != 0)); then
    have sudo && sudo -n true 2>/dev/null || die "please install, as root: ${wanted[*]}"
    as_root=(sudo)
  fi
  say "installing ${wanted[*]}"
  local running=no
  pgrep -x bearerbox >/dev/null 2>&1 && running=yes
  no_services "${as_root[@]}"
  local log
  log=$(mktemp)
  if ! { "${as_root[@]}" apt-get update -qq &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install ${wanted[*]}"
  fi
  rm -f "$log"
  if [[ $running == no ]] && pgrep -x bearerbox >/dev/null 2>&1; then
    "${as_root[@]}" service kannel stop || say "Kannel was started by its installation and would not stop"
  fi
}

# peers installs the locked npm packages when the lock file or the version of Node.js has changed.
peers() {
  local stamp=test/peers/node_modules/.duly-stamp key
  if grep -q '"resolved"' test/peers/package-lock.json; then
    die 'test/peers/package-lock.json names a registry; strip its "resolved" fields'
  fi
  key=$(cat test/peers/package.json test/peers/package-lock.json <(node --version) | sha256sum)
  [[ -f $stamp && $(<"$stamp") == "$key" ]] && return
  say "npm ci in test/peers"
  (cd test/peers && npm ci --ignore-scripts --loglevel=error) >&2 || die "npm ci failed in test/peers"
  printf '%s\n' "$key" >"$stamp"
}

# lint_tool builds golangci-lint from its pinned module. A cold build takes several minutes.
lint_tool() {
  local stamp=.bin/golangci-lint.key key
  key=$(cat tools/golangci/go.mod tools/golangci/go.sum <(go version) | sha256sum)
  [[ -x .bin/golangci-lint && -f $stamp && $(<"$stamp") == "$key" ]] && return
  say "building golangci-lint (some minutes when Go's build cache is cold)"
  mkdir -p .bin
  go -C tools/golangci build -o "$PWD/.bin/golangci-lint.new" \
    github.com/golangci/golangci-lint/v2/cmd/golangci-lint || die "golangci-lint did not build"
  mv .bin/golangci-lint.new .bin/golangci-lint
  printf '%s\n' "$key" >"$stamp"
}

# key_service builds local-kms, which plays AWS KMS for a test, from its pinned module. Without it that test says that it is skipped,
# but in CI, where nothing may be left out.
key_service() {
  local stamp=.bin/local-kms.key key
  key=$(cat tools/localkms/go.mod tools/localkms/go.sum <(go version) | sha256sum)
  [[ -x .bin/local-kms && -f $stamp && $(<"$stamp") == "$key" ]] && return
  say "building local-kms"
  mkdir -p .bin
  go -C tools/localkms build -o "$PWD/.bin/local-kms.new" github.com/nsmithuk/local-kms || {
    [[ ${CI:-} != true ]] || die "local-kms did not build"
    say "local-kms cannot be had: the test of AWS KMS is skipped"
    return 0
  }
  mv .bin/local-kms.new .bin/local-kms
  printf '%s\n' "$key" >"$stamp"
}

have go || die "please install Go, of the version in go.mod or newer"
have dpkg-query || die "please install by hand, and put on the PATH: Kannel 1.4.5, Perl's Net::SMPP, Chromium, PostgreSQL 15 or newer, Node.js with npm, a C compiler"
mapfile -t packages < <(missing_packages | tr ' ' '\n')
((${#packages[@]} == 0)) || install_packages "${packages[@]}"
peers
lint_tool
key_service
