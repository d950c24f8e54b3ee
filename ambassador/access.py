"""How an ambassador gets in where it leads to: the protocol, a password, TLS."""

from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from ambassador.protocols import Protocol
from faults import UserError
from lb import option_text
from lb.model import Address, Tls
from lb.option_text import Choices, Text

A = TypeVar("A", bound="ChosenAccess")
SECRET_VARIABLE = "DCGEN_AUTH"  # noqa: S105 - a name
CA_PATH = "/usr/local/etc/haproxy/ca.pem"
CERT_PATH = "/usr/local/etc/haproxy/client.pem"
"""Where files of a person are mounted in its container."""
SECRETS = "/run/secrets/"
"""Where Compose puts a secret, under its name."""

Variable = Annotated[str, Text(r"[A-Za-z_][A-Za-z0-9_]*", "the name of a variable")]
# Nothing that HAProxy, Redis or a label would split.
Word = Annotated[str, Text(r"[A-Za-z0-9_.:/@%+,=~-]+", "a word without spaces and quotes")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenAccess(Choices):
    """What a person chose about the way in; what is None was not chosen.

    Attributes:
        protocol: What the upstreams speak.
        auth_env: Environment variable with the password of the health check.
        auth_secret: Compose secret with that password.
        auth_user: User name for the health check.
        tls: Whether the connection is encrypted, and the upstream's certificate verified.
        ca_file: Path of the authorities to trust; the system's unless given.
        cert: Path of the certificate and key to show.
        tls_name: The name in the upstreams' certificates, if it is not their host.
        failback: Whether the first of several upstreams serves again as soon as it is up.
    """

    protocol: Protocol | None = None
    auth_env: Variable | None = None
    auth_secret: Word | None = None
    auth_user: Word | None = None
    tls: bool | None = None
    ca_file: Word | None = None
    cert: Word | None = None
    tls_name: Word | None = None
    failback: bool | None = None

    # The base is named, not found by `super()`: with slots, a dataclass is made anew and loses it.

    def over(self: A, former: A) -> A:
        """Return these choices, and those of *former* where nothing was chosen here.

        Who chose to go without TLS keeps nothing that is about it, and a password has one source.
        """
        if self.auth_env or self.auth_secret:
            former = replace(former, auth_env=None, auth_secret=None)
        if self.tls is False:
            former = replace(former, tls=None, ca_file=None, cert=None, tls_name=None)
        return Choices.over(self, former)

    def complete(self) -> "Access":
        """Return the choices, with the defaults where nothing was chosen.

        Raises:
            UserError: They contradict each other.
        """
        return Access(**dict(option_text.chosen(self)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Access(ChosenAccess):
    """What the upstreams ask of their clients; what is still None follows from the port."""

    tls: bool = False

    def __post_init__(self) -> None:
        option_text.require(self)
        if self.auth_env and self.auth_secret:
            raise UserError(
                "the password can come from a variable or from a secret, not from both",
                fix="leave out `--auth-env` or `--auth-secret`",
            )

    @property
    def variable(self) -> str | None:
        """The environment variable that holds the password; None if there is none."""
        return SECRET_VARIABLE if self.auth_secret else self.auth_env

    @property
    def secrets(self) -> dict[str, str]:
        """The variable that HAProxy reads from a Compose secret when it starts, and which one."""
        return {SECRET_VARIABLE: self.auth_secret} if self.auth_secret else {}

    @property
    def mounted(self) -> list[str]:
        """The Compose secrets that HAProxy reads as files."""
        files = [path for path in (self.ca_file, self.cert) if path and path.startswith(SECRETS)]
        return [path.removeprefix(SECRETS) for path in files]

    @property
    def is_encrypted(self) -> bool:
        """Whether TLS is spoken; a file for it says so, too."""
        return self.tls or any((self.ca_file, self.cert, self.tls_name))

    def encryption(self, protocol: str, upstreams: list[Address]) -> Tls | None:
        """Return the TLS that is spoken to *upstreams*; None for plain connections.

        Raises:
            UserError: There is no name to verify, or *protocol* begins TLS in its own way.
        """
        if not self.is_encrypted:
            return None
        if protocol in ("postgres", "mysql"):
            raise UserError(
                f"{protocol} starts TLS inside its own protocol, which HAProxy cannot do",
                fix="leave out `--tls`: clients can encrypt through a plain ambassador",
            )
        for address in upstreams:
            if not (address.is_name or self.tls_name):
                raise UserError(
                    f"'{address.host}' is an IP address: certificates name hosts",
                    fix="give the host name in the certificate with `--tls-name`",
                )
        renewed = bool(self.mounted)
        ca_file = self.ca_file or "@system-ca"
        return Tls(ca_file=ca_file, crt=self.cert, name=self.tls_name, renewed=renewed)


UNCHOSEN_ACCESS = ChosenAccess()
OPEN = Access()
