"""The labelling page's server: one person, one browser, on this machine only.

A page on the open web can make a browser send requests to this server, or give its own host name
this machine's address. So a request must be addressed to the loopback address by name, come from
no other origin, and carry a token that only the printed address holds; the token is sent in a
header and never kept in a cookie, so no browser sends it by itself. Pages are called by number,
the server chooses what is written where, and what a page says leaves it as JSON, to be shown as
text.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Mapping
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
from boilerplate.explain.terminal import numbered_predictions, sign
from boilerplate.labelling.labels import on_one_line
from boilerplate.labelling.session import Gain, LabellingError, Session
from boilerplate.result import CleanPage

LOOPBACK: Final = "127.0.0.1"
NAMES: Final = (LOOPBACK, "localhost")
TOKEN_BYTES: Final = 32
TOKEN_HEADER: Final = b"x-token"
MAX_BODY: Final = 1024  # bytes; a request names a page, two lines and a sign
MAX_HEADERS: Final = 32_768  # bytes; a browser sends some hundreds
MAX_SHOWN: Final = 2000  # characters of a line
DIGITS: Final = 4
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
    """A socket on the loopback address; port 0 takes one that is free. Raises OSError."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    if os.name == "posix":  # elsewhere it would let another program take the port too
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen()  # whoever is told the address is answered, if a moment later
    except OSError:
        bound.close()
        raise
    return bound


def address(port: int, token: str) -> str:
    """What a person opens. What follows # never leaves the browser: no log holds the token.

    >>> address(8000, "secret")
    'http://127.0.0.1:8000/#secret'
    """
    return f"http://{LOOPBACK}:{port}/#{token}"


def new_token() -> str:
    """A token that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def serve(session: Session, bound: socket.socket, token: str) -> None:
    """Serve a session until it is interrupted."""
    import uvicorn

    uvicorn.Server(config(app(session, bound.getsockname()[1], token))).run(sockets=[bound])


def config(served: ASGIApp) -> Any:
    """How uvicorn serves it: plainly, believing no proxy, saying nothing."""
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
        limit_concurrency=64,
        timeout_graceful_shutdown=1,
    )


def app(session: Session, port: int, token: str) -> ASGIApp:
    """The application: a session behind a guard."""
    desk = _Desk(session)
    routes = [
        *(Route(path, _static(*named), methods=["GET"]) for path, named in STATIC.items()),
        Route("/api/session", desk.overview, methods=["GET"]),
        Route("/api/gain", desk.gain, methods=["GET"]),
        Route("/api/pages/{number:int}", desk.page, methods=["GET"]),
        Route("/api/pages/{number:int}/labels", desk.say, methods=["POST"]),
        Route("/api/pages/{number:int}/finish", desk.finish, methods=["POST"]),
        Route("/api/undo", desk.undo, methods=["POST"]),
    ]
    wrong = {LabellingError: _refused, OSError: _unsaved}
    return Guard(Starlette(routes=routes, exception_handlers=wrong), port, token)


class Guard:
    """Lets through what the person's own browser asks, and gives every answer its headers.

    401 without the token, 403 for another host name or origin, 413 for a body that is too long,
    431 for headers that are.
    """

    def __init__(self, guarded: ASGIApp, port: int, token: str) -> None:
        self.guarded = guarded
        self.token = token.encode()
        self.hosts = frozenset(f"{name}:{port}".encode() for name in NAMES)
        self.origins = frozenset(b"http://" + host for host in self.hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or hand it on."""

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
            too_long = _error(413, f"a request has at most {MAX_BODY} bytes")
            await too_long(scope, receive, send_with_headers)
            return
        await self.guarded(scope, _once(body, receive), send_with_headers)

    def refusal(self, scope: Scope) -> Response | None:
        """Why a request is refused, or None."""
        headers: list[tuple[bytes, bytes]] = scope["headers"]
        # The server itself refuses long ones (400) only where they do not come all at once.
        if sum(len(name) + len(value) for name, value in headers) > MAX_HEADERS:
            return _error(431, f"headers have at most {MAX_HEADERS} bytes")

        def sent(name: bytes) -> list[bytes]:
            return [value for key, value in headers if key == name]

        hosts, origins, tokens = sent(b"host"), sent(b"origin"), sent(TOKEN_HEADER)
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return _error(403, "this server answers to the address that it printed")
        if any(origin not in self.origins for origin in origins):
            return _error(403, "this server answers its own page only")
        if any(site not in (b"same-origin", b"none") for site in sent(b"sec-fetch-site")):
            return _error(403, "this server answers its own page only")
        if scope["method"] not in ("GET", "HEAD") and not origins:
            return _error(403, "what changes something must say where it comes from")
        if scope["path"] in STATIC and scope["method"] in ("GET", "HEAD"):
            return None
        if len(tokens) != 1 or not secrets.compare_digest(tokens[0], self.token):
            return _error(401, "open the whole address that was printed, with what follows the #")
        return None


