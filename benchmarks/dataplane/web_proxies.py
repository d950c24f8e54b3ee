"""HTTP mode beside what people would use instead: nginx's ``proxy_pass``, and Caddy."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks.dataplane.contestants import Contestant, Ring
from benchmarks.dataplane.loads import Load, wrk
from benchmarks.dataplane.processes import free_address, start, used_s
from benchmarks.dataplane.samples import Sample
from benchmarks.dataplane.scale import Scale
from benchmarks.dataplane.servers import start_fast
from benchmarks.measure import interleave
from benchmarks.quiet import Quiet
from lb.model import Address, Options

CLIENTS = 256
KINDS = {"new": True, "kept": False}  # a connection for each request, or for each client
_SERVERS = 3

# Connections to the servers are kept, as HAProxy keeps them, and nothing is logged.
_NGINX = """
user root;
worker_processes 2;
daemon off;
pid {folder}/proxy_pass.pid;
error_log stderr crit;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    client_body_temp_path {folder}/pass-body;
    proxy_temp_path {folder}/pass-proxy;
    fastcgi_temp_path {folder}/pass-fastcgi;
    uwsgi_temp_path {folder}/pass-uwsgi;
    scgi_temp_path {folder}/pass-scgi;
    upstream web {{
        least_conn;
        {servers}
        keepalive {clients};
        keepalive_requests 1000000000;
    }}
    server {{
        listen {bind} backlog=4096;
        location / {{
            proxy_pass http://web;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
        }}
    }}
}}
"""
_CADDY = """
{{
    admin off
    auto_https off
}}
http://{bind} {{
    reverse_proxy {servers} {{
        lb_policy least_conn
        transport http {{
            keepalive_idle_conns_per_host {clients}
        }}
    }}
}}
"""


def web_proxies(scale: Scale, folder: Path, quiet: Quiet) -> Iterator[Sample]:
    """Yield `rate`, `p99_ms`, `failed` and `cpu_us` of every HTTP proxy, all in the same turns.

    Processor time per request is what the proxy itself uses: it hardly depends on what else runs.
    """
    with ExitStack() as cleanup:
        contestants = _start(Ring(folder, cleanup))
        for kind, reconnect in KINDS.items():
            measured = interleave(
                {
                    one.name: partial(quiet, partial(_load, one, scale, reconnect=reconnect))
                    for one in contestants
                },
                scale.turns,
            )
            for name, loads in measured.items():
                for turn, (load, cpu_s) in enumerate(loads):
                    case = f"HTTP proxies, {kind} {CLIENTS}"
                    yield Sample(case, name, "rate", turn, load.rate)
                    yield Sample(case, name, "p99_ms", turn, load.p99_ms)
                    yield Sample(case, name, "failed", turn, load.failed)
                    if cpu_s:
                        used = cpu_s / (load.rate * scale.wrk_s) * 1e6
                        yield Sample(case, name, "cpu_us", turn, used)


def _load(one: Contestant, scale: Scale, *, reconnect: bool) -> tuple[Load, float]:
    before = _used_s(one)
    load = wrk(one.address, CLIENTS, scale.wrk_s, reconnect=reconnect)
    return load, _used_s(one) - before


def _used_s(one: Contestant) -> float:
    return used_s(one.process.pid) if one.process else 0


def _start(ring: Ring) -> list[Contestant]:
    servers = [free_address() for _ in range(_SERVERS)]
    start_fast("web", servers, ring.folder, ring.cleanup)
    http, alone = Options(mode="http"), Options(mode="http", retry=False)
    return [
        Contestant("direct", servers[0]),
        _proxy_pass(ring, servers),
        _caddy(ring, servers),
        ring.ours("http", servers, http),
        ring.ours("http no retry", servers, alone),
        ring.ours("http no retry 4k", servers, Options(mode="http", retry=False, bufsize=4096)),
    ]


def _proxy_pass(ring: Ring, servers: Sequence[Address]) -> Contestant:
    bind, config = free_address(), ring.folder / "proxy_pass.conf"
    text = _NGINX.format(
        folder=ring.folder,
        clients=CLIENTS,
        servers=" ".join(f"server {address};" for address in servers),
        bind=bind,
    )
    config.write_text(text, encoding="utf-8")
    command = ["nginx", "-c", str(config), "-p", str(ring.folder)]
    process = start(command, ring.folder / "proxy_pass.log", ring.cleanup, bind)
    return Contestant("nginx proxy_pass", bind, process)


def _caddy(ring: Ring, servers: Sequence[Address]) -> Contestant:
    bind, config = free_address(), ring.folder / "Caddyfile"
    names = " ".join(map(str, servers))
    config.write_text(_CADDY.format(bind=bind, servers=names, clients=CLIENTS), encoding="utf-8")
    # It would keep its state in the user's home.
    command = ["env", f"HOME={ring.folder}", f"XDG_DATA_HOME={ring.folder}"]
    command += [f"XDG_CONFIG_HOME={ring.folder}", "caddy", "run"]
    command += ["--adapter", "caddyfile", "--config", str(config)]
    process = start(command, ring.folder / "caddy.log", ring.cleanup, bind)
    return Contestant("Caddy", bind, process)
