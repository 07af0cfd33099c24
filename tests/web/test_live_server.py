"""The server of the live page: its protocol, and what it does about guests with bad manners."""

from __future__ import annotations

import contextlib
import json
import random
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from live_page import Page, Talk, page_running
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from rumorsim.cli import live as cli_live
from rumorsim.cli.app import cli
from rumorsim.web import limits, wire
from rumorsim.web.messages import BadMessage, read_message

STATIC = Path(wire.__file__).parent / "static"


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with page_running() as running:
        with running.talk() as talk:
            talk.open()  # compiled and ready
        yield running
        assert running.process.poll() is None, "the server died"
    assert not [line for line in running.errors if "Traceback" in line], running.errors


# -- the protocol ----------------------------------------------------------------------------


def test_a_world_is_told_and_shown(page: Page) -> None:
    with page.talk() as talk:
        world = talk.open(seed=7)
        assert (world["name"], world["seed"], world["accounts"]) == ("one-click", 7, 400)
        assert [story["truth"] for story in world["stories"]] == [False, True]
        assert talk.pictures == 1
        assert talk.frames[0].flags & wire.RESET
        assert talk.frames[0].now == 0.0


def soon(so: Callable[[], bool]) -> None:
    """Fails unless it is so within a minute: the server notices who leaves in its own time."""
    end = time.monotonic() + 60.0
    while not so():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_time_passes_while_it_plays_and_stands_while_it_does_not(page: Page) -> None:
    with page.talk() as talk:
        talk.open()
        talk.say(do="speed", hours=20.0)
        talk.say(do="play")
        while talk.until("frame").now < 10.0:
            assert talk.frames[-1].flags & wire.PLAYING or talk.frames[-1].now == 0.0
        talk.say(do="pause")
        while talk.until("frame").flags & wire.PLAYING:
            pass
        with pytest.raises(TimeoutError):
            talk.hear(timeout=0.5)
        talk.say(do="play")
        while not talk.until("frame").flags & wire.OVER:
            pass
        assert talk.frames[-1].now == 24.0


def test_the_frames_of_a_run_add_up_to_its_events(page: Page) -> None:
    with page.talk() as talk:
        talk.open(seed=7)
        for _ in range(48):
            talk.say(do="step", hours=0.5)
            talk.until("frame")
        parts = [frame.sides[0] for frame in talk.frames[1:]]
        whole = talk.to(24.0).sides[0]
        for name in ("time", "account", "source", "post", "value", "code"):
            joined = np.concatenate([part[name] for part in parts])
            assert (joined == whole[name]).all()
        assert len(whole["time"]) > 100


def test_a_click_is_done_on_the_right_alone_and_written_down(page: Page) -> None:
    with page.talk() as talk:
        talk.open()
        talk.to(2.0)
        talk.say(do="act", verb="close", account=talk.posts(1)[0][1])
        policy = talk.until("policy")
        [entry] = policy["entries"]
        assert (entry["origin"], entry["intervention"]["kind"]) == ("click", "close-accounts")
        frame = talk.until("frame")
        assert frame.sides[0]["acts"] == 0
        assert frame.sides[1]["acts"] == 1
        assert (frame.sides[1]["code"] & 15 == 5).any(), "the act is among the events"


def test_an_earlier_time_is_looked_at_and_the_present_is_still_there(page: Page) -> None:
    with page.talk() as talk:
        talk.open(seed=7)
        end = talk.to(12.0).sides[0]
        talk.say(do="look", at=5.0)
        back = talk.until("frame")
        assert back.flags == wire.RESET | wire.KEPT
        assert back.now == 5.0
        assert 0 < len(back.sides[0]["time"]) < len(end["time"])
        assert back.sides[0]["time"].max() < 5.0
        talk.say(do="act", verb="close", account=3)
        assert "this is the past" in talk.until("fault")["lines"][0]
        talk.say(do="pause")
        assert talk.until("frame").now == 5.0, "what is looked at stays"
        for at in (None, 12.0, 99.0):
            talk.say(do="look", at=5.0)
            talk.until("frame")
            talk.say(do="look", at=at)
            again = talk.until("frame")
            assert again.now == 12.0
            assert (again.sides[0]["time"] == end["time"]).all()
        talk.say(do="act", verb="close", account=3)
        assert talk.until("frame").sides[1]["acts"] == 1


