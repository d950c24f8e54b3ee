"""Objects of Kubernetes, the parts of a pod, and the files that hold them all.

Source: Kubernetes, "Declarative Management of Kubernetes Objects Using Kustomize".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields

from composefile.ports import Port
from generator.editing.emit import Emitted, Layout, entries
from generator.result import HEADER, Notice

KUSTOMIZATION = "kustomization.yaml"
SECRETS = "secrets.yaml"
GITIGNORE = ".gitignore"
_LAYOUT = Layout()


@dataclass(frozen=True, slots=True)
class Object:
    """One object.

    Attributes:
        api: Its `apiVersion`.
        kind: Its kind.
        name: Its name.
        labels: Its labels.
        body: All else at its top, in order: `spec`, `data`.
        where: The line that it was made from: ``compose.yml:12``.
        file: The file of a folder that it belongs into, without its ending.
        namespace: Where it goes; empty leaves it to kubectl.
        annotations: Its annotations.
    """

    api: str
    kind: str
    name: str
    labels: Mapping[str, Emitted]
    body: Mapping[str, Emitted]
    where: str
    file: str
    namespace: str = ""
    annotations: Mapping[str, Emitted] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The document that it is, with its line above it."""
        metadata: dict[str, Emitted] = {"name": self.name}
        if self.namespace:
            metadata["namespace"] = self.namespace
        metadata["labels"] = self.labels
        if self.annotations:
            metadata["annotations"] = self.annotations
        top = {"apiVersion": self.api, "kind": self.kind, "metadata": metadata, **self.body}
        return f"---\n# {self.where}\n{entries(top, _LAYOUT, 0)}"


@dataclass(frozen=True, slots=True)
class Given:
    """Parts of a pod, in the words of a pod, and the objects that they refer to.

    Attributes:
        volumes: Its volumes.
        mounts: Where its container mounts them.
        templates: The claims that a StatefulSet makes for each of its pods.
        variables: Variables of its container.
        variables_from: The objects whose entries are variables, too.
        before: The containers that run before it.
        beside: The containers that run beside it.
        hosts: Names that its pod knows, each with its address.
        listens: The ports that the containers beside it listen on.
        objects: What all these refer to.
        notices: What a person has to know of it.
        account: The ServiceAccount of the pod, if it needs one.
    """

    volumes: tuple[Emitted, ...] = ()
    mounts: tuple[Emitted, ...] = ()
    templates: tuple[Emitted, ...] = ()
    variables: tuple[Emitted, ...] = ()
    variables_from: tuple[Emitted, ...] = ()
    before: tuple[Emitted, ...] = ()
    beside: tuple[Emitted, ...] = ()
    hosts: tuple[tuple[str, str], ...] = ()
    listens: tuple[Port, ...] = ()
    objects: tuple[Object, ...] = ()
    notices: tuple[Notice, ...] = ()
    account: str = field(default="", kw_only=True)


def together(parts: Iterable[Given]) -> Given:
    """Return all *parts* as one."""
    listed = list(parts)
    names = [one.name for one in fields(Given) if one.name != "account"]
    return Given(
        **{name: tuple(item for part in listed for item in getattr(part, name)) for name in names},
        account=next((part.account for part in listed if part.account), ""),
    )


def one_file(objects: Iterable[Object]) -> str:
    """Return *objects* as one text, for a pipe."""
    return f"{HEADER}\n{''.join(made.text for made in objects)}"


def folder(objects: Iterable[Object]) -> dict[str, str]:
    """Return the texts of the files that hold *objects*, by name; the list of them is the first.

    Secrets with their values are in a file of their own, which Git is told to ignore.
    """
    texts: dict[str, str] = {}
    for made in objects:
        name = SECRETS if made.kind == "Secret" else f"{made.file}.yaml"
        # A service may be called like the list.
        name = f"service-{name}" if name == KUSTOMIZATION else name
        texts[name] = texts.get(name, f"{HEADER}\n") + made.text
    top: dict[str, Emitted] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(texts),
    }
    ignored = {GITIGNORE: f"{HEADER}\n{SECRETS}\n"} if SECRETS in texts else {}
    return {KUSTOMIZATION: f"{HEADER}\n{entries(top, _LAYOUT, 0)}", **texts, **ignored}
