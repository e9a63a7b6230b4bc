#!/usr/bin/env bash
# Sees to it that the pinned schemathesis is in an environment of its own, out of the registry that pip is set to, and prints the path of
# its program. Says what is missing, and ends with 1, where that cannot be.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/lib.sh

REQUIREMENTS=scripts/schemathesis-requirements.txt

main() {
  local folder
  folder=${LINBORG_CACHE_DIR:-$HOME/.cache/linborg}/schemathesis-$(cksum <"$REQUIREMENTS" | cut -d ' ' -f 1)
  # What a broken install leaves behind has no mark.
  [ -e "$folder/.complete" ] || install_into "$folder" >&2
  echo "$folder/bin/schemathesis"
}

install_into() {
  has python3 || fail 'python3 is not in PATH; it is needed for schemathesis, which fuzzes the doors'
  rm -rf "$1"
  step 'making an environment for schemathesis' python3 -m venv "$1" || {
    show_log
    fail "python3 -m venv failed; Debian's package is python3-venv"
  }
  step 'installing schemathesis (90 MB)' "$1/bin/pip" install --quiet --disable-pip-version-check --requirement "$REQUIREMENTS" || {
    show_log
    fail 'schemathesis cannot be installed from the registry that pip is set to'
  }
  touch "$1/.complete"
}

main
