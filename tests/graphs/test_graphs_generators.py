"""Generated follow graphs: what they promise, and their distributions against theory.

Statistical tests use fixed seeds; the rate at which a right generator would fail for a
random seed is stated with each.
"""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from rumorsim.common.errors import InputError
from rumorsim.graphs import GENERATORS, FollowGraph, GraphConfig, from_edges, statistics
from rumorsim.graphs.config import GRAPH_CONFIGS
from rumorsim.graphs.samples import component_share, sampled_reciprocity
from rumorsim.graphs.statistics import clustering, describe, reciprocity

power_law, erdos_renyi = GENERATORS["power-law"], GENERATORS["erdos-renyi"]
regular, small_world = GENERATORS["regular"], GENERATORS["small-world"]

CASES: dict[str, list[dict[str, Any]]] = {
    "power-law": [
        {"accounts": n, "mean_followers": m, "reciprocity": r, "clustering": c}
        for n, m in ((1, 0.0), (2, 1.0), (10, 9.0), (50, 25.0), (1000, 0.3), (2000, 12.0))
        for r, c in ((0.0, 0.0), (0.22, 0.1), (1.0, 1.0))
    ],
    "erdos-renyi": [
        {"accounts": n, "mean_followers": m}
        for n, m in ((1, 0.0), (2, 1.0), (5, 4.0), (500, 0.0), (40, 30.0), (3000, 6.0))
    ],
    "regular": [
        {"accounts": n, "degree": d}
        for n, d in ((1, 0), (2, 1), (4, 3), (6, 2), (9, 4), (100, 49), (100, 60), (2001, 8))
    ],
    "small-world": [
        {"accounts": n, "neighbours": k, "rewiring": p}
        for n, k in ((3, 2), (7, 6), (1000, 6))
        for p in (0.0, 0.1, 1.0)
    ],
    "communities": [
        {"accounts": n, "mean_followers": m, "groups": g, "mixing": x}
        for n, m, g in ((1, 0.0, 1), (2, 1.0, 2), (30, 5.0, 30), (40, 30.0, 3), (3000, 8.0, 7))
        for x in (0.0, 0.1, 1.0)
    ],
    "complete": [{"accounts": n} for n in (1, 2, 30)],
    "star": [{"accounts": n} for n in (1, 2, 30)],
    "path": [{"accounts": n} for n in (1, 2, 30)],
    "tree": [{"branching": b, "depth": d} for b, d in ((1, 0), (1, 5), (3, 4), (2, 10))],
}
RANDOM = ("power-law", "erdos-renyi", "regular", "small-world", "communities")


def made(kind: str, case: dict[str, Any], seed: int = 1) -> FollowGraph:
    return GENERATORS[kind](**case, **({"seed": seed} if kind in RANDOM else {}))


def edges(graph: FollowGraph) -> set[tuple[int, int]]:
    followees = np.repeat(np.arange(graph.accounts), graph.follower_counts())
    return set(zip(followees.tolist(), graph.followers.tolist(), strict=True))


@pytest.mark.parametrize("kind", CASES)
def test_every_graph_is_valid_and_determined_by_its_arguments(kind: str) -> None:
    for case in CASES[kind]:
        graph = made(kind, case)
        graph.validate()
        assert graph.ids is None
        assert graph.self_loops == graph.duplicates == 0
        assert graph.digest() == made(kind, case).digest()


@pytest.mark.parametrize("kind", RANDOM)
def test_another_seed_gives_another_graph(kind: str) -> None:
    digests = {made(kind, CASES[kind][-1], seed).digest() for seed in (0, 1, 2, 2**63 - 1)}
    assert len(digests) == 4


#: The first 16 digits of the digests of small graphs: the same on every machine.
KNOWN: dict[str, tuple[tuple[Any, ...], dict[str, Any], str]] = {
    "power-law": ((500, 8.0), {}, "94d922f02c29aef5"),
    "erdos-renyi": ((500, 8.0), {}, "49b68a3b98296889"),
    "regular": ((500, 6), {}, "9e40fecd1b0d2cf0"),
    "small-world": ((500, 6, 0.1), {}, "c76dcd0b55872ab3"),
}


@pytest.mark.parametrize("kind", KNOWN)
def test_known_graphs(kind: str) -> None:
    arguments, more, digest = KNOWN[kind]
    assert GENERATORS[kind](*arguments, seed=1, **more).digest()[:16] == digest


