#!/usr/bin/env bash
# Makes what deploy/container/Containerfile copies from: tools/context.sh BINARY FOLDER. The authorities are those that this machine
# trusts, or those of SSL_CERT_FILE.
set -euo pipefail
mkdir -p "$2/empty"
cp "$1" "$2/duly"
for f in "${SSL_CERT_FILE:-}" /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
  [[ -s $f ]] || continue
  install -m 644 "$f" "$2/ca-certificates.crt" # what a link points to, not the link
  exit 0
done
echo "context: no authorities here to copy; name a file of them in SSL_CERT_FILE" >&2
exit 4
