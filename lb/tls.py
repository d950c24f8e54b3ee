"""TLS on either side of an HAProxy: to its servers, and from its clients.

Source: HAProxy Configuration Manual, 5.1 and 5.2, `ssl`, `crt`, `ca-file`, `verify`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS to the servers; the certificate of each must be good for *name*, else for its own host.

    Attributes:
        ca_file: Path of the authorities that are trusted; the system's unless given.
        crt: Path of the certificate to show, with its key in the same file.
        name: Where the servers' certificates have another name than their address.
        renewed: The files may be replaced while HAProxy runs; see `Configuration.leaving_s`.
    """

    ca_file: str = "@system-ca"
    crt: str | None = None
    name: str | None = None
    renewed: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """TLS from clients, each of which has to show a certificate; the files may be replaced.

    Attributes:
        ca_file: Path of the authorities whose certificates are accepted.
        crt: Path of the certificate to show, with its key in the same file.
    """

    ca_file: str
    crt: str
