#!/usr/bin/env bash
# Installs what make failover needs beside tools/setup.sh (Debian: patroni, etcd-server), and runs it. Nothing that is installed
# is left running: the test starts its own, on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v patroni >/dev/null || ! command -v etcd >/dev/null; then
  as_root=(); [[ $EUID -eq 0 ]] || as_root=(sudo)
  had_etcd=$(command -v etcd || true)
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends patroni etcd-server postgresql-15 >/dev/null
  [[ -n $had_etcd ]] || "${as_root[@]}" service etcd stop >/dev/null 2>&1 || true
fi
DULY_FAILOVER=1 exec go test ./test/failover -count=1 -v -timeout 20m
