"""The server of the labelling page, for one person and one browser on this machine.

A page on the web can make a browser send requests to this server (cross-site request forgery), or
point its own host name at this machine's address (DNS rebinding). So a request must name the
loopback address as its host, must not come from another origin, and must have a token that is only
in the printed address. The token is sent in a header, not in a cookie, so no browser sends it by
itself. Requests name pages by number, and the server chooses the files that it writes. The text of
pages is sent as JSON and shown as text.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from threading import Lock
from typing import Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions, sign_of
from boilerplate.labelling.labels import OPEN, on_one_line
from boilerplate.labelling.session import Gain, LabellingError, Session
from boilerplate.result import CleanPage

LOOPBACK: Final = "127.0.0.1"
HOST_NAMES: Final = (LOOPBACK, "localhost")
TOKEN_BYTES: Final = 32
TOKEN_HEADER: Final = b"x-token"
SCORE_DECIMALS: Final = 4  # of scores in answers


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """What is accepted and sent.

    ``body_bytes`` of a request, which names a page, two lines and a sign; ``header_bytes``, of
    which a browser sends some hundreds; ``line_length``, in characters, of a line that is shown;
    ``connections`` at the same time.
    """

    body_bytes: int = 1024
    header_bytes: int = 32_768
    line_length: int = 2000
    connections: int = 64


LIMITS: Final = ServerLimits()
STATIC: Final = {
    "/": ("label.html", "text/html; charset=utf-8"),
    "/label.css": ("label.css", "text/css; charset=utf-8"),
    "/label.js": ("label.js", "text/javascript; charset=utf-8"),
}
HEADERS: Final = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_HEADERS: Final = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def listen(port: int = 0) -> socket.socket:
    """Open a socket on the loopback address; port 0 takes a free one. Raises OSError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # on Windows, it would allow another program to use the port as well
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen()  # requests wait from now on, until the server runs
    except OSError:
        bound.close()
        raise
    return bound


def address(port: int, token: str) -> str:
    """The address to open. Browsers do not send what follows #, so no log contains the token.

    >>> address(8000, "secret")
    'http://127.0.0.1:8000/#secret'
    """
    return f"http://{LOOPBACK}:{port}/#{token}"


def new_token() -> str:
    """A random token."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def serve(session: Session, bound: socket.socket, token: str) -> None:
    """Serve a session until it is interrupted."""
    import uvicorn

    uvicorn.Server(config(app(session, bound.getsockname()[1], token))).run(sockets=[bound])


def config(served: ASGIApp) -> Any:
    """The settings of uvicorn: HTTP only, no proxy headers, no log of requests."""
    import uvicorn

    return uvicorn.Config(
        served,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        limit_concurrency=LIMITS.connections,
        timeout_graceful_shutdown=1,
    )


def app(session: Session, port: int, token: str) -> ASGIApp:
    """The application: the handlers of a session behind a Guard."""
    handlers = _Handlers(session)
    routes = [
        *(Route(path, _static(*named), methods=["GET"]) for path, named in STATIC.items()),
        Route("/api/session", handlers.overview, methods=["GET"]),
        Route("/api/gain", handlers.gain, methods=["GET"]),
        Route("/api/pages/{number:int}", handlers.page, methods=["GET"]),
        Route("/api/pages/{number:int}/labels", handlers.set_sign, methods=["POST"]),
        Route("/api/pages/{number:int}/finish", handlers.finish, methods=["POST"]),
        Route("/api/undo", handlers.undo, methods=["POST"]),
    ]
    on_error = {LabellingError: _refused, OSError: _unsaved}
    return Guard(Starlette(routes=routes, exception_handlers=on_error), port, token)


class Guard:
    """Passes on the requests of the labelling page, and adds security headers to every answer.

    It answers 401 without the token, 403 for another host name or origin, 413 for a body and 431
    for headers that are too long.
    """

    def __init__(self, application: ASGIApp, port: int, token: str) -> None:
        self.application = application
        self.token = token.encode()
        self.hosts = frozenset(f"{name}:{port}".encode() for name in HOST_NAMES)
        self.origins = frozenset(b"http://" + host for host in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), *_HEADERS]}
            await send(message)

        if scope["type"] != "http":
            return
        if refused := self.refusal(scope):
            await refused(scope, receive, send_with_headers)
            return
        body = await _body(receive)
        if body is None:
            too_long = _error(413, f"a request has at most {LIMITS.body_bytes} bytes")
            await too_long(scope, receive, send_with_headers)
            return
        await self.application(scope, _replay(body, receive), send_with_headers)

    def refusal(self, scope: Scope) -> Response | None:
        """The answer to a request that is refused; None if it is not."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        # The server itself refuses long headers (400) only if they come in several packets.
        if sum(len(name) + len(value) for name, value in headers) > LIMITS.header_bytes:
            return _error(431, f"headers have at most {LIMITS.header_bytes} bytes")

        def values_of(name: bytes) -> list[bytes]:
            return [value for key, value in headers if key == name]

        hosts, origins, tokens = values_of(b"host"), values_of(b"origin"), values_of(TOKEN_HEADER)
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return _error(403, "this server answers only to the address that it printed")
        if any(origin not in self.origins for origin in origins):
            return _error(403, "this server answers only its own page")
        if any(site not in (b"same-origin", b"none") for site in values_of(b"sec-fetch-site")):
            return _error(403, "this server answers only its own page")
        if scope["method"] not in ("GET", "HEAD") and not origins:
            return _error(403, "a request that changes something needs an Origin header")
        if scope["path"] in STATIC and scope["method"] in ("GET", "HEAD"):
            return None
        if len(tokens) != 1 or not secrets.compare_digest(tokens[0], self.token):
            return _error(
                401, "open the whole address that was printed, including what follows the #"
            )
        return None


