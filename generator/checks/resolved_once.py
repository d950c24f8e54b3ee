"""Programs that look a name up once, when they start, and hold on to the address.

The name is the balancer's from now on, and a container that stops gives its address back: a replica
may get it, and then has all their requests. Sources: nginx, "upstream" (names are resolved when the
configuration is read, unless `resolve` or a variable asks for more); Apache, `mod_proxy`,
"disablereuse"; HAProxy, "resolvers"; Varnish, "Backend definition".
"""

import re
from collections.abc import Iterator

from composefile.built_image import built_image
from composefile.images import short_name
from composefile.model import Model
from composefile.references import dials, targets
from generator.result import Notice

_ONCE = re.compile(r"(?:nginx|openresty|httpd|apache2?|haproxy|varnish)(?:-unprivileged)?")


def resolving_notices(model: Model, name: str) -> Iterator[Notice]:
    """Yield a notice for each service that may go on to a former address of service *name*."""
    for other in model.names:
        program = _program(model, other)
        if other == name or not program or not _leads(model, other, name):
            continue
        yield Notice(
            f"{other!r} runs {program}, which looks {name!r} up once, when it starts:"
            " an address from before may be a replica's later",
            model.where(other),
            fix="start the variant by `dcgen up -d`, which keeps the address where Docker lets it,"
            f" or restart {other!r} when {name!r} was replaced",
        )


def _program(model: Model, name: str) -> str:
    image = built_image(model.get(name, "build"), model.project)
    called = short_name(image.base if image else model.image(name))
    return called if _ONCE.fullmatch(called) and not model.identity(name).is_proxy else ""


def _leads(model: Model, other: str, name: str) -> bool:
    waits = name in targets(model.get(other, "depends_on"))
    return waits or dials(model, other, name)
