"""The server of the labelling page, for one person and one browser on this machine.

``guard`` refuses requests that do not come from its own page. Requests name pages by number, and
the server chooses the files that it writes. The text of pages is sent as JSON and shown as text.
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
from starlette.types import ASGIApp

from boilerplate.display import visible
from boilerplate.explain.terminal import numbered_predictions, sign_of
from boilerplate.labelling.alike import Alike
from boilerplate.labelling.gain import Gain, gain_in_words
from boilerplate.labelling.guard import LIMITS, LOOPBACK, Guard, error_answer
from boilerplate.labelling.labels import OPEN, on_one_line
from boilerplate.labelling.session import Session
from boilerplate.labelling.sheet import ChangedOutsideError, LabellingError
from boilerplate.result import CleanPage
from boilerplate.roles import BESIDE_ROLES, CHROME_ROLES, CONTENT_ROLES

TOKEN_BYTES: Final = 32
DOUBT_DECIMALS: Final = 4  # of probabilities in answers
MAX_EXAMPLES: Final = 3  # texts of lines on other pages that may get the same label


SCRIPTS: Final = ("label.js", "label_folds.js", "label_lines.js")
STATIC: Final = {
    "/": ("label.html", "text/html; charset=utf-8"),
    "/label.css": ("label.css", "text/css; charset=utf-8"),
    **{f"/{name}": (name, "text/javascript; charset=utf-8") for name in SCRIPTS},
}


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
        Route("/api/pages/{number:int}/labels", handlers.set_mark, methods=["POST"]),
        Route("/api/pages/{number:int}/alike", handlers.mark_alike, methods=["POST"]),
        Route("/api/pages/{number:int}/finish", handlers.finish, methods=["POST"]),
        Route("/api/undo", handlers.undo, methods=["POST"]),
    ]
    on_error = {LabellingError: _refused, ChangedOutsideError: _conflict, OSError: _unsaved}
    return Guard(Starlette(routes=routes, exception_handlers=on_error), port, token, STATIC)


async def _refused(_request: Request, error: Exception) -> Response:
    return error_answer(400, str(error))


async def _conflict(_request: Request, error: Exception) -> Response:
    return error_answer(409, visible(str(error)))


async def _unsaved(_request: Request, error: Exception) -> Response:
    assert isinstance(error, OSError)  # noqa: S101 - it handles no other
    return error_answer(500, f"not saved: {error.strerror or error}")


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
        # The last gain, and the marks of the finished pages that it was computed from.
        self.last_gain: tuple[object, Gain | None] = (None, None)

    async def overview(self, _request: Request) -> Response:
        return await self._answer(self._overview)

    async def page(self, request: Request) -> Response:
        number = request.path_params["number"]
        return await self._answer(lambda: self._page(number))

    async def set_mark(self, request: Request) -> Response:
        fields = await _fields(request, first=int, last=int, mark=str)
        number = request.path_params["number"]

        def change() -> dict[str, Any]:
            self.session.set_mark(number, fields["first"], fields["last"], fields["mark"])
            alike = self.session.alike(number, fields["first"], fields["last"])
            return {
                "number": number,
                "marks": self.session.sheets[number].marks,
                "alike": alike and self._alike(alike),
            }

        return await self._answer(change)

    async def mark_alike(self, request: Request) -> Response:
        fields = await _fields(request, first=int, last=int)
        number = request.path_params["number"]

        def change() -> dict[str, Any]:
            alike = self.session.mark_alike(number, fields["first"], fields["last"])
            return {"alike": alike and self._alike(alike), **self._overview()}

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
            numbers = self.session.undo()
            if not numbers:
                return {"undone": None}
            return {"undone": self._page(numbers[0]), "pages": len(numbers)}

        return await self._answer(change)

    async def gain(self, _request: Request) -> Response:
        def compute() -> dict[str, Any]:
            with self.gain_lock:
                finished = tuple(s.marks if s.finished else None for s in self.session.sheets)
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
            "roles": {"content": CONTENT_ROLES, "beside": BESIDE_ROLES, "chrome": CHROME_ROLES},
            "pages": [
                {
                    "number": i,
                    "name": visible(sheets[i].name),
                    "lines": len(sheets[i].marks),
                    "doubt": round(doubts[i], 1),
                    "finished": sheets[i].finished,
                    "begun": any(mark != OPEN for mark in sheets[i].marks),
                }
                for i in self.session.order(doubts)
            ],
        }

    def _page(self, number: int) -> dict[str, Any]:
        changed, problem = False, ""
        try:
            changed = self.session.refresh(number)
        except (ChangedOutsideError, OSError) as error:
            problem = visible(str(error))
        prediction, sheet = self.session.prediction(number), self.session.sheets[number]
        return {
            "changed_outside": changed,
            "problem": problem,
            "number": number,
            "name": visible(sheet.name),
            "title": visible(sheet.page.metadata.title)[: LIMITS.line_length],
            "file": visible(str(sheet.path)),
            "language": prediction.language,
            "finished": sheet.finished,
            "marks": sheet.marks,
            "lines": _lines(prediction),
        }

    def _alike(self, alike: Alike) -> dict[str, Any]:
        """How many lines of other pages are alike, and the texts of some that differ."""
        texts = {
            _shortened(on_one_line(self.session.scored[i].page.lines[k].text)): None
            for i, lines in alike.lines.items()
            for k in lines
        }
        return {
            "pages": len(alike.lines),
            "lines": alike.n,
            "equal": alike.equal,
            "examples": list(texts)[:MAX_EXAMPLES],
        }


def _lines(prediction: CleanPage) -> list[dict[str, Any]]:
    return [
        {
            "text": _shortened(on_one_line(p.line.text)),
            "probability": p.probability,
            "predicted": sign_of(p),
            "role": p.role,
            "reason": visible(p.reason),
            "doubt": round(
                1 - p.probability if sign_of(p) == "+" else p.probability, DOUBT_DECIMALS
            ),
            "language": p.language,
        }
        for _, p in numbered_predictions(prediction)
    ]


def _shortened(text: str) -> str:
    return text if len(text) <= LIMITS.line_length else f"{text[: LIMITS.line_length]}…"


def _gain(gain: Gain | None) -> dict[str, Any]:
    words = {"words": gain_in_words(gain)}
    if gain is None:
        return {"pages": 0, **words}
    return {
        "pages": gain.pages,
        "lines": gain.lines,
        "wrong": gain.wrong,
        "enough": gain.enough,
        **words,
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
