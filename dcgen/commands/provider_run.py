"""Run the services of a provider, and remove them, under the name of the project of Compose."""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from composefile.labels import SERVICE
from dcgen.commands.resizing import Going, Patience, resized
from dcgen.commands.sites import Place
from dcgen.commands.wanted import Wanted
from dcgen.provider.caller import Caller
from dcgen.provider.messages import Messages, tell
from engine.docker.containers import LABEL, Container, Site
from engine.variant import parse
from faults import HostError

_START_WITHIN_S = 1800.0  # an image may have to be built
# What `up` of Compose is told, and holds for our containers, too.
_PASSED = ("--build", "--force-recreate", "--no-recreate", "--renew-anon-volumes", "-V")


def run(caller: Caller, project: str, folder: Path, made: Mapping[str, Any], *, wait: bool) -> None:
    """Run *made*, and nothing else, in the *project* in *folder*, as `dcgen up -d` does.

    Args:
        caller: The Compose that has asked for it.
        project: Its project.
        folder: The folder of that.
        made: A Compose file with our services alone.
        wait: Whether to return when they are healthy, rather than started.

    Raises:
        UserError: What is to replace something does not become healthy; that goes on.
        HostError: Docker or Compose does not answer, or refuses.
    """
    os.environ["COMPOSE_IGNORE_ORPHANS"] = "1"  # the others of the project are
    os.environ.pop("COMPOSE_REMOVE_ORPHANS", None)
    with _turn(folder), tempfile.TemporaryDirectory() as mine:
        file = Path(mine) / "compose.json"
        text = json.dumps(made)
        file.write_text(text)
        words = ("--project-name", project, "--project-directory", str(folder), "--file", str(file))
        site = Site((*caller.program, *words))
        where = Place(parse(text, file), (site,))
        patience = Patience(renew_volumes=caller.asks("-V", "--renew-anon-volumes"))
        going = Going(
            Wanted(), patience, ["--build"] * caller.asks("--build"), returns=True, parallel=0
        )
        with resized(where, going, Messages()):
            passed = [word for word in caller.words if word in _PASSED]
            _done(site, "up", "--detach", *passed, *["--wait"] * wait)


def down(caller: Caller, project: str, service: str) -> None:
    """Remove the containers that stand in for *service* of *project*; with ``-v`` their volumes.

    Raises:
        HostError: Docker does not answer, or refuses.
    """
    site = Site(caller.program)
    there = [one for one in site.labelled(project, f"{LABEL}project") if _of(one, service)]
    if caller.asks("--dry-run"):
        tell("info", f"would remove {len(there)} containers")
        return
    given = caller.value("-t", "--timeout")
    if there and given.isdecimal():
        site.stop(there, float(given))
    site.remove(there, volumes=caller.asks("-v", "--volumes"))


def _done(site: Site, *words: str) -> None:
    ended = site.host.call((*site.compose, *words), within_s=_START_WITHIN_S)
    if ended.code:
        said = [line for line in ended.err.strip().splitlines() if line.strip()]
        raise HostError(said[-1] if said else "Compose failed", fix="docker compose logs")


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    # Compose calls several providers at once, which would make the same network twice.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _of(one: Container, service: str) -> bool:
    return service in (one.service, one.labels.get(SERVICE))
