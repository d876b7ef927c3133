"""The fetching script against a local server that misbehaves in every way seen in the wild."""

import io
import json
import threading
import zipfile
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from conftest import loaded_script

from tests.trade_files import SERVERS, facts, take, workspace

KEY = "a-secret-key"


@pytest.fixture(autouse=True)
def a_network(monkeypatch):
    """The server here needs a socket, which a command line that ran in this process before would have refused."""
    monkeypatch.setattr("aitrade.core.offline._installed", [])


@pytest.fixture(scope="module")
def script():
    with loaded_script("fetch_census") as module:
        yield module


def reply(value: int, time: str) -> bytes:
    header = ["I_COMMODITY", "CTY_CODE", "CTY_NAME", "CON_VAL_MO", "CAL_DUT_MO", "time", "COMM_LVL"]
    return json.dumps([header, [SERVERS, "2010", "MEXICO", str(value), "1", time, "HS10"]]).encode()


def archive() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as file:
        file.writestr("EXP_DETL.TXT", "x" * 1000)
    return content.getvalue()


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    says_length: int | None = None


@dataclass
class Server:
    """Answers each path's requests in turn; the last answer is given again and again."""

    answers: dict[str, list[Answer]]
    asked: list[str] = field(default_factory=list)
    base: str = ""

    def answer(self, path: str) -> Answer:
        self.asked.append(path)
        parts = urlsplit(path)
        name = parse_qs(parts.query).get("time", [Path(parts.path).name])[0]
        waiting = self.answers[name]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]


@pytest.fixture
def serve():
    started = []

    def start(**answers: list[Answer]) -> Server:
        server = Server({name.replace("_", "-").removeprefix("m-"): found for name, found in answers.items()})

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                answer = server.answer(self.path)
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.status != 204:
                    self.send_header("Content-Length", str(answer.says_length or len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, *arguments):
                pass

        http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        server.base = f"http://127.0.0.1:{http.server_port}"
        started.append(http)
        return server

    yield start
    for http in started:
        http.shutdown()
        http.server_close()


@pytest.fixture
def fetch(script, tmp_path, monkeypatch):
    """Run the script for a range of months; gives exit code, folder and the pauses it would have made."""
    monkeypatch.setenv("CENSUS_API_KEY", KEY)
    folder = tmp_path / "census"

    def run(server, first="2024-01", last="2024-01", *more):
        pauses = []
        arguments = [
            "--flow",
            "imports",
            "--from",
            first,
            "--to",
            last,
            "--out",
            str(folder),
            "--base",
            server.base,
            *more,
        ]
        return script.main(arguments, pauses.append), folder, pauses

    return run


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_months_are_fetched_and_can_be_imported(serve, fetch):
    server = serve(
        m_2023_12=[Answer(body=reply(5, "2023-12"))],
        m_2024_01=[Answer(204)],
        m_2024_02=[Answer(body=reply(7, "2024-02"))],
    )
    code, folder, _ = fetch(server, "2023-12", "2024-02")
    assert code == 0
    assert names(folder) == ["imports_2023-12.json", "imports_2024-01.json", "imports_2024-02.json"]
    asked = parse_qs(urlsplit(server.asked[0]).query)
    assert asked["key"] == [KEY]
    assert "CON_VAL_MO" in asked["get"][0].split(",")
    con = workspace()
    for path in sorted(folder.iterdir()):
        take(con, path)
    assert facts(con) == [(SERVERS, "2010", 2023, 12, 5, 1), (SERVERS, "2010", 2024, 2, 7, 1)]
    con.close()


def test_failures_are_tried_again_with_growing_pauses(serve, fetch, capsys):
    body = reply(5, "2024-01")
    server = serve(
        m_2024_01=[
            Answer(429, headers={"Retry-After": "60"}),
            Answer(500, b"oops"),
            Answer(503),
            Answer(body=body[:40], says_length=len(body)),
            Answer(body=body[:-2]),
            Answer(body=body),
        ]
    )
    code, folder, pauses = fetch(server)
    assert code == 0
    assert (folder / "imports_2024-01.json").read_bytes() == body
    assert pauses[:5] == [60.0, 4.0, 8.0, 16.0, 32.0]
    assert names(folder) == ["imports_2024-01.json"]
    assert KEY not in capsys.readouterr().err


def test_a_run_stopped_by_hand_says_so(fetch, serve, script, monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(script, "fetch", stopped)
    assert fetch(serve(), "2024-01")[0] == 5
    assert "stopped: by hand; run the same command again" in capsys.readouterr().err


def test_a_run_that_gave_up_goes_on_where_it_stopped(serve, fetch, script, capsys):
    server = serve(m_2024_01=[Answer(body=reply(5, "2024-01"))], m_2024_02=[Answer(500)])
    code, folder, pauses = fetch(server, "2024-01", "2024-02")
    assert code == 5
    assert names(folder) == ["imports_2024-01.json"]
    assert len(server.asked) == 1 + script.ATTEMPTS
    assert max(pauses) <= script.LONGEST_WAIT
    assert "run the same command again" in capsys.readouterr().err
    server.asked.clear()
    server.answers["2024-02"] = [Answer(body=reply(7, "2024-02"))]
    code, folder, _ = fetch(server, "2024-01", "2024-02")
    assert code == 0
    assert [parse_qs(urlsplit(path).query)["time"] for path in server.asked] == [["2024-02"]]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, b"error: unknown variable 'CON_VAL'"),
        Answer(404, b"not found"),
        Answer(200, b"<html><title>Invalid Key</title></html>"),
    ],
)
def test_a_refusal_is_not_asked_again(serve, fetch, answer, capsys):
    server = serve(m_2024_01=[answer])
    code, folder, pauses = fetch(server)
    assert (code, len(server.asked), pauses, names(folder)) == (3, 1, [], [])
    said = capsys.readouterr().err
    assert answer.body.decode()[:20] in said
    assert KEY not in said


def test_a_server_that_is_not_there_is_a_failure(serve, fetch, script):
    server = serve()
    server.base = "http://127.0.0.1:9"
    code, folder, pauses = fetch(server)
    assert (code, len(pauses), names(folder)) == (5, script.ATTEMPTS - 1, [])


def test_bulk_files_are_kept_only_when_the_zip_is_whole(serve, fetch):
    whole = archive()
    server = serve(**{"IMDB2401.ZIP": [Answer(body=whole[:300]), Answer(body=whole)]})
    code, folder, pauses = fetch(server, "2024-01", "2024-01", "--kind", "bulk")
    assert (code, names(folder)) == (0, ["IMDB2401.ZIP"])
    assert (folder / "IMDB2401.ZIP").read_bytes() == whole
    assert pauses[0] == 2.0
    assert all(KEY not in path for path in server.asked)


def test_by_chapter_asks_for_each_chapter(serve, fetch):
    server = serve(m_2024_01=[Answer(204)])
    code, folder, _ = fetch(server, "2024-01", "2024-01", "--by-chapter")
    chapters = [parse_qs(urlsplit(path).query)["I_COMMODITY"][0] for path in server.asked]
    assert (code, len(chapters), chapters[0], chapters[-1]) == (0, 98, "01*", "99*")
    assert len(names(folder)) == 98


@pytest.mark.parametrize("month", ["2024", "2024-13", "24-01", "soon"])
def test_months_are_checked(script, month, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        script.main(["--flow", "imports", "--from", month, "--to", "2024-01", "--out", str(tmp_path)])
    assert caught.value.code == 2
