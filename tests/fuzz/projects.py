"""Projects that somebody broke, drawn by a seed: Compose files, Dockerfiles, .env and the rest.

A project is a dictionary from path to `Entry`: the text of a file, or something that is no file.
"""

import json
import os
from pathlib import Path
from random import Random
from typing import Any, Literal

from tests.fuzz.poison import ANYTHING, LABELS, NAMES, SERVICE, TOP

Kind = Literal["fifo", "folder", "loop", "endless"]
Entry = bytes | Kind
Project = dict[str, Entry]

DOCKERFILES: tuple[Entry, ...] = (
    *(
        b"",
        b"\xff\xfe\x00",
        b"FROM a\0\nCMD x",
        b"FROM a\nCMD [",
        b'FROM a\nCMD ["python"',
        b"\\\n" * 50,
    ),
    *(
        b"FROM a\nCMD python 'x",
        b"FROM a\nEXPOSE 99999",
        b"FROM a\nEXPOSE 1-2000000000",
        b"EXPOSE x",
    ),
    *(b"FROM a\nEXPOSE 1-65535\nCMD python main.py", b"FROM a\nENV A\nCMD [7]", b"FROM a AS\nCOPY"),
    *(
        b"FROM a\nENTRYPOINT {}",
        b"FROM a\nEXPOSE \xc2\xb2",
        b"FROM a\nCMD <<E\nx",
        b"# escape=`\nFROM a `",
    ),
    *(
        b"FROM a\nWORKDIR \x1b[31m\nCMD python main.py",
        b'FROM a\nENV A="x\nCMD y',
        b"FROM a\n" * 200_000,
    ),
    *(b"FROM a\nARG X=${X}\nEXPOSE ${X}", b"x" * 3_000_000, "fifo", "folder", "loop", "endless"),
    *(b'FROM a\nCMD ["python", "-c", "\\ud800"]', b'FROM a\nCMD ["python", ["x"]]'),
)
ENVIRONMENTS: tuple[Entry, ...] = (
    *(
        b"X=1\n",
        b"X=v1-${X}\n",
        b"X=$X$X\nY=$X$X$X$X\n",
        b"X=${Y}\nY=${X}\n",
        b"X='",
        b'X="\n\n',
        b"=\n",
    ),
    *(
        b"X=\xe9\n",
        b"\0=\0",
        b"X=\x1b[31m\n",
        b"COMPOSE_FILE=/dev/zero\n",
        b"COMPOSE_PROFILES=\0\n",
    ),
    *(b"COMPOSE_FILE=a:b:\x1b\n", b"X" * 2_000_000, b"X=" + b"y" * 2_000_000, b"X=1\n" * 100_000),
    *(
        "fifo",
        "folder",
        "loop",
        "endless",
        b"X=${X:?\n",
        b"export\n",
        b"X=${" * 5000,
        b"X=a\nX=b$X\n",
    ),
)
REQUIREMENTS: tuple[Entry, ...] = (
    *(
        b"click\n",
        b"no-such-thing==1\n",
        b"\xff\xfe",
        b"x @ file:///\n",
        b"-r other\n",
        b"\x1b[31m\n",
    ),
    *(
        "fifo",
        "folder",
        "endless",
        b"click>=" + b"9" * 5000,
        b"click ; python_version < '\n",
        b"\0",
    ),
)
FILES: tuple[Entry, ...] = (
    "fifo",
    "folder",
    "loop",
    "endless",
    b"",
    b"\0",
    b"\xff",
    b"services:\n",
)
PIECES = (
    *(
        b"\t",
        b"\n",
        b"\r",
        b" ",
        b"\0",
        b"\xff",
        b"#",
        b": ",
        b"- ",
        b"? ",
        b"|",
        b">",
        b"&a ",
        b"*a",
    ),
    *(
        b"<<: *a\n",
        b"'",
        b'"',
        b"[",
        b"]",
        b"{",
        b"}",
        b",",
        b"!",
        b"%YAML 9\n",
        b"---\n",
        b"...\n",
    ),
    *(
        b"${X",
        b"$",
        b"\xef\xbb\xbf",
        b"\xc2\x85",
        b"\x1b[31m",
        b"services:\n",
        b"  web:\n",
        b"!!x ",
    ),
)


