"""A second generator of random scenarios, drawn from the JSON schema that rumorsim prints.

It shares no code with ``random_scenarios`` and its kin and knows hardly any field by heart: what
can be written is read off the schema, so every plug-in, option and limit takes part as soon as
there is one. Values are drawn at the ends of what is allowed as readily as within it, times from
a coarse grid (ties everywhere), from a continuum, or from the ends of the scale. What does not go
together is found out by asking: a key that is refused is drawn again, then left out.

    scenario = second_scenario(17)  # the same on every machine
"""

from __future__ import annotations

import json
import random
import re
from functools import cache
from typing import Any, Final

from second_values import Node, Place, Values, hours_as_text

from rumorsim import InputError, Scenario, Simulation, loads
from rumorsim.events.verbs import VERBS
from rumorsim.scenario.schema import json_schema

__all__ = ["as_toml", "second_scenario"]

#: Of these exactly one may be given.
ONE_OF: Final = {
    "When": ("at", "reports", "shares", "reach", "age"),
    "Author": ("kind", "ids", "most_followed", "random"),
}
#: Whoever writes the one must write the other.
TOGETHER: Final = {
    "reviewers": "review_time", "review_time": "reviewers",
    "sensitivity": "false_positive_rate", "false_positive_rate": "sensitivity",
}  # fmt: skip
#: What has no meaning without another key beside it.
NEEDS: Final = {
    "off": "window", "anchored_for": "anchored", "backfire_factor": "backfire",
    "correction": "answers", "convinces": "answers", "backfire": "answers",
    "if_doubted": "belief", "chilling_floor": "chilling", "count": "kind", "judge": "sensitivity",
    "every": "stages", "audience_reference": "audience_exponent", "rank_scale": "rank_exponent",
}  # fmt: skip
#: What may keep an intervention from acting.
GATES: Final = {"delay", "quota", "reviewers", "review_time", "sensitivity", "window"}
#: Graphs on which a story can go far.
LIVELY: Final = ("ErdosRenyi", "PowerLaw", "SmallWorld", "Complete")
#: What would read files, or names what ships with the package.
LEFT_OUT: Final = {
    "file", "replay", "sha256", "preset", "path", "columns", "name", "own", "own_measures",
    "surfaces", "attribute",
}  # fmt: skip


@cache
def schema() -> Node:
    return json.loads(json.dumps(json_schema()))  # type: ignore[no-any-return]


#: Keys that name what other packages bring.
OF_PACKAGES: Final = {("Observation", "statistics")}


