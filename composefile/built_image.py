"""What the Dockerfile of a service says, found as Compose finds it: `build`, and what is in it."""

from composefile import text_file
from composefile.dockerfile import Image, parse_dockerfile
from composefile.project import Project
from composefile.values import Value


def built_image(build: Value, project: Project) -> Image | None:
    """Return how the image starts that *build* makes; None if it has no Dockerfile in *project*."""
    if build is None:
        return None
    settings: dict[str, Value] = build if isinstance(build, dict) else {"context": build}
    text = settings.get("dockerfile_inline")
    if not isinstance(text, str):
        context = str(settings.get("context") or ".")
        dockerfile = str(settings.get("dockerfile") or "Dockerfile")
        text = project.read(f"{context}/{dockerfile}", text_file.MOST_BYTES)
    target = settings.get("target")
    if not isinstance(text, str):
        return None
    return parse_dockerfile(text, target if isinstance(target, str) else None)
