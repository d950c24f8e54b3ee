"""The options of a provider: those of ``dcgen scale`` and ``dcgen ambassador``, without hyphens.

options: {replicas: 3, mode: http}            dcgen scale rng 3 --mode http
options: {upstream: "db.example:6379"}        dcgen ambassador redis=db.example:6379
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import click

from dcgen.commands.steps import Step
from dcgen.commands.variant_command import NOT_RECORDED, VariantCommand
from dcgen.reporting import as_user_error
from faults import UsageError, UserError, nearest

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


@dataclass(frozen=True, slots=True)
class Kind:
    """What an option with that name, of a *type* of Compose's, asks for: *command* does it."""

    command: str
    help: str
    type: str


KINDS = {
    "replicas": Kind("scale", "Run the service N times behind an HAProxy.", "integer"),
    "upstream": Kind("ambassador", "Forward to HOST:PORT, by an HAProxy.", "string"),
}


class OptionError(UsageError):
    """The option *name* is to blame, for *reason*."""

    def __init__(self, name: str, reason: UserError) -> None:
        super().__init__(as_options(reason.what), fix=as_options(reason.fix))
        self.name = name


def metadata() -> dict[str, Any]:
    """Return what Compose asks a provider for: its parameters, as docs/extension.md has them."""
    # Compose drops what is not listed, and says nothing: each spelling is a parameter.
    known = {
        name: option
        for kind in KINDS.values()
        for option in _options(_command(kind.command))
        for name in _names(option)
    }
    kinds = [{"name": n, "description": k.help, "type": k.type} for n, k in KINDS.items()]
    others = [
        {"name": name, "description": _help(option, name), "type": _type(option)}
        for name, option in known.items()
    ]
    return {
        "description": "Run a service several times behind an HAProxy, or elsewhere",
        "up": {"parameters": [*kinds, *others]},
        "down": {"parameters": []},
    }


def asked(
    service: str, given: Sequence[tuple[str, str]], written: Sequence[str], folder: Path
) -> Step:
    """Return what the options *given* make of *service*; a name may occur several times.

    Args:
        service: The service.
        given: Names and values.
        written: The names that the file has: Compose leaves those out that `metadata` has not.
        folder: What relative paths start from.

    Raises:
        UsageError: An option is not known, has a value that it cannot have, or contradicts another.
    """
    names = [name for name, _ in given]
    chosen = [name for name in KINDS if name in names]
    if len(chosen) != 1:
        what = "both `replicas` and `upstream`" if chosen else "neither `replicas` nor `upstream`"
        fix = "give one of them: `options: {replicas: 3}` or `options: {upstream: HOST:PORT}`"
        raise UsageError(f"the options for {service!r} have {what}", fix=fix)
    command = _command(KINDS[chosen[0]].command)
    known = {name: option for option in _options(command) for name in _names(option)}
    for name in [*written, *names]:
        if name not in known and name != chosen[0]:
            raise OptionError(name, _unknown(name, chosen[0], known))
    value = next(value for name, value in reversed(given) if name == chosen[0])
    rest = [pair for pair in given if pair[0] != chosen[0]]
    words = [f"{service}={value}", *_words(rest, known, folder)]
    unsaid = {"--dynamic", "--static", "--no-balancer"}.isdisjoint(words)
    if chosen[0] == "replicas" and unsaid:
        words.append("--dynamic")  # another number then changes no balancer; a worker gets none
    return command.steps(_parsed(command, words), several=not rest)[0]


def as_options(text: str) -> str:
    """Return *text*, which names options as on the command line, as a Compose file has them.

    ``give `--mode http` or `--sticky` `` becomes ``give `mode: http` or `sticky` ``.
    """
    text = re.sub(r"`--([a-z][a-z-]+) ([^`]+)`", r"`\1: \2`", text)
    return re.sub(r"(?<=[`'])--([a-z][a-z-]+)(?=[`'])", r"\1", text)


def _unknown(name: str, kind: str, known: Mapping[str, click.Option]) -> UsageError:
    fix = nearest(name, [*known, kind], f"choose from those of: dcgen {KINDS[kind].command} --help")
    return UsageError(f"there is no option {name!r} beside `{kind}`", fix=fix)


def _command(name: str) -> VariantCommand:
    # As the root finds it: the modules of commands import each other as little as they can.
    context = click.get_current_context().find_root()
    return cast("VariantCommand", cast("click.Group", context.command).get_command(context, name))


def _options(command: VariantCommand) -> Iterator[click.Option]:
    for param in command.params:
        if isinstance(param, click.Option) and param.name not in NOT_RECORDED:
            yield param


def _names(option: click.Option) -> list[str]:
    return [name[2:] for name in (*option.opts, *option.secondary_opts) if name.startswith("--")]


def _help(option: click.Option, name: str) -> str:
    is_negative = f"--{name}" in option.secondary_opts
    return f"The opposite of `{option.opts[0][2:]}`." if is_negative else option.help or ""


def _type(option: click.Option) -> str:
    return "boolean" if option.is_flag else "string"


def _words(
    given: Sequence[tuple[str, str]], known: Mapping[str, click.Option], folder: Path
) -> Iterator[str]:
    switched: dict[str, tuple[str, str]] = {}
    for name, value in given:
        option = known[name]
        if not option.is_flag:
            is_path = isinstance(option.type, click.Path)
            yield from (f"--{name}", str(folder / value) if is_path else value)
            continue
        word, written = _switch(option, name, value), f"`{name}: {value}`"
        other, before = switched.setdefault(option.name or "", (word, written))
        if word != other:  # Compose hands them on in any order: no one is the last
            reason = UsageError(f"{written} contradicts {before}", fix="leave out one of both")
            raise OptionError(name, reason)
        if word:
            yield word


def _switch(option: click.Option, name: str, value: str) -> str:
    # The word of the command line that says it; none says that a switch without opposite is off.
    if value not in (*_TRUE, *_FALSE):
        reason = UsageError(f"{value!r} is neither true nor false", fix=f"write `{name}: true`")
        raise OptionError(name, reason)
    if value in _TRUE:
        return f"--{name}"
    return next((f"--{other}" for other in _names(option) if other != name), "")


def _parsed(command: VariantCommand, words: Sequence[str]) -> Mapping[str, Any]:
    try:
        root = click.get_current_context().find_root()
        return command.make_context(command.name, list(words), root).params
    except click.UsageError as error:
        reason = as_user_error(error, "dcgen")
        option = error.param if isinstance(error, click.BadParameter) else None
        raise (
            OptionError(_names(option)[0], reason) if isinstance(option, click.Option) else reason
        ) from error
