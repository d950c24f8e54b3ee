"""A real registry (Debian's docker-registry) on this machine's loopback, with TLS of its own."""

import os
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import HTTPSHandler, ProxyHandler, build_opener

from tests.lab.commands import run
from tests.lab.ports import free_port
from tests.lab.waiting import until

SYSTEM_CA = Path("/etc/ssl/certs/ca-certificates.crt")
_CONFIG = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: "{data}"}}}}
http: {{addr: "127.0.0.1:{port}", tls: {{certificate: "{certificate}", key: "{key}"}}}}
"""


@dataclass(frozen=True, slots=True)
class Registry:
    """A registry at *address*; who has *env* in the environment trusts its certificate."""

    address: str
    env: dict[str, str]


@contextmanager
def registry(folder: Path) -> Iterator[Registry]:
    """Run a registry that keeps all in *folder*, for as long as the block runs."""
    certificate, key, trusted = folder / "certificate.pem", folder / "key.pem", folder / "ca.pem"
    folder.mkdir()
    new = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost"
    names = ("-addext", "subjectAltName=DNS:localhost")
    run(*new.split(), *names, "-keyout", key, "-out", certificate)
    system = SYSTEM_CA.read_text() if SYSTEM_CA.is_file() else ""
    trusted.write_text(certificate.read_text() + system)
    port = free_port()
    config = folder / "config.yml"
    config.write_text(
        _CONFIG.format(data=folder / "data", port=port, certificate=certificate, key=key)
    )
    env = {**os.environ, "OTEL_TRACES_EXPORTER": "none"}
    command = ["docker-registry", "serve", str(config)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(command, stdout=log, stderr=log, env=env) as serving,
    ):
        try:
            until(lambda: _answers(port, trusted), f"the registry answers; see {folder / 'log'}")
            yield Registry(f"localhost:{port}", {"SSL_CERT_FILE": str(trusted)})
        finally:
            serving.terminate()


def _answers(port: int, trusted: Path) -> bool:
    handler = HTTPSHandler(context=ssl.create_default_context(cafile=str(trusted)))
    try:
        with build_opener(ProxyHandler({}), handler).open(f"https://localhost:{port}/v2/") as said:
            return bool(said.status == 200)
    except (URLError, OSError):
        return False
