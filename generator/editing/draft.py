"""A variant in the making: the file as it stands, and what is to be changed of it."""

from functools import cached_property

from composefile.document import load
from composefile.model import Model
from composefile.references import Reference, references
from generator.editing.anchors import rescue, used_outside
from generator.editing.configs import free_config_name
from generator.editing.edits import Edits
from generator.editing.layout import column_of_body, layout_of
from generator.result import Notice, with_header


class Draft:
    """The edits of a file that one transform of one service makes, and its notices.

    Attributes:
        model: What the file says; it is left as it was.
        document: Its text and tree.
        service: The service that changes.
        layout: How new lines are laid out.
        edits: What is changed so far.
        notices: What a person should know so far.
        rescued: Whether the body of the service is kept elsewhere (`rescue`).
    """

    def __init__(self, model: Model, name: str) -> None:
        """Begin with no edits.

        Raises:
            UserError: The file has no service *name*.
        """
        self.model, self.document = model, model.document
        self.service = model.document.service(name)
        self.layout = layout_of(model.document, name)
        self.edits = Edits(model.document.text)
        self.notices: list[Notice] = []
        self.rescued = False

    @property
    def name(self) -> str:
        """The name of the service."""
        return self.service.name

    @property
    def column(self) -> int:
        """The column of the service's keys."""
        return column_of_body(self.document, self.name)

    @cached_property
    def others(self) -> list[Reference]:
        """Who refers to the service."""
        return references(self.model, self.name)

    @property
    def is_awaited(self) -> bool:
        """Whether some service waits until this one is healthy."""
        return any(other.detail == "service_healthy" for other in self.others)

    @property
    def free_config_name(self) -> str:
        """The name that is free under the top-level `configs` for what generates the service."""
        return free_config_name(self.document, self.name)

    def say(self, what: str, key: str = "", *, fix: str) -> None:
        """Note something that a person should know about *key* of the service, and what to do."""
        self.notices.append(Notice(what, self.model.where(self.name, key), fix=fix))

    def rescue(self) -> None:
        """Keep the body of the service in a fragment if other services name its anchors.

        Raises:
            UserError: They do, and it cannot be kept.
        """
        self.rescued = bool(used_outside(self.document, self.service))
        if self.rescued:
            rescue(self.edits, self.document, self.service, self.layout)

    def text(self) -> str:
        """Return the file with all edits made, and dcgen's header."""
        text = with_header(self.edits.apply(), self.layout.newline)
        if self.rescued:
            load(text, self.document.file)  # every alias must still find its anchor
        return text
