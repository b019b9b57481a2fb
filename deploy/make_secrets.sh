#!/bin/sh
# Makes the secrets of a deployment with Compose, each once; run as root from anywhere. What is there stays as it is.
#   deploy/secrets/db_password    of the database's role
#   deploy/secrets/db_passfile    the same for the app (libpq's pass file; it must be the app user's own)
#   deploy/secrets/secrets.toml   cookie_secret; put the provider's client_secret in by hand
#   deploy/secrets/app.env        CARERISK_AUDIT_KEY; keep a copy off this machine
set -eu
umask 077
folder="$(dirname "$0")/secrets"
app="${CARERISK_UID:-10001}"
mkdir -p "$folder" "$(dirname "$0")/tls"

draw() { head -c 48 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'; }
once() { if [ -e "$folder/$1" ]; then echo "kept $folder/$1"; return 1; else echo "made $folder/$1"; fi; }

if once db_password; then draw >"$folder/db_password"; fi
if once db_passfile; then
    printf 'db:5432:carerisk:carerisk:%s\n' "$(cat "$folder/db_password")" >"$folder/db_passfile"
fi
if once secrets.toml; then
    printf '[auth]\ncookie_secret = "%s"\nclient_secret = ""\n' "$(draw)" >"$folder/secrets.toml"
fi
if once app.env; then printf 'CARERISK_AUDIT_KEY=%s\n' "$(draw)" >"$folder/app.env"; fi
chown "$app" "$folder/db_passfile" "$folder/secrets.toml"
