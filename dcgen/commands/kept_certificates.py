"""The certificates of a detached service: made once, kept beside its file, renewed when asked.

In ``redis.env`` are those that containers get, as Compose secrets; in ``redis-ca.pem`` the key of
the authority, which signs new ones and which no container gets.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ambassador.authority import AUTHORITY_DAYS, SERVICE_DAYS, Authority, until
from dcgen import secret_file
from faults import Place, UserError
from generator.services.papers import Papers, variable


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of a renewal, after which all that has taken it still gets on with all that has not.

    Attributes:
        what: What those that run get.
        values: What becomes of the variables with certificates.
        authority: The one that signs from now on; None if it stays.
    """

    what: str
    values: Mapping[str, str]
    authority: Authority | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Where the certificates of *service* are whose Compose file is *target*."""

    target: Path
    service: str

    @property
    def authority(self) -> Path:
        """The file with the authority and its key."""
        return self.target.with_name(f"{self.target.stem}-ca.pem")

    @property
    def names(self) -> tuple[str, str, str]:
        """The variables with the authorities to trust, and the two certificates."""
        papers = Papers.of(self.service)
        return variable(papers.ca), variable(papers.server), variable(papers.client)

    def read(self) -> Authority | None:
        """Return the authority; None if there is none yet.

        Raises:
            UserError: Others may read its file, or it is none.
        """
        if not self.authority.exists():
            return None
        secret_file.require_owner_only(self.authority)
        return Authority.read(self.authority.read_text(encoding="utf-8"), str(self.authority))

    def new_authority(self, days: int = AUTHORITY_DAYS) -> Authority:
        """Return a new authority, which is not written anywhere yet."""
        now = datetime.now(UTC)
        return Authority.new(f"{self.service} {now:%Y-%m-%d %H:%M:%S}", now, days)

    def write(self, authority: Authority) -> None:
        """Keep *authority*, in the place of a former one."""
        secret_file.write_text(self.authority, authority.pem)

    def issued(
        self, authority: Authority, trusted: str = "", days: int = SERVICE_DAYS
    ) -> dict[str, str]:
        """Return the variables with new certificates of *authority*, and what is *trusted*."""
        now = datetime.now(UTC)
        texts = (
            trusted or authority.public,
            authority.of_service(self.service, now, days),
            authority.of_client(f"{self.service} client", now, days),
        )
        return dict(zip(self.names, texts, strict=True))

    def missing(self, found: Mapping[str, str]) -> dict[str, str]:
        """Return the variables that are not *found*, with new certificates: all three, or none.

        Raises:
            UserError: See `read`.
            HostError: A new authority cannot be written.
        """
        if all(name in found for name in self.names):
            return {}
        authority = self.read()
        if authority is None:
            authority = self.new_authority()
            self.write(authority)
        return self.issued(authority)

    def stages(self, found: Mapping[str, str], *, authority: bool, days: int) -> list[Stage]:
        """Return how the certificates *found* are renewed, for *days*; with a new *authority*, too.

        What fails on the way is finished by the same again: each stage trusts what the one before
        has given.

        Raises:
            UserError: The key of the authority is not there, and no new one is asked for.
        """
        ca = self.names[0]
        present, former = self.read(), {name: found[name] for name in self.names}
        if not authority:
            if present is None:
                raise UserError(
                    "the authority's key is not here, so it cannot sign new certificates",
                    fix="bring the file back from a copy, or make a new one: --authority",
                    where=Place(str(self.authority)),
                )
            return [Stage("new certificate", self.issued(present, found[ca], days))]
        new = self.new_authority()
        trusted = found[ca] + new.public
        signed = self.issued(new, trusted, days)
        return [
            Stage("trusts the new authority, too", {**former, ca: trusted}),
            Stage("new certificate", signed, new),
            Stage("trusts the new authority alone", {**signed, ca: new.public}),
        ]

    def by_secret(self, values: Mapping[str, str]) -> dict[str, str]:
        """Return *values* by the names of the secrets that are taken from them."""
        papers = Papers.of(self.service)
        secrets = (papers.ca, papers.server, papers.client)
        return {name: values[variable(name)] for name in secrets}

    def until(self, found: Mapping[str, str]) -> datetime:
        """Return when the first of the certificates *found* ends.

        Raises:
            UserError: One is none.
        """
        return min(until(found[name], str(self.target.with_suffix(".env"))) for name in self.names)
