#!/usr/bin/env bash
# Sees to it that `prometheus` and `promtool` are in PATH, new enough for what the demo and the tests do with them.
# Installs Debian's package where the user may; else says the three ways to get one and ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

# The first version with out_of_order_time_window, through which history is loaded.
OLDEST=2.39

main() {
  if ! is_there; then
    install_package || refuse "prometheus and promtool are not in PATH"
    is_there || refuse "Debian's package was installed, but prometheus and promtool are not in PATH ($PATH)"
  fi
  local version
  version=$(prometheus --version 2>&1 | sed -n 's/^prometheus, version \([0-9.]*\).*/\1/p')
  is_at_least "${version:-0}" || refuse "$(command -v prometheus) is version ${version:-unknown}; expected $OLDEST or newer"
}

is_there() {
  command -v prometheus >/dev/null && command -v promtool >/dev/null
}

is_at_least() {
  [ "$(printf '%s\n%s\n' "$OLDEST" "$1" | sort -V | head -n 1)" = "$OLDEST" ]
}

# As root or with a sudo that asks nothing. The service that comes with the package is left off: only the program is wanted.
install_package() {
  local root=()
  command -v apt-get >/dev/null || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    root=(sudo -n)
  fi
  if [ -d /run/systemd/system ]; then "${root[@]}" systemctl mask --runtime --quiet prometheus.service || true; fi
  step "updating apt's package lists" "${root[@]}" apt-get update -qq || show_log
  step "installing Debian's prometheus package" "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends prometheus || {
    show_log
    return 1
  }
  if [ -d /run/systemd/system ]; then
    "${root[@]}" systemctl unmask --runtime --quiet prometheus.service || true
    "${root[@]}" systemctl disable --quiet prometheus.service || true
    echo "the service prometheus.service was left off; systemctl enable --now prometheus turns it on"
  fi
}

refuse() {
  fail "$1. Three ways to get Prometheus $OLDEST or newer:
  1. Debian 12, Ubuntu 24.04 or newer: sudo apt-get install --no-install-recommends prometheus
  2. any Linux: unpack the archive of https://prometheus.io/download/ and put its folder in PATH
  3. without root: brew install prometheus, or nix profile install nixpkgs#prometheus"
}

main
