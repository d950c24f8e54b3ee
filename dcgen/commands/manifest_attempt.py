"""The objects of a whole file, or all that keeps it from having any."""

from itertools import chain

from faults import UserError, all_of
from generator.result import Notice
from generator.targets.kubernetes.by_you import made_by_you
from generator.targets.kubernetes.manifests import manifests
from generator.targets.kubernetes.objects import Object
from generator.targets.kubernetes.refusals import checks
from generator.targets.kubernetes.setting_checks import setting_checks
from generator.targets.kubernetes.shared import once
from generator.targets.kubernetes.sidecar import sidecars
from generator.targets.kubernetes.source import Source


def attempt(source: Source) -> tuple[list[Object], list[Notice]]:
    """Return the objects of *source*, and what a person has to know.

    Raises:
        UserError: Something in it cannot be written as manifests; it has all such things.
    """
    try:
        objects, notices = manifests(source, sidecars, once(source))
        return objects, [*notices, *made_by_you(source)]
    except UserError as error:
        raise all_of(error, chain(checks(source), setting_checks(source))) from error