def test_global_random_state_is_left_alone() -> None:
    def state() -> tuple[Any, str]:
        return random.getstate(), repr(np.random.get_state())

    before = state()
    for kind in RANDOM:
        made(kind, CASES[kind][-1])
    assert state() == before
    # Negative control: a single draw is seen.
    np.random.random()
    assert state() != before


# --- Erdos-Renyi ---------------------------------------------------------------------------


def binomial_p_value(counts: NDArray[np.int64], others: int, mean: float) -> float:
    """Chi-square of counts against Binomial(others, mean / others), tails pooled."""
    low, high = (int(x) for x in stats.binom.ppf([0.002, 0.998], others, mean / others))
    observed = np.bincount(np.clip(counts, low, high), minlength=high + 1)[low:]
    inner = stats.binom.cdf(np.arange(low, high), others, mean / others)
    expected = np.diff(np.concatenate([[0.0], inner, [1.0]])) * counts.size
    return float(stats.chisquare(observed, expected).pvalue)


@pytest.mark.parametrize(("accounts", "mean"), [(20_000, 6.0), (2_000, 1_500.0)])
def test_erdos_renyi_counts_are_binomial(accounts: int, mean: float) -> None:
    """False alarms: 1 in 5,000 for each of the two counts."""
    graph = erdos_renyi(accounts, mean, seed=5)
    for counts in (graph.follower_counts(), graph.followee_counts()):
        assert binomial_p_value(counts, accounts - 1, mean) > 2e-4
        # Negative control: a mean a few per cent off is seen.
        assert binomial_p_value(counts, accounts - 1, 1.05 * mean) < 2e-4


def test_erdos_renyi_follows_are_equally_likely() -> None:
    """Chi-square over the 20 possible follows of 5 accounts; false alarms 1 in 5,000."""
    seen = Counter(edge for seed in range(2_000) for edge in edges(erdos_renyi(5, 1.6, seed=seed)))
    counts = [seen[(a, b)] for a in range(5) for b in range(5) if a != b]
    spread = sum((count - 800.0) ** 2 / (2_000 * 0.4 * 0.6) for count in counts)
    limit = stats.chi2.isf(2e-4, 20)
    assert spread < limit
    # Negative control: one follow as frequent as p = 0.5 would have it.
    assert spread - (counts[0] - 800) ** 2 / 480 + (1_000 - 800) ** 2 / 480 > limit


# --- power law -----------------------------------------------------------------------------


def tail_ratio(counts: NDArray[np.int64], start: int) -> tuple[float, float]:
    """P(count >= 2 start | count >= start) and its standard error."""
    above, double = int((counts >= start).sum()), int((counts >= 2 * start).sum())
    share = double / above
    return share, (share * (1 - share) / above) ** 0.5


@pytest.mark.parametrize(("followers", "followees"), [(2.3, 2.7), (2.6, 3.2)])
def test_tails_fall_as_asked(followers: float, followees: float) -> None:
    """A Pareto tail doubles with probability 2**(1 - exponent).

    Within 4 standard errors (false alarms below 1 in 10,000) plus 0.02 for the noise
    around expected counts, which bends the tail a little.
    """
    graph = power_law(
        200_000,
        20.0,
        follower_exponent=followers,
        followee_exponent=followees,
        reciprocity=0.1,
        clustering=0.0,
        seed=2,
    )
    for counts, exponent in (
        (graph.follower_counts(), followers),
        (graph.followee_counts(), followees),
    ):
        share, error = tail_ratio(counts, 80)
        assert abs(share - 2 ** (1 - exponent)) < 4 * error + 0.02
        # Negative control: an exponent 0.5 away is seen.
        assert abs(share - 2 ** (1 - exponent - 0.5)) > 4 * error + 0.02


@pytest.mark.parametrize("returned", [0.05, 0.22, 0.6, 1.0])
@pytest.mark.parametrize("closed", [0.0, 0.5])
def test_mean_and_reciprocity_are_as_asked(returned: float, closed: float) -> None:
    graph = power_law(20_000, 15.0, reciprocity=returned, clustering=closed, seed=4)
    assert graph.mean_followers == pytest.approx(15.0, rel=0.01)
    assert reciprocity(graph) == pytest.approx(returned, abs=0.005)


def test_followers_are_more_unequal_than_followees() -> None:
    graph = power_law(20_000, 20.0, seed=1)
    ends = [np.quantile(c, 0.999) for c in (graph.follower_counts(), graph.followee_counts())]
    assert ends[0] > 1.2 * ends[1]
    assert ends[1] > 5 * 20


