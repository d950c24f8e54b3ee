"""What a person does with a cluster, by kubectl."""

import json
import os
import shlex
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kube import programs
from tests.lab.commands import run
from tests.lab.waiting import until


@dataclass(frozen=True, slots=True)
class Kubectl:
    """kubectl, for the cluster that *config* leads to and the *namespace* in it."""

    config: Path
    namespace: str = "default"

    @property
    def env(self) -> Mapping[str, str]:
        """Return the environment in which kubectl reaches the cluster by itself."""
        path = f"{programs.folder()}{os.pathsep}{os.environ['PATH']}"
        return {**os.environ, "KUBECONFIG": str(self.config), "PATH": path}

    def __call__(
        self, words: str, *more: str | Path, stdin: str | None = None, timeout_s: float = 60
    ) -> str:
        """Return what kubectl says to *words*, which are split as a shell does, and *more*."""
        given = ("kubectl", "--namespace", self.namespace, *shlex.split(words), *more)
        return run(*given, env=self.env, stdin=stdin, timeout_s=timeout_s)

    def get(self, words: str) -> Any:
        """Return the objects that *words* name, as they are in the cluster."""
        return json.loads(self(f"get --output json {words}"))

    def apply(self, text: str) -> Counter[str]:
        """Apply the manifests *text*; return how many objects became what: ``unchanged``, …."""
        said = self("apply --filename -", stdin=text)
        return Counter(line.split()[1] for line in said.splitlines())

    def wait_until_available(self, *names: str, deadline_s: float = 90) -> None:
        """Return once the Deployments *names* have all their pods, or all Deployments have."""
        which = " ".join(f"deployment/{name}" for name in names) or "deployment --all"
        words = f"wait --for=condition=Available {which} --timeout={deadline_s:g}s"
        self(words, timeout_s=deadline_s + 10)

    def roll(self, *names: str, deadline_s: float = 120) -> None:
        """Replace all pods of the Deployments *names*, and return when the last one is new."""
        for name in names:
            self(f"rollout restart deployment/{name}")
        self.await_rollout(*names, deadline_s=deadline_s)

    def await_rollout(self, *names: str, deadline_s: float = 120) -> None:
        """Return once the pods of the Deployments *names* are as these say."""
        for name in names:
            words = f"rollout status deployment/{name} --timeout={deadline_s:g}s"
            self(words, timeout_s=deadline_s + 10)

    def pods(self, name: str = "") -> list[Any]:
        """Return the pods of the service *name* or all, those that are ending, too."""
        chosen = f"--selector app.kubernetes.io/name={name}" if name else ""
        found: list[Any] = self.get(f"pods {chosen}")["items"]
        return found

    def await_pods(self, name: str, count: int, deadline_s: float = 90) -> None:
        """Return once service *name* has *count* pods, all ready and none ending."""

        def there() -> bool:
            found = self.pods(name)
            return len(found) == count == sum(map(is_ready, found)) and not any(map(_ends, found))

        until(there, f"{count} pods of {name}", deadline_s)

    def await_ends(self, deadline_s: float = 90) -> None:
        """Return once no pod of the namespace is ending."""

        until(lambda: not any(map(_ends, self.pods())), "the pods that end are gone", deadline_s)

    def restarts(self) -> int:
        """Return how often a container of the namespace was started again."""
        states = (one["status"].get("containerStatuses") or () for one in self.pods())
        return sum(state["restartCount"] for found in states for state in found)

    def node_port(self, service: str) -> int:
        """Return the port on which each node publishes *service*."""
        found = self.get(f"service {service}-published")["spec"]["ports"][0]["nodePort"]
        return int(found)

    def explain(self) -> str:
        """Return what the cluster knows of the namespace, for the person who reads a failure."""
        words = ("get all --output wide", "get events --sort-by .lastTimestamp", "describe pods")
        return "\n".join(map(self, words))


def _ends(pod: Any) -> bool:
    return "deletionTimestamp" in pod["metadata"]


def is_ready(pod: Any) -> bool:
    """Tell whether *pod* is ready, as its kubelet said last."""
    conditions = pod["status"].get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
