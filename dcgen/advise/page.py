"""What was found, as one page that needs nothing else."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from advise.answer import Advice
from dcgen.advise.table import rows, way
from dcgen.advise.words import arguments, commands, reason, spelled, verdict

_TEMPLATE = "page.html.j2"


def page(advice: Advice, unit: str, worth: float, files: Sequence[str]) -> str:
    """Return *advice* as HTML.

    Args:
        advice: What was found.
        unit: What the goal counts: ``units``, ``requests``.
        worth: What a replica had to bring.
        files: The Compose files, as a person named them.
    """
    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=select_autoescape(["j2"]), undefined=StrictUndefined
    )
    header, *lines = rows(advice)
    bars = way(advice)
    most = max((number for _, number in bars), default=0.0) or 1.0
    return environment.get_template(_TEMPLATE).render(
        file=", ".join(files),
        unit=unit,
        verdict=verdict(advice, unit),
        reason=reason(advice, worth),
        header=header,
        rows=lines,
        bars=[(name, number, 100 * number / most) for name, number in bars],
        commands=[spelled(words) for words in commands(advice, files)],
        arguments=list(arguments(advice)),
        untouched=dict(advice.untouched),
    )