def dump(value: Any, column: int = 0) -> str:
    """Return *value* as YAML in block style, scalars quoted where they are text."""
    pad = "\n" + " " * column
    if isinstance(value, dict) and value:
        parts = (f"{pad}{json.dumps(k)}:{dump(v, column + 2)}" for k, v in value.items())
        return "".join(parts)
    if isinstance(value, list) and value and column < 40:
        return "".join(f"{pad}-{_item(part, column)}" for part in value)
    return f" {json.dumps(value)}"


def _item(part: Any, column: int) -> str:
    return f" {json.dumps(part)}" if isinstance(part, list | dict) else dump(part, column + 2)


def project(random: Random) -> Project:
    """Draw the files of a project: mostly sound, and broken in a few places."""
    services: dict[Any, Any] = {"web": {"build": "web", "ports": ["80"]}}
    if random.random() < 0.7:
        services["worker"] = {"build": "web", "depends_on": ["web"], "scale": 2}
    if random.random() < 0.5:
        services["redis"] = {"image": "redis"}
    if random.random() < 0.5:
        services |= _variant(random)
    top: dict[Any, Any] = {"services": services}
    for _ in range(random.choice((0, 1, 1, 1, 2, 3))):
        _break(random, top, services)
    text = dump(top if random.random() < 0.9 else services).lstrip("\n").encode("utf-8", "replace")
    expose = b'FROM python:3\nEXPOSE 80\nWORKDIR /app\nCMD ["python", "main.py"]\n'
    found: Project = {"compose.yml": _bytes_broken(random, text), "web/Dockerfile": expose}
    found["web/main.py"] = MAIN
    for path, entries in SPOILED.items():
        if random.random() < 0.08:
            found[path] = random.choice(entries)
    return found


def _variant(random: Random) -> dict[str, Any]:
    labels = {key: random.choice(values) for key, values in LABELS.items() if random.random() < 0.5}
    role = random.choice(("balancer", "ambassador"))
    sound = {"dcgen.balances": "web:80"}
    if role == "ambassador":
        sound = {"dcgen.upstream": "127.0.0.1:9", "dcgen.ports": "6379"}
    kept = labels if random.random() < 0.7 else {}
    return {"lb": {"image": "haproxy", "labels": {"dcgen.role": role, **sound, **kept}}}


def _break(random: Random, top: dict[Any, Any], services: dict[Any, Any]) -> None:
    chosen = random.random()
    if chosen < 0.15:
        key = random.choice(tuple(TOP))
        top[key] = random.choice(TOP[key])
        return
    name = random.choice(tuple(services))
    if chosen < 0.3:
        services[random.choice(NAMES)] = services.get(name)
    elif chosen < 0.35:
        services[name] = random.choice(ANYTHING)
    elif isinstance(services[name], dict):
        key = random.choice(tuple(SERVICE))
        services[name][key] = random.choice(SERVICE[key] if random.random() < 0.8 else ANYTHING)


def _bytes_broken(random: Random, text: bytes) -> bytes:
    while random.random() < 0.2:
        start = random.randint(0, len(text))
        end = start + random.choice((0, 0, 1, 9, 60))
        text = text[:start] + random.choice((*PIECES, b"", text[start:end] * 3)) + text[end:]
    return text


MAIN = b"""import os, socket, time
if "PORT" in os.environ:
    found = socket.create_server((os.environ["HOST"], int(os.environ["PORT"])))
time.sleep(60)
"""
SPOILED: dict[str, tuple[Entry, ...]] = {
    "compose.yml": FILES,
    "generated.yml": (*FILES, b"# Generated by dcgen.\nservices:\n  web: {image: redis}\n"),
    "compose.override.yml": (*FILES, b"services:\n  web: {scale: 3}\n"),
    "other.yml": (*FILES, b"services:\n  other: {image: redis}\n", b"include: [compose.yml]\n"),
    "web/Dockerfile": DOCKERFILES,
    "web/requirements.txt": REQUIREMENTS,
    "web/main.py": ("folder", "fifo", b"\xff\0", b"raise SystemExit(7)", b"print('\\x1b[31m')"),
    ".env": ENVIRONMENTS * 2,
}


def lay_out(found: Project, folder: Path) -> None:
    """Write *found* into *folder*."""
    for name, entry in found.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        put(path, entry)


def put(path: Path, entry: Entry) -> None:
    """Make *entry* at *path*."""
    if isinstance(entry, bytes):
        path.write_bytes(entry)
    elif entry == "fifo":
        os.mkfifo(path)
    elif entry == "folder":
        path.mkdir()
    else:
        path.symlink_to("/dev/zero" if entry == "endless" else path.name)
