"""``--env-file``: what takes the place of ``.env``, for dcgen and for the Compose that it calls."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from composefile.project import ENV_FILES, Project

_CHOSEN = "dcgen.env_files"

F = TypeVar("F", bound=Callable[..., Any])


def env_file_option(command: F) -> F:
    """Add ``--env-file``; while the command runs, the environment names the files."""
    return click.option(
        "--env-file",
        "env_files",
        metavar="FILE",
        type=click.Path(),
        multiple=True,
        expose_value=False,
        callback=_name_in_environment,
        help="Variables in place of .env; repeatable, the last one wins.",
    )(command)


def _name_in_environment(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 - click's signature
    value: tuple[str, ...],
) -> None:
    if value:
        _name(ctx, value)


def _name(ctx: click.Context, names: Iterable[str | Path]) -> None:
    # Compose itself looks there too: what dcgen calls need not be told again.
    before = os.environ.get(ENV_FILES)
    os.environ[ENV_FILES] = ",".join(str(Path(name).absolute()) for name in names)
    ctx.meta[_CHOSEN] = [str(name) for name in names]
    ctx.call_on_close(lambda: _restore(before))


def use(names: Iterable[Path]) -> list[str]:
    """Let *names*, which are recorded, take the place of ``.env``, if nothing else was chosen.

    Returns:
        Those that do.
    """
    ctx, found = click.get_current_context(), list(names)
    if not found or Project.named_env_files():
        return []
    _name(ctx, found)
    return chosen()


def chosen() -> list[str]:
    """Return the files that this command chose in the place of ``.env``, not the environment."""
    found: list[str] = click.get_current_context().meta.get(_CHOSEN, [])
    return found


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(ENV_FILES, None)
    else:
        os.environ[ENV_FILES] = before
