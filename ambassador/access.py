"""How an ambassador gets in where it leads to: the protocol, a password, TLS."""

import re
from dataclasses import dataclass
from typing import get_args

from ambassador.protocols import Protocol
from faults import UserError
from lb import option_text as spelling
from lb.model import Address, Tls

SECRET_VARIABLE = "DCGEN_AUTH"  # noqa: S105 - a name

_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_WORD = re.compile(r"[A-Za-z0-9_.:/@%+,=~-]+")  # nothing that HAProxy, Redis or a label would split


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the upstreams ask of their clients; what is None follows from the port.

    Attributes:
        protocol: What they speak.
        auth_env: Environment variable with the password of the health check.
        auth_secret: Compose secret with that password.
        auth_user: Who asks the health question.
        tls: Whether the connection is encrypted, and the upstream's certificate verified.
        ca_file: Path of the authorities to trust; the system's unless given.
        cert: Path of the certificate and key to show.
        tls_name: The name in the upstreams' certificates, if it is not their host.
    """

    protocol: str | None = None
    auth_env: str | None = None
    auth_secret: str | None = None
    auth_user: str | None = None
    tls: bool = False
    ca_file: str | None = None
    cert: str | None = None
    tls_name: str | None = None

    def __post_init__(self) -> None:
        if self.protocol is not None and self.protocol not in get_args(Protocol):
            raise spelling.refusal("protocol", self.protocol, " or ".join(get_args(Protocol)))
        if self.auth_env is not None and not _VARIABLE.fullmatch(self.auth_env):
            raise spelling.refusal("auth_env", self.auth_env, "the name of a variable")
        if self.auth_env and self.auth_secret:
            raise UserError(
                "the password comes from a variable or from a secret, not from both",
                fix="leave out `--auth-env` or `--auth-secret`",
            )
        for name in ("auth_secret", "auth_user", "ca_file", "cert", "tls_name"):
            value = getattr(self, name)
            if value is not None and not _WORD.fullmatch(value):
                raise spelling.refusal(name, value, "a word without spaces and quotes")

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the password; None if there is none."""
        return SECRET_VARIABLE if self.auth_secret else self.auth_env

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken; a file for it says so, too."""
        return self.tls or any((self.ca_file, self.cert, self.tls_name))

    def words(self) -> str:
        """Return the choices as words, ``auth-env=REDIS_PASSWORD tls=yes``."""
        return spelling.words(self)

    @classmethod
    def parse(cls, words: str) -> "Access":
        """Return the choices that `words` wrote; a later word wins.

        Raises:
            UserError: A word is no choice, or the choices contradict each other.
        """
        return cls(**spelling.values(cls, words))

    def encryption(self, protocol: str, upstreams: list[Address]) -> Tls | None:
        """Return the TLS that is spoken to *upstreams*; None for plain connections.

        Raises:
            UserError: There is no name to verify, or *protocol* begins TLS in its own way.
        """
        if not self.is_encrypted:
            return None
        if protocol in ("postgres", "mysql"):
            raise UserError(
                f"{protocol} begins TLS inside its own protocol: an ambassador cannot do it",
                fix="leave out `--tls`: its client encrypts through a plain ambassador",
            )
        for address in upstreams:
            if not (address.is_name or self.tls_name):
                raise UserError(
                    f"'{address.host}' is an address: no certificate is verified by it",
                    fix="write the name, or give the one in the certificate with `--tls-name`",
                )
        return Tls(ca_file=self.ca_file or "@system-ca", crt=self.cert, name=self.tls_name)


OPEN = Access()
