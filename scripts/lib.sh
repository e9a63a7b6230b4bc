# shellcheck shell=bash
# Sourced by the scripts beside it: what they say, and progress for what takes long.

# fail TEXT...: says what is wrong and what to do, and ends with 1.
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# step TITLE COMMAND...: runs the command with its output in $STEP_LOG, counts the seconds from the third on, and returns the
# command's status. The log is there until the next step.
STEP_LOG=$(mktemp "${TMPDIR:-/tmp}/linborg-step.XXXXXX")
trap 'rm -f "$STEP_LOG"' EXIT
step() {
  local title=$1 started=$SECONDS said=0 status=0 pid
  shift
  printf '%s …' "$title"
  "$@" >"$STEP_LOG" 2>&1 </dev/null &
  pid=$!
  # A background command of a script ignores Ctrl-C, so hand it on.
  trap 'kill "$pid" 2>/dev/null; wait "$pid"; exit 130' INT TERM
  while kill -0 "$pid" 2>/dev/null; do
    sleep 0.2
    if [ $((SECONDS - started)) -ge $((said + 3)) ]; then
      said=$((SECONDS - started))
      printf ' %s s' "$said"
    fi
  done
  wait "$pid" || status=$?
  trap - INT TERM
  if [ "$status" -eq 0 ]; then
    printf ' done (%s s)\n' $((SECONDS - started))
  else
    printf ' failed after %s s\n' $((SECONDS - started))
  fi
  return "$status"
}

# show_log: the end of what the last step printed.
show_log() {
  tail -n 25 "$STEP_LOG" >&2
}

has() {
  command -v "$1" >/dev/null
}

# install_debian PACKAGE...: as root or with a sudo that asks nothing. The services that come with the packages, named as these, are left
# off: only the programs are wanted.
install_debian() {
  local root=() services=("${@/%/.service}")
  # collectd-core brings collectd.service.
  services=("${services[@]/-core.service/.service}")
  has apt-get || return 1
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 1
    root=(sudo -n)
  fi
  if [ -d /run/systemd/system ]; then "${root[@]}" systemctl mask --runtime --quiet "${services[@]}" || true; fi
  step "updating apt's package lists" "${root[@]}" apt-get update -qq || show_log
  step "installing Debian's $*" "${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@" || {
    show_log
    return 1
  }
  if [ -d /run/systemd/system ]; then
    "${root[@]}" systemctl unmask --runtime --quiet "${services[@]}" || true
    "${root[@]}" systemctl disable --quiet "${services[@]}" || true
    echo "left off: ${services[*]}; systemctl enable --now turns them on"
  fi
}
