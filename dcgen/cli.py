"""The ``dcgen`` command: its group, and the place where an error becomes message and code."""

import atexit
import gc
import importlib
import sys

import click

from faults import UserError

# Command to the module that holds it: only the module of the command that runs is imported.
COMMANDS = {
    "scale": "scale",
    "extra-hosts": "extra_hosts",
    "ambassador": "ambassador",
    "detach": "detach",
    "render": "render",
    "up": "run",
    "down": "run",
    "ps": "run",
    "logs": "run",
    "stop": "run",
    "lb": "lb",
    "rollout": "rollout",
}
INTERRUPTED = 130
# Imports and trees make many objects and little garbage: looking for it after every 700 new ones,
# as Python does, is a tenth of a run.
GARBAGE = 50_000


class Door(click.Group):
    """The group of all commands: shows a `UserError` as a message; a bug keeps its traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command called *cmd_name*; None if there is none."""
        if cmd_name not in COMMANDS:
            return None
        gc.set_threshold(GARBAGE)
        atexit.register(gc.freeze)  # nor does Python's end need to look for it: a tenth again
        module = importlib.import_module(f"dcgen.commands.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the chosen command; end with the exit code that the error carries."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            where = f"{error.where}: " if error.where else ""
            click.echo(f"{where}{error.what}\n  fix: {error.fix}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="dcgen")
def main() -> None:
    r"""Scale a Docker Compose application out without changing its code.

    One Compose file goes in, a variant comes out, in plain Compose that stock tools run.

    \b
    Examples:
      dcgen scale rng 3
      dcgen ambassador --redis 192.0.2.7:32768 -f generated.yml
      docker compose -f generated.yml up
    """


if __name__ == "__main__":
    sys.exit(main())
