"""An HAProxy configuration of dcgen's, as it has to be in a cluster.

HAProxy's resolver knows no search list, so that `rng1` is no name for it: the whole one is written,
with the namespace that the pod learns from its cluster. Source: HAProxy Configuration Manual, 5.3
"Server IP address resolution using DNS", and 2.3 "Environment variables".
"""

import re
from collections.abc import Collection

from generator.editing.emit import Emitted

_SERVER = re.compile(
    r"(?m)^(?P<before>[ \t]+(?:server[ \t]+\S+|server-template[ \t]+\S+[ \t]+[\d-]+)[ \t]+)"
    r"(?P<host>[a-z0-9-]+):(?P<port>\d+)(?=\s|$)"
)
# A pod learns its namespace so.
NAMESPACE: Emitted = {
    "name": "POD_NAMESPACE",
    "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
}


def in_cluster(text: str, services: Collection[str], domain: str) -> str:
    """Return the configuration *text* with the whole names of *services* in the *domain*."""

    def whole(match: re.Match[str]) -> str:
        if match["host"] not in services:
            return match[0]
        name = f"{match['host']}.${{POD_NAMESPACE}}.svc.{domain}"
        return f'{match["before"]}"{name}:{match["port"]}"'

    return _SERVER.sub(whole, text)
