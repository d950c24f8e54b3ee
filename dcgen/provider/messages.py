"""What a provider tells Compose: JSON on lines of standard output; all else there would be wrong.

Source: docker/compose, docs/extension.md, "Provider services".
"""

import json

import click

from dcgen.progress import Progress
from faults import UserError


class Messages(Progress):
    """A `Progress` that tells Compose, which shows it beside the name of the service."""

    def _to_stderr(self, text: str) -> None:
        tell("info", text)


def tell(kind: str, text: str) -> None:
    """Write a message of *kind*: ``info``, ``error`` or ``debug``."""
    click.echo(json.dumps({"type": kind, "message": text}))


def tell_error(error: UserError) -> None:
    """Write *error*: where, what, why, and what to do, on lines as everywhere."""
    what = f"{error.where}: {error.what}" if error.where else error.what
    reasons = [f"  {reason}" for reason in error.reasons]
    fixes = [f"  fix: {fix}" for fix in error.fixes]
    tell("error", "\n".join([what, *reasons, *fixes]))
