#!/bin/bash
# The image's `hamba`: its own health check here, quickly; everything else in Python.
set -u
cfg=${DCGEN_RUN:-/run/hamba}/haproxy.cfg
if [ "${1:-}" = healthy ]; then
    # The health frontend stands last, and its port moves past those that are balanced.
    port=$(sed -n 's/^    bind 127\.0\.0\.1:\([0-9]*\)$/\1/p' "$cfg" | tail -n 1)
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /healthz HTTP/1.0\r\n\r\n' >&3
    grep -q '^HTTP/1.. 200' <&3
    exit
fi
exec python3 -m lb "$@"
