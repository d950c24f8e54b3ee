"""A command that makes a variant: how what it does is recorded, and made again from that."""

import os
import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import click
from click.core import ParameterSource

from dcgen.commands import by_port
from dcgen.commands.grouped import GROUPS, GroupedCommand
from dcgen.commands.record import Change
from dcgen.commands.steps import Step

NOT_RECORDED = (*GROUPS["Input and output"], *GROUPS["Where it runs"])


class StepsOf(Protocol):
    """Says what is done by a command that is *given* parameters, maybe for *several* services."""

    def __call__(self, given: Mapping[str, Any], *, several: bool) -> list[Step]:
        """Return the steps."""


class VariantCommand(GroupedCommand):
    """A command that makes a variant; *steps* says from its parameters what is done.

    They may have been chosen for several services.
    """

    def __init__(self, *args: Any, steps: StepsOf, **kwargs: Any) -> None:  # noqa: ANN401 - click's
        super().__init__(*args, **kwargs)
        self.steps = steps

    def changes(self, ctx: click.Context, steps: Sequence[Step], folder: Path) -> list[Change]:
        """Return *steps* as they are recorded in a file of *folder*, with the options of *ctx*."""
        options = list(_options(ctx, folder))
        return [
            Change(self.name or "", " ".join([step.words, *map(shlex.quote, options)]))
            for step in steps
        ]

    def again(self, change: Change, folder: Path, parent: click.Context) -> list[Step]:
        """Return the steps of a *change* that was recorded in a file of *folder*.

        Raises:
            click.UsageError: The command does not know one of its words.
        """
        value, options = self._parsed(change)
        for param, words in options.values():
            if isinstance(param.type, click.Path):
                words[1:] = [str(folder / path) for path in words[1:]]
        given = [*value, *(word for _, words in options.values() for word in words)]
        ctx = self.make_context(self.name, given, parent)
        return self.steps(ctx.params, several=True)

    def over(self, new: Change, former: Change) -> Change:
        """Return *new* with those options of the *former* change that it does not choose."""
        value, chosen = self._parsed(new)
        before = self._parsed(former)[1]
        for name in set(by_port.NAMES) & chosen.keys() & before.keys():
            param, words = chosen[name]
            chosen[name] = param, by_port.over(words, before[name][1])
        over = self.outdated({name: words for name, (_, words) in chosen.items()})
        kept = {name: one for name, one in before.items() if name not in over}
        options = {**kept, **chosen}
        words = [*value, *(word for _, words in options.values() for word in words)]
        return Change(new.command, " ".join(map(shlex.quote, words)))

    def outdated(self, chosen: Mapping[str, Sequence[str]]) -> Collection[str]:  # noqa: ARG002 - see ambassador
        """Return the options that were given before and contradict those *chosen* now."""
        return ()

    def _parsed(
        self, change: Change
    ) -> tuple[list[str], dict[str, tuple[click.Parameter, list[str]]]]:
        """Return the words of *change* that name service and value, and those of each option."""
        known = {
            name: param
            for param in self.params
            if isinstance(param, click.Option)
            for name in (*param.opts, *param.secondary_opts)
        }
        value: list[str] = []
        options: dict[str, tuple[click.Parameter, list[str]]] = {}
        rest = iter(shlex.split(change.words))
        for word in rest:
            param = known.get(word)
            if param is None:
                value.append(word)
                continue
            words = [word] if param.is_flag else [word, next(rest, "")]
            options.setdefault(param.name or "", (param, []))[1].extend(words)
        return value, options


def _options(ctx: click.Context, folder: Path) -> Iterator[str]:
    for param in ctx.command.params:
        name = param.name or ""
        given = ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE
        if not given or not isinstance(param, click.Option) or name in NOT_RECORDED:
            continue
        value = ctx.params[name]
        if param.is_flag:
            yield param.opts[0] if value else param.secondary_opts[0]
            continue
        for one in value if param.multiple else (value,):
            yield param.opts[-1]
            yield seen_from(folder, one) if isinstance(param.type, click.Path) else _text(one)


def _text(value: object) -> str:
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def seen_from(folder: Path, path: str | Path) -> str:
    """Return *path* as it is named in a file of *folder*."""
    return Path(os.path.relpath(path, folder)).as_posix()
