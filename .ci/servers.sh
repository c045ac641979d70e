# shellcheck shell=bash
# The servers the tests talk to. Source it from bash, in a clone where `npm ci` has run:
#
#   source .ci/servers.sh && npm test
#
# Sets TEST_POSTGRES_URL, TEST_MYSQL_URL, TEST_REDIS_URL and TEST_SERVERS=required. A variable that is already set
# is kept. Otherwise a server that answers on its standard port of 127.0.0.1 is used; where none does, a throwaway
# one is started in a temporary folder (as root on Debian its package is installed first if need be). Throwaway
# servers end with the shell, or with `servers_stop`. Nothing here touches a server it did not start.
# SERVERS=own starts throwaway ones where their programs are installed, even if another answers on the standard port:
# they do not write to disk what nobody will read again, which makes a database in a tenth of the time, and they
# take as many connections as the suites of several workers, with the processes that they start, open at once.

servers_home=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=.ci/packages.sh
source "$servers_home/packages.sh"
servers_dir=${servers_dir:-}
servers_started=${servers_started:-}

servers_say() { printf 'servers: %s\n' "$*"; }

# Does the server named by this variable answer (within that many seconds)?
servers_answer() { node "$servers_home/answers.mjs" "$1" "${2:-0}"; }

# Below 32768: from there on the kernel hands ports to outgoing connections.
servers_free_port() {
  local port
  while port=$((20000 + RANDOM % 12000)); do
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  echo "$port"
}

# Runs a shell script detached, in that folder and in a process group of its own, whose number it writes to `pid`.
# As root it runs as the named user: servers refuse to be root.
servers_launch() {
  local folder=$1 user=$2 script=$3 as=()
  if [ "$(id -u)" = 0 ]; then
    chown "$user" "$folder"
    as=(setpriv "--reuid=$user" "--regid=$user" --init-groups)
  fi
  (cd "$folder" && setsid "${as[@]}" sh -ec "echo \$\$ >pid; $script" </dev/null >log 2>&1 &)
}

servers_postgres_bin() {
  local bin newest=''
  for bin in /usr/lib/postgresql/*/bin; do
    if [ -x "$bin/initdb" ]; then newest=$bin; fi
  done
  if [ -z "$newest" ] && bin=$(command -v initdb); then newest=$(dirname "$bin"); fi
  [ -n "$newest" ] && echo "$newest"
}

servers_start_postgres() {
  local port=$1 folder=$2 bin
  bin=$(servers_postgres_bin) || { install_packages postgresql && bin=$(servers_postgres_bin); } || return 1
  servers_launch "$folder" postgres "PATH=$bin:\$PATH
    initdb -D data -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N
    exec postgres -D data -p $port -k \"\$PWD\" -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=400"
}

servers_start_mysql() {
  local port=$1 folder=$2
  local PATH=$PATH:/usr/sbin
  if ! command -v mariadbd >/dev/null || ! command -v mariadb-install-db >/dev/null; then
    install_packages mariadb-server || return 1
  fi
  servers_launch "$folder" mysql "
    mariadb-install-db --no-defaults --datadir=\"\$PWD/data\" --skip-test-db \
      --auth-root-authentication-method=normal
    exec mariadbd --no-defaults --datadir=\"\$PWD/data\" --socket=\"\$PWD/socket\" \
      --bind-address=127.0.0.1 --port=$port --innodb-flush-log-at-trx-commit=0 \
      --max-connections=400 \
      --character-set-server=utf8mb4 --collation-server=utf8mb4_general_ci"
}

servers_start_redis() {
  local port=$1 folder=$2
  command -v redis-server >/dev/null || install_packages redis-server || return 1
  servers_launch "$folder" redis "
    exec redis-server --bind 127.0.0.1 --port $port --dir \"\$PWD\" --save '' --appendonly no"
}

servers_make_dir() {
  if [ -z "$servers_dir" ]; then
    servers_dir=$(mktemp -d "${TMPDIR:-/tmp}/weixin-servers.XXXXXX")
    chmod 711 "$servers_dir" # the servers' own users must pass
    # A shell with an EXIT trap of its own has to call servers_stop there.
    if [ -z "$(trap -p EXIT)" ]; then trap servers_stop EXIT; fi
  fi
}

servers_is_installed() {
  case $1 in
  postgres) servers_postgres_bin >/dev/null ;;
  mysql) (PATH=$PATH:/usr/sbin && command -v mariadbd && command -v mariadb-install-db) >/dev/null ;;
  redis) command -v redis-server >/dev/null ;;
  esac
}

# Keeps what the caller named, else takes what answers on the standard port, else starts a throwaway server.
servers_provide() {
  local name=$1 variable=$2 url=$3 standard_port=$4 port folder
  if [ -n "${!variable:-}" ]; then
    if servers_answer "$variable"; then
      servers_say "$name: $variable as it was set"
      return 0
    fi
    servers_say "$name: $variable is set, but no server answers there"
    return 1
  fi
  export "$variable=${url/PORT/$standard_port}"
  if [ "${SERVERS:-}" = own ] && servers_is_installed "$name"; then
    servers_say "$name: one of our own"
  elif servers_answer "$variable"; then
    servers_say "$name: found on port $standard_port"
    return 0
  fi
  for _ in 1 2 3; do
    port=$(servers_free_port)
    servers_make_dir
    folder=$servers_dir/$name-$port
    mkdir "$folder"
    export "$variable=${url/PORT/$port}"
    "servers_start_$name" "$port" "$folder" || break
    if servers_answer "$variable" 30; then
      servers_started="$servers_started $variable"
      servers_say "$name: throwaway server on port $port"
      return 0
    fi
    servers_say "$name: no success on port $port"
    tail -n 5 "$folder/log" 2>/dev/null
  done
  unset "$variable"
  servers_say "$name: could not be started; set $variable to a server of your own"
  return 1
}

servers_stop() {
  local folder group signal
  if [ -z "$servers_dir" ]; then return 0; fi
  for folder in "$servers_dir"/*; do
    read -r group 2>/dev/null <"$folder/pid" || continue
    # QUIT ends PostgreSQL at once, without waiting for its clients.
    case $folder in */postgres-*) signal=QUIT ;; *) signal=TERM ;; esac
    kill -s "$signal" -- "-$group" 2>/dev/null || continue
    for _ in {1..50}; do
      kill -s 0 -- "-$group" 2>/dev/null || continue 2
      sleep 0.2
    done
    kill -s KILL -- "-$group" 2>/dev/null || true
  done
  rm -rf "$servers_dir"
  servers_dir=''
  # shellcheck disable=SC2086
  unset $servers_started TEST_SERVERS
  servers_started=''
  return 0
}

servers_start() {
  servers_provide postgres TEST_POSTGRES_URL postgres://postgres@127.0.0.1:PORT/postgres "${PROBE_POSTGRES_PORT:-5432}" &&
    servers_provide mysql TEST_MYSQL_URL mysql://root@127.0.0.1:PORT "${PROBE_MYSQL_PORT:-3306}" &&
    servers_provide redis TEST_REDIS_URL redis://127.0.0.1:PORT "${PROBE_REDIS_PORT:-6379}" &&
    export TEST_SERVERS=required
}

servers_start
