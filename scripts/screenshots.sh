#!/usr/bin/env bash
# Takes the README's pictures anew from a running linborg: the status page, the page of one server and the trust page, light and dark.
#
# usage: scripts/screenshots.sh [URL] [SERVER]     e.g. while `make demo` runs: scripts/screenshots.sh
# Needs chromium. Each picture must stay below 200 KB; pngquant makes it smaller where there is one.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

URL=${1:-http://127.0.0.1:9877}
SERVER=${2:-ppweb002}
MAX_BYTES=200000

main() {
  local ready
  ready=$(curl --silent --show-error --fail-with-body "$URL/-/ready") || fail "$URL is not ready: $ready"
  for scheme in light dark; do
    shoot "$URL/" "status-$scheme" 1280,860
    shoot "$URL/servers/$SERVER" "server-$scheme" 1280,1640
    # Has figures once the demo has run for an hour.
    shoot "$URL/trust" "trust-$scheme" 1280,1225
  done
}

# shoot URL NAME WIDTH,HEIGHT
shoot() {
  local file=docs/images/$2.png flags=()
  [[ $2 = *-dark ]] && flags=(--force-dark-mode --blink-settings=preferredColorScheme=0)
  chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars --window-size="$3" "${flags[@]}" \
    --screenshot="$PWD/$file" "$1" >/dev/null 2>&1 || fail "chromium could not take a picture of $1"
  if command -v pngquant >/dev/null; then pngquant --force --output "$file" 256 "$file"; fi
  [ "$(stat -c %s "$file")" -le "$MAX_BYTES" ] || fail "$file has $(stat -c %s "$file") bytes; expected at most $MAX_BYTES"
  echo "$file $(stat -c %s "$file") bytes"
}

main
