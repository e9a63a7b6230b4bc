#!/usr/bin/env bash
# Sees to it that VictoriaMetrics is in PATH, by Debian's package where the user may install it. One test alone wants it; where there is
# none, says that it is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

has victoria-metrics || install_debian victoria-metrics ||
  echo 'victoria-metrics is not in PATH and cannot be installed here: the test of future.remote_write against it is left out'
