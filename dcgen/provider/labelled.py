"""Docker as what runs our services is to see it: with labels that Compose takes for its own."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dcgen.provider.messages import tell
from engine.docker.provided import Names
from engine.docker.relay import connecting, relay
from engine.hosts.connections import opened
from engine.hosts.contexts import chosen

# The socket takes the place of what these say.
_OTHERS = ("DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH")


@contextmanager
def labelled(made: Mapping[str, Any], service: str) -> Iterator[None]:
    """Lead this process, and what it starts, to Docker by a socket that changes labels.

    Args:
        made: A Compose file with what stands in for *service*.
        service: The service that has the provider.

    Raises:
        HostError: Docker cannot be reached.
    """
    others = [name for name in made["services"] if name != service]
    names = Names(service, {name: number for number, name in enumerate(others, 1)})
    with opened([chosen()], lambda text: tell("info", text)) as hosts:
        reached = hosts[0].environment().get("DOCKER_HOST") or hosts[0].endpoint
        with relay(names, connecting(reached)) as path:
            before = dict(os.environ)
            os.environ["DOCKER_HOST"] = f"unix://{path}"
            for name in _OTHERS:
                os.environ.pop(name, None)
            try:
                yield
            finally:
                os.environ.clear()
                os.environ.update(before)
