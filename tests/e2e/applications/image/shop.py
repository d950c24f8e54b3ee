"""A Django application in one file, with a Celery worker and a scheduler, on PostgreSQL and Redis.

python shop.py migrate && gunicorn shop:web        celery -A shop worker        celery -A shop beat
"""

import os
import socket
import sys

import django
from celery import Celery
from django.conf import settings
from django.core.management import execute_from_command_line
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

settings.configure(
    ALLOWED_HOSTS=["localhost", *os.environ.get("ALLOWED_HOSTS", "").split()],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "db",
            "NAME": "shop",
            "USER": "postgres",
            "PASSWORD": os.environ.get("SHOP_PASSWORD", ""),
        }
    },
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF="shop",
    SECRET_KEY="of a test",
)
django.setup()

from django.contrib.contenttypes.models import ContentType  # noqa: E402 - Django must be set up

celery = Celery("shop", broker="redis://redis:6379", backend="redis://redis:6379")
celery.conf.beat_schedule = {"tick": {"task": "shop.tick", "schedule": 1.0}}
celery.conf.broker_connection_retry_on_startup = True


@celery.task(name="shop.tick")
def tick() -> int:
    return int(celery.backend.client.incr("ticks"))


def home(request: HttpRequest) -> HttpResponse:
    request.get_host()  # as a page with links does: 400 for a host that is not allowed
    ContentType.objects.count()
    return HttpResponse(f"shop on {socket.gethostname()}\n")


def ticks(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(celery.backend.client.get("ticks") or b"0")


urlpatterns = [path("", home), path("ticks", ticks)]
web = get_wsgi_application()

if __name__ == "__main__":
    sys.modules["shop"] = sys.modules["__main__"]
    execute_from_command_line(sys.argv)
