"""Run the services of a provider, and remove them, under the name of the project of Compose."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from composefile.labels import SERVICE
from dcgen.commands.resizing import Going, Patience, resized
from dcgen.commands.sites import Place
from dcgen.commands.wanted import Wanted
from dcgen.provider.caller import Caller
from dcgen.provider.labelled import labelled
from dcgen.provider.messages import Messages, tell
from dcgen.provider.wish import Wish
from engine.docker.containers import LABEL, Site
from engine.docker.unchanged import is_unchanged
from engine.variant import Variant, parse
from faults import HostError, UserError

_START_WITHIN_S = 1800.0  # an image may have to be built
# What `up` of Compose is told, and holds for our containers, too.
_RENEWS = ("--build", "--force-recreate", "--renew-anon-volumes", "-V", "--pull")
_PASSED = ("--build", "--force-recreate", "--no-recreate", "--renew-anon-volumes", "-V")


def run(caller: Caller, project: str, wish: Wish, *, wait: bool) -> None:
    """Run what *wish* has made, and nothing else, in the *project*, as `dcgen up -d` does.

    Args:
        caller: The Compose that has asked for it.
        project: Its project.
        wish: What its service is to become.
        wait: Whether to return when that is healthy, rather than started.

    Raises:
        UserError: What is to replace something does not become healthy; that goes on.
        HostError: Docker or Compose does not answer, or refuses.
    """
    os.environ["COMPOSE_IGNORE_ORPHANS"] = "1"  # the others of the project are
    os.environ.pop("COMPOSE_REMOVE_ORPHANS", None)
    with TemporaryDirectory() as mine, _blamed(wish, mine):
        file = Path(mine) / "compose.json"
        file.write_text(json.dumps(wish.made))
        words = ("--project-directory", str(wish.folder), "--file", str(file))
        site = Site((*caller.program, "--project-name", project, *words), project=project)
        variant = parse(file.read_text(), file)
        renews = caller.asks(*_RENEWS)
        if not renews and is_unchanged(site, variant, wish.service, healthy=wait):
            return
        for sentence in wish.said:
            tell("info", sentence)
        with labelled(wish.made, wish.service):
            with _turn(wish.folder):
                _change(caller, site, variant, wish.service)
            if wait:  # it may need the service of another provider, whose turn it is now
                _done(site, "up", "--detach", "--no-recreate", "--wait")


def _change(caller: Caller, site: Site, variant: Variant, service: str) -> None:
    passed = [word for word in caller.words if word in _PASSED]
    if caller.only_creates:
        _done(site, "up", "--no-start", *passed)
        return
    patience = Patience(renew_volumes=caller.asks("-V", "--renew-anon-volumes"))
    build = ["--build"] * caller.asks("--build")
    going = Going(Wanted(), patience, build, returns=True, parallel=0)
    with resized(Place(variant, (site,)), going, Messages()):
        _done(site, "up", "--detach", *passed)
    there = site.labelled(variant.project, f"{SERVICE}={service}")
    site.remove([one for one in there if one.service not in variant.services])


def down(caller: Caller, project: str, service: str) -> None:
    """Remove the containers that stand in for *service* of *project*; with ``-v`` their volumes.

    Raises:
        HostError: Docker does not answer, or refuses.
    """
    site = Site(caller.program)
    # No others: another provider may remove its own meanwhile, and who is gone cannot be asked.
    of = (f"{LABEL}service={service}", f"{SERVICE}={service}")
    found = {one.id: one for label in of for one in site.labelled(project, label)}
    there = list(found.values())
    if caller.asks("--dry-run"):
        tell("info", f"would remove {len(there)} containers")
        return
    given = caller.value("-t", "--timeout")
    if there and given.isdecimal():
        site.stop(there, float(given))
    site.remove(there, volumes=caller.asks("-v", "--volumes"))
    # Compose does not know that a service with a provider has the default network.
    label = f"label={LABEL}project={project}"
    for name in site.docker("network", "ls", "--quiet", "--filter", label).split():
        with suppress(HostError):  # somebody is still there
            site.docker("network", "rm", name)


def _done(site: Site, *words: str) -> None:
    ended = site.host.call((*site.compose, *words), within_s=_START_WITHIN_S)
    if ended.code:
        said = [line for line in ended.err.strip().splitlines() if line.strip()]
        raise HostError(said[-1] if said else "Compose failed", fix="read the logs: dcgen logs")


@contextmanager
def _blamed(wish: Wish, mine: str) -> Iterator[None]:
    # What a person reads names their file, not one of ours that is gone; and what they can run.
    try:
        yield
    except UserError as error:
        logs = f"docker compose logs {wish.service}"
        fix = f"read what it says: {logs}" if mine in error.fix else error.fix
        fix = fix.replace("dcgen logs", logs)
        raise type(error)(
            error.what.replace(mine, ""), fix=fix, where=wish.where, reasons=error.reasons
        ) from error


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    # Compose calls several providers at once, which would make the same network twice.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
