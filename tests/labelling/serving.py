"""A real labelling server in a thread, on a free port, and a client for it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from boilerplate.labelling.server import app, config, listen
from boilerplate.labelling.session import Session

TOKEN = "a token of these tests"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Client:
    """Sends requests as the labelling page does; ``headers`` replace its own, None removes one."""

    port: int

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str | None] | None = None
    ) -> Answer:
        own = f"127.0.0.1:{self.port}"
        sent = {"host": own, "x-token": TOKEN}
        if method != "GET":
            sent["origin"] = f"http://{own}"
        data = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {**sent, **(headers or {})}.items():
                if value is not None:
                    connection.putheader(name, value)
            if method == "GET":
                connection.endheaders()
            else:
                connection.putheader("content-length", str(len(data)))
                connection.endheaders(data)
            answer = connection.getresponse()
            return Answer(
                answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
            )
        finally:
            connection.close()

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.request("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str | None) -> Answer:
        return self.request("POST", path, body, headers)


@contextmanager
def serving(session: Session) -> Iterator[Client]:
    bound = listen()
    port = bound.getsockname()[1]
    server = uvicorn.Server(config(app(session, port, TOKEN)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield Client(port)
    finally:
        server.should_exit = True
        thread.join(30)
        bound.close()
