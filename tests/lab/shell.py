"""A shell on this machine that knows the lab's hosts by name, as the workshop's machines do."""

import os
from collections.abc import Mapping
from pathlib import Path

from tests.lab.commands import run
from tests.lab.lab import LOCAL, Lab

# The names are for this shell alone: a mount of its own hides the machine's file.
WITH_NAMES = 'mount --bind "$1" /etc/hosts && exec bash -e -o pipefail -c "$2"'


def shell(
    lab: Lab,
    script: str,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    timeout_s: float = 180,
) -> str:
    """Return what *script* wrote to stdout, in a bash that stops at the first failure.

    Args:
        lab: Its hosts answer to ``node1``, ``node2`` and so on.
        script: What a person would type.
        cwd: Where.
        env: Added to the environment that reaches the first host's Engine.
        timeout_s: For all of it.
    """
    names = lab.folder / "hosts"
    known = Path("/etc/hosts").read_text()
    hosts = [f"{lab.engine(name).address} {name}" for name in lab.hosts() if name != LOCAL]
    names.write_text("\n".join([known, *hosts, ""]))
    words = ("unshare", "--mount", "sh", "-c", WITH_NAMES, "sh", names, script)
    path = {"PATH": os.environ["PATH"], "DOCKER_HOST": "tcp://node1:55555"}
    whole = lab.engine("node1").env | path | dict(env or {})
    return run(*words, cwd=cwd, env=whole, timeout_s=timeout_s)
