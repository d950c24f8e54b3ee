"""Where a variant runs, and what is done on each of its hosts at once."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import click

from dcgen.commands.holding import hold
from dcgen.commands.run_options import SOME_FAILED
from dcgen.reporting import report
from engine import runs
from engine.docker.containers import Site, everywhere
from engine.hosts import Host
from engine.live.in_cluster import in_cluster
from engine.live.running import Live, as_processes, on_docker, proxies
from engine.variant import Variant
from faults import HostError, UserError

T = TypeVar("T")

_HOST_FAILED = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a variant runs: on *sites*, or as processes of this host if there are none.

    With a *namespace* it runs in a cluster; an empty one is the one that kubectl is set to.
    *failed* has the hosts, of several, on which something failed: nothing more is done there.
    """

    variant: Variant
    sites: tuple[Site, ...]
    namespace: str | None = None
    failed: dict[Host, UserError] = field(default_factory=dict, compare=False)

    def hold(self) -> None:
        """Hold the lock on the project on named hosts until the command ends; see `hold`."""
        hold(self.variant.project, [site.host for site in self.sites])

    def require(self, *names: str) -> None:
        """Return if *names* are balancers and ambassadors of the file, or it has any.

        Raises:
            UserError: They are not: no host need be asked.
        """
        proxies(self.variant, *names)

    def lives(self, site: Site | None, *names: str) -> list[Live]:
        """Return the balancers and ambassadors that run there, or those of *names*.

        Raises:
            HostError: None runs.
        """
        if self.namespace is not None:
            found = in_cluster(self.variant, self.namespace, *names)
        elif site is None:
            found = as_processes(self.variant, runs.sockets(runs.find(self.variant.file)), *names)
        else:
            found = on_docker(self.variant, site, *names)
        if not found:
            called = f"'{names[0]}'" if names else f"no balancer of '{self.variant.file}'"
            what = f"{called} is not running" if names else f"{called} is running"
            raise HostError(what, fix=self._start)
        return found

    @property
    def _start(self) -> str:
        if self.namespace is None:
            return f"start it: dcgen up -f {self.variant.file}"
        return "give its namespace: --namespace NAME; a Service that balances has nothing to ask"

    def each(self, act: Callable[[Site | None], T]) -> list[T]:
        """Return what *act* returns on each host, all at once; one that failed is left out.

        It stays left out; the command then ends with 3 (`run_options.RunCommand`), and at once if
        none is left.

        Raises:
            UserError: There is but one host, and it fails there; or all fail for the same
                reason, which is not theirs.
        """
        if len(self.sites) < 2:  # noqa: PLR2004 - nothing to hide
            return [act(next(iter(self.sites), None))]
        done: list[T] = []
        failed = []
        sites = [site for site in self.sites if site.host not in self.failed]
        results = everywhere(sites, act)
        if error := _not_theirs([result for _, result in results]):
            raise error
        for site, result in results:
            if isinstance(result, UserError):
                failed.append(str(site.host))
                self.failed[site.host] = result
                report(result, str(site.host))
            else:
                done.append(result)
        if failed:
            click.echo(f"failed on {', '.join(failed)}", err=True)
            click.get_current_context().meta[SOME_FAILED] = True
        if not done:
            sys.exit(_HOST_FAILED)
        return done


def _not_theirs(results: Sequence[object]) -> UserError | None:
    # What the input is to blame for on every host is no failure of hosts, and is said once.
    errors = [one for one in results if isinstance(one, UserError)]
    blamed = {str(one) for one in errors if one.exit_code != _HOST_FAILED}
    is_one = len(errors) == len(results) and len(blamed) == 1
    return errors[0] if is_one and all(str(one) in blamed for one in errors) else None
