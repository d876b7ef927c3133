"""No socket leads to another machine, and who asked for one is named; each in a process of its own."""

import subprocess
import sys
from pathlib import Path

import pytest

from aitrade.workspace import open_workspace

ASK = {
    "connect": "socket.create_connection(('192.0.2.1', 80), timeout=0.1)",
    "a name": "socket.getaddrinfo('example.org', 443)",
    "an old way to ask for a name": "socket.gethostbyname('example.org')",
    "listening to the world": "socket.socket().bind(('', 0))",
    "a datagram": "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "version 6": "socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))",
    "urllib": "__import__('urllib.request').request.urlopen('http://192.0.2.1/', timeout=0.1)",
}
START = "import socket\nfrom aitrade.core.offline import refuse_network\nrefuse_network(everywhere=True)\n"


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("what", ASK)
def test_other_machines_are_out_of_reach(what: str) -> None:
    done = run(START + ASK[what])
    assert "NetworkRefusedError" in done.stderr, done.stderr
    assert "<string>, line 4: a " in done.stderr or what == "urllib"  # who asked


@pytest.mark.parametrize("what", [name for name in ASK if "socket.socket(" not in ASK[name]])
def test_nor_are_they_for_what_a_notebook_has_aitrade_do(what: str) -> None:
    """There sockets may be made, since other code makes them, but none of aitrade's calls may reach out by them."""
    start = START.replace("everywhere=True", "everywhere=False")
    assert "NetworkRefusedError" not in run(start + ASK[what]).stderr
    asked = f"exec(compile({ASK[what]!r}, __import__('aitrade').__file__, 'exec'))"
    assert "NetworkRefusedError" in run(start + asked).stderr


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_NETLINK", "AF_PACKET"])
def test_the_command_line_makes_no_socket_but_local_ones(family: str) -> None:
    done = run(START + f"socket.socket(socket.{family}, socket.SOCK_DGRAM)")
    assert f"<string>, line 4: a socket of family {family}" in done.stderr


def test_processes_of_this_machine_are_within_reach(tmp_path: Path) -> None:
    script = """
one, other = socket.socketpair()
one.send(b"x")
socket.socket(fileno=other.detach()).recv(1)
path = socket.socket(socket.AF_UNIX)
path.bind(__import__("sys").argv[1])
print("reached")
"""
    done = run(START + script, tmp_path / "s")
    assert done.stdout == "reached\n", done.stderr


def test_a_notebook_reaches_this_machine(tmp_path: Path) -> None:
    script = """
server = socket.create_server(("127.0.0.1", 0))
socket.create_connection(server.getsockname()).close()
socket.create_connection(("localhost", server.getsockname()[1])).close()
path = socket.socket(socket.AF_UNIX)
path.bind(__import__("sys").argv[1])
print("reached")
"""
    done = run(START.replace("everywhere=True", "everywhere=False") + script, tmp_path / "s")
    assert done.stdout == "reached\n", done.stderr


def test_the_command_line_refuses() -> None:
    script = """
import socket, sys
from aitrade.cli import main
sys.argv = ["aitrade", "--version"]
try:
    main()
except SystemExit as end:
    assert not end.code
socket.create_connection(("192.0.2.1", 80), timeout=0.1)
"""
    assert "NetworkRefusedError" in run(script).stderr


def test_a_notebook_keeps_its_network_and_aitrade_gets_none(tmp_path: Path) -> None:
    with open_workspace(tmp_path):
        pass
    script = """
import socket, sys, aitrade
aitrade.open(sys.argv[1])
try:
    socket.create_connection(("192.0.2.1", 80), timeout=0.05)
except OSError:
    print("the notebook may try")
code = compile("socket.create_connection(('192.0.2.1', 80), timeout=0.05)", aitrade.__file__, "exec")
try:
    exec(code)
except aitrade.core.offline.NetworkRefusedError as error:
    print(error.where)
"""
    done = run(script, tmp_path)
    assert done.stdout.startswith("the notebook may try\n"), done.stderr
    assert "aitrade/__init__.py, line 1" in done.stdout