def test_more_closure_more_clustering() -> None:
    found = [
        clustering(power_law(10_000, 20.0, clustering=c, seed=1))[0] for c in (0.0, 0.3, 0.6, 0.9)
    ]
    assert all(b > 1.2 * a for a, b in pairwise(found)), found


# --- regular and small world ---------------------------------------------------------------


@pytest.mark.parametrize("case", CASES["regular"])
def test_regular_is_regular_and_both_ways(case: dict[str, Any]) -> None:
    graph = made("regular", case)
    assert set(graph.follower_counts().tolist()) == {case["degree"]}
    assert case["degree"] == 0 or reciprocity(graph) == 1.0


def test_small_regular_graphs_are_equally_likely() -> None:
    """Of the 70 graphs with 6 accounts of degree 2, 10 are two triangles.

    A binomial test at 1 in 5,000; the negative control is the share 0.2.
    """
    triangles = sum(clustering(regular(6, 2, seed=seed))[0] > 0.5 for seed in range(1_500))
    assert stats.binomtest(triangles, 1_500, 1 / 7).pvalue > 2e-4
    assert stats.binomtest(triangles, 1_500, 0.2).pvalue < 2e-4


def test_mended_regular_graphs_are_simple() -> None:
    graph = regular(3_000, 40, seed=3)
    graph.validate()
    assert set(graph.follower_counts().tolist()) == {40}
    assert reciprocity(graph) == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: regular(5, 3, seed=1), "even"),
        (lambda: regular(5, 5, seed=1), "below accounts"),
        (lambda: small_world(10, 3, 0.1, seed=1), "even"),
        (lambda: small_world(4, 4, 0.1, seed=1), "below accounts"),
        (lambda: small_world(9, 4, 1.5, seed=1), r"rewiring = 1.5: must be in \[0, 1\]"),
        (lambda: power_law(9, 9.0, seed=1), r"in \[0, 8\]"),
        (lambda: power_law(9, 2.0, follower_exponent=2.0, seed=1), "follower_exponent = 2.0"),
        (lambda: power_law(9, 2.0, reciprocity=float("nan"), seed=1), "reciprocity = nan"),
        (lambda: GENERATORS["star"](0), "at least 1"),
        (lambda: GENERATORS["tree"](0, 3), "at least 1"),
        (lambda: erdos_renyi(5, 4.5, seed=1), r"in \[0, 4\]"),
    ],
)
def test_impossible_graphs_are_refused(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_small_world_moves_the_share_of_ties_asked_for() -> None:
    """Ties that leave the ring are binomial; 4 standard errors, false alarms 1 in 15,000."""
    accounts, neighbours, share = 20_000, 6, 0.1
    graph = small_world(accounts, neighbours, share, seed=1)
    assert graph.follows == accounts * neighbours
    assert reciprocity(graph) == 1.0
    ring = edges(small_world(accounts, neighbours, 0.0, seed=9))
    assert all(
        (b - a) % accounts in {1, 2, 3, accounts - 3, accounts - 2, accounts - 1} for a, b in ring
    )
    ties = accounts * neighbours // 2
    moved = len(edges(graph) - ring) / 2
    error = (ties * share * (1 - share)) ** 0.5
    assert abs(moved - share * ties) < 4 * error
    # Negative control: a share of 0.12 is told from 0.1.
    assert abs(moved - 1.2 * share * ties) > 4 * error


# --- fixed graphs --------------------------------------------------------------------------


def test_fixed_graphs_are_what_they_are_called() -> None:
    everybody = {(a, b) for a in range(5) for b in range(5) if a != b}
    assert edges(GENERATORS["complete"](5)) == everybody
    assert edges(GENERATORS["star"](4)) == {(0, 1), (0, 2), (0, 3)}
    assert edges(GENERATORS["path"](4)) == {(0, 1), (1, 2), (2, 3)}
    assert edges(GENERATORS["tree"](2, 2)) == {(0, 1), (0, 2), (1, 3), (1, 4), (2, 5), (2, 6)}
    assert GENERATORS["tree"](3, 4).accounts == (3**5 - 1) // 2


def test_statistics_against_networkx() -> None:
    import networkx as nx

    from rumorsim.graphs import to_networkx

    for graph in (power_law(300, 8.0, seed=1), erdos_renyi(300, 1.0, seed=1)):
        peer = to_networkx(graph, direction="followee follower")
        assert reciprocity(graph) == pytest.approx(nx.overall_reciprocity(peer))
        exact, no_error = clustering(graph)
        assert exact == pytest.approx(nx.average_clustering(peer.to_undirected()))
        largest = max(map(len, nx.weakly_connected_components(peer)))
        assert component_share(graph) == pytest.approx(largest / 300)
        sampled, error = clustering(graph, exact_work=0)
        assert no_error == 0.0 < error < 0.002
        assert abs(sampled - exact) < 4 * error
        returned, error = sampled_reciprocity(graph)
        assert error < 0.002
        assert abs(returned - reciprocity(graph)) <= 4 * error


def test_a_graph_without_room_for_a_second_copy_is_described_from_samples(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    graph = power_law(2_000, 15.0, reciprocity=0.3, clustering=0.5, seed=4)
    exact = describe(graph)
    monkeypatch.setattr(statistics, "_EXACT_FOLLOWS", 100)
    monkeypatch.setattr(clustering, "__kwdefaults__", {"exact_work": 100})
    # Nothing is turned round: that would need the room.
    monkeypatch.delattr("rumorsim.engine.kernels.csr.turned_rows")
    monkeypatch.delattr("rumorsim.engine.kernels.csr.sorted_rows")
    sampled = describe(graph)
    assert exact["reciprocity_standard_error"] == 0.0 < sampled["reciprocity_standard_error"]
    assert sampled["clustering_sampled"]
    for key in ("reciprocity", "clustering"):
        assert abs(sampled[key] - exact[key]) < 4 * sampled[f"{key}_standard_error"]
        del sampled[key], exact[key]
    changed = {key for key in exact if sampled[key] != exact[key]}
    assert changed <= {
        "reciprocity_standard_error",
        "clustering_standard_error",
        "clustering_sampled",
    }


def test_a_share_from_a_sample_is_never_stated_as_exact() -> None:
    ring = np.arange(50), (np.arange(50) + 1) % 50
    one_way = from_edges(*ring, direction="follower followee")
    both_ways = from_edges(
        np.concatenate(ring), np.concatenate(ring[::-1]), direction="follower followee"
    )
    for graph, share in ((one_way, 0.0), (both_ways, 1.0)):
        returned, error = sampled_reciprocity(graph)
        assert returned == share
        assert 4e-6 < error < 6e-6  # of none in 200,000 one in 200,000 is not excluded
    assert clustering(one_way, exact_work=0)[1] > 0.0


# --- communities ---------------------------------------------------------------------------


def share_within(mixing: float) -> float:
    """The share of follows inside the four communities of 2,000 accounts."""
    graph = GENERATORS["communities"](2000, 10.0, groups=4, mixing=mixing, seed=3)
    assert abs(graph.mean_followers - 10.0) < 0.2
    parts = np.cumsum([1 / (r + 2) for r in range(4)])
    group = np.searchsorted(parts / parts[-1] * 2000, np.arange(2000) + 0.5)
    followees = np.repeat(np.arange(2000), graph.follower_counts())
    return float((group[followees] == group[graph.followers]).mean())


def test_follows_stay_within_communities_as_mixing_says() -> None:
    """Of follows that may lead anywhere some stay too: sum of squared shares, 0.28 here."""
    assert share_within(0.0) > 0.98  # a few accounts at the borders are in the next one
    assert share_within(0.2) == pytest.approx(0.8 + 0.2 * 0.28, abs=0.03)
    assert share_within(1.0) == pytest.approx(0.28, abs=0.03)


def test_communities_have_much_followed_accounts() -> None:
    counts = GENERATORS["communities"](2000, 10.0, groups=4, seed=3).follower_counts()
    even = GENERATORS["erdos-renyi"](2000, 10.0, seed=3).follower_counts()
    assert counts.max() > 100 > 30 > even.max()


# --- configuration -------------------------------------------------------------------------

ADAPTER: TypeAdapter[Any] = TypeAdapter(GraphConfig)


@pytest.mark.parametrize("kind", CASES)
def test_configurations_build_what_the_functions_make(kind: str) -> None:
    case = CASES[kind][-1]
    config = ADAPTER.validate_python({"kind": kind, **case})
    assert config.build(Path()).digest() == made(kind, case).digest()
    again = ADAPTER.validate_json(config.model_dump_json())
    assert again == config
    if kind in RANDOM:
        other = ADAPTER.validate_python({"kind": kind, **case, "seed": 2})
        assert other.build(Path()).digest() != config.build(Path()).digest()


def test_every_kind_is_configured_and_every_field_described() -> None:
    assert set(GRAPH_CONFIGS) == {*GENERATORS, "file", "given", "observed", "union"}
    for model in GRAPH_CONFIGS.values():
        assert model.__doc__
        for name, field in model.model_fields.items():
            assert name == "kind" or field.description, (model, name)


@pytest.mark.parametrize("kind", CASES)
def test_every_graph_that_is_made_may_be_a_part_of_a_union(kind: str) -> None:
    part = {"kind": kind, **CASES[kind][-1]}
    star = {"kind": "star", "accounts": 5}
    union = ADAPTER.validate_python({"kind": "union", "parts": {"other": star, "this": part}})
    alone, both = made(kind, CASES[kind][-1]), union.build(Path())
    assert both.accounts == 5 + alone.accounts
    assert both.attributes["platform"].tolist() == ["other"] * 5 + ["this"] * alone.accounts
    counts = both.follower_counts().tolist()
    assert counts == [4, 0, 0, 0, 0, *alone.follower_counts().tolist()]


@pytest.mark.parametrize("kind", ["file", "given", "union"])
def test_what_is_not_made_here_is_no_part_of_a_union(kind: str) -> None:
    with pytest.raises(ValidationError, match=f"'{kind}' found using 'kind' does not match"):
        ADAPTER.validate_python({"kind": "union", "parts": {"this": {"kind": kind}}})


def test_file_configuration_takes_paths_from_the_scenarios_folder(tmp_path: Path) -> None:
    (tmp_path / "f.txt").write_text("1 2\n2 3\n")
    given = {"kind": "file", "path": "f.txt", "columns": "follower followee"}
    assert ADAPTER.validate_python(given).build(tmp_path).follows == 2
    with pytest.raises(InputError, match="more than 3 bytes"):
        ADAPTER.validate_python({**given, "max_bytes": 3}).build(tmp_path)
    with pytest.raises(ValidationError, match="follower followee"):
        ADAPTER.validate_python({**given, "columns": "folower followee"})


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"kind": "power-lw"}, "power-law"),
    ({"kind": "path"}, "accounts"),
    ({"kind": "path", "accounts": 3, "acounts": 3}, "acounts"),
    ({"kind": "path", "accounts": 0}, "greater than or equal to 1"),
    ({"kind": "path", "accounts": True}, "valid integer"),
    ({"kind": "path", "accounts": "3"}, "valid integer"),
    ({"kind": "path", "accounts": 3.0}, "valid integer"),
    ({"kind": "path", "accounts": 10**30}, "less than or equal"),
    ({"kind": "erdos-renyi", "accounts": 9, "mean_followers": float("nan")}, "finite"),
    ({"kind": "erdos-renyi", "accounts": 9, "mean_followers": 9}, "at most 8"),
    ({"kind": "erdos-renyi", "accounts": 9, "mean_followers": 1, "seed": -1}, "greater"),
    ({"kind": "power-law", "accounts": 10**8, "mean_followers": 41}, "4,000,000,000"),
    ({"kind": "power-law", "accounts": 99, "mean_followers": 2, "follower_exponent": 2}, "than 2"),
    ({"kind": "complete", "accounts": 10**5}, "4,000,000,000"),
    ({"kind": "regular", "accounts": 5, "degree": 3}, "even"),
    ({"kind": "regular", "accounts": 5, "degree": 5}, "below accounts"),
    ({"kind": "communities", "accounts": 5, "mean_followers": 1, "groups": 6}, "at most accounts"),
    ({"kind": "communities", "accounts": 5, "mean_followers": 1, "mixing": 1.5}, "less than"),
    ({"kind": "small-world", "accounts": 9, "neighbours": 3, "rewiring": 0}, "even"),
    ({"kind": "small-world", "accounts": 9, "neighbours": 2, "rewiring": 1.5}, "less than"),
    ({"kind": "tree", "branching": 2, "depth": 10**6}, "at most"),
    ({"kind": "tree", "branching": 10**6, "depth": 10**6}, "at most"),
]


@pytest.mark.parametrize(("given", "message"), REFUSED)
def test_bad_configurations_are_refused_before_anything_is_built(
    given: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        ADAPTER.validate_python(given)
