"""A private authority, and the certificates that it gives to a service and to its clients.

Elliptic-curve keys (P-256) and X.509 version 3 (RFC 5280). A client's certificate is good for
clients alone, the service's for a server of one name alone: who has stolen one is not the other.
It loads `cryptography`: only commands that make certificates import it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from faults import Place, UserError

SERVICE_DAYS = 90
AUTHORITY_DAYS = 3 * 365
_EARLIER = timedelta(hours=1)
"""Certificates hold since a little while: clocks of hosts differ."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate that others trust, and the key that signs for it."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def new(cls, name: str, now: datetime, days: int = AUTHORITY_DAYS) -> "Authority":
        """Return a new authority called *name*, for *days* from *now*."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _called(name)
        built = _begun(subject, subject, key, now, days).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        may_sign = _usage(signs_certificates=True)
        return cls(built.add_extension(may_sign, critical=True).sign(key, hashes.SHA256()), key)

    @classmethod
    def read(cls, text: str, file: str) -> "Authority":
        """Return the authority that `pem` wrote.

        Raises:
            UserError: *text*, which stands in *file*, is none.
        """
        try:
            key = serialization.load_pem_private_key(text.encode(), None)
            certificate = x509.load_pem_x509_certificate(text.encode())
        except ValueError:
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise UserError(
                "this is not the certificate and key of an authority that dcgen made",
                fix="bring the file back from a copy; or delete it, and the lines with certificates"
                " in the file of secrets, for a new authority",
                where=Place(file),
            )
        return cls(certificate, key)

    @property
    def pem(self) -> str:
        """Certificate and key."""
        return self.public + _text(self.key)

    @property
    def public(self) -> str:
        """The certificate alone."""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def of_service(self, name: str, now: datetime, days: int = SERVICE_DAYS) -> str:
        """Return certificate and key of a server called *name*, for *days* from *now*."""
        named = x509.SubjectAlternativeName([x509.DNSName(name)])
        return self._issued(name, ExtendedKeyUsageOID.SERVER_AUTH, now, days, named)

    def of_client(self, name: str, now: datetime, days: int = SERVICE_DAYS) -> str:
        """Return certificate and key of a client called *name*, for *days* from *now*."""
        return self._issued(name, ExtendedKeyUsageOID.CLIENT_AUTH, now, days)

    def _issued(
        self,
        name: str,
        purpose: x509.ObjectIdentifier,
        now: datetime,
        days: int,
        *more: x509.ExtensionType,
    ) -> str:
        key = ec.generate_private_key(ec.SECP256R1())
        built = _begun(_called(name), self.certificate.subject, key, now, days)
        issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
        for extension in (x509.ExtendedKeyUsage([purpose]), issuer, *more):
            built = built.add_extension(extension, critical=False)
        none = x509.BasicConstraints(ca=False, path_length=None)
        built = built.add_extension(none, critical=True)
        built = built.add_extension(_usage(signs_certificates=False), critical=True)
        made = built.sign(self.key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.PEM).decode() + _text(key)


def until(text: str, file: str) -> datetime:
    """Return until when the first certificate in *text* holds.

    Raises:
        UserError: There is none in this value, which stands in *file*.
    """
    try:
        return x509.load_pem_x509_certificate(text.encode()).not_valid_after_utc
    except ValueError:
        raise UserError(
            "a value that should be a certificate is not one",
            fix="delete the lines with certificates, for new ones",
            where=Place(file),
        ) from None


def shared(one: str, other: str) -> bool:
    """Tell whether the authorities in the texts *one* and *other* have any in common."""
    return bool(_fingerprints(one) & _fingerprints(other))


def _fingerprints(text: str) -> set[bytes]:
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return set()
    return {certificate.fingerprint(hashes.SHA256()) for certificate in found}


def _begun(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    days: int,
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder(issuer, subject, public, x509.random_serial_number())
        .not_valid_before(now - _EARLIER)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _called(name: str) -> x509.Name:
    most = 64  # RFC 5280, Appendix A.1, ub-common-name
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:most])])


def _text(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()
