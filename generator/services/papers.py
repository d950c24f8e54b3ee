"""The names of what a detached service keeps secret: its password, and its certificates."""

import re
from dataclasses import dataclass

from ambassador.access import SECRETS, ChosenAccess
from ambassador.protocols import guess
from generator.editing.emit import Emitted


@dataclass(frozen=True, slots=True)
class Papers:
    """The secrets with the certificates of a detached service.

    Attributes:
        ca: The authorities that both sides trust.
        server: Certificate and key of the service.
        client: Certificate and key of its clients.
    """

    ca: str
    server: str
    client: str

    @classmethod
    def of(cls, service: str) -> "Papers":
        """Return the names of those of *service*."""
        names = ("ca", "server_cert", "client_cert")
        return cls(*(secret_name(service, what) for what in names))

    def access(self, service: str, port: int, password: str) -> ChosenAccess:
        """Return how clients get in to *service*: what an ambassador has to be told.

        Args:
            service: Its name stands in its certificate.
            port: The first port that it listens on.
            password: The secret with its password; empty if it has none.
        """
        asked = guess(port)
        return ChosenAccess(
            # What begins TLS in its own way is inside of ours, and nothing that HAProxy can ask.
            protocol="tcp" if asked in ("postgres", "mysql") else None,
            auth_secret=(password or None) if asked == "redis" else None,
            ca_file=SECRETS + self.ca,
            cert=SECRETS + self.client,
            tls_name=service,
        )


def secret_name(service: str, what: str = "password") -> str:
    """Return the name of a secret of *service*: letters, digits and ``_``, as a variable's."""
    return f"{re.sub(r'[^A-Za-z0-9]', '_', service)}_{what}"


def variable(secret: str) -> str:
    """Return the environment variable from which Compose takes *secret*, if dcgen declares it."""
    return secret.upper()


def declared(*secrets: str) -> dict[str, Emitted]:
    """Return the entries of *secrets* at the top level: each from a variable of its name."""
    return {name: {"environment": variable(name)} for name in secrets if name}
