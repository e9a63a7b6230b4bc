#!/usr/bin/env bash
# Sees to it that the test of the pack `celery` has what it runs: Redis, redis_exporter and process-exporter by Debian's packages where the
# user may install them, Celery and flower from PyPI in build/celery. Where one cannot be had, says that the test is left out.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

HOME_OF_CELERY=build/celery
REQUIREMENTS=test/app/celery/requirements.txt

main() {
  local missing=()
  has redis-server || missing+=(redis-server)
  has prometheus-redis-exporter || missing+=(prometheus-redis-exporter)
  has prometheus-process-exporter || missing+=(prometheus-process-exporter)
  has_venv || missing+=(python3-venv)
  [ "${#missing[@]}" -eq 0 ] || install_debian "${missing[@]}" || leave_out "${missing[*]} cannot be installed here"
  is_installed || step 'installing Celery and flower' install_celery || {
    show_log
    leave_out 'Celery cannot be installed here'
  }
}

has_venv() {
  python3 -c 'import ensurepip, venv' 2>/dev/null
}

is_installed() {
  cmp --silent "$REQUIREMENTS" "$HOME_OF_CELERY/requirements.txt"
}

# The requirements lie beside what was made of them, once it is whole.
install_celery() {
  rm -rf "$HOME_OF_CELERY"
  python3 -m venv "$HOME_OF_CELERY" &&
    "$HOME_OF_CELERY/bin/pip" install --quiet --disable-pip-version-check --requirement "$REQUIREMENTS" &&
    cp "$REQUIREMENTS" "$HOME_OF_CELERY/requirements.txt"
}

leave_out() {
  echo "$*: the test of the pack celery against a real one is left out"
  exit 0
}

main
