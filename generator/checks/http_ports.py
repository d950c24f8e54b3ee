"""Which container ports speak HTTP/1, as far as the file says it or a number and an image suggest.

Sources: IANA's service names and port numbers for those below 1024; the default ports of the common
frameworks' servers for the others.
"""

import re

from composefile.images import short_name
from composefile.labels import is_routing_label, is_routing_variable
from composefile.listening import declared
from composefile.model import Model
from composefile.spoken import spoken
from composefile.values import pairs, texts

HTTP_PORTS = frozenset((80, 3000, 4200, 5000, 8000, 8008, 8080, 8081, 8888))
HTTP_IMAGES = frozenset(
    ("ghost", "grafana", "httpd", "nginx", "nginx-unprivileged", "tomcat", "whoami", "wordpress")
)
# Ports that are not HTTP although another proxy leads to the service.
_OTHERS = frozenset((21, 22, 25, 443, 8443, 9229))
_URL = re.compile(r"http://(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d+))?")


def speaks_http(model: Model, name: str, port: int) -> bool:
    """Tell whether the file says, in whichever way, that *port* of service *name* speaks HTTP/1.

    What it says itself beats what the number of the port and the image suggest.

    Raises:
        UserError: An entry of `ports` or `expose` is no port.
    """
    labels, variables = (pairs(model.get(name, key)) for key in ("labels", "environment"))
    service = model.document.service(name)
    said = spoken(declared(model, service), labels, variables).get(port)
    if said:
        return said in ("http", "http1", "ws")
    if port in _asked(model, name):
        return True
    if port in _OTHERS:
        return False
    return (
        port in HTTP_PORTS or short_name(model.image(name)) in HTTP_IMAGES or is_routed(model, name)
    )


def is_routed(model: Model, name: str) -> bool:
    """Tell whether labels or variables of service *name* lead another proxy to it."""
    deploy = model.get(name, "deploy")
    inner = deploy.get("labels") if isinstance(deploy, dict) else None
    named = [*pairs(model.get(name, "labels")), *pairs(inner)]
    variables = pairs(model.get(name, "environment"))
    return any(map(is_routing_label, named)) or any(map(is_routing_variable, variables))


def _asked(model: Model, name: str) -> set[int]:
    found = (_URL.search(text) for text in texts(model.get(name, "healthcheck")))
    return {int(match[1] or 80) for match in found if match}
