#!/usr/bin/env bash
# The JMX exporter's agent for `make test-doors`, by Maven into ~/.cache/linborg; prints the path of the jar. Where there is no Java or no
# Maven, says so and ends with 1.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

VERSION=1.0.1
FOLDER=${LINBORG_CACHE_DIR:-$HOME/.cache/linborg}
JAR=$FOLDER/jmx_prometheus_javaagent-$VERSION.jar

main() {
  has java || fail 'java is not in PATH: the test of the mapping pack jmx_exporter is left out'
  [ -f "$JAR" ] || fetch
  echo "$JAR"
}

fetch() {
  has mvn || fail 'mvn is not in PATH: the test of the mapping pack jmx_exporter is left out'
  mkdir -p "$FOLDER"
  mvn -q -B dependency:copy -Dartifact="io.prometheus.jmx:jmx_prometheus_javaagent:$VERSION" -DoutputDirectory="$FOLDER" >&2 </dev/null ||
    fail "Maven cannot fetch jmx_prometheus_javaagent $VERSION: the test of the mapping pack jmx_exporter is left out"
}

main