class Drawing(Values):
    """One scenario being drawn. ``tree`` is what people would write."""

    def __init__(self, number: int, attempt: int, late: bool) -> None:
        super().__init__(random.Random(f"second {number} {attempt} {late}"))
        self.late = late
        #: A model of contacts stands instead of the feed, and has no platforms.
        self.by_contact = not late and self.chance.random() < 0.2
        if self.by_contact or late:
            self.names["platforms"] = []
        #: The schema behind every value drawn, by its place: to draw it again.
        self.nodes: dict[Place, tuple[Node, str]] = {}
        self.tree: dict[str, Any] = {}
        self._fill()

    def _fill(self) -> None:
        """The whole scenario, its parts in an order in which names are known."""
        root = schema()
        self.tree = {"horizon": hours_as_text(self.horizon), "seed": self.chance.getrandbits(64)}
        for key, node in root["properties"].items():
            if key not in self.tree and self._wanted(root, key):
                self.tree[key] = self.draw(node, key, (key,))

    def _wanted(self, shape: Node, key: str) -> bool:
        needed = shape.get("required") or shape.get("anyOf", [{}])[0].get("required", ())
        required = key in needed
        if key in LEFT_OUT:
            return required
        if "horizon" in shape["properties"]:
            fixed = {"platforms": bool(self.names["platforms"]), "model": self.by_contact}
            fixed |= {"accounts": True, "policies": True}
            if self.late:
                fixed["feed"] = True
            if self.names["platforms"] or self.late:
                fixed["trending"] = False
            by_feed = key not in ("feed", "trending") or not self.by_contact
            return required or fixed.get(key, by_feed and self.chance.random() < self.odds**0.5)
        if self.lively and key == "report":
            return self.chance.random() < 0.7
        rare = 0.3 if self.lively and ("suspicion" in shape["properties"] or key in GATES) else 1.0
        return required or key in ("kinds", "groups") or self.chance.random() < self.odds * rare

    # -- by shape -------------------------------------------------------------------

    def draw(self, node: Node, name: str, path: Place) -> Any:
        """A value for a place of the schema; ``name`` is the key it stands under."""
        self.nodes[path] = (node, name)
        if "$ref" in node:
            shape = node["$ref"].rpartition("/")[2]
            return self._table(schema()["$defs"][shape], shape, path)
        for options in ("oneOf", "anyOf"):
            if options in node:
                return self._option(node[options], name, path)
        if "const" in node:
            return node["const"]
        if "enum" in node:
            return self.chance.choice(node["enum"])
        makers = {
            "object": self._named,
            "array": self._array,
            "string": self.text,
            "integer": self.integer,
            "number": self.number,
            "boolean": lambda *_: self.chance.random() < 0.5,
        }
        return makers[node["type"]](node, name, path)

    def _option(self, options: list[Node], name: str, path: Place) -> Any:
        if name == "graph" or (len(path) > 1 and path[-2] == "parts"):
            return self._graph(options, path)
        options = [each for each in options if each.get("type") != "null"]
        if name in ("accounts", "ids") and len(path) > 1:
            options = [each for each in options if each.get("type") != "string"]
        if name in ("delay", "review_time", "recovery", "lasting") and self.times == "grid":
            fixed = [each for each in options if each.get("$ref", "").endswith("/Fixed")]
            options = fixed if fixed and self.chance.random() < 0.8 else options
        return self.draw(self.chance.choice(options), name, path)

    def _graph(self, options: list[Node], path: Place) -> Any:
        kinds = {each["$ref"].rpartition("/")[2]: each for each in options}
        for unwanted in ("GraphFile", "Given", "Observed"):
            kinds.pop(unwanted, None)
        if len(path) == 1 and self.names["platforms"]:
            return self.draw(kinds["Union_"], "graph", path)
        kinds.pop("Union_", None)
        wanted = [each for each in sorted(kinds) if not self.lively or each.endswith(LIVELY)]
        return self.draw(kinds[self.chance.choice(wanted)], "made", path)

    def _table(self, shape: Node, title: str, path: Place) -> dict[str, Any]:
        drawn = {}
        one_of = ONE_OF.get(title, ())
        chosen = self.chance.choice(one_of) if one_of else None
        for key, node in shape["properties"].items():
            if key in one_of and key != chosen:
                continue
            if NEEDS.get(key, key) not in (key, *drawn) or (
                key == "window" and chosen in ("at", "age")
            ):
                continue
            if (key == "schedule" and "at" in drawn) or (title, key) in OF_PACKAGES:
                continue
            if key == chosen or self._wanted(shape, key):
                drawn[key] = self.draw(node, key, (*path, key))
        for key in [TOGETHER[key] for key in drawn if key in TOGETHER]:
            if key not in drawn:
                drawn[key] = self.draw(shape["properties"][key], key, (*path, key))
        if title == "Feed" and self.late:
            drawn |= {"reading": "delay", "exposures": "late"}
        if "kind" in shape["properties"] and "const" in shape["properties"]["kind"]:
            drawn["kind"] = shape["properties"]["kind"]["const"]
        if "law" in shape["properties"] and "const" in shape["properties"]["law"]:
            drawn["law"] = shape["properties"]["law"]["const"]
        return drawn

    def _named(self, node: Node, name: str, path: Place) -> dict[str, Any]:
        """A table whose keys are names."""
        pattern = node.get("patternProperties")
        value = next(iter(pattern.values())) if pattern else node.get("additionalProperties", {})
        if name == "prices":
            keys = self.chance.sample(VERBS, 3)
        elif name == "penalties":
            keys = self.chance.sample(node["propertyNames"]["enum"], 2)
        else:
            keys = self.names["platforms" if name == "parts" else name]
        return {key: self.draw(value, key, (*path, key)) for key in keys}

    def _array(self, node: Node, name: str, path: Place) -> list[Any]:
        least, most = node.get("minItems", 0), node.get("maxItems", 4)
        length = min(max(least, self.chance.choice((0, 1, 1, 2, 3))), most)
        if name == "probabilities":
            return [0.1, 0.5, 0.9]
        if name == "stories" and path == ("stories",):
            length = len(self.names["stories"])
        elif name == "times":
            length = 3
        elif name in ("policies", "interventions"):
            length = 1 if name == "policies" else self.chance.choice((1, 2, 3, 6))
        drawn = [self.draw(node["items"], name, (*path, i)) for i in range(length)]
        if name in ("accounts", "ids", *self.names, "guilty_kinds", "unqualified", "measures"):
            drawn = list({json.dumps(each): each for each in drawn}.values())
        return sorted(drawn, key=lambda text: float(text.split()[0])) if name == "times" else drawn

    # -- what does not go together ---------------------------------------------------

    def mend(self, key: str, rule: str, often: int) -> None:
        """Draw again what is refused, or leave it out: one of the keys that the rule names."""
        path = place_of(key)
        if len(path) == 1 and path not in self.nodes:
            return
        while path and not _holds(self.tree, path):
            path = path[:-1]
        if not path:
            return
        held = _at(self.tree, path)
        if isinstance(held, dict) and often < 6:
            named = [place_of(word) for word in re.findall(r"[a-z_.]+", rule)]
            named = [(*path, *each) for each in named if each and _holds(held, each)]
            path = self.chance.choice(named) if named else path
        inner = 4 if path[0] == "policies" else 1
        path = path[: max(inner, len(path) - often // 6)]
        node, name = self.nodes.get(path, ({}, ""))
        if "const" in node:
            path = path[:-1]
            node, name = self.nodes.get(path, ({}, ""))
        if not path:
            return
        whole = isinstance(_at(self.tree, path), dict) or path in (("graph",), ("stories",))
        if node and often < 18 and (whole or self.chance.random() < 0.3):
            _at(self.tree, path[:-1])[path[-1]] = self.draw(node, name, path)
        else:
            del _at(self.tree, path[:-1])[path[-1]]


def place_of(key: str) -> Place:
    """``policies[0].when.at[1]`` or ``stories["a b"].x`` as a path."""
    parts = re.findall(r"\[(\d+)\]|\[\"([^\"]*)\"\]|([^.\[\]]+)", key)
    return tuple(int(number) if number else quoted or word for number, quoted, word in parts)


def _at(tree: Any, path: Place) -> Any:
    for step in path:
        tree = tree[step]
    return tree


def _holds(tree: Any, path: Place) -> bool:
    try:
        _at(tree, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def text_of(value: Any) -> str:
    """A value as TOML, tables in one line; a scenario a key a line."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(k)} = {text_of(v)}" for k, v in value.items())
        return f"{{ {inner} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(text_of, value))}]"
    return json.dumps(value)


def as_toml(tree: dict[str, Any]) -> str:
    return "".join(f"{key} = {text_of(value)}\n" for key, value in tree.items())


def second_scenario(number: int, *, late: bool = False) -> Scenario:
    """Scenario ``number``: valid, buildable, and small enough for the reference engine.

    ``late``: one whose exposures are worked out after the run.
    """
    for attempt in range(50):
        drawing, often = Drawing(number, attempt, late), {}
        for _ in range(120):
            try:
                scenario = loads(as_toml(drawing.tree))
                for policy in scenario.policies:
                    Simulation(scenario, policy)
                Simulation(scenario)
            except InputError as error:
                for fault in reversed(error.faults):
                    key = fault.key
                    often[key] = often.get(key, -1) + 1
                    drawing.mend(key, fault.rule, often[key])
            else:
                return scenario
    raise AssertionError(f"no scenario {number} was found")
