#!/usr/bin/env bash
# Writes grafana/dashboards/*.json from grafana/; --check only says whether they are fresh. More flags: grafana/write.ts.
set -euo pipefail
cd "$(dirname "$0")/.."

node_modules/.bin/tsc -p grafana
node build/grafana/grafana/write.js "$@"