async def _body(receive: Receive) -> bytes | None:
    """Read the body of a request; None if it is too long, in which case reading stops."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LIMITS.body_bytes:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _replay(body: bytes, receive: Receive) -> Receive:
    """A Receive that returns a body that was already read, then what comes after it."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def _error(status: int, problem: str) -> JSONResponse:
    return JSONResponse({"error": problem}, status)


async def _refused(_request: Request, error: Exception) -> Response:
    return _error(400, str(error))


async def _unsaved(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)  # noqa: S101 - it handles no other
    return _error(500, f"not saved: {error.strerror or error}")


def _static(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    content = (files("boilerplate") / "data" / name).read_bytes()

    async def answer(_request: Request) -> Response:
        return Response(content, media_type=media_type)

    return answer


class _Handlers:
    """Answers requests about a session, one at a time.

    Only the gain is computed in parallel to other requests, because it takes seconds.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lock = Lock()
        self.gain_lock = Lock()
        # The last gain, and the signs of the finished pages that it was computed from.
        self.last_gain: tuple[object, Gain | None] = (None, None)

    async def overview(self, _request: Request) -> Response:
        return await self._answer(self._overview)

    async def page(self, request: Request) -> Response:
        number = request.path_params["number"]
        return await self._answer(lambda: self._page(number))

    async def set_sign(self, request: Request) -> Response:
        fields = await _fields(request, first=int, last=int, sign=str)
        number = request.path_params["number"]

        def change() -> dict[str, Any]:
            self.session.set_sign(number, fields["first"], fields["last"], fields["sign"])
            return {"number": number, "signs": "".join(self.session.sheets[number].signs)}

        return await self._answer(change)

    async def finish(self, request: Request) -> Response:
        await _fields(request)
        number = request.path_params["number"]

        def change() -> dict[str, Any]:
            self.session.finish(number)
            return {**self._overview(), "finished": number}

        return await self._answer(change)

    async def undo(self, request: Request) -> Response:
        await _fields(request)

        def change() -> dict[str, Any]:
            number = self.session.undo()
            return {"undone": None} if number is None else {"undone": self._page(number)}

        return await self._answer(change)

    async def gain(self, _request: Request) -> Response:
        def compute() -> dict[str, Any]:
            with self.gain_lock:
                finished = tuple(s.signs if s.finished else None for s in self.session.sheets)
                if self.last_gain[0] != finished:
                    self.last_gain = (finished, self.session.gain())
                return _gain(self.last_gain[1])

        return JSONResponse(await run_in_threadpool(compute))

    async def _answer(self, work: Callable[[], dict[str, Any]]) -> Response:
        def work_alone() -> dict[str, Any]:
            with self.lock:
                return work()

        return JSONResponse(await run_in_threadpool(work_alone))

    def _overview(self) -> dict[str, Any]:
        doubts = self.session.doubts()
        sheets = self.session.sheets
        return {
            "site": visible(self.session.site),
            "pages": [
                {
                    "number": i,
                    "name": visible(sheets[i].name),
                    "lines": len(sheets[i].signs),
                    "doubt": round(doubts[i], 1),
                    "finished": sheets[i].finished,
                    "begun": any(sign != OPEN for sign in sheets[i].signs),
                }
                for i in self.session.order(doubts)
            ],
        }

    def _page(self, number: int) -> dict[str, Any]:
        prediction, sheet = self.session.prediction(number), self.session.sheets[number]
        return {
            "number": number,
            "name": visible(sheet.name),
            "title": visible(sheet.page.metadata.title)[: LIMITS.line_length],
            "file": visible(str(sheet.path)),
            "language": prediction.language,
            "finished": sheet.finished,
            "signs": "".join(sheet.signs),
            "lines": _lines(prediction),
        }


def _lines(prediction: CleanPage) -> list[dict[str, Any]]:
    return [
        {
            "text": _shortened(on_one_line(p.line.text)),
            "probability": p.probability,
            "predicted": sign_of(p),
            "reason": visible(p.reason),
            "doubt": round(
                1 - p.probability if sign_of(p) == "+" else p.probability, SCORE_DECIMALS
            ),
            "language": p.language,
        }
        for _, p in numbered_predictions(prediction)
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= LIMITS.line_length else f"{text[: LIMITS.line_length]}…"


def _gain(gain: Gain | None) -> dict[str, Any]:
    if gain is None:
        return {"pages": 0}
    return {
        "pages": gain.pages,
        "lines": gain.lines,
        "general": round(gain.general, SCORE_DECIMALS),
        "unlabelled": round(gain.unlabelled, SCORE_DECIMALS),
        "labelled": round(gain.labelled, SCORE_DECIMALS),
        "wrong": round(gain.wrong, SCORE_DECIMALS),
        "expected": gain.expected and round(gain.expected, SCORE_DECIMALS),
        "changed": gain.changed and round(gain.changed, SCORE_DECIMALS),
        "part": gain.part,
        "enough": gain.enough,
    }


async def _fields(request: Request, **types: type) -> Mapping[str, Any]:
    """The fields of a request's JSON object: exactly those named, with values of these types."""
    try:
        fields = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise LabellingError("the request is not JSON") from error
    if not isinstance(fields, dict) or {k: type(v) for k, v in fields.items()} != types:
        raise LabellingError(f"this request has the fields: {', '.join(types) or 'none'}")
    return fields
