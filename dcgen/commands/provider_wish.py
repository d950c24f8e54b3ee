"""What a service with a provider is to become.

    compose.yml + compose.scaled.yml      what Compose says that they say together
    without `provider`                    the step that its options ask for
    the generated services alone          run by Compose under the name of the same project

The others are Compose's own: it has started what ours depend on, and starts what depends on them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from composefile.document import load
from composefile.model import Model
from composefile.project import Project
from dcgen.commands.provider_options import OptionError, asked
from dcgen.commands.steps import Step, transformed
from dcgen.provider import places, resolved
from dcgen.provider.caller import Caller
from faults import Place, UserError
from generator.targets.json_form import KEY, to_json


@dataclass(frozen=True, slots=True)
class Wish:
    """What a service is to become.

    Attributes:
        made: A Compose file with what stands in for the service, and nothing else.
        done: The same in words.
        folder: The folder of the project.
        is_awaited: Whether another service waits until it is healthy.
    """

    made: resolved.Data
    done: str
    folder: Path
    is_awaited: bool


def wish(caller: Caller, project: str, service: str, given: Sequence[tuple[str, str]]) -> Wish:
    """Return what *service* of *project* is to become as *given*, names and values, say.

    Raises:
        UserError: That cannot be.
        HostError: Compose does not say what its files say.
    """
    paths = places.files(caller)
    found = resolved.resolved(caller, project)
    where = places.place(paths, service)
    try:
        step = asked(service, given, resolved.options(found, service))
        made = _made(step, resolved.without_provider(found, service), where)
    except OptionError as error:
        error.where = places.place(paths, service, error.name)
        raise
    except UserError as error:
        error.where = where
        raise
    is_awaited = resolved.is_awaited(found, service)
    return Wish(made, step.done, places.folder(caller, paths), is_awaited)


def _made(step: Step, found: resolved.Data, where: Place) -> resolved.Data:
    # Returns a Compose file with what the step makes of the service, and nothing else.
    model = Model(load(json.dumps(found), where.file), Project(Path()))
    variant = transformed([step], model, "compose.json")
    made: resolved.Data = json.loads(to_json(variant.text))
    made.pop(KEY, None)
    new = [name for name in made["services"] if name not in found["services"]]
    return resolved.part(made, [*new, step.service], where)
