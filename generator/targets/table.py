"""Every form in which a variant is written, by name: a row says how, and how it is run."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from generator.result import Made
from generator.targets.compose import write as write_compose


@dataclass(frozen=True, slots=True)
class Target:
    """One form.

    Attributes:
        write: Returns the text of each file by its name, the main one first; raises `UserError`
            or `UsageError` if the variant cannot be written in this form.
        on_top: Whether it is run together with the files that it was made from, behind them.
    """

    write: Callable[[Made], Mapping[str, str]]
    on_top: bool = False


def _write_overlay(made: Made) -> Mapping[str, str]:
    from generator.targets.overlay import write  # noqa: PLC0415 - few runs need it, each would pay

    return write(made)


def _write_provider(made: Made) -> Mapping[str, str]:
    from generator.targets.provider import write  # noqa: PLC0415

    return write(made)


DEFAULT = "compose"

TARGETS: Mapping[str, Target] = {
    "compose": Target(write_compose),
    "overlay": Target(_write_overlay, on_top=True),
    "provider": Target(_write_provider, on_top=True),
}
