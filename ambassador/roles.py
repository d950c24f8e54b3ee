"""Who is asked for its role, and how: of several databases only the primary may serve.

PostgreSQL and MySQL tell it to whoever has logged in, so a user without a password asks. Each
question is a conversation of the server's own protocol, and ends as a client of it would.

Sources: PostgreSQL, "Message Formats" (StartupMessage, Query, Terminate); MySQL Client/Server
Protocol, "Connection Phase" (HandshakeResponse41, AuthSwitchRequest) and "COM_QUERY".
"""

import struct

from lb.model import Step

# An answer of this length is complete: HAProxy judges it at once, and waits for more no longer.
_PADDED = 2000

_POSTGRES_3 = 0x0003_0000
_POSTGRES_ROLE = (
    f"SELECT rpad(CASE WHEN pg_is_in_recovery() THEN 'standby' ELSE 'primary' END, {_PADDED}, '.')"
)

# A name that no plugin has: MySQL and MariaDB then name the one that the user needs, and take an
# empty answer for an empty password, whichever it is.
_NO_PLUGIN = b"dcgen"
_LONG_PASSWORD, _PROTOCOL_41, _SECURE, _PLUGIN_AUTH = 0x1, 0x200, 0x8000, 0x8_0000
_CAPABILITIES = _LONG_PASSWORD | _PROTOCOL_41 | _SECURE | _PLUGIN_AUTH
_LARGEST = 0x100_0000
_UTF8 = 33
_COM_QUIT, _COM_QUERY = b"\x01", b"\x03"
_MYSQL_ROLE = f"SELECT RPAD(CONCAT('read_only=', @@global.read_only, '.'), {_PADDED}, '.')"

UNKNOWN_USER = "haproxy_check"
"""Who logs in where no user was named; MySQL refuses it, and is alive."""


def postgres(user: str, *, primary: bool) -> tuple[Step, ...]:
    """Return the log-in of *user*, who has no password; with *primary*, no standby passes."""
    words = b"".join(part.encode() + b"\0" for part in ("user", user, "database", "postgres"))
    startup = struct.pack(">ii", len(words) + 9, _POSTGRES_3) + words + b"\0"
    login = (Step(send=startup), Step(expect=r"^R\x00\x00\x00\x08\x00{4}", at_least=9))
    query = _POSTGRES_ROLE.encode() + b"\0"
    role = (
        Step(send=b"Q" + struct.pack(">i", len(query) + 4) + query),
        Step(expect="primary", at_least=_PADDED),
    )
    return (*login, *(role if primary else ()), Step(send=b"X\0\0\0\4"))


def mysql(user: str) -> tuple[Step, ...]:
    """Return the log-in of *user*, who has no password; no server that is read-only passes."""
    return (
        *_mysql_login(user),
        Step(expect=r"\x00\x00\x04\x00"),
        Step(send=_packet(0, _COM_QUERY + _MYSQL_ROLE.encode())),
        Step(expect=r"read_only=(0|OFF)\.", at_least=_PADDED),
        Step(send=_packet(0, _COM_QUIT)),
    )


def mysql_greeting() -> tuple[Step, ...]:
    """Return the question to a MySQL where no user is known: it greets, and refuses one.

    An unfinished handshake would count as an attack, and MySQL bars the host after 100 of them; a
    refused user does not (MySQL Reference Manual, "The host_cache Table", SUM_CONNECT_ERRORS).
    """
    return (*_mysql_login(UNKNOWN_USER), Step(expect=r"\x00\x00\x04[\x00\xff]"))


def _mysql_login(user: str) -> tuple[Step, ...]:
    fields = struct.pack("<IIB23x", _CAPABILITIES, _LARGEST, _UTF8)
    answer = fields + user.encode() + b"\0" + b"\0" + _NO_PLUGIN + b"\0"
    return (
        Step(expect=r"^[\x00-\xff]{3}\x00\x0a", at_least=5),
        Step(send=_packet(1, answer)),
        Step(expect=r"\x00\x00\x02\xfe"),
        Step(send=_packet(3, b"")),
    )


def _packet(number: int, payload: bytes) -> bytes:
    return struct.pack("<I", len(payload))[:3] + bytes([number]) + payload
