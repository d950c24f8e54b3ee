"""The hashes by which Compose tells whether a container is what its file says.

Compose notes one on each container, and recreates those of which it is another one at ``up``.
Source: docker/compose, pkg/compose/hash.go, ``ServiceHash``.
"""

from collections.abc import Collection
from contextlib import nullcontext, suppress

from engine.docker.containers import Site
from engine.variant import Service
from faults import HostError


def hashes(site: Site, services: Collection[Service]) -> dict[str, str]:
    """Return the hash of each of *services*, by name, that ``up`` would note now.

    ``config --hash`` leaves the files of `env_file` out, which ``up`` reads (measured: Compose 2.26
    and 2.40). The project as ``config`` prints it has their values in its `environment`: of that,
    both say the same. It goes from one to the other in memory, for there are secrets in it.

    Raises:
        HostError: Compose does not answer, or refuses the files.
    """
    found = _read(site.run("config", "--hash", ",".join(one.name for one in services)))
    told = [one.name for one in services if "env_file" in one.keys]
    if told:
        # docker-compose 1.29 does not read its own output; its hashes have the files in them.
        is_perhaps_old = site.compose[0] == "docker-compose"
        with suppress(HostError) if is_perhaps_old else nullcontext():
            found |= _read(site.run_on(site.run("config"), "config", "--hash", ",".join(told)))
    return found


def _read(said: str) -> dict[str, str]:
    lines = [line.split() for line in said.splitlines()]
    return {words[0]: words[1] for words in lines if len(words) > 1}
