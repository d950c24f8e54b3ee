"""Objects of Kubernetes, and the files that hold them: one for each service, or one for all.

Source: Kubernetes, "Declarative Management of Kubernetes Objects Using Kustomize".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from generator.editing.emit import Emitted, Layout, entries
from generator.result import HEADER

KUSTOMIZATION = "kustomization.yaml"
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
    """

    api: str
    kind: str
    name: str
    labels: Mapping[str, Emitted]
    body: Mapping[str, Emitted]
    where: str
    file: str

    @property
    def is_claim(self) -> bool:
        """Whether it asks for a volume."""
        return self.kind == "PersistentVolumeClaim"

    @property
    def text(self) -> str:
        """The document that it is, with its line above it."""
        metadata: Emitted = {"name": self.name, "labels": self.labels}
        top = {"apiVersion": self.api, "kind": self.kind, "metadata": metadata, **self.body}
        return f"---\n# {self.where}\n{entries(top, _LAYOUT, 0)}"


def one_file(objects: Iterable[Object]) -> str:
    """Return *objects* as one text, for a pipe."""
    return f"{HEADER}\n{''.join(made.text for made in objects)}"


def folder(objects: Iterable[Object]) -> dict[str, str]:
    """Return the texts of the files that hold *objects*, by name; the list of them is the first."""
    texts: dict[str, str] = {}
    for made in objects:
        name = f"{made.file}.yaml"
        # A service may be called like the list.
        name = f"service-{name}" if name == KUSTOMIZATION else name
        texts[name] = texts.get(name, f"{HEADER}\n") + made.text
    top: dict[str, Emitted] = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": list(texts),
    }
    return {KUSTOMIZATION: f"{HEADER}\n{entries(top, _LAYOUT, 0)}", **texts}
