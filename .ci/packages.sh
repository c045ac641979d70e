# shellcheck shell=bash
# Installs Debian packages without letting them start services of their own. The cluster that the postgresql
# package creates stays asleep: it is not used, and not stopped if it was there before. One after the other: of two
# at once apt refuses the second, and the first to end would let the other's services start.
install_packages() {
  local log turn status=0 policy=/usr/sbin/policy-rc.d own_policy=''
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    echo "packages: $* missing; install by hand (only root on a Debian gets it done here)"
    return 1
  fi
  echo "packages: installing $*"
  log=$(mktemp)
  exec {turn}>/var/lock/weixin-packages
  flock "$turn"
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && own_policy=yes
  fi
  {
    apt-get -o Acquire::Retries=2 -o Acquire::http::Timeout=30 update &&
      DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@"
  } >"$log" 2>&1 </dev/null || status=$?
  if [ -n "$own_policy" ]; then rm -f "$policy"; fi
  exec {turn}>&-
  if [ "$status" != 0 ]; then tail -n 20 "$log"; fi
  rm -f "$log"
  return "$status"
}
