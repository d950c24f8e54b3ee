"""What a person chooses about manifests, beyond what the Compose file says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from generator.targets.kubernetes.settings import Settings


class Version(NamedTuple):
    """A version of Kubernetes."""

    major: int
    minor: int

    def __str__(self) -> str:
        """Return it as Kubernetes writes it: ``1.30``."""
        return f"{self.major}.{self.minor}"


OLDEST, NEWEST = Version(1, 20), Version(1, 37)
DRAIN_S = 5  # until a Service has forgotten a pod that ends
# Until DNS has: answers are up to 30 s old as a rule, with CoreDNS as kubeadm sets it up.
DRAIN_BY_DNS_S = 33
USUAL = Version(1, 30)  # the first in which a container can sleep without a program of its own


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen.

    Attributes:
        registry: Where images that are built here are: ``HOST/PATH``; empty if not given.
        tag: Their tag; empty if not given.
        version: The oldest Kubernetes that the manifests are for.
        secrets: Whether Secrets are written, with their values: ``generate`` or ``external``.
        namespace: Where all objects go; empty leaves it to kubectl.
        storage: How large the claim for a volume is.
        storage_class: Its storage class; empty is the cluster's own.
        outside: How published ports are reached from outside: ``node-port``, ``load-balancer`` or
            ``none``.
        ingress_class: The class of an Ingress; empty is the cluster's own.
        proxy: What becomes of the HAProxy of a variant: ``auto``, ``haproxy`` or ``service``.
        ambassador: What becomes of an ambassador: ``service``, ``deployment`` or ``sidecar``; empty
            leaves it to `proxy`.
        cluster_domain: How names of the cluster end.
        is_liveness: Whether a container that becomes unhealthy is started again.
        settings: Service to what Compose cannot say of it; over what its file has.
    """

    registry: str = ""
    tag: str = ""
    version: Version = USUAL
    secrets: str = "external"
    namespace: str = ""
    storage: str = "1Gi"
    storage_class: str = ""
    outside: str = "node-port"
    ingress_class: str = ""
    proxy: str = "auto"
    ambassador: str = ""
    cluster_domain: str = "cluster.local"
    is_liveness: bool = False
    settings: Mapping[str, Settings] = field(default_factory=dict)

    @property
    def can_sleep(self) -> bool:
        """Whether a kubelet sleeps before it ends a container, without a program of its image."""
        return self.version >= USUAL
