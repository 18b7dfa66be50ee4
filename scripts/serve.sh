#!/usr/bin/env bash
# Serve the application and work its jobs on this machine until Ctrl-C, and leave nothing behind.
#
# Both children run in process groups of their own (set -m), so that Ctrl-C reaches only this
# script, which asks them to finish in good order. If one of them ends, the other is stopped too
# and its exit code is ours. Should this script be killed outright, the kernel tells them (pdeathsig).
set -euo pipefail -m
cd "$(dirname "$0")/.."

port=${PORT:-8000}
grace=30 # seconds that requests and a job may take to finish
with_parent=()
if command -v setpriv >/dev/null; then with_parent=(setpriv --pdeathsig TERM); fi

# Wait for every child, also when a signal interrupts the waiting.
wait_for_all() {
  local pid
  for pid in "${children[@]}"; do
    while kill -0 "$pid" 2>/dev/null; do wait "$pid" 2>/dev/null || true; done
  done
}

stop() { # exit code
  trap 'kill -KILL "${children[@]}" 2>/dev/null || true' INT TERM # asked twice: at once
  trap '' HUP
  kill -TERM "${children[@]}" 2>/dev/null || true
  wait_for_all
  exit "$1"
}

printf '\n  http://127.0.0.1:%s/   (Ctrl-C stops it)\n\n' "$port"

children=()
trap 'stop 130' INT
trap 'stop 143' TERM
trap 'stop 129' HUP
"${with_parent[@]}" .venv/bin/gunicorn wsgi:app --bind "127.0.0.1:$port" --worker-class gthread \
  --workers 1 --threads 8 --graceful-timeout "$grace" --no-control-socket --log-level warning </dev/null &
children+=($!)
"${with_parent[@]}" .venv/bin/flask --app wsgi jobs work </dev/null &
children+=($!)

code=0
wait -n "${children[@]}" || code=$?
printf '✗ the server or the job worker ended by itself (exit code %s)\n' "$code" >&2
stop "$code"
