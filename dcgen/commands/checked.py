"""What several commands check of the value of an option: a registry, a tag, a namespace."""

import re

import click

from composefile.image_names import is_registry, is_tag
from faults import UsageError

# RFC 1123, "label".
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def registry(_ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Return *value* without a slash at its end, if it is the place of a registry.

    Raises:
        UsageError: It is none.
    """
    if value is None or value == param.default:
        return value
    if is_registry(value.rstrip("/")):
        return value.rstrip("/")
    raise UsageError(
        f"{value!r} is not the place of a registry",
        fix="write it as HOST[:PORT][/PATH], without https://: `--registry registry.example/coins`",
    )


def tag(_ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Return *value* if Docker takes it as a tag.

    Raises:
        UsageError: It is none.
    """
    if value == param.default or is_tag(value):
        return value
    raise UsageError(
        f"{value!r} is not a tag: letters, digits, '.', '_', '-', at most 128",
        fix="give one like `--tag v1.2`",
    )


def namespace(_ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Return *value* if it can be the name of a namespace.

    Raises:
        UsageError: It cannot.
    """
    if value == param.default or _NAMESPACE.fullmatch(value):
        return value
    raise UsageError(
        f"{value!r} is not the name of a namespace: small letters, digits and '-', at most 63",
        fix="give one like `--namespace coins`",
    )
