"""Servers that are known to serve one request at a time.

Sources: Gunicorn, "Settings": one worker, of class sync, unless told otherwise; PHP manual,
"Built-in web server": a single process; Unicorn, "TUNING"; Django, `runserver --nothreading`;
Flask, `--without-threads`; uWSGI, "Things to know": one process, one thread.
"""

import re
from collections.abc import Iterator

from composefile.built_image import built_image
from composefile.model import Model
from composefile.values import pairs, texts
from generator.result import Notice

# What the command line says; the option or variable that would make it serve several at a time.
_SERIAL = (
    (
        r"gunicorn",
        r"(?<!\S)(?:-w|--workers|--threads|-k|--worker-class|-c|--config)",
        "GUNICORN_CMD_ARGS|WEB_CONCURRENCY",
    ),
    (r"unicorn(?:_rails)?", r"(?<!\S)(?:-c|--config-file)", "WEB_CONCURRENCY"),
    (r"php[0-9.]*\s(?:.*\s)?-S", r"\0", "PHP_CLI_SERVER_WORKERS"),
    (
        r"uwsgi\s(?:.*\s)?--http(?:-socket)?",
        r"-p\s|--processes|--workers|--threads|--ini|--master|--async|--gevent",
        "UWSGI_.*",
    ),
    (r"(?:manage\.py|django-admin)\s+runserver\s.*--nothreading", r"\0", "-"),
    (r"flask\s(?:.*\s)?run\s.*--without-threads", r"\0", "-"),
)
_WORDS = ("unicorn", "php", "uwsgi", "--nothreading", "--without-threads")


def serial_notices(model: Model, name: str, holder: str) -> Iterator[Notice]:
    """Yield a notice if service *name*, with the settings of *holder*, serves one at a time."""
    for key, line in _lines(model, holder):
        program = _serial(model, holder, line)
        if program:
            yield Notice(
                f"{name!r} runs `{program}`, which serves one request at a time",
                model.where(holder, key),
                fix="give `--mode http --server-maxconn 1`: a request then waits for the first"
                " replica that is free",
            )
            return


def _lines(model: Model, name: str) -> Iterator[tuple[str, str]]:
    """Yield what service *name* runs, and the key that says so: `build` for a Dockerfile's CMD."""
    keys = [key for key in ("command", "entrypoint") if model.get(name, key) is not None]
    for key in keys:
        yield key, " ".join(texts(model.get(name, key)))
    image = None if keys else built_image(model.get(name, "build"), model.project)
    if image:
        yield "build", " ".join((*image.entrypoint, *image.cmd))


def _serial(model: Model, name: str, line: str) -> str:
    variables = pairs(model.get(name, "environment"))
    for program, several, variable in _SERIAL if any(word in line for word in _WORDS) else ():
        match = re.search(rf"(?<![\w.-]){program}(?![\w.-])", line)
        if (
            match
            and not re.search(several, line[match.start() :])
            and not any(re.fullmatch(variable, one) for one in variables)
        ):
            return match[0].split()[0] if " -" not in match[0] else match[0]
    return ""
