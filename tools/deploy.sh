#!/usr/bin/env bash
# Checks what deploy/ ships, as far as this machine allows: the systemd unit by systemd's own reading, and the container file's steps
# by running the binary alone in an empty root, as nobody and with a read-only root where it may.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "deploy: $*"; }
work=$(mktemp -d)
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
pid=

if command -v systemd-analyze >/dev/null; then
  # The unit names a binary and a user that are not here: a copy names those that are.
  sed -e 's,/usr/local/bin/duly ,/bin/true ,; s,^User=.*,User=daemon,; s,^Group=.*,Group=daemon,' deploy/systemd/duly.service >"$work/duly.service"
  out=$(systemd-analyze verify --man=no "$work/duly.service" 2>&1 | grep -F "$work/duly.service" || true)
  [[ -z $out ]] || { echo "$out"; exit 1; }
  rated=$(systemd-analyze security --offline=true --threshold=20 "$work/duly.service" 2>/dev/null | tail -1 || true)
  say "systemd reads the unit${rated:+; $rated}"
  [[ $rated != *EXPOSED* && $rated != *UNSAFE* && $rated != *MEDIUM* ]] || exit 1
else
  say "no systemd-analyze: the unit was not checked"
fi

CGO_ENABLED=0 go build -trimpath -ldflags '-s -w' -o "$work/duly" .
if command -v buildah >/dev/null; then
  mkdir "$work/context" "$work/context/empty"; cp "$work/duly" "$work/context/"
  buildah build --isolation chroot -q -f deploy/container/Containerfile "$work/context" >/dev/null && say "buildah builds the container file"
else
  say "no buildah: the container file's steps are run by hand"
fi
if [[ $EUID -ne 0 ]]; then say "not root: nothing was run in an empty root"; exit 0; fi
root=$work/root
mkdir -p "$root"/{data,tmp,etc/duly,witness}
cp "$work/duly" "$root/duly"
"$work/duly" init "$work/made" >/dev/null
cp -r "$work/made/duly.yaml" "$work/made/keys" "$root/etc/duly/"
port=$((20000 + RANDOM % 20000))
sed -i "s,^data: data,data: /data/db,; s,^keys: keys,keys: /etc/duly/keys\nwitness: /witness/witness,; s,password_file: keys,password_file: /etc/duly/keys,; s,listen: 127.0.0.1:8080,listen: 127.0.0.1:$port," "$root/etc/duly/duly.yaml"
chown -R 65532:65532 "$root/data" "$root/tmp" "$root/witness" "$root/etc/duly"; chmod -R a-w "$root/etc/duly"
chroot --userspec=65532:65532 "$root" /duly version
DULY_CONFIG=/etc/duly/duly.yaml chroot --userspec=65532:65532 "$root" /duly serve >"$work/log" 2>&1 & pid=$!
for _ in $(seq 100); do
  if curl -fsS "http://127.0.0.1:$port/readyz" 2>/dev/null | grep -q ready && curl -fsS "http://127.0.0.1:$port/metrics" | grep -q '^duly_database_up 1'; then
    kill -TERM "$pid"; wait "$pid"; pid=
    [[ -s $root/witness/witness && -s $root/data/db/duly.db ]] || { say "it left no data or no witness"; exit 1; }
    say "the binary alone serves as nobody, with its configuration read-only, and ends when it is told"
    exit 0
  fi
  sleep 0.1
done
cat "$work/log"; say "it did not become ready"; exit 1
