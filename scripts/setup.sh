#!/usr/bin/env bash
# Sets up this checkout: npm packages, TensorFlow engine, build. Does only what is missing, so a second run takes a second.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

ENGINE_STAMP=node_modules/.linborg-engine

main() {
  check_node
  install_packages
  set_up_engine
  build
}

check_node() {
  command -v node >/dev/null || fail 'node is missing; install Node.js 20.12 or newer, see https://nodejs.org/en/download'
  command -v npm >/dev/null || fail 'npm is missing; it comes with Node.js, or on Debian: apt-get install npm'
  node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 12) ? 0 : 1)' ||
    fail "Node.js is $(node --version); expected 20.12 or newer, see https://nodejs.org/en/download"
}

# Without install scripts: the only one that matters is the native engine's, and that comes next.
install_packages() {
  local stamp=node_modules/.linborg-lock hash
  hash=$(sha256sum package-lock.json | cut -d ' ' -f 1)
  [ "$(cat "$stamp" 2>/dev/null)" = "$hash" ] && return
  step 'installing npm packages' npm ci --ignore-scripts || {
    show_log
    fail 'npm ci failed; its last lines are above. Check that the npm registry can be reached, then run make setup again'
  }
  echo "$hash" >"$stamp"
}

# Native TensorFlow by its own install, else from the Python package index, else wasm. What was proved counts, not what installed.
set_up_engine() {
  local fingerprint reason
  if node scripts/check-engine.mjs --native 2>/dev/null; then return; fi
  fingerprint="$(node --version) $(uname -m) $(command -v g++ || true) $(command -v python3 || true)"
  if [ -f "$ENGINE_STAMP" ] && [ "$(head -n 1 "$ENGINE_STAMP")" = "$fingerprint" ]; then
    tail -n 1 "$ENGINE_STAMP"
    return
  fi
  if is_download_host_reachable; then
    step 'setting up native TensorFlow by its own install' timeout 900 npm rebuild @tensorflow/tfjs-node || show_log
    if node scripts/check-engine.mjs --native 2>/dev/null; then return; fi
  fi
  step 'setting up native TensorFlow from the Python package index (207 MB)' scripts/setup-tensorflow.sh || true
  reason=$(tail -n 1 "$STEP_LOG")
  if node scripts/check-engine.mjs --native 2>/dev/null; then return; fi
  node scripts/check-engine.mjs >/dev/null || fail "no engine works: $(node scripts/check-engine.mjs 2>&1)"
  printf '%s\n%s\n' "$fingerprint" \
    "engine: wasm. It can do all but train, slowly. Native TensorFlow: ${reason}. To try again: rm $ENGINE_STAMP && make setup" |
    tee "$ENGINE_STAMP" | tail -n 1
}

# The addon's own install waits long for a host that a firewall hides, so ask first.
is_download_host_reachable() {
  local url="${TFJS_NODE_CDN_STORAGE:-https://storage.googleapis.com/}tensorflow/libtensorflow/libtensorflow-cpu-linux-x86_64-2.9.1.tar.gz"
  if command -v curl >/dev/null; then
    curl --silent --fail --head --location --max-time 6 --output /dev/null "$url"
  else
    node -e 'fetch(process.argv[1], { method: "HEAD", signal: AbortSignal.timeout(6000) })
      .then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))' "$url"
  fi
}

build() {
  # Asked first, so that a fresh build costs no line.
  step 'building' node scripts/build.mjs || {
    show_log
    fail 'tsc found errors; they are above'
  }
}

main
