"""The ``dcgen`` command: its group of commands, and its help."""

import sys

import click

from dcgen.lazy_group import LazyGroup
from dcgen.reporting import PROJECT_OPTIONS, ErrorReportingGroup, no_project_option
from faults import UsageError

# Only the module of the command that runs is imported.
COMMANDS = {
    name: f"dcgen.commands.{name.replace('-', '_')}"
    for name in (
        *("scale", "extra-hosts", "ambassador", "detach", "refresh", "undo", "render"),
        *("swarm", "kubernetes"),
        *("advise",),
        *("up", "down", "ps", "top", "logs", "stop", "lb", "rollout", "watch", "sample"),
        *("restart", "exec", "drain", "renew"),
        *("ship", "hosts", "plugin"),
    )
} | {"compose": "dcgen.commands.provider"}
# Compose calls it, not a person.
HIDDEN = ("compose",)
# What the top-level help says of each, in its order; here, so that the help imports no command.
SECTIONS = {
    "Make a variant": {
        "scale": "Run replicas of a service behind an HAProxy.",
        "extra-hosts": "Let consumers find a service at another IP address.",
        "ambassador": "Replace a service by an HAProxy that forwards to HOST:PORT.",
        "detach": "Write one service into its own file, to run it elsewhere.",
        "refresh": "Make a variant again, after its source has changed.",
        "undo": "Take back what was done to a service.",
        "render": "Print an HAProxy configuration, without a Compose file.",
    },
    "Find out what to scale": {
        "advise": "Find by experiment which service limits, and what to run.",
    },
    "Run it on a cluster": {
        "swarm": "Print a stack of Docker Swarm for a Compose file.",
        "kubernetes": "Write manifests of Kubernetes for a Compose file.",
    },
    "Run a variant": {
        "up": "Start a variant, on Docker or as processes of this host.",
        "ps": "List containers or processes and their published ports.",
        "top": "Show what services do: requests, queues, CPU, memory.",
        "logs": "Show the output of services.",
        "exec": "Run a command in a container.",
        "restart": "Restart the containers of services.",
        "stop": "Stop a variant; keep its containers or its log.",
        "down": "Stop a variant and remove its containers and networks.",
    },
    "Change a running variant": {
        "lb": "Inspect and change HAProxy: servers, upstreams, configuration.",
        "rollout": "Replace the replicas of a service one at a time.",
        "watch": "Bring what changes on this machine's disk to a running variant.",
    },
    "Several Docker hosts": {
        "ship": "Build images once, and bring them to a registry or to hosts.",
        "hosts": "Show hosts: reachable, versions, what runs there; unlock a project.",
        "drain": "Take a variant off one host: balancers first, then containers.",
        "renew": "Renew the certificates of a detached service, wherever they are used.",
    },
    "Part of Docker": {
        "plugin": "Install dcgen as a plugin of Docker: docker dcgen.",
    },
    "Help": {
        "sample": "Write the sample application DockerCoins into a folder.",
        "help": "Show the help of a command.",
    },
}
HELP = """\
Scale a Docker Compose application out without changing its code.

One Compose file goes in, a variant comes out, in plain Compose that stock tools run.

\b
Examples:
  dcgen scale rng 3                   # 3 replicas of rng, in generated.yml
  dcgen scale rng=3 hasher=2          # several services at once
  docker compose -f generated.yml up  # run it with Compose, or: dcgen up
  dcgen ambassador --redis 192.0.2.7:32768 -f generated.yml
"""
EPILOG = """\b
Exit codes:
  0    done
  1    error in the input, a check found a difference, or a service failed
  2    error in the command line
  3    error in the environment: no Docker, no haproxy, a port is in use
  130  interrupted
"""
# Compose takes these before the command.
FILE_OPTIONS = ("-f", "--file")


class Commands(LazyGroup, ErrorReportingGroup):
    """The group of all commands, each imported when it is run."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take ``-f FILE`` before the command, as Compose does, for one after it."""
        return super().parse_args(ctx, _after_the_command(args))


def _after_the_command(args: list[str]) -> list[str]:
    moved: list[str] = []
    rest = list(args)
    while rest and rest[0].startswith("-"):
        name, equals, file = rest[0].partition("=")
        if name in PROJECT_OPTIONS:
            raise no_project_option(name)
        if name not in FILE_OPTIONS or (not equals and len(rest) == 1):
            break
        moved += ["--file", file if equals else rest[1]]
        rest = rest[1 if equals else 2 :]
    return [*rest[:1], *moved, *rest[1:]] if rest and not rest[0].startswith("-") else list(args)


@click.group(
    cls=Commands,
    modules=COMMANDS,
    sections=SECTIONS,
    hidden=HIDDEN,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=HELP,
    epilog=EPILOG,
)
@click.version_option(None, "-V", "--version", package_name="dcgen")
def main() -> None:
    """Run one of the commands."""


@main.command("help", epilog="Example: dcgen help scale")
@click.argument("names", nargs=-1, metavar="[COMMAND]")
@click.pass_context
def show_help(ctx: click.Context, names: tuple[str, ...]) -> None:
    """Show the help of COMMAND, or of dcgen."""
    found = ctx.find_root()
    for name in names:
        group = found.command
        command = group.get_command(found, name) if isinstance(group, click.Group) else None
        if command is None:
            raise UsageError(f"no command {' '.join(names)!r}", fix="choose one: dcgen --help")
        found = click.Context(command, info_name=name, parent=found)
    click.echo(found.get_help())


if __name__ == "__main__":
    sys.exit(main())
