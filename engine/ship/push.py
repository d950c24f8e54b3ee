"""Push images to a registry, several at once; and what to do when it refuses."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.docker.compose import lost
from engine.hosts import Host
from engine.silence import Silence
from engine.streams import Everywhere, HostDone, HostEvent, HostLine
from faults import HostError

_AT_ONCE = 4
_REASONS = (
    (
        r"HTTP response to HTTPS client|x509|certificate|tls:",
        "the registry has no certificate that Docker trusts",
        "put its CA into /etc/docker/certs.d/{host}/ca.crt, or for a test, on each machine:"
        ' {{"insecure-registries": ["{host}"]}} in /etc/docker/daemon.json',
    ),
    (
        r"denied|unauthorized|authentication required|no basic auth|forbidden|40[13]",
        "the registry refuses it",
        "log in with an account that may push there: docker login {host}",
    ),
    (
        r"no such host|connection refused|i/o timeout|unreachable|EOF|server misbehaving|deadline",
        "the registry does not answer",
        "check the address in `--registry`, and that it runs: curl http://{host}/v2/",
    ),
    (r"no space left", "the disk of the registry is full", "free space there"),
)


class Pushing:
    """The push of *images*, name to the whole reference, from *builder*.

    Each is shown as a host is: `hosts` are their names. What Docker says of each layer is yielded
    with *lines* only.
    """

    def __init__(self, builder: Host, images: Mapping[str, str], *, lines: bool) -> None:
        self._lines = lines
        self._references = {replace(builder, name=name): ref for name, ref in images.items()}
        more = {host: (reference,) for host, reference in self._references.items()}
        self._all = Everywhere(
            ("docker", "push"), self.hosts, more=more, parallel=_AT_ONCE, silence=Silence(lost)
        )
        self._said: dict[Host, list[str]] = {host: [] for host in self.hosts}
        self._failed: list[Host] = []

    @property
    def hosts(self) -> Sequence[Host]:
        """What stands for the images."""
        return list(self._references)

    def stop(self) -> None:
        """End it. Safe in a signal handler."""
        self._all.stop()

    def run(self) -> Iterator[HostEvent]:
        """Yield what is pushed, and how it ended."""
        for event in self._all.run():
            if isinstance(event, HostLine):
                self._said[event.host].append(event.text)
                if not self._lines:
                    continue
            if isinstance(event, HostDone) and event.code:
                self._failed.append(event.host)
            yield event

    def require_all(self) -> None:
        """Return if all were pushed.

        Raises:
            HostError: One was not: why, and what to do.
        """
        if not self._failed:
            return
        names = ", ".join(host.name for host in self._failed)
        first = self._failed[0]
        said = next((line for line in reversed(self._said[first]) if line.strip()), "")
        raise refusal(names, said.strip() or "it says nothing", self._references[first])


def refusal(names: str, said: str, reference: str) -> HostError:
    """Return the error for images *names*; of *reference* Docker *said* why it was not pushed."""
    host = reference.partition("/")[0]
    for pattern, why, fix in _REASONS:
        if re.search(pattern, said):
            return HostError(f"{names} not pushed: {why} ({said})", fix=fix.format(host=host))
    return HostError(
        f"{names} not pushed: {said}",
        fix=f"run it to see all of its output: docker push {reference}",
    )
