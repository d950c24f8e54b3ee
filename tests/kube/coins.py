"""DockerCoins in a cluster, always from its one Compose file."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.e2e.coins import SOURCE, Speed, measure
from tests.e2e.door import dcgen
from tests.kube.cluster import TAG, Cluster
from tests.kube.kubectl import Kubectl
from tests.lab.project import fetch

NODES = ("node1", "node2", "node3")
# Of no registry, and a tag that is pulled anew each time unless this is said.
HERE = "services:\n  redis: {pull_policy: missing}\n"


@dataclass(frozen=True, slots=True)
class Coins:
    """DockerCoins in the namespace of *kubectl*, its images from *registry*."""

    cluster: Cluster
    kubectl: Kubectl
    registry: str
    folder: Path

    def manifests(
        self, *variants: Sequence[str], words: Sequence[str] = (), more: str = HERE
    ) -> str:
        """Return DockerCoins' manifests.

        Args:
            variants: The words of each command that makes a variant of what was before.
            words: More for ``dcgen kubernetes``.
            more: A second Compose file, on top of DockerCoins'.
        """
        (self.folder / "more.yml").write_text(more)
        files: tuple[str | Path, ...] = (
            "-f",
            SOURCE / "compose.yml",
            "-f",
            self.folder / "more.yml",
        )
        for number, variant in enumerate(variants):
            made = self.folder / f"variant{number}.yml"
            dcgen(*variant, *files, "-q", "-o", made)
            files = ("-f", made)
        images = ("--registry", self.registry, "--tag", TAG, "--kubernetes", "1.20")
        return dcgen("kubernetes", "--one-file", *images, *words, *files)

    def hashes(self, node: str = NODES[0]) -> int | None:
        """Return the counter, as the page says on the port of *node*; None without an answer."""
        try:
            return int(json.loads(fetch(self._page(node)))["hashes"])
        except (OSError, ValueError):
            return None

    def speed(self, units: int, node: str = NODES[0]) -> Speed:
        """Return how fast the counter grows by *units*, as *node* shows it."""
        return measure(partial(self.hashes, node), units, 120)

    def _page(self, node: str) -> str:
        return f"http://{self.cluster.address(node)}:{self.kubectl.node_port('webui')}/json"
