"""``dcgen plugin``: dcgen as a plugin of the docker command."""

import sys
from pathlib import Path

import click

from dcgen import __version__
from dcgen.plugin import file
from faults import UserError

system_option = click.option(
    "--system", is_flag=True, help=f"For all users: {file.SYSTEM}.  [~/.docker/cli-plugins]"
)


@click.group(
    short_help="Install dcgen as a plugin of Docker: docker dcgen.",
    epilog="Example: dcgen plugin install && docker dcgen --help",
)
def plugin() -> None:
    """Install dcgen as a plugin of Docker: every command works as `docker dcgen`.

    The plugin runs the Python environment that dcgen was installed into (venv, pipx, uv), which
    must stay where it is. DOCKER_CONFIG names another folder than ~/.docker, as it does for Docker.
    """


@plugin.command(epilog="Example: dcgen plugin install")
@system_option
def install(*, system: bool) -> None:
    """Write the file docker-dcgen to where Docker looks for plugins."""
    path = file.place(system=system)
    changed = file.write(path)
    click.echo(f"{path}: {'installed' if changed else 'is up to date'}; next: docker dcgen --help")


@plugin.command(epilog="Example: dcgen plugin uninstall")
@system_option
def uninstall(*, system: bool) -> None:
    """Remove the file docker-dcgen."""
    path = file.place(system=system)
    click.echo(f"{path}: {'removed' if file.remove(path) else 'is not installed'}")


@plugin.command(epilog="Example: dcgen plugin status")
def status() -> None:
    """Show where the plugin is installed; exit 1 if it is not, or does not work."""
    places = dict.fromkeys(file.place(system=system) for system in (False, True))
    said = [_said(path) for path in places]
    for line, _ in said:
        click.echo(line)
    works = next((works for _, works in said if works is not None), False)
    sys.exit(0 if works else 1)


def _said(path: Path) -> tuple[str, bool | None]:
    # The line, and whether it works; None if there is none: Docker takes the first that is there.
    try:
        found = file.find(path)
    except UserError as error:
        return f"{path}: {error.what}", False
    if not found:
        return f"{path}: not installed", None
    if not found.works:
        return f"{path}: runs {found.python}, which is gone; run: dcgen plugin install", False
    if found.version != __version__:
        return f"{path}: written by dcgen {found.version}; run: dcgen plugin install", True
    return f"{path}: runs {found.python}", True