def test_playing_on_from_an_earlier_time_makes_it_the_present(page: Page) -> None:
    with page.talk() as talk:
        talk.open(seed=7)
        end = talk.to(12.0).sides[0]
        talk.say(do="look", at=5.0)
        talk.until("frame")
        talk.say(do="step", hours=1.0)
        assert talk.until("frame").now == 5.0
        assert talk.until("frame").now == 6.0
        talk.say(do="look", at=4.0)
        talk.until("frame")
        talk.say(do="speed", hours=20.0)
        talk.say(do="play")
        first = talk.until("frame")
        assert (first.now, first.flags & wire.RESET) == (4.0, wire.RESET)
        while talk.until("frame").now < 12.0:
            pass
        whole = talk.to(12.0).sides[0]
        assert (whole["time"] == end["time"]).all(), "what comes is what came"


def test_the_last_change_is_undone(page: Page) -> None:
    with page.talk() as talk:
        talk.open()
        assert talk.told[-1]["type"] == "policy"
        assert not talk.told[-1]["undo"]
        talk.to(2.0)
        talk.say(do="act", verb="close", account=talk.posts(1)[0][1])
        assert talk.until("policy")["undo"]
        talk.until("frame")
        talk.say(do="undo")
        told = talk.until("policy")
        assert (told["entries"], told["undo"]) == ([], False)
        assert talk.until("frame").sides[1]["acts"] == 0
        talk.say(do="undo")
        assert "nothing to undo" in talk.until("fault")["lines"][0]


def test_downloads_belong_to_a_session(page: Page) -> None:
    with page.talk() as talk:
        session = talk.open()["session"]
        talk.to(3.0)
        path = f"/download/{session}/right.ndjson"
        got = page.get(path, Cookie=page.cookie)
        assert got.status == 200
        assert "attachment" in got.headers["content-disposition"]
        lines = got.body.splitlines()
        assert json.loads(lines[-1])["events"] == len(lines) - 2 > 10
        assert page.get(path).status == 404, "no token, no events"
        assert page.get(f"/download/{session}/secret", Cookie=page.cookie).status == 404
        assert page.get("/download/nobody/left.ndjson", Cookie=page.cookie).status == 404
    soon(lambda: page.get(path, Cookie=page.cookie).status == 404)  # gone with its browser


def test_the_same_scenario_and_seed_are_the_same_world(page: Page) -> None:
    def events(seed: int) -> bytes:
        with page.talk() as talk:
            session = talk.open("too-late", seed=seed)["session"]
            talk.to(30.0)
            body = page.get(f"/download/{session}/left.ndjson", Cookie=page.cookie).body
            return body.splitlines()[-1]

    assert events(5) == events(5) != events(6)


# -- who may come in ---------------------------------------------------------------------------


def test_the_token_opens_the_door_and_nothing_else_does(page: Page) -> None:
    answer = page.get(f"/?token={page.token}")
    assert answer.status == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert page.get("/", Cookie=page.cookie).status == 200
    for path in ("/", "/?token=", "/?token=wrong", f"/?token={page.token}&token=wrong"):
        refused = page.get(path)
        assert refused.status == 403
        assert b"index" not in refused.body
        assert page.token.encode() not in refused.body
    assert page.get("/start.json").status == 403
    assert page.get("/forms.json").status == 403
    assert page.get("/start.json", Cookie=page.cookie).status == 200


def test_every_answer_has_the_strict_headers(page: Page) -> None:
    for path in ("/", "/static/main.js", "/static/door.html", "/nothing", "/start.json"):
        headers = page.get(path, Cookie=page.cookie).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Host": "127.0.0.1:1"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Host": ""},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
    ],
)
def test_pages_of_others_are_refused(page: Page, headers: dict[str, str]) -> None:
    answer = page.get("/", **{"Cookie": page.cookie, **headers})
    assert answer.status in (400, 403)
    assert b"rumorsim live" not in answer.body


def test_other_methods_and_paths_out_of_the_room_are_refused(page: Page) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        assert page.get("/", method, Cookie=page.cookie).status == 405
    for path in ("/static/../server.py", "/static/%2e%2e/server.py", "/static/..%2fserver.py"):
        assert page.get(path, Cookie=page.cookie).status == 404


