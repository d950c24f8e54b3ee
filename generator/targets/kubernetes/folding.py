"""A scaled service as one with several pods: the Service before them takes the balancer's place.

    rng (HAProxy), rng1, rng2, rng3    ──►    rng, 3 replicas

A Service chooses a pod for each connection, at random. What a balancer was told beyond that, such
as a queue (`--server-maxconn`), HTTP or sessions, it cannot do: then HAProxy stays.
"""

from collections.abc import Iterable, Mapping

from composefile.labels import PREFIX
from composefile.model import Model
from composefile.values import Value, pairs
from faults import Place
from generator.result import Notice

# Options of a balancer that change nothing of who serves a request.
_IDLE = ("timeout-", "log=", "threads=", "maxconn=", "bufsize=", "maxhdr=")
_OF_BALANCER = ("ports", "networks", "container_name")
_OF_EACH = ("labels", "hostname", "container_name")


class Folded(Model):
    """A file whose balancers are the services that they balance.

    Args:
        model: The file.
        pods: Each such balancer to its replicas.
    """

    def __init__(self, model: Model, pods: Mapping[str, list[str]]) -> None:
        super().__init__(
            model.document,
            model.project,
            filled=model.filled,
            below=model.below,
            prefix=model.prefix,
            depth=model.depth,
        )
        self._pods = pods
        self._listens = {name: model.identity(name).listens for name in pods}

    def keys(self, name: str) -> list[str]:
        """Return the keys that service *name* has."""
        if name not in self._pods:
            return super().keys(name)
        of_balancer = [key for key in super().keys(name) if key in _OF_BALANCER]
        return list(dict.fromkeys([*super().keys(self._pods[name][0]), *of_balancer, "deploy"]))

    def get(self, name: str, key: str) -> Value:
        """Return the value of *key* of service *name*."""
        pods = self._pods.get(name)
        if not pods or key in _OF_BALANCER:
            return super().get(name, key)
        if key == "scale":
            return None
        value = super().get(pods[0], key)
        if key == "expose":
            return [str(port) for port in self._listens[name]]
        if key == "deploy":
            return {**(value if isinstance(value, dict) else {}), "replicas": str(len(pods))}
        if key == "labels":
            labels = pairs(value).items()
            return {label: text for label, text in labels if not label.startswith(PREFIX)}
        return value

    def where(self, name: str, key: str = "", index: int | None = None) -> Place:
        """Return the place of *key* of service *name*."""
        pods = self._pods.get(name)
        there = pods[0] if pods and key and key not in _OF_BALANCER else name
        return super().where(there, key, index)


def folded(model: Model, proxy: str) -> tuple[dict[str, list[str]], list[Notice]]:
    """Return the balancers of *model* whose place a Service takes, each with its replicas.

    Args:
        model: A variant, or any file.
        proxy: ``service``, ``haproxy``, or ``auto``, which keeps HAProxy where it does more.
    """
    found: dict[str, list[str]] = {}
    notices = []
    for name in model.document.names if proxy != "haproxy" else ():
        identity = model.identity(name)
        if not identity.balances or identity.is_dynamic or not _are_equal(model, identity.replicas):
            continue
        more = [word for word in identity.options.split() if not word.startswith(_IDLE)]
        if proxy == "auto" and more:
            continue
        found[name] = identity.replicas
        lost = f", without {' '.join(more)}" if more else ""
        what = f"a Service takes the place of the HAProxy of {name}, and chooses at random{lost}"
        fix = "keep it with `--proxy haproxy`"
        notices.append(Notice(what, model.where(name), fix=fix))
    return found, notices


def _are_equal(model: Model, replicas: Iterable[str]) -> bool:
    bodies = [
        {key: model.get(name, key) for key in model.keys(name) if key not in _OF_EACH}
        for name in replicas
        if name in model.document
    ]
    return bool(bodies) and all(body == bodies[0] for body in bodies)
