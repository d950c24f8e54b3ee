"""What is wanted of an application, and what asks it meanwhile."""

from dataclasses import dataclass

from engine.trial.goals import Goal, Lines, Printed, Requests
from engine.trial.lines import Told
from engine.trial.load import Clients, Loading
from engine.variant import Variant
from faults import UsageError


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted of the application, and what asks it.

    Attributes:
        goal: A service whose requests count; empty for log lines.
        goal_command: A command that prints a number that grows; empty for none.
        count: A regular expression for the lines to count, instead of ``dcgen.count``.
        load: What asks it from outside; None for nothing.
    """

    goal: str = ""
    goal_command: tuple[str, ...] = ()
    count: str | None = None
    load: Loading | None = None

    def asked(self, variant: Variant) -> list[str]:
        """Return the services of *variant* that the load asks."""
        if isinstance(self.load, Clients):
            return [self.load.service]
        words = self.load.words if self.load else ()
        return [one.name for one in variant if any(f"{{{one.name}}}" in word for word in words)]

    def measured(self, told: Told) -> Goal:
        """Return the goal of an application that says what is *told*.

        Raises:
            UsageError: Nothing says what is wanted.
        """
        if self.goal_command:
            return Printed(self.goal_command)
        if self.goal:
            return Requests(self.goal)
        if not told.services:
            what = "nothing says what the application is to do more of"
            fix = "count log lines (label dcgen.count, or --count REGEX), or name a service: --goal"
            raise UsageError(what, fix=fix)
        return Lines(told)
