"""Words of a configuration that are decided when it is started: an expression in their place.

    before:   bind :8000               server api1 api1:8000
    after:    bind :${API_PORT:-8000}  server api1 ${COMPOSE_PROJECT_NAME}.api1:${API_PORT:-8000}

Whoever starts the container fills them in. HAProxy itself never sees an expression.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_BIND = r"(?m)^(\s+bind \S*:)(\d+)(?=\s|$)"
_SERVER = r"(?m)^(\s+(?:server \S+|server-template \S+ \d+) )(\S+:\d+)"


@dataclass(frozen=True, slots=True)
class Late:
    """What is decided late.

    Attributes:
        ports: Port, as it would be now, to the expression for it.
        hosts: Name of a server to the expression for the name that is dialled.
    """

    ports: Mapping[int, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)

    def configuration(self, text: str) -> str:
        """Return the configuration *text* with expressions where it listens and where it leads."""
        if not (self.ports or self.hosts):
            return text
        text = re.sub(_BIND, lambda found: found[1] + self.word(found[2]), text)
        return re.sub(_SERVER, lambda found: found[1] + self.word(found[2]), text)

    def word(self, word: str) -> str:
        """Return *word*, a port or ``host:port``, with expressions in it; any other as it is."""
        host, colon, port = word.rpartition(":")
        if port.isdigit():
            port = self.ports.get(int(port), port)
        return f"{self.hosts.get(host, host)}{colon}{port}"

    def words(self, text: str) -> str:
        """Return *text* with expressions in each of its words."""
        return " ".join(map(self.word, text.split(" ")))

    def options(self, words: str) -> str:
        """Return the *words* of options, ``mode:8000=http``, with expressions for their ports."""
        return " ".join(map(self._option, words.split(" ")))

    def _option(self, word: str) -> str:
        name, equals, value = word.partition("=")
        of_port = self.word(name) if ":" in name else name
        return f"{of_port}{equals}{self.word(value) if name == 'health-port' else value}"


NOTHING_LATE = Late()
