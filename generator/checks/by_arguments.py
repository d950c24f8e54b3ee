"""What the arguments of the hamba image, or of one like it, can say of an HAProxy."""

from collections.abc import Sequence

from faults import UsageError
from lb.image import HAMBA_IMAGE
from lb.options import Options


def require_arguments(
    image: str,
    service: str,
    ports: Sequence[int],
    options: Options,
    *,
    beyond: str,
    templates: bool,
) -> None:
    """See that arguments can say what is wanted of the HAProxy of *service*.

    Args:
        image: Which takes them.
        service: Whose name it takes over.
        ports: It listens on them.
        options: What was chosen.
        beyond: What no argument can say; empty for nothing.
        templates: Whether a person's own templates make its configuration.

    Raises:
        UsageError: They cannot.
    """
    choose = "choose `--lb-config inline` or `--lb-config file`"
    if len(ports) > 1 and image == HAMBA_IMAGE:
        what = f"service {service!r} has the ports {', '.join(map(str, ports))}"
        raise UsageError(
            f"{what}; {HAMBA_IMAGE} listens on one", fix=f"{choose}, or one port with `--port`"
        )
    if templates:
        what = f"{image} has templates of its own"
        raise UsageError(what, fix=f"{choose}, or leave out `--template`")
    if beyond:
        raise UsageError(f"the arguments of {image} cannot express {beyond!r}", fix=choose)
    if options.stats_secret:
        what = f"{image} cannot read a secret"
        raise UsageError(what, fix=f"{choose}, or leave out `--stats-secret`")
    if options.words() and image == HAMBA_IMAGE:
        what = f"{HAMBA_IMAGE} takes no options, and {options.words()!r} was given"
        raise UsageError(what, fix=choose)
