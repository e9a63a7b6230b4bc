#!/usr/bin/env bash
# Writes rules/*.yml from rules/mixin; --check only says whether they are fresh. More flags: rules/mixin/write.ts.
set -euo pipefail
cd "$(dirname "$0")/.."

node_modules/.bin/tsc -p rules/mixin
node build/mixin/write.js "$@"
