"""Requests to a Docker daemon over a connection that is open before they are needed.

A `docker` command takes a busy machine 0.1 s and more until it asks. Where a port of the host is
free in the meantime, nothing should have to start. The command ``docker system dial-stdio`` leads
to the daemon wherever it is, by a socket, TLS, ssh or a context, as Docker itself does for ssh.
Source: https://docs.docker.com/reference/api/engine/
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException

from engine.hosts import WITHIN_S, Host
from faults import HostError

_SILENT_FIX = "restart Docker there if `docker version` does not answer"
_REFUSED_FIX = "mend what it names, and give the command again"


class Connection:
    """An open way to the daemon of *host*; see `connected`."""

    def __init__(self, host: Host, http: HTTPConnection) -> None:
        self._host, self._http = host, http

    def get(self, path: str) -> str:
        """Return what the daemon answers when it is asked for *path*.

        Raises:
            HostError: The daemon does not answer, or refuses.
        """
        return self._ask("GET", path, None)

    def post(self, path: str, body: Mapping[str, object]) -> None:
        """Have done what *path* does with *body*, in the words of the Engine's API.

        Raises:
            HostError: The daemon does not answer, or refuses.
        """
        self._ask("POST", path, json.dumps(body))

    def _ask(self, verb: str, path: str, text: str | None) -> str:
        there = f" on {self._host}" if self._host.address else ""
        headers = {"Content-Type": "application/json"} if text else {}
        try:
            self._http.request(verb, path, text, headers)
            answer = self._http.getresponse()
            said = answer.read().decode(errors="replace")
        except (OSError, HTTPException) as error:
            raise HostError(f"Docker does not answer{there}: {error}", fix=_SILENT_FIX) from None
        if answer.status >= 400:  # noqa: PLR2004 - HTTP's own
            what = f"Docker refuses '{path}'{there}: {_message(said)}"
            raise HostError(what, fix=_REFUSED_FIX)
        return said


@contextmanager
def connected(host: Host) -> Iterator[Connection]:
    """Give a connection to the daemon of *host*, which has answered.

    Raises:
        HostError: It does not answer, or the `docker` here knows no way to it.
    """
    with host.converse(("docker", "system", "dial-stdio")) as way:
        way.settimeout(WITHIN_S)
        http = HTTPConnection("docker")
        http.sock = way
        http.auto_open = 0  # a way that is broken is not to be sought on the network
        made = Connection(host, http)
        made.get("/_ping")
        yield made


def _message(said: str) -> str:
    try:
        return str(json.loads(said)["message"])
    except (ValueError, KeyError, TypeError):
        return said.strip() or "it does not say why"
