"""Who is compared: dcgen's own configurations, the workshop's shape, nginx, and nobody at all."""

import subprocess
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from ambassador.ambassador import ambassador
from benchmarks.dataplane.processes import free_address, start
from lb.balancer import balancer
from lb.model import Address, Configuration, Control, Options
from lb.render import render

# What hamba writes, put in our own words: few connections, five and fifty seconds, in turn.
_HAMBA = """
global
    maxconn 256
defaults
    mode tcp
    balance roundrobin
    timeout connect 5s
    timeout client 50s
    timeout server 50s
listen web
    bind {bind}
"""
_HAMBA_SERVER = "    server s{number} {address} maxconn 32 check\n"

_STREAM = """
{module}
user root;
worker_processes 2;
daemon off;
pid {folder}/{name}.pid;
error_log stderr crit;
events {{ worker_connections 20000; }}
stream {{
    upstream web {{ {servers} }}
    server {{
        listen {bind} backlog=4096;
        proxy_pass web;
        proxy_connect_timeout 5s;
        proxy_timeout 1h;
    }}
}}
"""
_MODULE = Path("/usr/lib/nginx/modules/ngx_stream_module.so")  # elsewhere it is built in


@dataclass(frozen=True, slots=True)
class Contestant:
    """Something at *address* that leads to the servers; a *process* if it is not they."""

    name: str
    address: Address
    process: subprocess.Popen[bytes] | None = None
    socket: Path | None = None


@dataclass(frozen=True, slots=True)
class Ring:
    """Where contestants are started: their files in *folder*, their end with *cleanup*."""

    folder: Path
    cleanup: ExitStack

    def ours(
        self, name: str, servers: Sequence[Address], options: Options, *, master: bool = False
    ) -> Contestant:
        """Start HAProxy as `dcgen scale` configures it; under a *master*, it can be reloaded."""
        bind, control = free_address(), self._control(name)
        made = balancer(
            "web",
            {bind.port: servers},
            options=options,
            names="hosts",
            binds={bind.port: str(bind)},
            control=control,
        )
        return self.haproxy(name, render(made), bind, control, master=master)

    def dynamic(
        self, name: str, service: Address, options: Options, nameserver: Address
    ) -> Contestant:
        """Start HAProxy as `dcgen scale --dynamic` does; *nameserver* knows the replicas."""
        bind, control = free_address(), self._control(name)
        made = balancer(
            "web",
            {bind.port: [service]},
            options=options,
            binds={bind.port: str(bind)},
            control=control,
            slots=16,
        )
        # A nameserver in resolv.conf has port 53, which is not ours to listen on.
        text = render(made).replace("parse-resolv-conf", f"nameserver bench {nameserver}")
        return self.haproxy(name, text, bind, control)

    def ambassador(self, name: str, server: Address) -> Contestant:
        """Start HAProxy as `dcgen ambassador` configures it in front of a Redis."""
        bind, control = free_address(), self._control(name)
        made: Configuration = ambassador(
            "redis",
            {bind.port: [server]},
            protocol="redis",
            names="hosts",
            binds={bind.port: str(bind)},
            control=control,
        )
        return self.haproxy(name, render(made), bind, control)

    def hamba(self, name: str, servers: Sequence[Address]) -> Contestant:
        """Start HAProxy as the workshop's hamba image configures it."""
        bind = free_address()
        lines = (
            _HAMBA_SERVER.format(number=number, address=address)
            for number, address in enumerate(servers, 1)
        )
        return self.haproxy(name, _HAMBA.format(bind=bind) + "".join(lines), bind)

    def stream(self, name: str, servers: Sequence[Address]) -> Contestant:
        """Start nginx as a TCP balancer."""
        bind, config = free_address(), self._file(name, "conf")
        text = _STREAM.format(
            module=f"load_module {_MODULE};" if _MODULE.exists() else "",
            folder=self.folder,
            name=name,
            servers=" ".join(f"server {address};" for address in servers),
            bind=bind,
        )
        config.write_text(text, encoding="utf-8")
        command = ["nginx", "-c", str(config), "-p", str(self.folder)]
        process = start(command, self._file(name, "log"), self.cleanup, bind)
        return Contestant(name, bind, process)

    def _control(self, name: str) -> Control:
        return Control(health_port=None, socket=str(self._file(name, "sock")))

    def _file(self, name: str, kind: str) -> Path:
        return self.folder / f"{name.replace(' ', '-')}.{kind}"

    def haproxy(
        self,
        name: str,
        text: str,
        bind: Address,
        control: Control | None = None,
        *,
        master: bool = False,
    ) -> Contestant:
        """Start HAProxy with the configuration *text*, which listens on *bind*."""
        config = self._file(name, "cfg")
        config.write_text(text, encoding="utf-8")
        command = ["haproxy", "-W", "-db"] if master else ["haproxy", "-db"]
        command += ["-f", str(config)]
        process = start(command, self._file(name, "log"), self.cleanup, bind)
        path = Path(control.socket) if control and control.socket else None
        return Contestant(name, bind, process, path)
