"""Whether hosts answer, and can run a variant: asked before anything is changed anywhere."""

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from engine.hosts import Host
from faults import HostError

# Engine 20.10, the oldest that the tests run on.
OLDEST_API = (1, 41)
_WITHIN_S = 15.0
_FORMAT = "{{.Server.Version}} {{.Server.APIVersion}} {{.Server.Os}}"
_VERSION = ("docker", "version", "--format", _FORMAT)


def asked(hosts: Sequence[Host], *, starting: bool) -> tuple[Host, ...]:
    """Return *hosts*, asked all at once; one that does not answer is not tried again.

    It says why when it is used: it must not stop the others, nor let them wait for it.

    Args:
        hosts: Each once.
        starting: Whether something is to be started there.

    Raises:
        HostError: *starting*, and one of them is too old or runs no Linux containers.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(hosts))) as pool:
        found = list(pool.map(_answer, hosts))
    for host, answer in zip(hosts, found, strict=True):
        reason = unfit(*answer) if isinstance(answer, list) else ""
        if starting and reason:
            what = f"'{host.title}' {reason}; nothing was started on any host"
            raise HostError(what, fix="upgrade Docker there, or leave that host out")
    return tuple(
        replace(host, trouble=answer) if isinstance(answer, HostError) else host
        for host, answer in zip(hosts, found, strict=True)
    )


def unfit(version: str, api: str = "", system: str = "") -> str:
    """Return why a daemon of *version*, which speaks *api*, cannot run a variant; empty if it can.

    Args:
        version: Of its Engine.
        api: The newest version of Docker's API that it speaks; empty if it is not known.
        system: The operating system of its containers; empty if it is not known.
    """
    found = tuple(int(part) for part in re.findall(r"\d+", api))
    if found and found < OLDEST_API:
        oldest = ".".join(map(str, OLDEST_API))
        return f"has Docker {version}, API {api}; dcgen needs API {oldest}, of Docker 20.10"
    if system and system != "linux":
        return f"runs {system} containers; a variant is of Linux"
    return ""


def _answer(host: Host) -> list[str] | HostError:
    # Version, API and operating system; or why there are none.
    try:
        ended = host.call(_VERSION, within_s=_WITHIN_S)
    except HostError as error:
        return error
    words = ended.out.split()
    if ended.code == 0 and words:
        return words[:3]
    said = (ended.err.strip() or "it says nothing").splitlines()[-1]
    why = f"within {_WITHIN_S:.0f} s" if ended.code is None else f"({said})"
    what = f"no Docker daemon answers at '{host.title}' {why}"
    return HostError(what, fix="start Docker there, or leave that host out")
