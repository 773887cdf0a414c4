"""How much comes in, and that none of it touches a disk on its way."""

import http.client
import socket
import threading
from contextlib import contextmanager

import pytest
from waitress import create_server

from contracts.wire.errors import Broken
from provisioning.portal.running import serve

MANY = b"family-01 " * 500_000


@contextmanager
def serving(application, proxy=None):
    """The server as it is run, in a thread of this process."""
    stop = threading.Event()
    with serve.listen("127.0.0.1", 0) as listener:
        server = create_server(application, sockets=[listener], **serve.limits(proxy))

        def turn():
            while not stop.is_set():
                server.asyncore.loop(timeout=0.05, map=server._map, count=1)

        thread = threading.Thread(target=turn)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            thread.join()
            server.task_dispatcher.shutdown()
            server.close()


def asked(where, body=b"", **headers):
    """The answer and what it says; a body may be promised, and not be sent."""
    connection = http.client.HTTPConnection(where, timeout=10)
    connection.request("POST", "/", body, {name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer, content


@pytest.fixture
def no_files(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("it went to a file")

    monkeypatch.setattr("waitress.buffers.TempfileBasedBuffer.newfile", fail)


def echo(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def test_what_comes_in_and_goes_out_stays_in_memory(no_files):
    with serving(echo) as where:
        answer, content = asked(where, MANY)
    assert (answer.status, content == MANY, answer.headers["server"]) == (200, True, None)


def test_more_than_its_bound_is_refused():
    with serving(echo) as where:
        assert asked(where, Content_Length=str(serve.BODY_BYTES_MAX + 1))[0].status == 413
        assert asked(where, X_Long="a" * 17_000)[0].status == 431
        assert asked(where, X_Long="a" * 10_000)[0].status == 200


@pytest.mark.parametrize(("proxy", "seen"), [(None, "127.0.0.1 http None"), ("127.0.0.1", "192.0.2.7 https https")])
def test_only_the_named_proxy_says_who_asks_and_how(proxy, seen):
    def told(environ, start_response):
        start_response("200 OK", [])
        about = environ["REMOTE_ADDR"], environ["wsgi.url_scheme"], str(environ.get("HTTP_X_FORWARDED_PROTO"))
        return [" ".join(about).encode()]

    with serving(told, proxy) as where:
        _, content = asked(where, X_Forwarded_For="192.0.2.7", X_Forwarded_Proto="https")
    assert content.decode() == seen


def test_a_port_that_is_taken_is_told():
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(Broken, match="name another --port"):
        serve.listen("127.0.0.1", taken.getsockname()[1])
