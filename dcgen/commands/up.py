"""``dcgen up``: run a variant, on Docker hosts or as processes of this machine."""

from typing import Any

import click
from click.core import ParameterSource

from dcgen.commands.assignments import address, expression
from dcgen.commands.target import (
    SECONDS,
    SECONDS_ABOVE_0,
    RunCommand,
    Target,
    healthy_option,
    parallel_option,
    renew_option,
    target,
    target_options,
)
from dcgen.commands.wanted import Wanted, wanted
from dcgen.hosts_json import JsonProgress
from dcgen.progress import Progress
from engine.waiting import DRAIN_WITHIN_S
from faults import HostError, UsageError
from lb.address import LOOPBACK

_ONLY_DOCKER = {
    "detach": "--detach",
    "build": "--build",
    "renew": "--renew-anon-volumes",
    "restarts": "--restart-dependents",
    "parallel": "--parallel",
    "healthy_s": "--healthy-deadline",
    "drain_s": "--drain-deadline",
}


@click.command(
    cls=RunCommand, epilog="Example: dcgen up -f generated.yml --engine process --for 20"
)
@target_options
@click.option("-d", "--detach", is_flag=True, help="Run containers in the background.")
@click.option("--build", is_flag=True, help="Build images before starting containers.")
@renew_option
@healthy_option
@click.option(
    "--scale", multiple=True, metavar="SERVICE=N", help="Run SERVICE with N replicas; repeatable."
)
@click.option(
    "--set",
    "single",
    multiple=True,
    metavar="HOST:SERVICE=N",
    help="Run SERVICE with N replicas on HOST; repeatable.",
)
@parallel_option
@click.option(
    "--for",
    "for_s",
    type=SECONDS_ABOVE_0,
    metavar="SECONDS",
    help="Stop after SECONDS, and print a summary.",
)
@click.option(
    "--json",
    "summary_json",
    is_flag=True,
    help="Print the summary as JSON, and no logs; on Docker, with -d, one event a line.",
)
@click.option(
    "--publish-on",
    type=address,
    metavar="ADDRESS",
    help=f"Address to publish ports on that are given without one.  [default: {LOOPBACK}]",
)
@click.option(
    "--free-ports", is_flag=True, help="Publish on free host ports, whatever the file says."
)
@click.option(
    "--count",
    type=expression,
    metavar="REGEX",
    help="Add up group 1 of REGEX in all output.  [default: labels dcgen.count]",
)
@click.option("--logs/--no-logs", default=True, help="Show the output of services.")
@click.option(
    "--restart-dependents",
    "restarts",
    is_flag=True,
    help="Restart services that may have looked up an address that could not be kept.",
)
@click.option(
    "--drain-deadline",
    "drain_s",
    type=SECONDS,
    default=DRAIN_WITHIN_S,
    show_default=True,
    metavar="SECONDS",
    help="How long to wait until a replica to be removed is idle.",
)
def up(**asked: Any) -> None:  # noqa: ANN401 - click checked them
    """Start a variant in the foreground, where Ctrl-C stops it, or with -d in the background."""
    given = (asked["files"], asked["engine"], asked["hosts"])
    found = target(*given, starting=True, only_processes=_only_processes(asked))
    as_events = asked["summary_json"] and found.engine == "docker"
    progress = (JsonProgress if as_events else Progress)(
        quiet=asked["quiet"], logs=asked["logs"] and not asked["summary_json"], verb="started"
    )
    if found.several:
        progress.say(found.several)
    scale = wanted(asked["scale"], asked["single"], found.hosts)
    if found.engine == "process":
        _refuse_what_needs_docker(found, asked)
    progress.say(f"running {found.path} on {_engine(found)}")
    if found.engine == "process":
        _up_as_processes(found, dict(scale.everywhere), progress, asked)
    else:
        _up_on_docker(found, scale, progress, asked)


def _only_processes(asked: dict[str, Any]) -> str:
    options = {"for_s": "--for", "publish_on": "--publish-on"}
    options |= {} if asked["detach"] else {"summary_json": "--json"}
    options |= {"count": "--count", "free_ports": "--free-ports"}
    return next((name for key, name in options.items() if asked[key]), "")


def _refuse_what_needs_docker(found: Target, asked: dict[str, Any]) -> None:
    ctx = click.get_current_context()
    given = (
        name
        for key, name in _ONLY_DOCKER.items()
        if ctx.get_parameter_source(key) is ParameterSource.COMMANDLINE
    )
    name = next(given, "")
    if name and found.fell_back:
        raise HostError(found.because, fix=f"start Docker, or leave out {name}")
    if name:
        detaches = asked["detach"]
        what = "processes run in the foreground" if detaches else f"{name} needs Docker"
        other = _only_processes(asked)
        fix = f"leave out {name}, or {f'leave out {other}' if other else 'use --engine docker'}"
        raise UsageError(what, fix=fix)


def _engine(found: Target) -> str:
    if found.engine == "process":
        return f"processes of this host ({found.because})"
    named = ", ".join(host.address for host in found.hosts if host.address)
    return f"Docker, {named}" if named else f"Docker ({found.because})"


def _up_as_processes(
    found: Target, scale: dict[str, int], progress: Progress, asked: dict[str, Any]
) -> None:
    from dcgen.commands.up_processes import Wishes, up_processes  # noqa: PLC0415 - not for Docker

    wishes = Wishes(
        scale=scale,
        publish_on=asked["publish_on"] or LOOPBACK,
        for_s=asked["for_s"],
        count=asked["count"],
        free_ports=asked["free_ports"],
    )
    up_processes(found, wishes, progress, as_json=asked["summary_json"])


def _up_on_docker(found: Target, scale: Wanted, progress: Progress, asked: dict[str, Any]) -> None:
    from dcgen.commands.hitless_up import Going, Patience, up_on_docker  # noqa: PLC0415 - not for the help
    from dcgen.commands.plain_compose import without_f  # noqa: PLC0415
    from engine.docker.portable import require_portable  # noqa: PLC0415

    if any(host.is_remote for host in found.hosts):  # else the files need not be read
        require_portable([found.variant()], found.hosts)
    detached = asked["detach"]
    if detached:  # in the foreground it would be held as long as the variant runs
        found.hold()
    patience = Patience(
        asked["healthy_s"], asked["drain_s"], asked["renew"], restarts=asked["restarts"]
    )
    words = ["--build"] * asked["build"]
    going = Going(scale, patience, words, returns=detached, parallel=asked["parallel"])
    up_on_docker(found, going, progress)
    if detached and (advice := without_f(found)):
        progress.say(advice)
