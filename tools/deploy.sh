#!/usr/bin/env bash
# Checks what deploy/ ships, as far as this machine allows: the systemd unit by systemd's own reading, the container file by building
# it with buildah and serving from the image, or where there is no buildah by running the binary alone in an empty root, as nobody.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { echo "deploy: $*"; }
work=$(mktemp -d)
pid='' box=''
end() {
  [[ -z $pid ]] || kill "$pid" 2>/dev/null || true
  [[ -z $box ]] || buildah rm "$box" >/dev/null || true
  rm -rf "$work"
}
trap end EXIT

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
if [[ $EUID -ne 0 ]]; then say "not root: neither an image was built nor anything run in an empty root"; exit 0; fi

# What a lender mounts: the configuration and the keys read-only, data and the witness to write to.
mkdir -p "$work"/mounts/{etc,data,witness}
"$work/duly" init "$work/made" >/dev/null
cp -r "$work/made/duly.yaml" "$work/made/keys" "$work/mounts/etc/"
port=$((20000 + RANDOM % 20000))
sed -i "s,^data: data,data: /data/db,; s,^keys: keys,keys: /etc/duly/keys\nwitness: /witness/witness,; s,password_file: keys,password_file: /etc/duly/keys,; s,listen: 127.0.0.1:8080,listen: 127.0.0.1:$port," "$work/mounts/etc/duly.yaml"
chown -R 65532:65532 "$work/mounts"; chmod -R a-w "$work/mounts/etc"; chmod 711 "$work"

# served waits until it is ready, looks at who it is, tells it to end, and wants what it leaves.
served() {
  local up='' inner
  for _ in $(seq 600); do
    if [[ $(curl -fsS "http://127.0.0.1:$port/readyz" 2>/dev/null) == *'"ready"'* ]]; then up=yes; break; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  [[ -n $up ]] || { cat "$work/log"; say "$1: it did not become ready"; exit 1; }
  [[ $(curl -fsS "http://127.0.0.1:$port/metrics") == *$'\n'"duly_database_up 1"* ]] || { say "$1: its database is not up"; exit 1; }
  inner=$pid # buildah has it as a child's child
  while pgrep -P "$inner" >/dev/null; do inner=$(pgrep -P "$inner" | head -n 1); done
  [[ $(ps -o uid= -o args= -p "$inner") =~ ^\ *65532\ /duly\ serve$ ]] || { say "$1: it is not run as nobody: $(ps -o uid= -o args= -p "$inner")"; exit 1; }
  kill -TERM "$inner"
  wait "$pid" || { cat "$work/log"; say "$1: it did not end as it was told"; exit 1; }
  pid=''
  [[ -s $work/mounts/witness/witness && -s $work/mounts/data/db/duly.db ]] || { say "$1: it left no data or no witness"; exit 1; }
  say "$1 serves as nobody, with its configuration read-only, and ends when it is told"
}

if command -v buildah >/dev/null; then
  tools/context.sh "$work/duly" "$work/context"
  image=$(buildah build --isolation chroot -q -f deploy/container/Containerfile "$work/context")
  box=$(buildah from "$image")
  inside=$(buildah mount "$box")
  cmp "$inside/etc/ssl/certs/ca-certificates.crt" "$work/context/ca-certificates.crt"
  for d in data witness tmp; do # a named volume takes its owner from here
    [[ $(stat -c %u:%g "$inside/$d") == 65532:65532 ]] || { say "nobody may not write to /$d of the image"; exit 1; }
  done
  buildah umount "$box" >/dev/null
  buildah config --volume /data- --volume /witness- "$box" # buildah would lay volumes of its own over ours; podman and docker do not
  buildah run --isolation chroot "$box" -- /duly version
  buildah run --isolation chroot -v "$work/mounts/etc:/etc/duly:ro" -v "$work/mounts/data:/data" -v "$work/mounts/witness:/witness" \
    "$box" -- /duly serve >"$work/log" 2>&1 & pid=$!
  served "the image that buildah builds"
  buildah rm "$box" >/dev/null; box=''
  buildah rmi "$image" >/dev/null
else
  say "no buildah: the container file's steps are run by hand"
  root=$work/root
  mkdir -p "$root"/{data,tmp,etc,witness}
  cp "$work/duly" "$root/duly"
  mv "$work/mounts/etc" "$root/etc/duly"
  chown 65532:65532 "$root"/{data,tmp,witness}
  rm -r "$work/mounts"; ln -s "$root" "$work/mounts" # what it leaves is looked for there
  chroot --userspec=65532:65532 "$root" /duly version
  DULY_CONFIG=/etc/duly/duly.yaml chroot --userspec=65532:65532 "$root" /duly serve >"$work/log" 2>&1 & pid=$!
  served "the binary alone in an empty root"
fi