def hostile_handshakes(page: Page) -> list[dict[str, Any]]:
    cookie = {"Cookie": page.cookie}
    right = f"http://{page.host}"
    origins = [
        None,
        "null",
        "http://evil.example",
        f"https://{page.host}",
        "http://127.0.0.1",
        f"http://127.0.0.1:{page.port + 1}",
        f"http://{page.host}.evil.example",
        f"http://localhost:{page.port}",  # right, but not for this Host
        f"{right}/",
        right.upper().replace("HTTP", "http") + "@evil.example",
    ]
    bad: list[dict[str, Any]] = [{"origin": o, "additional_headers": cookie} for o in origins]
    cookies = [
        {},
        {"Cookie": f"rumorsim-{page.port}="},
        {"Cookie": f"rumorsim-{page.port}={page.token[:-1]}"},
        {"Cookie": f"rumorsim-{page.port}={page.token}x"},
        {"Cookie": f"rumorsim-{page.port + 1}={page.token}"},
        {"Cookie": f"rumorsim-{page.port}=\xff\xfe"},
        {"Cookie": "=;=;" * 50},
        {"Authorization": f"Bearer {page.token}"},
    ]
    bad += [{"origin": right, "additional_headers": each} for each in cookies]
    bad += [
        {"origin": right, "additional_headers": {**cookie, "Host": "evil.example"}},
        {"origin": "http://evil.example", "additional_headers": {**cookie, "Host": "evil.example"}},
        {
            "origin": right,
            "additional_headers": [*cookie.items(), ("Origin", "http://evil.example")],
        },
        {
            "origin": right,
            "additional_headers": [*cookie.items(), ("X-Long", "a" * 40_000)],
            "open_timeout": 2,
        },
    ]
    return bad


def test_hostile_handshakes_are_refused(page: Page) -> None:
    hostile = hostile_handshakes(page)
    assert len(hostile) >= 20
    for settings in hostile:
        with pytest.raises((InvalidHandshake, ConnectionClosed, OSError, EOFError)):
            page.talk(**settings).hear(timeout=5)
    with page.talk() as talk:
        assert talk.open()["type"] == "world", "a good guest still comes in"


def test_half_a_handshake_is_not_waited_for(page: Page) -> None:
    lines = [socket.create_connection(("127.0.0.1", page.port)) for _ in range(20)]
    for line in lines:
        line.sendall(b"GET /live HTTP/1.1\r\nHost: ")
    with page.talk() as talk:
        talk.open()
    for line in lines:
        line.close()


# -- what may be said ---------------------------------------------------------------------------


