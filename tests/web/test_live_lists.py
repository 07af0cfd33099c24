"""The trending lists that a page is sent: those of its two worlds, as who looks sees them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from live_page import read_frame
from numpy.typing import NDArray

from rumorsim.scenario.loading import from_values
from rumorsim.web import limits, wire
from rumorsim.web.gallery import Shelf
from rumorsim.web.messages import Act
from rumorsim.web.telling import world_message
from rumorsim.web.worlds import TwoWorlds

TWO_PLATFORMS: dict[str, Any] = {
    "horizon": "1 d",
    "seed": 3,
    "platforms": {
        "weibo": {
            "preset": "weibo",
            "accounts": 300,
            "trending": {"slots": 70, "pinned": 1, "refresh": "20 min", "topics": "2 per h"},
        },
        "wechat": {"preset": "wechat", "accounts": 100},
        "douyin": {
            "preset": "douyin",
            "accounts": 200,
            "trending": {"slots": 3, "refresh": "20 min", "topics": "0 per h"},
        },
    },
    "accounts": {"elsewhere": 0.5},
    "stories": [
        {"name": "a", "truth": False, "appeal": 0.1, "author": {"random": 20}, "at": ["1 h"]},
        {"name": "b", "truth": True, "appeal": 0.1, "author": {"random": 20}, "at": ["1 h"]},
    ],
    "policies": [
        {
            "name": "pin",
            "interventions": [
                {"kind": "promote", "when": {"at": ["3 h"]}, "whom": {"stories": ["b"]}}
            ],
        }
    ],
}


class Reader:
    """What a browser knows of both worlds' lists from the frames so far."""

    def __init__(self, two: TwoWorlds) -> None:
        self.two = two
        self.sent = 0
        self.slots: list[NDArray[np.int32]] = [np.empty(0, np.int32)] * 2

    def look(self, flags: int = 0) -> None:
        for i, side in enumerate(read_frame(self.two.frame(1, flags)).sides):
            if len(side["slots"]):
                self.sent += 1
                self.slots[i] = side["slots"]

    @property
    def shown(self) -> list[list[int]]:
        return [slots.tolist() for slots in self.slots]


def held(two: TwoWorlds, surface: int = 0, most: int = 99) -> list[list[int]]:
    """What the worlds themselves have in the slots of one surface."""
    worlds = (two.left.simulation.world, two.right.simulation.world)
    return [world.slots[surface, :most].tolist() for world in worlds]


def test_the_lists_are_those_of_the_worlds_and_sent_only_when_they_change() -> None:
    two = TwoWorlds(Shelf().scenario("the-list"), None, "none")
    reader, seen = Reader(two), set()
    for hour in np.arange(0.0, 8.0, 0.04):
        two.advance(float(hour))
        reader.look(0 if hour else wire.RESET)
        assert reader.shown == held(two)
        seen.add(tuple(reader.shown[0]))
    assert len(seen) > 5, "the list moves"
    assert 2 * len(seen) <= reader.sent < 100, "fewer than a quarter of the frames"


def test_a_story_that_is_filtered_leaves_the_right_hand_list_at_once() -> None:
    two = TwoWorlds(Shelf().scenario("the-list"), None, "none")
    reader = Reader(two)
    two.advance(4.02)
    reader.look(wire.RESET)
    assert 0 in reader.shown[0]
    assert reader.shown[0] == reader.shown[1]
    two.act(Act(do="act", verb="filter", story=0))
    reader.look()
    assert 0 in held(two)[1], "its slot is given away only at the next refresh"
    for _ in range(30):
        assert 0 in reader.shown[0]
        assert 0 not in reader.shown[1]
        two.advance(two.now + 0.1)
        reader.look()
    assert reader.shown == held(two)


def test_each_platform_has_its_list_and_what_is_pinned_comes_first() -> None:
    two = TwoWorlds(from_values(TWO_PLATFORMS, Path()), None, "pin")
    lists = world_message(two, "own", "session")["lists"]
    assert [(each["platform"], each["pinned"], each["slots"]) for each in lists] == [
        ("weibo", 1, limits.SLOTS),
        ("douyin", 0, 3),
    ]
    assert [each["others"] for each in lists] == [True, False]
    surfaces = two.left.simulation.world.platforms.surfaces
    assert all(surfaces[each["surface"]].kind == "trending" for each in lists)
    reader = Reader(two)
    two.advance(6.0)
    reader.look(wire.RESET)
    for i, shown in enumerate(reader.shown):
        begin = 0
        for each in lists:
            part = shown[begin : begin + each["slots"]]
            assert part == held(two, each["surface"], each["slots"])[i]
            begin += each["slots"]
        assert len(shown) == begin
    assert [shown[0] for shown in reader.shown] == [-1, 1], "pinned on the right alone"


def test_where_nothing_trends_nothing_is_told() -> None:
    two = TwoWorlds(Shelf().scenario("one-click"), None, "none")
    assert world_message(two, "one-click", "session")["lists"] == []
    reader = Reader(two)
    two.advance(3.0)
    reader.look(wire.RESET)
    assert reader.shown == [[], []]
