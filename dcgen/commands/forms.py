"""The options that choose the form of a variant, a row of `generator.targets.table` each."""

import click

FORMS = (
    click.option(
        "--overlay",
        "target",
        flag_value="overlay",
        default="compose",
        help="Write only what differs, for a further -f of Compose 2.24.4 or later.",
    ),
    click.option(
        "--provider",
        "target",
        flag_value="provider",
        help="Write what to do, for a further -f of Compose 2.36 or later, which then calls dcgen.",
    ),
)