def hostile_messages() -> list[str | bytes]:
    """200 and more that mean nothing, ask for too much, or try to get out of their place."""
    fixed: list[str | bytes] = [
        "", " ", "null", "0", '""', "[]", "{}", "[[[[]]]]", "{", '{"do":', "\x00", "NaN", "1e999",
        '{"do": null}', '{"do": []}', '{"do": "dance"}', '{"do": "open"}', '{"do": "__class__"}',
        '{"do": "play", "extra": 1}', '{"do": "play", "do": "steal"}', "[" * 5000, '{"a":' * 2000,
        '{"do": "open", "scenario": ""}', '{"do": "open", "scenario": "../../etc/passwd"}',
        '{"do": "open", "scenario": "one-click", "seed": -1}',
        '{"do": "open", "scenario": "one-click", "seed": 1e300}',
        '{"do": "open", "scenario": "one-click", "seed": "1"}',
        '{"do": "open", "scenario": "one-click", "seed": 99999999999999999999}',
        '{"do": "open", "scenario": "<script>alert(1)</script>"}',
        '{"do": "speed", "hours": NaN}', '{"do": "speed", "hours": Infinity}',
        '{"do": "speed", "hours": -1}', '{"do": "speed", "hours": 1e9}',
        '{"do": "step", "hours": 0}',
        '{"do": "rewind", "to": -1}', '{"do": "rewind", "to": "0"}', '{"do": "drop", "entry": 999}',
        '{"do": "drop", "entry": -1}', '{"do": "policy", "name": "nobody"}',
        '{"do": "act", "verb": "close", "account": 4294967296}',
        '{"do": "act", "verb": "close", "account": 1999999999}',
        '{"do": "act", "verb": "close", "account": 1.5}', '{"do": "act", "verb": "undo"}',
        '{"do": "act", "verb": "delete", "post": 99999}',
        '{"do": "act", "verb": "filter", "story": 3}',
        '{"do": "settings", "appeal": 1e9}', '{"do": "settings", "attention": 0}',
        '{"do": "settings", "attention": 2.5}', '{"do": "settings", "accuracy": true}',
        '{"do": "add", "intervention": 7}', '{"do": "add", "intervention": {}}',
        '{"do": "add", "intervention": {"kind": "close-accounts", "when": {"at": 7}}}',
        '{"do": "act", "verb": "delete", "account": 77}',
        '{"do": "look"}', '{"do": "look", "at": -1}', '{"do": "look", "at": "now"}',
        '{"do": "look", "at": NaN}', '{"do": "look", "at": 1e7}', '{"do": "look", "at": 0}',
        '{"do": "undo"}', '{"do": "undo", "count": 9}', '{"do": "undo"}', '{"do": "stop"}',
        '{"do": "replicate"}', '{"do": "replicate", "count": 51}', '{"do": "stop", "all": true}',
        '{"do": "replicate", "count": 1}', '{"do": "replicate", "count": 1e9}',
        '{"do": "replicate", "count": 50}', '{"do": "replicate", "count": 50}',
        '{"do": "replicate", "count": 50, "seed": 1}', '{"do": "replicate", "count": true}',
        '{"do": "ack", "frame": -1}', '{"do": "ack", "frame": 4294967295}',
        b"", b"\x80\x04\x95", b"\xff" * 100,
    ]  # fmt: skip
    chance = random.Random(6)
    good = '{"do": "act", "verb": "remove-followers", "account": 12}'
    for _ in range(120):
        text = list(good)
        for _ in range(chance.randint(1, 4)):
            text[chance.randrange(len(text))] = chr(
                chance.choice([0, 34, 92, 123, 125, 0x2028, 255])
            )
        fixed.append("".join(text))
    for size in (10, 100, 1000, 10_000, 16_000):
        fixed += ["x" * size, '"' + "x" * size, "9" * size, "{" * size]
        fixed += [json.dumps({"do": "add", "intervention": {"kind": "a" * size}})]
        fixed += [json.dumps({"do": "open", "scenario": "\u202e" * (size // 8)})]
    return fixed


#: Bytes: 5 kB for each of the hostile messages.
LEAK = 1_000_000


def test_hostile_messages_leave_no_trace(page: Page) -> None:
    """No traceback, memory flat, and another browser plays on undisturbed."""
    messages = hostile_messages()
    assert len(messages) >= 200
    with page.talk() as other:
        other.open("too-late")
        other.say(do="speed", hours=1.0)
        other.say(do="play")
        _say_all(page, messages)  # the first time may import and cache
        # Memory comes in steps, also of the other browser's run; a leak grows in every round.
        grown = [page.memory()]
        while len(grown) < 16 and min(np.diff(grown), default=LEAK) >= LEAK:
            _say_all(page, messages)
            grown.append(page.memory())
        assert min(np.diff(grown)) < LEAK, grown
        now = other.until("frame").now
        while other.until("frame").now < now + 1.0:
            pass
    assert not [line for line in page.errors if line.strip()], page.errors


def _say_all(page: Page, messages: list[str | bytes]) -> None:
    """Each to an open session; a new one where the door was shut."""
    talk: Talk | None = None
    for i, message in enumerate(messages):
        if talk is None or i % 40 == 0:
            if talk is not None:
                talk.close()
            talk = page.talk()
            talk.open()
        talk.line.send(message)
        talk.say(do="pause")  # always answered by a frame
        talk.until("frame")
    if talk is not None:
        talk.close()


@pytest.mark.parametrize("text", [m for m in hostile_messages() if isinstance(m, str)][:40])
def test_reading_a_message_raises_nothing_else(text: str) -> None:
    said = "a message"
    try:
        read_message(text)
    except BadMessage as error:
        said = str(error)
    assert 0 < len(said) <= 300


def test_a_message_that_is_too_long_shuts_the_door(page: Page) -> None:
    with page.talk() as talk:
        talk.open()
        talk.line.send("x" * (limits.MESSAGE_BYTES + 1))
        with pytest.raises(ConnectionClosed):
            talk.hear()


def test_too_many_messages_shut_the_door(page: Page) -> None:
    with page.talk() as talk:
        talk.open()
        with contextlib.suppress(ConnectionClosed):
            for _ in range(20 * int(limits.MESSAGE_BURST)):
                talk.say(do="ack", frame=0)
        with pytest.raises(ConnectionClosed):
            while True:
                talk.hear(timeout=20)


def test_messages_without_meaning_shut_the_door_after_a_while(page: Page) -> None:
    with page.talk() as talk, pytest.raises(ConnectionClosed):
        for _ in range(limits.BAD_MESSAGES + 2):
            talk.line.send("nonsense")
            talk.hear()


def test_orders_before_a_world_is_open_are_told_so(page: Page) -> None:
    with page.talk() as talk:
        for order in ("play", "pause"):
            talk.say(do=order)
            assert "open a scenario first" in talk.until("fault")["lines"][0]


# -- many -------------------------------------------------------------------------------------


def test_a_reader_that_sleeps_slows_only_itself(page: Page) -> None:
    with page.talk() as asleep, page.talk() as awake:
        for talk in (asleep, awake):
            talk.open("too-late")
            talk.say(do="speed", hours=6.0)
            talk.say(do="play")
        while not awake.until("frame").flags & wire.OVER:
            pass
        heard = 0
        with pytest.raises(TimeoutError):
            while True:
                heard += asleep.hear(timeout=0.5, ack=False) == "frame"
        assert heard <= limits.FRAMES_AHEAD + 2
        asleep.say(do="ack", frame=asleep.frames[-1].number)
        now = asleep.frames[-1].now
        assert asleep.until("frame").now > now, "it wakes and goes on where it was"


def test_there_is_room_for_so_many_and_then_again(page: Page) -> None:
    talks = [page.talk() for _ in range(limits.SESSIONS)]
    with page.talk() as late, pytest.raises(ConnectionClosed):
        late.hear()
    for talk in talks:
        talk.close()

    def can_open() -> bool:
        with page.talk() as talk:
            try:
                talk.open()
            except ConnectionClosed:
                return False
        return True

    soon(can_open)


def test_browsers_that_vanish_leave_nothing_behind(page: Page) -> None:
    def come_and_go() -> None:
        talk = page.talk()
        talk.open()
        talk.say(do="play")
        talk.line.socket.shutdown(socket.SHUT_RDWR)

    for _ in range(10):
        come_and_go()
    time.sleep(1.0)
    before = page.memory()
    for _ in range(30):
        come_and_go()
    soon(lambda: page.memory() - before < 20_000_000)


# -- the command ----------------------------------------------------------------------------------


def refused(*options: str) -> str:
    """What the command says of options that it refuses."""
    done = CliRunner().invoke(cli, ["live", "--no-browser", "--port", "0", *options])
    assert done.exit_code == 2, done.output
    assert done.exception is None or isinstance(done.exception, SystemExit), "no traceback"
    return done.output


def test_a_scenario_that_is_not_there_is_told_in_one_line() -> None:
    assert "no-such-file.toml" in refused("no-such-file.toml")


def test_a_scenario_too_large_to_watch_is_refused_before_there_is_a_page(tmp_path: Path) -> None:
    large = tmp_path / "large.toml"
    text = (STATIC.parent / "gallery" / "one-click.toml").read_text("utf-8")
    large.write_text(text.replace("accounts = 400", "accounts = 20_001"), "utf-8")
    assert "at most 20,000 accounts can be watched" in refused(str(large))


def test_packages_that_are_missing_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = {"uvicorn"}
    monkeypatch.setattr(cli_live, "find_spec", lambda name: None if name in gone else object())
    said = refused()
    assert "The live page needs uvicorn, which is not installed" in said
    assert 'pip install "rumorsim[live]"' in said
    gone |= {"starlette", "websockets"}
    assert "uvicorn, starlette and websockets, which are not installed" in refused()


def test_a_port_that_is_taken_is_told(page: Page) -> None:
    said = refused("--port", str(page.port))
    assert f"--port = {page.port}: cannot be listened on" in said
    assert "choose another" in said


def test_a_scenario_of_ones_own_comes_first(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    text = (STATIC.parent / "gallery" / "one-click.toml").read_text("utf-8")
    own.write_text(text.replace("accounts = 400", "accounts = 123"), "utf-8")
    with page_running(str(own)) as running:
        start = json.loads(running.get("/start.json", Cookie=running.cookie).body)
        assert start["scenarios"][0]["name"] == "own"
        with running.talk() as talk:
            assert talk.open("own")["accounts"] == 123
