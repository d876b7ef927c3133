"""Drive a headless Chromium through the DevTools protocol, over a pipe: nothing to install but Chromium itself."""

import json
import os
import select
import shutil
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
    "--hide-scrollbars",
)  # fmt: skip
PATIENCE = 60.0

# The protocol's pipe is file descriptors 3 and 4; the ones that we have may be any, even these two the other way round.
_ON_PIPES = """
import fcntl, os, sys
ends = [fcntl.fcntl(int(end), fcntl.F_DUPFD, 10) for end in sys.argv[1:3]]
os.dup2(ends[0], 3), os.dup2(ends[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


class Chromium:
    """A browser with one page and the network cut."""

    def __init__(self, profile: Path, downloads: Path) -> None:
        to_read, self._write = os.pipe()
        self._read, to_write = os.pipe()
        command = [PROGRAM, *FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ON_PIPES, str(to_read), str(to_write), *command], pass_fds=(to_read, to_write),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_read)
        os.close(to_write)
        self._buffer, self._number, self._session = b"", 0, None
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.downloads = downloads
        self._names: dict[str, str] = {}  # of downloads, by Chromium's number for them
        self._finished: set[str] = set()
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1
        )
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(downloads), eventsEnabled=True)

    def close(self) -> None:
        """End the browser."""
        self._process.terminate()
        self._process.wait(PATIENCE)
        os.close(self._read)
        os.close(self._write)

    def call(self, method: str, **parameters: object) -> dict:
        """Call a method of the protocol and wait for its result."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session and not method.startswith(("Target.", "Browser.")):
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + PATIENCE
        while True:
            reply = self._receive(until - time.monotonic())
            if reply.get("id") == self._number:
                if "error" in reply:
                    raise RuntimeError(f"{method}: {reply['error']['message']}")
                return reply["result"]
            self._note(reply)

    def _receive(self, seconds: float) -> dict:
        while b"\0" not in self._buffer:
            if not select.select([self._read], [], [], max(seconds, 0))[0]:
                raise TimeoutError("Chromium does not answer")
            read = os.read(self._read, 1 << 20)
            if not read:
                raise RuntimeError(f"Chromium has ended, with status {self._process.wait(PATIENCE)}")
            self._buffer += read
        message, self._buffer = self._buffer.split(b"\0", 1)
        return json.loads(message)

    def _pause(self) -> None:
        """Let the browser work until it has something to say, at most a twentieth of a second."""
        select.select([self._read], [], [], 0.05)

    def _note(self, event: dict) -> None:
        method, parameters = event.get("method"), event.get("params", {})
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description", details["text"]))
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.complaints.append(
                " ".join(str(part.get("value", part.get("description"))) for part in parameters["args"])
            )
        elif method == "Browser.downloadWillBegin":
            self._names[parameters["guid"]] = parameters["suggestedFilename"]
        elif method == "Browser.downloadProgress" and parameters["state"] == "completed":
            self._finished.add(self._names[parameters["guid"]])
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.complaints.append(parameters["entry"]["text"])

    def open(self, path: Path, *, width: int = 1280, dark: bool = False, scripts: bool = True) -> None:
        """Open a page at a width of the window, and wait until it is ready."""
        self.requests.clear()
        self.complaints.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        self.call("Page.navigate", url=path.resolve().as_uri())
        self.wait(
            "document.documentElement?.dataset.ready === 'yes'" if scripts else "document.readyState === 'complete'"
        )

    def run(self, expression: str) -> object:
        """Value of a JavaScript expression; promises are awaited."""
        reply = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in reply:
            raise RuntimeError(reply["exceptionDetails"].get("exception", {}).get("description", expression))
        return reply["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until a JavaScript expression is true."""
        until = time.monotonic() + PATIENCE
        while not self.run(f"!!({expression})"):
            if time.monotonic() > until:
                raise TimeoutError(f"never true: {expression}; complaints: {self.complaints}")
            self._pause()

    def downloaded(self, name: str) -> Path:
        """The file that a click has downloaded, once Chromium says that it is whole.

        That the file is there says nothing: Chromium makes it empty first.
        """
        until = time.monotonic() + PATIENCE
        while name not in self._finished:
            self._note(self._receive(until - time.monotonic()))
        self._finished.remove(name)
        return self.downloads / name


def assert_quiet(browser: Chromium, page: Path) -> None:
    """No console error, and no request but for the page itself and what it holds."""
    browser.run("document.readyState")  # what was said before it has been heard now
    assert browser.complaints == []
    outside = [url for url in browser.requests if not url.startswith(("data:", "blob:"))]
    assert outside == [page.resolve().as_uri()]
