"""The servers behind the contestants: as fast as can be, or slow and one request at a time."""

import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from benchmarks.dataplane.processes import free_address, start
from lb.model import Address

_FAST = """
user root;
worker_processes {workers};
daemon off;
pid {folder}/{name}.pid;
error_log stderr crit;
events {{ worker_connections 20000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 1h;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ {listens} location / {{ return 200 "{name}"; }} }}
}}
"""


def start_fast(
    name: str, addresses: Sequence[Address], folder: Path, cleanup: ExitStack, *, workers: int = 2
) -> subprocess.Popen[bytes]:
    """Start an nginx that answers *name* on all *addresses*."""
    config = folder / f"{name}.conf"
    listens = " ".join(f"listen {address} backlog=4096;" for address in addresses)
    text = _FAST.format(workers=workers, folder=folder, name=name, listens=listens)
    config.write_text(text, encoding="utf-8")
    command = ["nginx", "-c", str(config), "-p", str(folder)]
    return start(command, folder / f"{name}.log", cleanup, addresses[-1])


def start_serial(
    name: str, address: Address, delay_s: float, folder: Path, cleanup: ExitStack
) -> subprocess.Popen[bytes]:
    """Start a server that works *delay_s* for each request, one request at a time."""
    program = str(Path(__file__).with_name("serial_server.py"))
    command = [sys.executable, program, name, address.host, str(address.port), str(delay_s)]
    return start(command, folder / f"{name}.log", cleanup, address)


def start_redis(folder: Path, cleanup: ExitStack) -> Address:
    """Start a Redis that keeps nothing on disk; return where."""
    address = free_address()
    command = ["redis-server", "--bind", address.host, "--port", str(address.port)]
    command += ["--save", "", "--appendonly", "no", "--maxclients", "20000", "--dir", str(folder)]
    start(command, folder / "redis.log", cleanup, address)
    return address
