"""Jobs by RabbitMQ: `api` puts one there for each request, `consume` does them.

python jobs.py api 8000        python jobs.py consume
"""

import signal
import socket
import sys
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pika
from pika.exceptions import AMQPError


def connected() -> pika.BlockingConnection:
    while True:
        with suppress(AMQPError, OSError):
            return pika.BlockingConnection(pika.ConnectionParameters("rabbitmq", heartbeat=10))
        time.sleep(0.2)


class Api(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        connection = connected()
        channel = connection.channel()
        channel.confirm_delivery()
        for name in ("jobs", "done"):
            channel.queue_declare(name, durable=True)
        if self.path == "/left":  # jobs that wait, and jobs that are done
            waiting, done = (
                channel.queue_declare(name, passive=True).method.message_count
                for name in ("jobs", "done")
            )
            body = f"{waiting} {done}\n"
        else:
            channel.basic_publish("", "jobs", b"job")
            body = f"api on {socket.gethostname()}\n"
        connection.close()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = False
    request_queue_size = 128


def consume() -> None:
    while True:
        with suppress(AMQPError, OSError):
            channel = connected().channel()
            for name in ("jobs", "done"):
                channel.queue_declare(name, durable=True)
            channel.basic_qos(prefetch_count=1)
            for method, _, body in channel.consume("jobs"):
                channel.basic_publish("", "done", body)
                channel.basic_ack(method.delivery_tag)
        time.sleep(0.2)


def _end(_number: int, _frame: object) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    if sys.argv[1] == "consume":
        consume()
    with Server(("", int(sys.argv[2])), Api) as server:
        server.serve_forever()
