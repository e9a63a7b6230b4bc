#!/bin/sh
# Counts TCP sockets in CLOSE_WAIT for node_exporter's textfile collector, split by who forgot whom:
#   side="front"  clients of this host: the local port is one that this host listens on
#   side="back"   back ends of this host: all the others, where the remote port is the service
#
# usage: close_wait.sh [OUTPUT.prom]     without a file: to standard output
#   e.g. from cron, each minute: close_wait.sh /var/lib/prometheus/node-exporter/close_wait.prom
# env: CLOSE_WAIT_PROC=/proc   where net/tcp and net/tcp6 are read; containers see the host's as /host/proc/1
# Needs only a POSIX shell and awk. The file is replaced at once, so that no half of it is ever scraped.
set -eu

proc=${CLOSE_WAIT_PROC:-/proc}
output=${1:-}

count() {
  set --
  for table in "$proc/net/tcp" "$proc/net/tcp6"; do
    [ -r "$table" ] && set -- "$@" "$table"
  done
  if [ $# -eq 0 ]; then
    echo "close_wait.sh: neither $proc/net/tcp nor $proc/net/tcp6 can be read; is CLOSE_WAIT_PROC right?" >&2
    return 1
  fi
  # Columns of /proc/net/tcp: sl, local address:port, remote address:port, state (0A = LISTEN, 08 = CLOSE_WAIT), all hexadecimal.
  awk '
    $4 == "0A" { listening[port($2)] = 1 }
    $4 == "08" { waiting[port($2)]++ }
    function port(address) { sub(/.*:/, "", address); return address }
    END {
      front = 0
      back = 0
      for (p in waiting) if (p in listening) front += waiting[p]; else back += waiting[p]
      print "# HELP node_sockets_close_wait TCP sockets in CLOSE_WAIT, by side: front = of clients, back = towards back ends."
      print "# TYPE node_sockets_close_wait gauge"
      printf "node_sockets_close_wait{side=\"front\"} %d\n", front
      printf "node_sockets_close_wait{side=\"back\"} %d\n", back
    }
  ' "$@"
}

if [ -z "$output" ]; then
  count
  exit
fi
temporary=$output.$$
trap 'rm -f "$temporary"' EXIT
trap 'exit 1' HUP INT TERM
count >"$temporary"
chmod 0644 "$temporary"
mv -f "$temporary" "$output"
