"""The server of the labelling page, over real HTTP: its answers, and what it refuses."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from boilerplate.labelling.guard import HEADERS, LIMITS
from boilerplate.labelling.server import STATIC, address, listen
from boilerplate.labelling.session import Session
from boilerplate.labelling.sheet import sheet
from boilerplate.model.model import Model
from boilerplate.page import text_page
from tests import made_up_site as site
from tests.labelling.serving import TOKEN, Client, serving

pytest.importorskip("uvicorn", reason="boilerplate-lines[label] is not installed")
CHANGE = {"first": 0, "last": 1, "mark": "-"}
API = ("/api/session", "/api/gain", "/api/pages/0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def session(folder: Path, model: Model) -> Session:
    hostile = text_page(
        ["<b>bold</b>\x1b[31m", "x" * (LIMITS.line_length + 9), "\u202eevil", "שלום"]
    )
    pages = [site.text(0), site.text(1, "ar"), site.text(2, "ja"), hostile]
    named = ((f"{i}.txt", page) for i, page in enumerate(pages))
    sheets = [sheet(name, page, folder / f"{name}.labels") for name, page in named]
    return Session.begin("daily.example", sheets, model)


@pytest.fixture(scope="module")
def client(session: Session) -> Iterator[Client]:
    with serving(session) as client:
        yield client


class TestAnswers:
    def test_label_undo_and_finish(self, client: Client, folder: Path) -> None:
        answer = client.post("/api/pages/1/labels", CHANGE)
        assert answer.json["marks"] == [*"--........"]
        assert (folder / "1.txt.labels").read_text("utf-8").startswith("- Home\n- News\n. ")
        assert client.post("/api/undo").json["undone"]["marks"] == ["."] * 10
        overview = client.post("/api/pages/1/finish").json
        assert overview["finished"] == 1
        assert overview["pages"][-1]["number"] == 1
        assert client.get("/api/gain").json["pages"] == 1
        client.post("/api/undo")
        assert client.get("/api/gain").json["pages"] == 0
        assert client.post("/api/undo").json == {"undone": None}

    def test_roles_and_lines_alike(self, client: Client, folder: Path) -> None:
        names = client.get("/api/session").json["roles"]
        assert (names["content"][0], names["chrome"][-1]) == ("headline", "other")
        change = {"first": 0, "last": 0, "mark": "-navigation"}
        answer = client.post("/api/pages/1/labels", change).json
        assert answer["marks"][:2] == ["-navigation", "."]
        assert answer["alike"] == {"pages": 2, "lines": 2, "equal": 2, "examples": ["Home"]}
        done = client.post("/api/pages/1/alike", {"first": 0, "last": 0}).json
        assert done["alike"]["pages"] == 2
        assert sum(each["begun"] for each in done["pages"]) == 3
        assert (folder / "0.txt.labels").read_text("utf-8").startswith("-navigation Home\n")
        assert client.post("/api/undo").json["pages"] == 3
        assert client.post("/api/undo").json["undone"]["marks"] == ["."] * 10

    def test_labels_changed_outside_are_a_conflict_and_then_shown(
        self, client: Client, folder: Path
    ) -> None:
        path = folder / "1.txt.labels"
        before = path.read_text("utf-8")
        path.write_text(before.replace("\n. ", "\n? "), "utf-8")
        answer = client.post("/api/pages/1/labels", CHANGE)
        assert (answer.status, "by another program" in answer.json["error"]) == (409, True)
        path.write_text(before, "utf-8")
        page = client.get("/api/pages/1").json
        assert (page["marks"], page["changed_outside"]) == (["."] * 10, True)
        path.write_text("nothing of this page\n", "utf-8")
        page = client.get("/api/pages/1").json
        assert (page["marks"], page["changed_outside"]) == (["."] * 10, False)
        assert "cannot be used" in page["problem"]
        path.write_text(before, "utf-8")
        assert client.get("/api/pages/1").json["problem"] == ""

    def test_a_page_has_the_prediction_of_each_line(self, client: Client) -> None:
        page = client.get("/api/pages/0").json
        assert page["name"] == "0.txt"
        assert {*page["lines"][0]} == {
            "text",
            "probability",
            "predicted",
            "role",
            "reason",
            "doubt",
            "language",
        }

    def test_lines_are_shortened_and_made_visible(self, client: Client) -> None:
        lines = [line["text"] for line in client.get("/api/pages/3").json["lines"]]
        assert lines == ["<b>bold</b>␛[31m", "x" * LIMITS.line_length + "…", "\ufffdevil", "שלום"]

    def test_a_file_that_cannot_be_written_is_an_error(self, client: Client, folder: Path) -> None:
        blocked = folder / "3.txt.labels"
        blocked.mkdir()
        answer = client.post("/api/pages/3/labels", CHANGE)
        blocked.rmdir()
        assert answer.status == 500
        assert answer.json["error"].startswith("not saved: ")
        assert client.get("/api/pages/3").json["marks"] == ["."] * 4
        assert not list(folder.glob(".*")), "nothing is left lying about"


class TestRefusals:
    @pytest.mark.parametrize("path", API)
    @pytest.mark.parametrize("token", [None, "", "another", TOKEN + "x", TOKEN[:-1]])
    def test_a_missing_or_wrong_token(self, client: Client, path: str, token: str | None) -> None:
        assert client.get(path, **{"x-token": token}).status == 401

    @pytest.mark.parametrize("path", ["/", *API])
    @pytest.mark.parametrize(
        "host", [None, "evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1",
                 "0.0.0.0:{port}", "127.0.0.1:{port}.evil.example", "[::1]:{port}"],
    )  # fmt: skip
    def test_another_host_name(self, client: Client, path: str, host: str | None) -> None:
        answer = client.get(path, host=host and host.format(port=client.port))
        # Without a Host header, the HTTP library answers.
        assert answer.status == (403 if host else 400)

    def test_localhost_is_accepted(self, client: Client) -> None:
        assert client.get("/api/session", host=f"LOCALHOST:{client.port}").status == 200

    @pytest.mark.parametrize(
        "origin", ["http://evil.example", "null", "https://127.0.0.1:{port}", "http://127.0.0.1:1",
                   "http://127.0.0.1", ""],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_another_origin(
        self, client: Client, session: Session, origin: str, method: str
    ) -> None:
        path = "/api/session" if method == "GET" else "/api/pages/0/labels"
        sent = {"origin": origin.format(port=client.port)}
        assert client.request(method, path, CHANGE, sent).status == 403
        assert set(session.sheets[0].marks) == {"."}

    def test_a_change_without_an_origin(self, client: Client) -> None:
        assert client.post("/api/pages/0/labels", CHANGE, origin=None).status == 403

    @pytest.mark.parametrize("site", ["cross-site", "same-site"])
    def test_a_request_that_the_browser_marks_as_cross_site(
        self, client: Client, site: str
    ) -> None:
        assert client.get("/", **{"sec-fetch-site": site}).status == 403

    @pytest.mark.parametrize(
        "path",
        ["/../../etc/passwd", "/label.js/../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
         "/api/pages/../../../etc/passwd", "/api/pages/-1", "/api/pages/4", "/api/pages/0.5",
         "/api/pages/0%2flabels", "//etc/passwd", "/data/label.js", "/api/pages/9" + "9" * 99],
    )  # fmt: skip
    def test_other_paths(self, client: Client, path: str) -> None:
        assert client.get(path).status in (400, 404, 405)

    @pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
    def test_other_methods(self, client: Client, method: str) -> None:
        assert client.request(method, "/api/pages/0/labels", CHANGE).status in (400, 405)
        assert client.request(method, "/", headers={"x-token": None}).status in (400, 401)

    @pytest.mark.parametrize(
        "body",
        [b"", b"{", b"[]", b"\xff", b"[" * LIMITS.body_bytes, b'{"first":0}', b"null",
         b'{"first":0,"last":true,"mark":"-"}', b'{"first":"0","last":1,"mark":"-"}',
         b'{"first":0,"last":99,"mark":"-"}', b'{"first":0,"last":1,"mark":"../x"}',
         b'{"first":0,"last":1e3,"mark":"-"}', b'{"first":0,"last":1,"mark":"-","path":"/etc/x"}',
         b'{"first":0,"mark":"-","last":' + b"9" * 900 + b"}"],
        ids=range(14),
    )  # fmt: skip
    def test_an_invalid_body_changes_nothing(
        self, client: Client, session: Session, body: bytes
    ) -> None:
        answer = client.post("/api/pages/0/labels", body)
        assert answer.status == 400
        assert answer.json["error"]
        assert set(session.sheets[0].marks) == {"."}

    def test_a_long_body_is_refused_before_it_is_complete(self, client: Client) -> None:
        assert client.post("/api/undo", b" " * (LIMITS.body_bytes + 1)).status == 413
        endless = socket.create_connection(("127.0.0.1", client.port), timeout=30)
        own = f"127.0.0.1:{client.port}"
        endless.sendall(
            f"POST /api/undo HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\n"
            f"X-Token: {TOKEN}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
            + b"400\r\n" + b" " * 1024 + b"\r\n" + b"400\r\n" + b" " * 1024 + b"\r\n"
        )  # fmt: skip
        assert endless.recv(99).startswith(b"HTTP/1.1 413")
        endless.close()

    def test_long_headers(self, client: Client) -> None:
        # The server closes the connection before it has read all; its answer may be lost with it.
        with contextlib.suppress(ConnectionError):
            assert client.get("/", **{"x-much": "x" * 100_000}).status in (400, 431)
        assert client.get("/").status == 200


class TestHeaders:
    @pytest.mark.parametrize("path", [*STATIC, *API, "/nothing"])
    def test_every_answer_has_the_security_headers(self, client: Client, path: str) -> None:
        answer = client.get(path)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert not {"set-cookie", "server", "access-control-allow-origin"} & {*answer.headers}

    def test_refusals_have_the_security_headers(self, client: Client) -> None:
        assert "content-security-policy" in client.get("/", host="evil.example").headers

    def test_the_page_uses_no_inline_and_no_remote_code(self, client: Client) -> None:
        policy = client.get("/").headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        page = client.get("/").body.decode()
        assert "<script>" not in page
        assert "style=" not in page
        for path in STATIC:
            assert b"http" not in client.get(path).body

    def test_files_without_token_contain_no_token(self, client: Client) -> None:
        for path in STATIC:
            answer = client.get(path, **{"x-token": None})
            assert answer.status == 200
            assert TOKEN.encode() not in answer.body


def test_it_listens_on_the_loopback_address() -> None:
    bound = listen()
    try:
        assert bound.getsockname()[0] == "127.0.0.1"
        assert address(bound.getsockname()[1], "t").startswith("http://127.0.0.1:")
    finally:
        bound.close()
