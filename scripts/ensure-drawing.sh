#!/usr/bin/env bash
# Sees to it that the dashboards can be drawn: Grafana's own panel code (458 MB of npm packages, about a minute) beside the test that draws them.
# Does nothing where it is there already.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

cd test/grafana/draw
hash=$(sha256sum package-lock.json | cut -d ' ' -f 1)
stamp=node_modules/.linborg-lock
[ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && exit
step "installing Grafana's panel code, to draw the dashboards" npm ci --ignore-scripts --loglevel=error || {
  show_log
  fail 'npm ci in test/grafana/draw failed; its last lines are above. Check that the npm registry can be reached'
}
echo "$hash" >"$stamp"
