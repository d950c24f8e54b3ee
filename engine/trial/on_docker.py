"""Start a trial on Docker: a Compose project of its own, which is removed at the end."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager

from engine.count import count
from engine.docker.containers import Site
from engine.hosts import Host
from engine.live.running import Live, on_docker
from engine.streams import Following
from engine.trial.containers import Containers
from engine.trial.lines import Told
from engine.trial.own_project import own
from engine.trial.projects import name_of, sweep
from engine.variant import Variant
from engine.waiting import until
from faults import HostError

READY_WITHIN_S = 180.0
_START_WITHIN_S = 900.0


@contextmanager
def running(  # noqa: PLR0913 - each says another thing
    variant: Variant,
    text: str,
    counts: Mapping[str, int],
    host: Host,
    *,
    everywhere: str | None,
    published: Mapping[str, int],
    fresh: Sequence[str],
) -> Iterator[tuple[Containers, list[Live]]]:
    """Hold *variant* as it runs on *host*, and its balancers; it is removed at the end.

    Args:
        variant: What to run.
        text: The file that says so.
        counts: Service to how many of its replicas work from the start.
        host: Where.
        everywhere: A regular expression for the lines to count, instead of ``dcgen.count``.
        published: Service to the port that must be reached from this host.
        fresh: Services that get new volumes in the place of folders of the host.

    Raises:
        HostError: Docker or Compose does not answer, or something does not start.
    """
    sweep(host)
    site = Site(("docker", "compose", "-p", name_of(os.getpid())), host)
    folder = str(variant.file.parent)
    config = site.docker(
        *("compose", "--project-directory", folder, "-f", "-", "config", "--format", "json"),
        text=text,
    )
    made = own(json.loads(config), published, fresh)
    found = Containers(
        site,
        tuple(variant.services),
        {one.name: one.identity.service or one.name for one in variant},
        Told(count(variant, everywhere)),
    )
    with ExitStack() as stack:
        stack.callback(found.stop)
        words = ("-f", "-", "up", "--detach", "--quiet-pull")
        site.docker(*site.compose[1:], *words, text=json.dumps(made), within_s=_START_WITHIN_S)
        found.look()
        for service, number in counts.items():
            if not variant.services[service].identity.role:
                found.work(service, number)
        lives = on_docker(variant, site) if any(s.identity.is_proxy for s in variant) else []
        _wait(lives)
        _follow(stack, found, host)
        yield found, lives


def _follow(stack: ExitStack, found: Containers, host: Host) -> None:
    stats = Following(host, ("docker", "stats", "--format", "{{json .}}"), found.take_stats)
    stack.callback(stats.close)
    if found.told.services:
        words = ("logs", "--follow", "--timestamps", "--no-color", "--tail", "0")
        command = (*found.site.compose, *words, *found.told.services)
        stack.callback(Following(host, command, found.take_log).close)


def _wait(lives: Sequence[Live]) -> None:
    def down() -> list[str]:
        rows = [row for live in lives for row in live.rows() if row.address]
        return [row.server for row in rows if row.status.partition(" ")[0] in {"DOWN"}]

    if not until(lambda: not down(), READY_WITHIN_S):
        what = f"'{down()[0]}' does not answer after {READY_WITHIN_S:.0f} s"
        raise HostError(what, fix="run it and see: docker compose up")
