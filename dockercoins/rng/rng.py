"""The rng service: random bytes over HTTP, for one caller at a time.

    GET /     "RNG running on HOSTNAME"
    GET /N    N random bytes, after 100 ms

It knows nothing of who asks. With many callers it is the bottleneck of
DockerCoins, on purpose: more replicas are the cure, not more threads.
"""

import logging
import os
import re
import signal
import socket
import sys
import time

import waitress
from flask import Flask, Response, abort, request
from werkzeug.exceptions import HTTPException

WORK_S = 0.1
LARGEST_BYTES = 1024 * 1024

app = Flask(__name__, static_folder=None)
log = logging.getLogger("rng")


@app.get("/")
def name() -> Response:
    """Return who answers: with several replicas, which one it was."""
    return Response(f"RNG running on {socket.gethostname()}\n", mimetype="text/plain")


@app.get("/<count>")
def random_bytes(count: str) -> Response:
    """Return *count* random bytes, 0 to `LARGEST_BYTES`, after `WORK_S` seconds.

    Raises:
        NotFound: *count* is not a number made of the digits 0 to 9.
        BadRequest: *count* is more than `LARGEST_BYTES`.
    """
    # Not Flask's <int:count>: past 4300 digits Python's int() raises, a 500 for the caller.
    if not re.fullmatch("[0-9]+", count):
        abort(404, f"ask for /N, N being a number of bytes from 0 to {LARGEST_BYTES}")
    digits = count.lstrip("0") or "0"
    if len(digits) > len(str(LARGEST_BYTES)) or int(digits) > LARGEST_BYTES:
        abort(400, f"at most {LARGEST_BYTES} bytes per request")
    time.sleep(WORK_S)
    return Response(os.urandom(int(digits)), mimetype="application/octet-stream")


@app.errorhandler(HTTPException)
def say_error(error: HTTPException) -> Response:
    """Return *error* as one line of text: callers are programs and curl, not browsers."""
    text = f"{error.code} {error.name}: {error.description}\n"
    response = Response(text, error.code, mimetype="text/plain")
    for header, value in error.get_headers():
        if header != "Content-Type":
            response.headers[header] = value  # such as Allow of a 405
    return response


@app.after_request
def log_request(response: Response) -> Response:
    """Log one line for the request, and return *response* as it was."""
    # The URI as it came: decoded, a %0A in it would forge a second line.
    asked, size = f"{request.method} {request.environ['REQUEST_URI']}", response.content_length
    log.info("%s %r %s %s", request.remote_addr, asked, response.status_code, size)
    return response


def main() -> None:
    """Serve until SIGTERM or SIGINT; a request that is being worked on is still answered."""
    logging.basicConfig(level=logging.INFO, stream=sys.stdout, format="%(message)s")
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # callers queue here by design
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    waitress.serve(
        app,
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104 - in a container, callers are outside
        port=os.environ.get("PORT", "80"),
        threads=1,  # one request at a time; connections are accepted, and wait
        connection_limit=1000,
        asyncore_use_poll=True,  # select() ends at 1024 connections
        channel_request_lookahead=1,  # notices callers that hung up, and drops their request
    )


if __name__ == "__main__":
    main()
