#!/usr/bin/env bash
# Runs a command with TEST_POSTGRES_URL behind PgBouncer in transaction mode: no statement finds the session of
# the one before it. bash .ci/pgbouncer.sh npm test -- test/contract
#
# Needs pgbouncer (Debian: apt-get install pgbouncer) and a server without a password, as .ci/servers.sh starts it.
set -euo pipefail
: "${TEST_POSTGRES_URL:?names the server, for example postgres://postgres@127.0.0.1:5432/postgres}"
command -v pgbouncer >/dev/null || { echo 'pgbouncer is not installed: apt-get install pgbouncer' >&2; exit 1; }

folder=$(mktemp -d)
port=${PGBOUNCER_PORT:-21432}
read -r user host server_port < <(node -e '
  const { username, hostname, port } = new URL(process.env.TEST_POSTGRES_URL);
  console.log(username || "postgres", hostname, port || 5432);')
cat >"$folder/pgbouncer.ini" <<INI
[databases]
* = host=$host port=$server_port user=$user
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
auth_type = any
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
logfile = $folder/log
pidfile = $folder/pid
INI

as=()
if [ "$(id -u)" = 0 ]; then
  chown -R "$user" "$folder"
  as=(setpriv "--reuid=$user" --clear-groups)
fi
"${as[@]}" pgbouncer -d "$folder/pgbouncer.ini" 2>"$folder/start" || { cat "$folder/start" >&2; exit 1; }
trap 'kill "$(cat "$folder/pid")" 2>/dev/null || true; rm -rf "$folder"' EXIT

# A few tests are about sessions: they are skipped by name.
TEST_POSTGRES_POOLED=1 TEST_POSTGRES_URL="postgres://$user@127.0.0.1:$port/postgres" "$@"
