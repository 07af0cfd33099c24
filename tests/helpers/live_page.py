"""A live page for tests: the real command in a process of its own, and lines to it."""

from __future__ import annotations

import http.client
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from websockets.sync.client import ClientConnection, connect

import rumorsim
from rumorsim.events.stream import Kind

__all__ = ["Answer", "Frame", "Page", "Talk", "page_running", "read_frame"]


@dataclass
class Page:
    """A page that is being served: where, by what token, by which process."""

    process: subprocess.Popen[str]
    port: int
    token: str
    started: float
    errors: list[str] = field(default_factory=list)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        return f"http://{self.host}/?token={self.token}"

    @property
    def cookie(self) -> str:
        return f"rumorsim-{self.port}={self.token}"

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        """What the page answers; a header named ``Host`` takes the place of the right one."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        line.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": self.host, **headers}.items():
            line.putheader(name, value)
        line.endheaders()
        answer = line.getresponse()
        body = answer.read()
        line.close()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, body)

    def memory(self) -> int:
        """Bytes the server holds in memory."""
        with open(f"/proc/{self.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def processor_time(self) -> float:
        """Seconds of processor time that the server has taken, all its threads together."""
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            user, system = file.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def slowness(self) -> float:
        """How many times longer than on an idle machine the server's main thread took so far.

        It is the time in which the thread could run, over that in which it did run: waiting for
        other programs counts, waiting for something to happen does not.
        """
        with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as file:
            ran, waited = map(int, file.read().split()[:2])
        return (ran + waited) / ran

    def talk(self, **more: Any) -> Talk:
        """A line to the page, as its own browser code opens one."""
        settings: dict[str, Any] = {
            "origin": f"http://{self.host}",
            "additional_headers": {"Cookie": self.cookie},
            "max_size": None,
            "compression": None,
            "open_timeout": 60,
            **more,
        }
        return Talk(connect(f"ws://{self.host}/live", **settings))


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Frame:
    """One frame as ``static/wire.js`` reads it: by side, columns by name."""

    number: int
    flags: int
    now: float
    sides: tuple[dict[str, Any], dict[str, Any]]


def read_frame(data: bytes) -> Frame:
    """The frame in ``data``; AssertionError unless it is used up to the last byte."""
    words = np.frombuffer(data, "<u4", 4)
    assert words[0] == 2
    stories, at = int(words[3]), 24

    def column(dtype: str, count: int) -> Any:
        nonlocal at
        found = np.frombuffer(data, dtype, count, at)
        at += found.nbytes
        return found

    def side() -> dict[str, Any]:
        count, slots, wrong, acts = column("<u4", 4).tolist()
        found = {"wrong": wrong, "acts": acts, "reach": column("<i4", stories)}
        found |= {"shares": column("<i4", stories), "slots": column("<i4", slots)}
        found |= {"time": column("<f4", count)}
        found |= {name: column("<i4", count) for name in ("account", "source", "post")}
        return found | {"value": column("<f4", count), "code": column("<i4", count)}

    both = (side(), side())
    assert at == len(data)
    now = float(np.frombuffer(data, "<f8", 1, 16)[0])
    return Frame(int(words[1]), int(words[2]), now, both)


class Talk:
    """A line to a page: orders out, what was told and shown in."""

    def __init__(self, opening: Any) -> None:
        self.line: ClientConnection = opening.__enter__()
        self.told: list[dict[str, Any]] = []
        self.frames: list[Frame] = []
        self.pictures = 0

    def say(self, **order: Any) -> None:
        self.line.send(json.dumps(order))

    def hear(self, timeout: float = 60.0, ack: bool = True) -> str:
        """Take in the next thing; its type, "frame" or "picture"."""
        data = self.line.recv(timeout=timeout)
        if isinstance(data, str):
            self.told.append(json.loads(data))
            return str(self.told[-1]["type"])
        if np.frombuffer(data, "<u4", 1)[0] == 1:
            self.pictures += 1
            return "picture"
        self.frames.append(read_frame(data))
        if ack:
            self.say(do="ack", frame=self.frames[-1].number)
        return "frame"

    def until(self, kind: str, timeout: float = 60.0) -> Any:
        """Hear until something of this kind comes; what was told, or the frame."""
        while True:
            heard = self.hear(timeout)
            if heard == kind:
                return self.frames[-1] if kind == "frame" else self.told[-1]

    def open(self, scenario: str = "one-click", **more: Any) -> dict[str, Any]:
        """Open a scenario; what was told of the world."""
        self.say(do="open", scenario=scenario, **more)
        world: dict[str, Any] = self.until("world")
        self.until("frame")
        return world

    def to(self, hours: float) -> Frame:
        """Both worlds at this hour."""
        self.say(do="rewind", to=hours)
        frame: Frame = self.until("frame")
        return frame

    def posts(self, world: int) -> list[tuple[int, int]]:
        """(post, author) of the last frame's publications and shares in one world."""
        side = self.frames[-1].sides[world]
        made = (side["code"] & 15) <= int(Kind.SHARE)
        return list(zip(side["post"][made].tolist(), side["account"][made].tolist(), strict=True))

    def close(self) -> None:
        self.line.close()

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def page_running(*options: str) -> Iterator[Page]:
    """``rumorsim live`` on a free port until the block is left."""
    began = time.monotonic()
    source = str(Path(rumorsim.__file__).parents[1])
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "rumorsim", "live", "--no-browser", "--port", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": source},
    )
    assert process.stdout is not None and process.stderr is not None
    errors: list[str] = []
    reader = threading.Thread(target=lambda: errors.extend(process.stderr or ()), daemon=True)
    reader.start()
    try:
        found = re.search(r"http://[^:]+:(\d+)/\?token=(\S+)", process.stdout.readline())
        assert found, "".join(errors)
        yield Page(process, int(found[1]), found[2], began, errors)
    finally:
        process.terminate()
        process.wait(20)
        reader.join(5)
        process.stdout.close()
        process.stderr.close()
