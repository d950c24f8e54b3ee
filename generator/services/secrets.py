"""The secrets that a generated service uses: they stand at the top level, or are put there."""

from collections.abc import Sequence
from dataclasses import replace

from ambassador.access import Access
from composefile.document import load, own
from generator.checks.refusals import require_secret
from generator.editing.configs import put_entries
from generator.editing.draft import Draft
from generator.editing.edits import Edits
from generator.result import Variant
from generator.services.papers import declared


def see_to_secrets(draft: Draft, access: Access, *, declare: bool) -> list[str]:
    """Return the secrets of *access* that the file of *draft* lacks, and is to *declare*.

    Raises:
        UserError: There are some, and it is not to.
    """
    names = dict.fromkeys([*access.secrets.values(), *access.mounted])
    section = draft.document.section("secrets")
    if declare and not draft.document.v1:
        return [name for name in names if own(section, name) is None]
    for name in names:
        require_secret(draft.model, draft.name, name)
    return []


def declaring(variant: Variant, names: Sequence[str], draft: Draft) -> Variant:
    """Return *variant*, made by *draft*, with *names* declared at the top level."""
    if not names:
        return variant
    # Beside another edit at the end of the file, these lines could land in the other's section.
    document = load(variant.text, draft.document.file)
    edits = Edits(document.text)
    put_entries(edits, document, draft.layout, "secrets", declared(*names))
    return replace(variant, text=edits.apply())
