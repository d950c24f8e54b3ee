"""What a person is told when a variant is made: warnings, what was done, what to run now."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import click

from dcgen import source
from dcgen.commands import env_files
from dcgen.commands.dash_f import dash_f
from dcgen.reporting import colored
from faults import UserError, printable
from generator.result import Notice


def warn(notices: Iterable[Notice]) -> None:
    """Print *notices* on standard error, each with what to do about it."""
    for notice in notices:
        click.echo(f"{colored('warning:', 'yellow')} {notice}", err=True)
        if notice.fix:
            click.echo(f"  {colored('fix:', 'green')} {printable(notice.fix)}", err=True)


def tell(lines: Iterable[str]) -> None:
    """Print *lines* on standard error."""
    for line in lines:
        click.echo(line, err=True)


def done(changes: Sequence[str], kept: Sequence[str], target: Path) -> list[str]:
    """Return that *changes* were made in *target*, and others *kept* there: ``rng=3``."""
    lines = [f"{change}, in {target}" for change in changes]
    names = printable(", ".join(kept))
    if not changes:
        lines.append(f"{target}: made again, {f'with {names}' if names else 'with no change'}")
    elif kept:
        lines.append(f"kept: {names}")
    return lines


def run_it(files: Sequence[str], project: str = "", *, v1: bool, more_variables: str = "") -> str:
    """Return the command that starts the variant of *files*, with *more_variables* of a file.

    Its *project* is named if that is not the name in the file.
    """
    command = _compose(files, v1=v1, more_variables=more_variables)
    return " ".join(filter(None, [command, project and f"-p {project}", "up -d"]))


def reach_inside(behind: Mapping[str, str], files: Sequence[str], *, v1: bool) -> list[str]:
    """Return how commands get into the containers whose service's name an HAProxy has now.

    *behind* are those services, each with its first replica, or none of an ambassador; *files* are
    those of the variant.
    """
    scaled = [name for name, replica in behind.items() if replica]
    away = [name for name, replica in behind.items() if not replica]
    lines = []
    if scaled:
        command = f"{_compose(files, v1=v1)} exec {behind[scaled[0]]} …"
        lines.append(f"{_are(scaled)} HAProxy now; for exec, cp, restart and back-ups: {command}")
    if away:
        lines.append(f"{_are(away)} HAProxy now; exec, cp and back-ups: where {away[0]} runs")
    return lines


def _are(names: Sequence[str]) -> str:
    return f"{printable(', '.join(names))} {'is' if len(names) == 1 else 'are'}"


def _compose(files: Sequence[str], *, v1: bool, more_variables: str = "") -> str:
    command = "docker-compose" if v1 else "docker compose"
    names = env_files.chosen()
    if more_variables:
        # What is named takes the place of `.env`.
        usual = [".env"] if Path(".env").is_file() else []
        names = [*(names or usual), more_variables]
    given = "".join(f"--env-file {shlex.quote(name)} " for name in names)
    named = "" if _is_usual(files) else dash_f(files)
    return f"{command} {printable(given)}{named}".rstrip()


def _is_usual(files: Sequence[str]) -> bool:
    # Whether Compose takes these several without being told: an override beside the main file.
    try:
        usual = [path.resolve() for path in source.find(()) if path]
    except UserError:
        return False
    return len(files) > 1 and [Path(file).resolve() for file in files] == usual


def run_there(folder: Path, *, v1: bool) -> str:
    """Return what to do with a variant on standard output that belongs into *folder*."""
    if v1:  # docker-compose reads no `.env` elsewhere for a file on standard input
        return f"write it there: `-o {folder / source.DEFAULT_OUTPUT}`"
    return f"run it there: docker compose --project-directory {shlex.quote(str(folder))} -f - up -d"


def use_it(service: str, files: Sequence[str], detached: str = "") -> str:
    """Return the command that lets *files* use *service* where it runs, as *detached* says."""
    address = shlex.quote(f"{service}-from={detached}" if detached else f"{service}=HOST:PORT")
    return " ".join(filter(None, ["dcgen ambassador", address, dash_f(files)]))
