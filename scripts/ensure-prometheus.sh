#!/usr/bin/env bash
# Sees to it that Prometheus and Alertmanager with promtool and amtool are in PATH, new enough for what the demo and the tests do
# with them. Installs Debian's packages where the user may; else says the three ways to get them and ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# The first version with keep_firing_for, which the rules have.
OLDEST_PROMETHEUS=2.42
# The first version that reads all secrets of the sample from files.
OLDEST_ALERTMANAGER=0.25

main() {
  local packages
  read -ra packages < <(missing_packages)
  if [ "${#packages[@]}" -gt 0 ]; then
    install_debian "${packages[@]}" || refuse "the programs of ${packages[*]} are not in PATH"
    [ -z "$(missing_packages)" ] || refuse "installed, but not in PATH ($PATH): the programs of $(missing_packages)"
  fi
  require prometheus "$OLDEST_PROMETHEUS"
  require amtool "$OLDEST_ALERTMANAGER"
}

# By Debian's names, on one line.
missing_packages() {
  local missing=()
  has prometheus && has promtool || missing+=(prometheus)
  { has alertmanager || has prometheus-alertmanager; } && has amtool || missing+=(prometheus-alertmanager)
  echo "${missing[*]}"
}

# require PROGRAM OLDEST
require() {
  local version
  version=$("$1" --version 2>&1 | sed -n 's/^[a-z]*, version \([0-9.]*\).*/\1/p')
  [ "$(printf '%s\n%s\n' "$2" "${version:-0}" | sort -V | head -n 1)" = "$2" ] ||
    refuse "$(command -v "$1") is version ${version:-unknown}; expected $2 or newer"
}

refuse() {
  fail "$*. Three ways to get Prometheus $OLDEST_PROMETHEUS and Alertmanager $OLDEST_ALERTMANAGER or newer:
  1. Debian 12, Ubuntu 24.04 or newer: sudo apt-get install --no-install-recommends prometheus prometheus-alertmanager
  2. any Linux: unpack the archives of https://prometheus.io/download/ and put their folders in PATH
  3. without root: brew install prometheus alertmanager, or nix profile install nixpkgs#prometheus nixpkgs#prometheus-alertmanager"
}

main
