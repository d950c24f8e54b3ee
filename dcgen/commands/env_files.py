"""``--env-file``: what takes the place of ``.env``, for dcgen and for the Compose that it calls."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from composefile.project import ENV_FILES

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
    # Compose itself looks there too: what dcgen calls need not be told again.
    if not value:
        return
    before = os.environ.get(ENV_FILES)
    os.environ[ENV_FILES] = ",".join(str(Path(name).absolute()) for name in value)
    ctx.call_on_close(lambda: _restore(before))


def _restore(before: str | None) -> None:
    if before is None:
        os.environ.pop(ENV_FILES, None)
    else:
        os.environ[ENV_FILES] = before
