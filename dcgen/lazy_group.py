"""A group of commands that imports each command when it is run, not before."""

import importlib
from collections.abc import Collection, Mapping
from typing import Any

import click

from faults import UsageError, nearest


class LazyGroup(click.Group):
    """A group of commands, each imported when it is run.

    Args:
        modules: Command to the module that holds it, under the same name.
        sections: Title to the commands below it and what the help says of each; here, so that the
            help imports no command.
        hidden: Commands that are for programs: the help does not list them.
    """

    def __init__(
        self,
        *given: Any,  # noqa: ANN401 - click's
        modules: Mapping[str, str],
        sections: Mapping[str, Mapping[str, str]],
        hidden: Collection[str] = (),
        **attributes: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*given, **attributes)
        self._modules = modules
        self._sections = sections
        self._hidden = hidden

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the names of the commands, in the order of the help."""
        return [name for section in self._sections.values() for name in section]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command called *cmd_name*; None if there is none."""
        if cmd_name not in self._modules:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(self._modules[cmd_name])
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the commands in sections, without importing them."""
        for title, summaries in self._sections.items():
            with formatter.section(title):
                formatter.write_dl(list(summaries.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that *args* name, as click does.

        Raises:
            UsageError: There is none.
        """
        name = args[0]
        there = {*self.list_commands(ctx), *self._hidden}
        if not ctx.resilient_parsing and name not in there and name[:1] != "-":
            known, otherwise = self.list_commands(ctx), f"choose one: {ctx.command_path} --help"
            fix = nearest(name.lower(), known, otherwise)
            raise UsageError(f"there is no command {name!r}", fix=fix)
        return super().resolve_command(ctx, args)
