#!/usr/bin/env bash
# Makes @tensorflow/tfjs-node work where its own download host cannot be reached: libtensorflow comes out of the wheel of
# tensorflow-cpu on the Python package index, and the addon's two files are compiled here.
#
# Needs python3 with pip, g++, and node_modules (npm ci --ignore-scripts). The library is kept in
# ${LINBORG_CACHE_DIR:-~/.cache/linborg} (about 430 MB) and shared by all checkouts.
# The last line that it prints is the result, or the reason why not.
set -euo pipefail
cd "$(dirname "$0")/.."

# 2.15 and newer give right results; 2.10 and 2.12 were seen to give wrong ones for saved models.
TF_VERSION=2.15.1
# The wheel for CPython 3.11; its libraries need no Python.
TF_WHEEL_PYTHON=311
TF_WHEEL_SHA256=54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26
PACKAGE=node_modules/@tensorflow/tfjs-node

main() {
  check_needs
  choose_cache
  [ -f "$CACHE/lib/libtensorflow_cc.so.2" ] || fetch_library
  link_library
  compile_addon
  node scripts/check-engine.mjs --native
}

refuse() {
  echo "$*" >&2
  exit 1
}

check_needs() {
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || refuse "there is no prebuilt library for $(uname -s)-$(uname -m), only for Linux-x86_64"
  [ -f "$PACKAGE/package.json" ] || refuse "$PACKAGE is missing; run npm ci --ignore-scripts"
  command -v g++ >/dev/null || refuse 'g++ is missing (Debian, Ubuntu: apt-get install g++)'
  command -v python3 >/dev/null || refuse 'python3 is missing (Debian, Ubuntu: apt-get install python3-pip)'
  python3 -m pip --version >/dev/null 2>&1 || refuse "python3 has no pip (Debian, Ubuntu: apt-get install python3-pip)"
}

choose_cache() {
  local base=${LINBORG_CACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/linborg}
  mkdir -p "$base" 2>/dev/null && [ -w "$base" ] || base=$PWD/node_modules/.cache/linborg
  mkdir -p "$base"
  CACHE=$(cd "$base" && pwd)/libtensorflow-$TF_VERSION
}

# Downloads the wheel (pip checks its hash), takes the two libraries and the C headers out, and moves them into place at once, so
# that an interrupted or a second run at the same time never leaves half a cache.
fetch_library() {
  local work
  work=$(mktemp -d "$CACHE.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "tensorflow-cpu==$TF_VERSION --hash=sha256:$TF_WHEEL_SHA256" >"$work/requirements.txt"
  timeout 900 python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --retries 2 --python-version "$TF_WHEEL_PYTHON" --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
    --dest "$work" --requirement "$work/requirements.txt" ||
    refuse "tensorflow-cpu $TF_VERSION could not be had from the Python package index"
  python3 - "$work" <<'PY' || refuse "the wheel in $work could not be unpacked; is the disk full? ($(df -Ph "$work" | awk 'NR==2{print $4}') free)"
import glob, os, shutil, sys, zipfile

work = sys.argv[1]
libraries = ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2')
with zipfile.ZipFile(glob.glob(work + '/*.whl')[0]) as wheel:
    for name in wheel.namelist():
        if name in libraries:
            target = 'lib/' + os.path.basename(name)
        elif name.startswith('tensorflow/include/') and name.endswith('.h') and ('/c/' in name or '/platform/' in name):
            target = name[len('tensorflow/'):]
        else:
            continue
        path = os.path.join(work, 'out', target)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with wheel.open(name) as source, open(path, 'wb') as sink:
            shutil.copyfileobj(source, sink, 1 << 22)
PY
  rm -rf "$CACHE"
  mv -T "$work/out" "$CACHE" || [ -f "$CACHE/lib/libtensorflow_cc.so.2" ]
  rm -rf "$work"
  trap - EXIT
}

# deps/ as the package expects it.
link_library() {
  rm -rf "$PACKAGE/deps"
  mkdir -p "$PACKAGE/deps/lib"
  ln -s "$CACHE/include" "$PACKAGE/deps/include"
  local name
  for name in libtensorflow_cc.so.2 libtensorflow_framework.so.2; do ln -s "$CACHE/lib/$name" "$PACKAGE/deps/lib/$name"; done
  ln -s libtensorflow_cc.so.2 "$PACKAGE/deps/lib/libtensorflow.so"
  ln -s libtensorflow_framework.so.2 "$PACKAGE/deps/lib/libtensorflow_framework.so"
}

# Node-API is stable, so one binary serves every Node from 12 on.
compile_addon() {
  local napi include out
  napi=$(node -p 'Math.min(8, Number(process.versions.napi))')
  include=$(node -p 'require("node:path").resolve(process.execPath, "../../include/node")')
  [ -f "$include/node_api.h" ] || include=node_modules/node-api-headers/include
  [ -f "$include/node_api.h" ] || refuse "node_api.h is in neither Node's include folder nor node_modules/node-api-headers; run npm ci --ignore-scripts"
  out=$PACKAGE/lib/napi-v$napi/tfjs_binding.node
  mkdir -p "$(dirname "$out")"
  # shellcheck disable=SC2016 # $ORIGIN is for the loader
  g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION="$napi" -DBUILDING_NODE_EXTENSION \
    -I"$include" -I"$PACKAGE/deps/include" "$PACKAGE/binding/tfjs_backend.cc" "$PACKAGE/binding/tfjs_binding.cc" \
    -o "$out" -L"$PACKAGE/deps/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,'$ORIGIN/../../deps/lib' ||
    refuse "the addon could not be compiled with $(g++ --version | head -n 1)"
}

main
