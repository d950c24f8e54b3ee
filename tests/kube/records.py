"""What the names of a cluster lead to, as its Services and Endpoints say.

Source: "Kubernetes DNS-Based Service Discovery", the specification that CoreDNS follows.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ZONE = "svc.cluster.local"
Object = Mapping[str, Any]
Key = tuple[str, str]


@dataclass(slots=True)
class Records:
    """The Services and Endpoints of a cluster, each by its name and its namespace.

    *outside* has the names that others know, with their addresses.
    """

    services: dict[Key, Object] = field(default_factory=dict)
    endpoints: dict[Key, Object] = field(default_factory=dict)
    outside: Mapping[str, str] = field(default_factory=dict)

    def look_up(self, name: str) -> tuple[str, list[str]] | None:
        """Return what *name* is an alias of, if of anything, and its addresses.

        None says that there is no such name; a name may have no address.
        """
        if not name.endswith(f".{ZONE}"):
            return ("", [self.outside[name]]) if name in self.outside else None
        *host, service, namespace = name.removesuffix(f".{ZONE}").split(".")
        found = self.services.get((service, namespace))
        if found is None or len(host) > 1:
            return None
        spec = found["spec"]
        if spec["type"] == "ExternalName":
            goal = spec["externalName"].rstrip(".").lower()
            return goal, (self.look_up(goal) or ("", []))[1]
        if host or spec["clusterIP"] == "None":
            pods = dict(self._pods((service, namespace), spec))
            addresses = [ip for ip, called in pods.items() if not host or [called] == host]
            return ("", addresses) if addresses else None
        return "", [spec["clusterIP"]]

    def _pods(self, key: Key, spec: Object) -> Iterator[tuple[str, str]]:
        kinds = ["addresses"]
        if spec.get("publishNotReadyAddresses"):
            kinds.append("notReadyAddresses")
        for subset in self.endpoints.get(key, {}).get("subsets") or ():
            for kind in kinds:
                for one in subset.get(kind) or ():
                    yield one["ip"], one.get("hostname", "")
