#!/usr/bin/env bash
# Usage: ensure-feeder-peers.sh mongodb|opensearch|zabbix
# Sees to it that a test of the feeders has what it reads from: OpenSearch and a server of MongoDB's protocol by Maven in build/peers,
# Zabbix with PostgreSQL and PHP by Debian's packages. Fails with the reason where it cannot be had.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

PEERS=test/feeders/peers
LIBRARIES=build/peers
ZABBIX_PACKAGES=(zabbix-server-pgsql zabbix-frontend-php zabbix-sender postgresql php-cli php-pgsql)

main() {
  case $1 in
    mongodb | opensearch) fetch "$1" ;;
    zabbix) has_zabbix || install_debian "${ZABBIX_PACKAGES[@]}" || fail 'Zabbix cannot be installed here' ;;
    *) fail "there is no peer $1; expected mongodb, opensearch or zabbix" ;;
  esac
}

has_java() {
  has java && has javac && has mvn
}

has_zabbix() {
  [ -x /usr/sbin/zabbix_server ] && [ -d /usr/share/zabbix ] && has zabbix_sender && has php &&
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# fetch NAME: the libraries of NAME.pom.xml; the file lies beside what was made of it, once that is whole.
fetch() {
  local pom=$PEERS/$1.pom.xml libraries=$LIBRARIES/$1
  ! cmp --silent "$pom" "$libraries/pom.xml" || return 0
  has_java || install_debian default-jdk-headless maven || fail 'Java and Maven cannot be installed here'
  rm -rf "$libraries"
  step "fetching $1 for tests" mvn --quiet --batch-mode --file "$pom" dependency:copy-dependencies "-DoutputDirectory=$PWD/$libraries" || {
    show_log
    fail "the libraries of $1 cannot be had here"
  }
  cp "$pom" "$libraries/pom.xml"
}

main "$@"
