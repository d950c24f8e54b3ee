"""The hasher service: SHA-256 over HTTP, for many callers at once.

    GET  /    "HASHER running on HOSTNAME"
    POST /    the SHA-256 of the body, as hexadecimal text, after 100 ms

What the body claims to be does not matter: its bytes are hashed as they came.
"""

import hashlib
import logging
import os
import signal
import socket
import sys
import time

import waitress
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

WORK_S = 0.1
LARGEST_BYTES = 1024 * 1024

app = Flask(__name__, static_folder=None)
app.config["MAX_CONTENT_LENGTH"] = LARGEST_BYTES
log = logging.getLogger("hasher")


@app.get("/")
def name() -> Response:
    """Return who answers: with several replicas, which one it was."""
    return Response(f"HASHER running on {socket.gethostname()}\n", mimetype="text/plain")


@app.post("/")
def digest() -> Response:
    """Return the SHA-256 of the request's body, after `WORK_S` seconds.

    Raises:
        RequestEntityTooLarge: The body has more than `LARGEST_BYTES`.
    """
    body = request.get_data(cache=False)  # raw, also if it claims to be a form, as curl's does
    time.sleep(WORK_S)
    return Response(hashlib.sha256(body).hexdigest(), mimetype="text/plain")


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
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a short queue is no news
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
    waitress.serve(
        app,
        host=os.environ.get("HOST", "0.0.0.0"),  # noqa: S104 - in a container, callers are outside
        port=os.environ.get("PORT", "80"),
        threads=64,  # each hash sleeps 100 ms: 640 hashes a second
        connection_limit=1000,
        asyncore_use_poll=True,  # select() ends at 1024 connections
        max_request_body_size=16 * LARGEST_BYTES,  # Flask refuses with words; this guards the disk
    )


if __name__ == "__main__":
    main()
