"""Little applications whose limit is known: how long each service takes is written in the file.

They need no image and no package: a server of the standard library, and workers that ask.
"""

from pathlib import Path

SERVER = """
import http.server, os, signal, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        end = time.process_time() + float(os.environ.get("BURNS_S", 0))
        while time.process_time() < end:
            pass
        time.sleep(float(os.environ.get("TAKES_S", 0)))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"done")

    def log_message(self, *words):
        pass

class Server(http.server.HTTPServer):  # one request at a time
    request_queue_size = 128

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
Server((os.environ.get("HOST", ""), int(os.environ.get("PORT", 80))), Handler).serve_forever()
"""
WORKER = """
import os, signal, socket, sys, time, urllib.parse, urllib.request

BUSY = "local n = 0 for i = 1, 1500000 do n = n + i end return 1"

def ask(url):
    place = urllib.parse.urlsplit(url)
    if place.scheme != "redis":
        return urllib.request.urlopen(url, timeout=30).read()
    words = ["EVAL", BUSY, "0"]
    text = f"*{len(words)}\\r\\n" + "".join(f"${len(w)}\\r\\n{w}\\r\\n" for w in words)
    with socket.create_connection((place.hostname, place.port or 6379), 30) as redis:
        redis.sendall(text.encode())
        return redis.recv(100)

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
done, said = 0, time.monotonic()
while True:
    try:
        for url in os.environ["ASKS"].split():
            ask(url)
        done += 1
    except OSError:
        time.sleep(0.1)
    time.sleep(float(os.environ.get("RESTS_S", 0)))
    if time.monotonic() - said >= 0.25:
        print(done, "units done", flush=True)
        done, said = 0, time.monotonic()
"""

# An open load: so many requests a second, however fast they are answered.
ASKING = """
import sys, time, urllib.request
while True:
    urllib.request.urlopen("http://" + sys.argv[1]).read()
    time.sleep(0.05)
"""


def write(folder: Path, services: str) -> Path:
    """Write a Compose file with *services* and the programs that they are built from."""
    for name, source, port in (("server", SERVER, "EXPOSE 80\n"), ("worker", WORKER, "")):
        built = folder / name
        built.mkdir()
        built.joinpath("main.py").write_text(source)
        dockerfile = f'FROM python:3.13-slim\nCOPY . .\n{port}CMD ["python", "main.py"]\n'
        built.joinpath("Dockerfile").write_text(dockerfile)
    file = folder / "compose.yml"
    file.write_text(f"services:\n{services}")
    return file


def worker(asks: str, replicas: int, rests_s: float = 0) -> str:
    """Return the service of *replicas* workers that ask the services *asks* in turn."""
    kinds = {"redis": "redis://redis:6379"}
    urls = " ".join(kinds.get(name, f"http://{name}") for name in asks.split())
    return (
        "  worker:\n    build: worker\n"
        f"    deploy: {{replicas: {replicas}}}\n"
        f'    environment: {{ASKS: "{urls}", RESTS_S: {rests_s}}}\n'
        "    labels: {dcgen.count: '(\\d+) units done'}\n"
    )


def server(name: str, takes_s: float = 0, more: str = "", burns_s: float = 0) -> str:
    """Return the service *name*, which answers one request at a time, *takes_s* each."""
    environment = f'{{TAKES_S: "{takes_s}", BURNS_S: "{burns_s}"}}'
    return f"  {name}:\n    build: server\n    environment: {environment}\n{more}"


QUEUE = server("api", 0.05) + worker("api", 6, 0.01)
CHAIN = server("first", 0.04) + server("second", 0.024) + worker("first second", 8)
BOTH = server("first", 0.04) + server("second", 0.04) + worker("first second", 8)
STATEFUL = "  redis:\n    image: redis\n" + server("api", 0.002) + worker("api redis", 4)
BUSY = server("api", more="    deploy: {replicas: 4}\n", burns_s=0.05) + worker("api", 12)
