#!/usr/bin/env bash
# All checks that are no tests. Each runs even if one before it failed; the exit code is 1 if any did.
set -uo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

failed=()
check() {
  local title=$1
  shift
  step "$title" "$@" && return
  cat "$STEP_LOG" >&2
  failed+=("$title")
}

golden_metrics() {
  local file found=0
  while IFS= read -r file; do
    found=1
    echo "$file"
    promtool check metrics <"$file" || return 1
  done < <(find test -name 'metrics.prometheus.txt')
  [ "$found" -eq 1 ] || { echo 'no golden file metrics.prometheus.txt was found in test/'; return 1; }
}

shell_scripts() {
  local file
  for file in scripts/*.sh .ci/run; do bash -n "$file" || return 1; done
  for file in scripts/textfile/*.sh; do sh -n "$file" || return 1; done
}

check 'types (tsc)' npx tsc -p tsconfig.json
check 'format and lint (biome)' npx biome ci --reporter=summary
check 'room table (dependency-cruiser)' node scripts/check-rooms.mjs
check 'dead code (knip)' npx knip
# What only tests use is dead code too.
check 'code that only tests use (knip)' npx knip --production --include files,dependencies,exports
check 'syntax of shell scripts' shell_scripts
check 'metrics text (promtool)' golden_metrics
check 'rules are what rules/mixin writes' scripts/rules.sh --check
check 'dashboards are what grafana/ writes' scripts/dashboards.sh --check
check 'rules (promtool)' promtool check rules rules/*.yml
check 'Prometheus config (promtool)' promtool check config prometheus/prometheus.yml
check 'Alertmanager config (amtool)' amtool check-config prometheus/alertmanager.yml
check 'rule tests (promtool)' promtool test rules rules/tests/*.yml

if [ "${#failed[@]}" -gt 0 ]; then
  printf 'failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
echo 'all checks passed'
