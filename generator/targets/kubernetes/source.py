"""A Compose file on its way into a cluster, and what its objects are called there."""

import functools
import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from composefile.model import Model
from composefile.values import words
from faults import Place, UserError
from generator.editing.emit import Emitted
from generator.targets.kubernetes.choices import DRAIN_BY_DNS_S, DRAIN_S, Choices
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.quantity import is_count
from generator.targets.kubernetes.settings import Setting, Settings

MOST_LETTERS = 63
COMPLETED = "service_completed_successfully"
_HASH_LETTERS = 8
_KEY = re.compile(r"[-._a-zA-Z0-9]{1,253}")
_LABEL = re.compile(r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True)
class Source:
    """A Compose file, and what a person chose.

    Attributes:
        model: The services as Compose fills them in.
        written: The same file, its values as they are written.
        project: The name of the project.
        choices: What a person chose.
        unwritten: Services of the file that have no pods in the cluster.
        elsewhere: Names that lead out of the cluster, by a Service.
        settings: Service to what Compose cannot say of it.
        sidecars: The ambassadors that run in the pods of others.
        wrong: What is wrong with the settings.
    """

    model: Model
    written: Model
    project: str
    choices: Choices
    unwritten: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    settings: Mapping[str, Settings] = field(default_factory=dict)
    sidecars: tuple[str, ...] = ()
    wrong: tuple[UserError, ...] = ()

    @functools.cached_property
    def names(self) -> list[str]:
        """The services that have pods: those that are started without a profile."""
        model = self.model
        written = (name for name in model.document.names if name not in self.unwritten)
        return [name for name in written if not words(model.get(name, "profiles"))]

    @functools.cached_property
    def found_by_dns(self) -> frozenset[str]:
        """The services whose pods a balancer finds by DNS, so that it needs their addresses."""
        identities = map(self.model.identity, self.model.document.names)
        return frozenset(name for one in identities if one.is_dynamic for name in one.replicas)

    def drain_s(self, name: str) -> int:
        """Return how many seconds a pod of service *name* serves after its end has begun."""
        return DRAIN_BY_DNS_S if name in self.found_by_dns else DRAIN_S

    @functools.cached_property
    def waited_for(self) -> frozenset[str]:
        """The services that others wait for until they have ended."""
        waits = (self.model.get(name, "depends_on") for name in self.names)
        each = (one.items() for one in waits if isinstance(one, dict))
        return frozenset(
            name
            for items in each
            for name, how in items
            if isinstance(how, dict) and how.get("condition") == COMPLETED
        )

    @property
    def kubectl(self) -> str:
        """How to call kubectl for the namespace of the objects."""
        chosen = self.choices.namespace
        return f"kubectl -n {chosen}" if chosen else "kubectl"

    def settings_of(self, name: str) -> Settings:
        """Return what Compose cannot say of service *name*."""
        return self.settings.get(name, {})

    def setting(self, name: str, key: str) -> str:
        """Return the setting *key* of service *name*; empty if it has none."""
        found = self.settings_of(name).get(key)
        return found.value if found else ""

    def replicas(self, name: str) -> int:
        """Return how many pods service *name* has; the most there may be, with an autoscaler."""
        return int(self.setting(name, "hpa.max") or self.written_replicas(name))

    def least(self, name: str) -> int:
        """Return how many pods service *name* has at least, with an autoscaler or without."""
        return int(self.setting(name, "hpa.min") or self.written_replicas(name))

    def written_replicas(self, name: str) -> int:
        """Return how many pods of service *name* the file has; 1 if it does not say."""
        deploy = self.model.get(name, "deploy")
        value = deploy.get("replicas") if isinstance(deploy, dict) else None
        value = value or self.model.get(name, "scale")
        return int(value) if isinstance(value, str) and is_count(value) else 1

    def chosen(self, name: str) -> dict[str, Emitted]:
        """Return the labels by which a Service finds the pods of service *name*."""
        part_of = self.project[:MOST_LETTERS].strip("_-")
        return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": part_of}

    def labels(self, name: str) -> dict[str, Emitted]:
        """Return the labels of what is made of service *name*."""
        return {**self.chosen(name), "app.kubernetes.io/managed-by": "dcgen"}

    def made(
        self,
        name: str,
        kind: tuple[str, str],
        called: str,
        body: Mapping[str, Emitted],
        annotations: Mapping[str, Emitted] | None = None,
    ) -> Object:
        """Return an object of service *name*: its *kind* with the version in front, and *body*."""
        where = self.line(self.model.where(name))
        namespace = self.choices.namespace
        return Object(
            *kind, called, self.labels(name), body, where, name, namespace, annotations or {}
        )

    def made_from(self, setting: Setting, made: Object) -> Object:
        """Return *made* with the line of the *setting* that it was made from, if it has one."""
        return replace(made, where=self.line(setting.where)) if setting.where else made

    def named_by_content(
        self, name: str, kind: str, called: str, data: Mapping[str, Emitted]
    ) -> Object:
        """Return an object of *kind* that holds *data* for service *name*: a hash is in its name.

        A change is a new object, so that the pods that use it are replaced.
        """
        digest = hashlib.sha256(repr(data).encode()).hexdigest()[:_HASH_LETTERS]
        short = label_of(called)[: MOST_LETTERS - 1 - _HASH_LETTERS]
        return self.made(name, ("v1", kind), f"{short}-{digest}", {"immutable": True, **data})

    def line(self, place: Place) -> str:
        """Return *place* as seen from the file's folder: the same wherever dcgen runs."""
        folder = self.model.project.folder
        file = os.path.relpath(place.file, folder) if folder else place.file
        return f"{file}:{place.line}"


def is_name(text: str) -> bool:
    """Tell whether *text* can be the name of a Service."""
    return bool(_LABEL.fullmatch(text))


def label_of(text: str) -> str:
    """Return *text* as the name of an object: small letters, digits and ``-``."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:MOST_LETTERS].rstrip("-") or "x"


def key_of(source: Source, name: str, section: str, key: str) -> str:
    """Return *key* if an object can have it.

    Raises:
        UserError: It cannot.
    """
    if _KEY.fullmatch(key):
        return key
    raise UserError(
        f"{key!r} of service {name!r} cannot be a key of a ConfigMap or a Secret",
        fix="rename it: letters, digits, `-`, `_` and `.`",
        where=source.model.where(name, section),
    )


def require_name(model: Model, name: str) -> None:
    """Refuse a service whose name cannot be one in a cluster.

    Raises:
        UserError: It cannot (RFC 1123, and for a Service RFC 1035: it begins with a letter).
    """
    if not _LABEL.fullmatch(name):
        raise UserError(
            f"service {name!r} cannot be a name in Kubernetes: small letters, digits and `-`",
            fix=f"rename it, and where it is dialled: {re.sub('[^a-z0-9-]', '-', name.lower())}",
            where=model.where(name),
        )
