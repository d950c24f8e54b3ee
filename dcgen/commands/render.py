"""The command that writes HAProxy's configuration alone, without a Compose file."""

from pathlib import Path
from typing import Any

import click

from dcgen.commands.grouped import GroupedCommand
from dcgen.commands.options import (
    balancing_options,
    chosen_options,
    template_option,
    tuning_options,
)
from dcgen.commands.telling import warn
from generator.result import Notice
from lb.arguments import SEPARATOR, parse
from lb.balancer import balancing
from lb.check import check as ask_haproxy
from lb.render import render as rendered
from lb.settled import settled

_STAND_IN = "\0"  # no word of a command line can hold it


class Words(GroupedCommand):
    """A command that sees each ``--``, where click would take the first one for itself."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse *args*, with ``--`` among the arguments as one of them."""
        given = [_STAND_IN if word == SEPARATOR else word for word in args]
        return super().parse_args(ctx, given)


@click.command(cls=Words, epilog="Example: dcgen render 80 www1:1234 www2:2345")
@click.argument("words", nargs=-1, required=True, metavar="PORT SERVER… [-- PORT SERVER…]…")
@click.option(
    "--name",
    default="balancer",
    show_default=True,
    help="Begins the names of the pools.",
)
@template_option
@click.option("--check", is_flag=True, help="Ask `haproxy -c` whether it can run.")
@balancing_options
@tuning_options
def render(
    words: tuple[str, ...],
    template: Path | None,
    *,
    name: str,
    check: bool,
    **given: Any,  # noqa: ANN401 - click checked them
) -> None:
    """Print the HAProxy configuration that shares PORT between SERVERs.

    PORT is PORT or ADDRESS:PORT; a SERVER is HOST:PORT or HOST PORT.
    """
    routes = parse([SEPARATOR if word == _STAND_IN else word for word in words])
    chosen = chosen_options(given)
    chosen.require_question()
    found = settled(chosen, [route.port for route in routes])
    if found.left_out:
        what = f"HTTP is not for {found}: connections are balanced there"
        warn([Notice(what, fix="give `--mode PORT=http` if it is HTTP that it speaks")])
    options = found.options.complete()
    text = rendered(balancing(name, routes, options=options), template)
    if check and template:
        from lb.own_templates import prove  # noqa: PLC0415 - it loads Jinja2

        prove(text, template, {})
    elif check:
        ask_haproxy(text)
    click.echo(text.encode(), nl=False)
