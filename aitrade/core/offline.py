"""Refuse sockets that are not of this machine: nothing that aitrade does needs one but the pip of ``models install``.

pip runs as a process of its own, which this does not reach; nor does it reach libraries that open sockets without
Python, which tests watch from outside.
"""

import _socket
import ipaddress
import os
import sys
from types import FrameType
from typing import Any

from aitrade.core.errors import AitradeError

_PACKAGE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")  # noqa: PTH118,PTH120,PTH100
_ADDRESS = {"socket.connect": 1, "socket.bind": 1, "socket.sendto": 1, "socket.sendmsg": 1}
# Between processes of one machine; Windows makes pairs of sockets of the same kind as those to other machines.
_LOCAL = {getattr(_socket, "AF_UNIX", None), -1}  # -1: one that is open already
_HOST = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}
_installed: list[str] = []


class NetworkRefusedError(AitradeError):
    """Something asked for a socket that may lead to another machine."""


def refuse_network(*, everywhere: bool) -> None:
    """Refuse sockets to other machines for the rest of this process; local ones, and those of a notebook, stay.

    Args:
        everywhere: whatever asks for them (the command line), and making any socket but those between processes of
            one machine; else only what aitrade calls (a notebook's own code may do what it likes), and only where a
            socket is to reach another machine. Once asked for everywhere, it stays so.
    """
    if not _installed:
        sys.addaudithook(_watch)
    _installed.append("everywhere" if everywhere else "aitrade")


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.__new__":
        if "everywhere" in _installed and None not in _LOCAL and arguments[1] not in _LOCAL:
            names = [name for name in dir(_socket) if name.startswith("AF_") and getattr(_socket, name) == arguments[1]]
            _refuse(f"a socket of family {(*names, arguments[1])[0]}")
        return
    if event in _ADDRESS:
        address = arguments[_ADDRESS[event]]
        host = address[0] if isinstance(address, tuple) else None  # a path of a local socket; None where connected
    elif event in _HOST:
        host = arguments[_HOST[event]]
    else:
        return
    if host is not None and not _is_local(host):
        _refuse(f"a connection to {host!r:.100}")


def _refuse(what: str) -> None:
    callers = _callers(sys._getframe(2))
    ours = [caller for caller in callers if caller.startswith(_PACKAGE)]
    if "everywhere" in _installed or ours:
        raise NetworkRefusedError(
            f"{what} was refused: aitrade works without a network",
            where=(ours or callers or ["unknown code"])[0],
            fix="report this: nothing of aitrade but the pip of models install may ask for a network",
        )


def _is_local(host: object) -> bool:
    text = host.decode("ascii", "replace") if isinstance(host, bytes | bytearray) else str(host)
    if text == "localhost":
        return True
    try:
        return ipaddress.ip_address(text.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _callers(frame: FrameType | None) -> list[str]:
    """File and line of every caller, the nearest first, but the socket module."""
    found = []
    while frame is not None:
        name = frame.f_code.co_filename
        if os.path.basename(name) != "socket.py":  # noqa: PTH119  (an audit hook has to be quick and import nothing)
            found.append(f"{name}, line {frame.f_lineno}")
        frame = frame.f_back
    return found
