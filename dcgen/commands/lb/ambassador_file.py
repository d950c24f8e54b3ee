"""What the file of a variant says of an ambassador, and another upstream for it there."""

from collections.abc import Sequence
from functools import partial

from ambassador import upstreams as far
from composefile import labels
from dcgen import source
from dcgen.commands.pipeline import make
from dcgen.commands.steps import Step
from engine.variant import Variant, parse
from faults import UserError
from generator.result import Settings
from generator.transforms import ambassador as transform
from lb.address import Address


def require_ambassador(variant: Variant, name: str) -> None:
    """Return if service *name* of *variant* is an ambassador.

    Raises:
        UserError: It is not.
    """
    service = variant.services.get(name)
    if service and service.is_provided:
        raise UserError(
            f"the upstream of '{name}' is an option of its provider",
            fix="change `upstream:` there, and run: docker compose up -d",
            where=service.where("provider"),
        )
    if service is None or service.identity.role != labels.AMBASSADOR:
        raise UserError(
            f"service '{name}' is not an ambassador in '{variant.file}'",
            fix=f"make one: dcgen ambassador {name}=HOST:PORT",
        )


def rewritten(variant: Variant, name: str, upstream: Sequence[Address]) -> Variant:
    """Lead ambassador *name* to *upstream* in the file of *variant*.

    Returns what the file says now.

    Raises:
        UserError: The file cannot be changed so.
    """
    step = partial(transform.ambassador, service=name, upstream=upstream, settings=Settings())
    file = str(variant.file)
    words = f"{name}={far.spell(upstream)}"
    make([Step(name, step, name, words)], {"file": (file,), "output": file, "quiet": True})
    return parse(source.read(variant.file).text, variant.file)
