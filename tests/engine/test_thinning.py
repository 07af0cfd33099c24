"""Contacts that can change nothing are not made, and what happens is the same to the bit.

At a high rate of contact everybody has told everybody in a moment, and goes on meeting who knows
until it stops. The control is the reference engine that never looks whether anybody is left.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from rumorsim.engine.reference.models import ReferenceModelEngine
from rumorsim.events.stream import Batch, Kind
from rumorsim.scenario import loads
from rumorsim.scenario.models import Scenario
from rumorsim.simulation.simulation import Simulation

AN_HOUR = 'recovery = { law = "exponential", mean = "1 h" }'
RUMOR = 'kind = "maki-thompson", contacts = "200 per h", forgetting = "1 per h"'
MODELS = {
    "sir": f'{{ kind = "sir", transmission = "30 per h", {AN_HOUR} }}',
    "sis": f'{{ kind = "sis", transmission = "30 per h", {AN_HOUR} }}',
    "rumor": f"{{ {RUMOR}, stifling = 0.0 }}",
    "stifled": f"{{ {RUMOR}, after = 50 }}",
}
POLICIES = {
    "none": "",
    "close and open": '{ kind = "close-accounts", when = { at = ["30 min", "1 h", "2 h"] },'
    ' whom = { fraction = 0.5 }, duration = "30 min" }',
    "close early": '{ kind = "close-accounts", when = { at = ["1 min"] },'
    ' whom = { fraction = 0.5 }, duration = "30 min" }',
    "suspend": '{ kind = "suspend-accounts", when = { reach = 2 }, duration = "40 min" }',
    "delete": '{ kind = "delete-posts", when = { at = ["20 min", "2 h"] }, duration = "1 h" }',
    "cut off": '{ kind = "remove-followers", when = { at = ["10 min"] }, keep = 0.3,'
    ' duration = "1 h" }',
    "hide": '{ kind = "close-accounts", when = { shares = 3 } },'
    ' { kind = "delete-posts", when = { age = "30 min" } }',
}


def scenario(model: str, policy: str) -> Scenario:
    return loads(f"""
horizon = "4 h"
model = {MODELS[model]}
[graph]
kind = "erdos-renyi"
accounts = 16
mean_followers = 4
[[stories]]
name = "a"
truth = false
appeal = 0.4
report = 0.1
author = {{ random = 2 }}
at = ["0 h", "90 min"]
[[policies]]
name = "acts"
interventions = [{POLICIES[policy]}]
""")


def events(made: Scenario, seed: int, engine: str) -> Batch:
    return Simulation(made, "acts", seed, engine).advance(made.horizon)


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("model", MODELS)
def test_what_happens_is_the_same_to_the_bit(
    model: str, policy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, asleep = scenario(model, policy), 0
    looked = ReferenceModelEngine.contact_is_futile

    def counted(self: Any, *who: int) -> bool:
        nonlocal asleep
        asleep += looked(self, *who)
        return False

    for seed in range(4):
        fast, slow = (events(made, seed, engine) for engine in ("fast", "reference"))
        with monkeypatch.context() as patch:
            patch.setattr(ReferenceModelEngine, "contact_is_futile", counted)
            every = events(made, seed, "reference")
        assert fast.rows.tolist() == slow.rows.tolist() == every.rows.tolist()
        assert len(fast.only(Kind.SHARE)) > 3
    # Without this nothing might have been thinned.
    assert asleep > 20 or model == "stifled"


def test_a_lever_that_wakes_nobody_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: without waking, whoever comes back is told no more."""
    made = scenario("sir", "close early")
    wanted = [events(made, seed, "reference").rows.tolist() for seed in range(4)]
    monkeypatch.setattr(ReferenceModelEngine, "levers_moved", lambda _: None)
    assert [events(made, seed, "reference").rows.tolist() for seed in range(4)] != wanted


@pytest.mark.parametrize("kind", ["sir", "sis"])
@pytest.mark.parametrize("engine", ["fast", "reference"])
def test_any_rate_of_contact_takes_no_longer(kind: str, engine: str) -> None:
    """Thirty accounts that each make 2.9 million contacts in an hour."""
    text = """
horizon = "%s"
[graph]
kind = "complete"
accounts = 30
[model]
kind = "%s"
transmission = "100000 per h"
recovery = { law = "fixed", time = "1 h" }
[[stories]]
name = "s"
truth = false
appeal = 1.0
author = { ids = [0] }
"""
    made = loads(text % ("10 d" if kind == "sir" else "3 h", kind))
    Simulation(made, seed=2, engine=engine).advance("1 h")  # whatever is compiled, is
    begun = time.process_time()
    batch = Simulation(made, engine=engine).advance(made.horizon)
    assert time.process_time() - begun < 5.0
    # Who begins is told as well where it may be told again.
    assert len(batch.only(Kind.EXPOSE)) == (29 if kind == "sir" else 30)
    stops = len(batch.only(Kind.STOP))
    assert stops == 30 if kind == "sir" else stops >= 60
