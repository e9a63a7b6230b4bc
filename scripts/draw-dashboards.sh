#!/usr/bin/env bash
# Draws every dashboard in dark and light over a Prometheus that runs, e.g. that of `make demo`, with Grafana's own panel code in Chromium.
# Ends with 1 if a panel is empty that should not be, is faulty, or the browser's console complains.
#
# usage: scripts/draw-dashboards.sh [PROMETHEUS] [OUT] [NAME=VALUE …]     the pairs are values of the dashboards' variables, e.g. server=ppweb002
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/ensure-drawing.sh
scripts/ensure-test-programs.sh
draw=test/grafana/draw
"$draw/node_modules/.bin/esbuild" "$draw/pictures.ts" --bundle --platform=node --format=esm --packages=external \
  --log-level=error --outfile=build/draw/pictures.mjs
node build/draw/pictures.mjs "$@"
