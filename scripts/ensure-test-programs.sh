#!/usr/bin/env bash
# Sees to it that programs which single tests want are in PATH, by Debian's packages where the user may install them: chromium for the
# pages, VictoriaMetrics for future.remote_write, InfluxDB for its feeder, exporters for the mapping packs and for `linborg
# stack`. Where there is none, says which tests are left out.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

main() {
  local missing=()
  has_chromium || missing+=(chromium)
  has victoria-metrics || missing+=(victoria-metrics)
  has influxd || missing+=(influxdb)
  has_exporters || missing+=("${EXPORTER_PACKAGES[@]}")
  [ "${#missing[@]}" -eq 0 ] || install_debian "${missing[@]}" || true
  has_chromium || echo 'no chromium in PATH, and none can be installed here: the tests of the pages in a browser are left out'
  has victoria-metrics ||
    echo 'victoria-metrics is not in PATH and cannot be installed here: the test of future.remote_write against it is left out'
  has influxd || echo 'influxd is not in PATH and cannot be installed here: the test of its feeder against it is left out'
  has_exporters || echo 'not all exporters are there, and they cannot be installed here: their tests of mapping packs are left out'
}

# The last two are what collectd's write_prometheus loads.
EXPORTER_PACKAGES=(prometheus-node-exporter prometheus-process-exporter prometheus-blackbox-exporter netdata-core collectd-core libmicrohttpd12 libprotobuf-c1)

# Debian keeps some where only root looks.
has_exporters() {
  local program
  for program in prometheus-node-exporter prometheus-process-exporter prometheus-blackbox-exporter netdata collectd; do
    has "$program" || [ -x "/usr/sbin/$program" ] || return 1
  done
}

has_chromium() {
  has chromium || has chromium-browser || has google-chrome
}

main
