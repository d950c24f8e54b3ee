"""The cluster's DNS: ``python -m tests.kube.names KUBECONFIG ADDRESS``, as CoreDNS would be.

An answer is at most as old as ``names.json`` beside KUBECONFIG says: CoreDNS is often told to hold
one for 30 s, and then it names pods that are gone.
"""

import json
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from dnslib import CNAME, QTYPE, RCODE, RR, A, DNSRecord  # type: ignore[import-untyped]  # no stubs
from dnslib.server import BaseResolver, DNSServer  # type: ignore[import-untyped]  # no stubs

from tests.kube.records import Records

TTL_S = 5
Answer = tuple[str, list[str]] | None


class Api:
    """The API server that *config* leads to."""

    def __init__(self, config: Path) -> None:
        read = json.loads(config.read_text())
        self._server = read["clusters"][0]["cluster"]["server"]
        self._token = read["users"][0]["user"]["token"]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self._open = build_opener(ProxyHandler({}), HTTPSHandler(context=context)).open

    def lines(self, path: str) -> Iterator[Any]:
        """Yield what is answered at *path*, one JSON value a line."""
        request = Request(f"{self._server}/api/v1/{path}")
        request.add_header("Authorization", f"Bearer {self._token}")
        with self._open(request) as answer:
            yield from map(json.loads, answer)


class Names(BaseResolver):  # type: ignore[misc]  # no stubs
    """What a client asks, answered from *records*."""

    def __init__(self, records: Records, settings: Path) -> None:
        self._records = records
        self._settings = settings
        self._held: dict[str, tuple[float, Answer]] = {}

    def resolve(self, request: DNSRecord, _handler: object) -> DNSRecord:
        """Return the answer to *request*."""
        reply = request.reply()
        name = str(request.q.qname).rstrip(".").lower()
        found = self._look_up(name)
        if found is None:
            reply.header.rcode = RCODE.NXDOMAIN
            return reply
        alias, addresses = found
        if alias:
            reply.add_answer(RR(name, QTYPE.CNAME, rdata=CNAME(alias), ttl=TTL_S))
        if request.q.qtype == QTYPE.A:
            for address in addresses:
                reply.add_answer(RR(alias or name, QTYPE.A, rdata=A(address), ttl=TTL_S))
        return reply

    def _look_up(self, name: str) -> Answer:
        settings = json.loads(self._settings.read_text())
        now_s = time.monotonic()
        since_s, answer = self._held.get(name, (float("-inf"), None))
        if now_s - since_s >= settings["hold_s"]:
            self._records.outside = settings["outside"]
            answer = self._records.look_up(name)
            self._held[name] = now_s, answer
        return answer


def _follow(api: Api, kind: str, found: dict[tuple[str, str], Any]) -> None:
    while True:
        try:
            (everything,) = api.lines(kind)
            now = {_key(one): one for one in everything["items"]}
            found.update(now)  # never empty in between
            for gone in found.keys() - now.keys():
                del found[gone]
            version = everything["metadata"]["resourceVersion"]
            for event in api.lines(f"{kind}?watch=1&resourceVersion={version}"):
                if event["type"] == "ERROR":
                    break
                if event["type"] == "DELETED":
                    found.pop(_key(event["object"]), None)
                else:
                    found[_key(event["object"])] = event["object"]
        except (OSError, ValueError) as error:
            sys.stderr.write(f"{kind}: {error}\n")
            time.sleep(0.5)


def _key(one: Any) -> tuple[str, str]:
    return one["metadata"]["name"], one["metadata"]["namespace"]


def main(config: str, address: str) -> None:
    """Answer at port 53 of *address* until the process ends."""
    records, api = Records(), Api(Path(config))
    for kind, found in (("services", records.services), ("endpoints", records.endpoints)):
        threading.Thread(target=_follow, args=(api, kind, found), daemon=True).start()
    resolver = Names(records, Path(config).with_name("names.json"))
    DNSServer(resolver, port=53, address=address).start()


if __name__ == "__main__":
    main(*sys.argv[1:])
