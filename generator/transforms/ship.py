"""Take images that were built before, where the file builds them.

    before:   rng: {build: rng}
    after:    rng: {image: r.example/rng:v1.2}

Source: Compose Specification, "build", "image", "pull_policy".
"""

from collections.abc import Mapping

from composefile.document import load
from composefile.model import Model
from faults import UserError
from generator.editing.edits import Edits
from generator.editing.emit import Quoted
from generator.editing.layout import layout_of, newline_of
from generator.editing.service import ServiceEdits
from generator.result import Variant, with_header

# Each makes Compose build, or ask for what is newer, where nothing else is to be had.
_ASKING = ("build", "always", "daily", "weekly", "every_")


def ship(model: Model, images: Mapping[str, str], *, pulled: bool = True) -> Variant:
    """Return the file of *model* with `image` in place of `build`.

    Args:
        model: The services of the file; they are left as they were.
        images: Service to the image that it runs from now on.
        pulled: Whether Docker can pull the images, or has them already.

    Raises:
        UserError: A service is defined by an included file.
    """
    document = model.document
    edits = Edits(document.text)
    for name, image in images.items():
        if document.find(name) is None:
            raise UserError(
                f"{name!r} is defined by an included file, which stays as it is",
                fix="write all into one file: docker compose config -o whole.yml; ship that",
                where=model.where(name),
            )
        body = ServiceEdits(model, name, layout_of(document, name), edits)
        if model.get(name, "build") is not None:
            body.drop("build")
        policy = model.get(name, "pull_policy")
        if isinstance(policy, str) and policy.startswith(_ASKING[:1] if pulled else _ASKING):
            body.drop("pull_policy")
        body.put("image", Quoted(image) if "$" in image else image)
        body.finish()
    text = with_header(edits.apply(), newline_of(document.text))
    load(text, document.file)  # every alias must still find its anchor
    return Variant(text)
