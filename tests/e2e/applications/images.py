"""The images of the applications, made in the lab of Debian's packages and of PyPI's.

One image has every program; the others are the same one with what makes an image look like the
official one: volumes, exposed ports, a command. So they cost a few bytes more than the first.
"""

import hashlib
import shutil
from pathlib import Path

from tests.lab import bases, bundle
from tests.lab.engine import Engine
from tests.lab.lab import Lab
from tests.lab.packages import alone, cache

HERE = Path(__file__).with_name("image")
ALL = "dcgen-lab/applications"
# The last lines of the Dockerfile of each image.
LIKE = {
    "postgres:17": (
        "VOLUME /var/lib/postgresql/data",
        "EXPOSE 5432",
        "STOPSIGNAL SIGINT",
        'CMD ["start-postgres"]',
    ),
    "mariadb:11": ("VOLUME /var/lib/mysql", "EXPOSE 3306", 'CMD ["start-mariadb"]'),
    "nginx:1.26": ("EXPOSE 80", "STOPSIGNAL SIGQUIT", 'CMD ["nginx", "-g", "daemon off;"]'),
    "rabbitmq:4": (
        "VOLUME /var/lib/rabbitmq",
        "EXPOSE 4369 5671 5672 15691 15692 25672",
        'CMD ["start-rabbitmq"]',
    ),
    # No file names this volume: it is the image's own, as WordPress' is.
    "example/blog:1": (
        "VOLUME /var/www/html/uploads",
        "EXPOSE 80",
        "STOPSIGNAL SIGWINCH",
        'CMD ["start-apache"]',
    ),
    "example/app:1": ("EXPOSE 8000", 'CMD ["python", "app.py", "8000"]'),
    "example/shop:1": ("EXPOSE 8000", 'CMD ["gunicorn", "--bind", "0.0.0.0:8000", "shop:web"]'),
    "example/jobs:1": ("EXPOSE 8000", 'CMD ["python", "jobs.py", "api", "8000"]'),
    "example/streams:1": ("EXPOSE 8000", 'CMD ["python", "streams.py", "8000"]'),
    # One program and nothing else, linked statically: what it is called says what it does.
    "example/bare:1": (
        "FROM scratch",
        "COPY --from=0 /bin/busybox /httpd",
        "COPY --from=0 /bin/busybox /wget",
        "EXPOSE 8000",
        "STOPSIGNAL SIGKILL",
        'CMD ["/httpd", "-f", "-p", "8000", "-h", "/etc"]',
    ),
    "example/calls:1": ("EXPOSE 50051 7000", 'CMD ["python", "calls.py", "serve"]'),
}


def archive() -> Path:
    """Return where the archive for the files as they are now is, or will be."""
    digest = hashlib.sha256(f"{bases.key()}{LIKE}".encode())
    for file in sorted(path for path in HERE.iterdir() if path.is_file()):
        digest.update(file.name.encode() + file.read_bytes())
    return cache() / "images" / f"applications-{digest.hexdigest()[:16]}.tar"


def made(lab: Lab) -> Path:
    """Return the archive, made now if the cache has none for these files."""
    with alone():
        if not archive().exists():
            work = lab.folder / "applications"
            work.mkdir()
            with lab.builder() as engine:
                _make(engine, work)
            shutil.rmtree(work)
    return archive()


def _make(builder: Engine, work: Path) -> None:
    bundle.put_bases(builder, work)
    builder.docker("tag", bases.python(), "dcgen-lab/python")
    bases.build_image(builder, HERE, ALL)
    for name, lines in LIKE.items():
        context = work / name.replace("/", "-").replace(":", "-")
        context.mkdir()
        (context / "Dockerfile").write_text("\n".join([f"FROM {ALL}", *lines, ""]))
        bases.build_image(builder, context, name)
    bundle.save(builder, list(LIKE), archive())
    bundle.forget_old("applications-*.tar", archive())