async def _body(receive: Receive) -> bytes | None:
    """The body of a request; None where it is too long, of which no more is read."""
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if message["type"] != "http.request" or not message.get("more_body"):
            return body


def _once(body: bytes, receive: Receive) -> Receive:
    """A Receive that hands out a body that was read already, then whatever comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return again


def _error(status: int, problem: str) -> JSONResponse:
    return JSONResponse({"error": problem}, status)


async def _refused(_request: Request, error: Exception) -> Response:
    return _error(400, str(error))


async def _unsaved(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)  # noqa: S101 - by the table of handlers
    return _error(500, f"not saved: {error.strerror or error}")


def _static(name: str, media_type: str) -> Callable[[Request], Awaitable[Response]]:
    content = (files("boilerplate") / "data" / name).read_bytes()

    async def answer(_request: Request) -> Response:
        return Response(content, media_type=media_type)

    return answer


class _Desk:
    """A session's answers, one request at a time.

    Only what was gained is worked out beside them, for it takes seconds.
    """

    def __init__(self, session: Session) -> None:
        self.session = session
        self.lock = Lock()
        self.gain_lock = Lock()
        self.gained: tuple[object, Gain | None] = (None, None)

    async def overview(self, _request: Request) -> Response:
        return await self._answer(self._overview)

    async def page(self, request: Request) -> Response:
        number = request.path_params["number"]
        return await self._answer(lambda: self._page(number))

    async def say(self, request: Request) -> Response:
        asked = await _asked(request, first=int, last=int, sign=str)
        number = request.path_params["number"]

        def change() -> dict[str, Any]:
            self.session.say(number, asked["first"], asked["last"], asked["sign"])
            return {"number": number, "signs": "".join(self.session.sheets[number].signs)}

        return await self._answer(change)

    async def finish(self, request: Request) -> Response:
        await _asked(request)
        number = request.path_params["number"]

        def change() -> dict[str, Any]:
            self.session.finish(number)
            return {**self._overview(), "finished": number}

        return await self._answer(change)

    async def undo(self, request: Request) -> Response:
        await _asked(request)

        def change() -> dict[str, Any]:
            number = self.session.undo()
            return {"undone": None} if number is None else {"undone": self._page(number)}

        return await self._answer(change)

    async def gain(self, _request: Request) -> Response:
        def work_out() -> dict[str, Any]:
            with self.gain_lock:
                finished = tuple(s.signs if s.finished else None for s in self.session.sheets)
                if self.gained[0] != finished:
                    self.gained = (finished, self.session.gain())
                return _gain(self.gained[1])

        return JSONResponse(await run_in_threadpool(work_out))

    async def _answer(self, work: Callable[[], dict[str, Any]]) -> Response:
        def alone() -> dict[str, Any]:
            with self.lock:
                return work()

        return JSONResponse(await run_in_threadpool(alone))

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
                    "begun": any(sign != "." for sign in sheets[i].signs),
                }
                for i in self.session.order(doubts)
            ],
        }

    def _page(self, number: int) -> dict[str, Any]:
        opinion, sheet = self.session.opinion(number), self.session.sheets[number]
        return {
            "number": number,
            "name": visible(sheet.name),
            "title": visible(sheet.page.metadata.title)[:MAX_SHOWN],
            "file": visible(str(sheet.path)),
            "language": opinion.language,
            "finished": sheet.finished,
            "signs": "".join(sheet.signs),
            "lines": _lines(opinion),
        }


def _lines(opinion: CleanPage) -> list[dict[str, Any]]:
    return [
        {
            "text": _shown(on_one_line(p.line.text)),
            "p": p.probability,
            "said": sign(p),
            "why": visible(p.reason),
            "doubt": round(1 - p.probability if sign(p) == "+" else p.probability, DIGITS),
            "language": p.language,
        }
        for _, p in numbered_predictions(opinion)
    ]


def _shown(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


def _gain(gain: Gain | None) -> dict[str, Any]:
    if gain is None:
        return {"pages": 0}
    return {
        "pages": gain.pages,
        "lines": gain.lines,
        "general": round(gain.general, DIGITS),
        "unlabelled": round(gain.unlabelled, DIGITS),
        "taught": round(gain.taught, DIGITS),
        "corrected": round(gain.corrected, DIGITS),
        "expected": gain.expected and round(gain.expected, DIGITS),
        "moved": gain.moved and round(gain.moved, DIGITS),
        "part": gain.part,
        "enough": gain.enough,
    }


async def _asked(request: Request, **kinds: type) -> Mapping[str, Any]:
    """What a request's JSON object says, of these keys and kinds and no other."""
    try:
        asked = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError) as error:
        raise LabellingError("the request is no JSON") from error
    if not isinstance(asked, dict) or {k: type(v) for k, v in asked.items()} != kinds:
        raise LabellingError(f"a request has {', '.join(kinds) or 'nothing'}")
    return asked
