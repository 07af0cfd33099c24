"""Positions for drawing follow graphs.

For larger graphs accounts repel each other in proportion to their degrees and follows pull,
evenly over their length: the energy model of Noack (2009, Phys. Rev. E 79, 026102), whose minima
keep dense groups together and far from others. Repulsion is computed on a mesh by Fourier
transform, so that one round costs about accounts + follows.
"""

from __future__ import annotations

from typing import Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from rumorsim.common.randomness import Purpose, address_word, philox_array, uniform_array
from rumorsim.graphs.follows import FollowGraph

Array = NDArray[np.float64]

#: The row of accounts that stand apart is below this height.
_BOTTOM: Final = 0.08
#: Rounds of moving every account, and the mesh's cells along each side.
_ROUNDS: Final = 200
_MESH: Final = 96
#: From so many follows on, half as many rounds.
_MANY: Final = 100_000
#: Strength of the pull to the middle, which keeps unconnected parts in the picture.
_GRAVITY: Final = 0.08
#: The power of its length with which a follow pulls in the end: 0 parts communities most.
_PULL: Final = 0.6
#: Share of the picture that accounts fill when they are moved apart, the rounds of that,
#: the number of neighbours that push, and the pull on those beyond the edge.
_FILLED: Final = 0.42
_APART_ROUNDS: Final = 40
_NEIGHBOURS: Final = 6
_HOLD: Final = 0.05
#: Address of the first places, among the stages of graph generators.
_FIRST_PLACES: Final = 4000


def follow_positions(graph: FollowGraph) -> Array:
    """A place in the unit square for each account, those who follow each other close.

    float64 [accounts, 2]. Kamada and Kawai (1989) from a circle, so there is no chance in
    it; cost grows with the square of the accounts and more: meant for 500 of them. Accounts
    that no follow joins to the largest part are set on a row below it.
    """
    web = nx.Graph()
    web.add_nodes_from(range(graph.accounts))
    web.add_edges_from(zip(graph.followees().tolist(), graph.followers.tolist(), strict=True))
    places = np.zeros((graph.accounts, 2))
    if not graph.accounts:
        return places
    parts: list[list[int]] = [sorted(part) for part in nx.connected_components(web)]
    largest = max(parts, key=lambda part: (len(part), -part[0]))
    # A copy, since each look into a view of a graph passes through its filters.
    found = nx.kamada_kawai_layout(web.subgraph(largest).copy())
    places[largest] = _stretched(np.array([found[account] for account in largest]))
    places[largest, 1] = _BOTTOM + (1 - _BOTTOM) * places[largest, 1]
    apart = sorted(set(range(graph.accounts)) - set(largest))
    places[apart, 0] = (np.arange(len(apart)) + 0.5) / max(len(apart), 1)
    return places


def _stretched(places: Array) -> Array:
    """The same picture, stretched to the unit square."""
    low, high = places.min(axis=0), places.max(axis=0)
    return np.asarray((places - low) / np.where(high > low, high - low, 1.0))


def community_positions(graph: FollowGraph) -> Array:
    """A place in the unit square for each account; float64 [accounts, 2].

    Those who follow each other are close, and those of one community together. The same
    graph gives the same places on the same machine. Cost grows linearly.
    """
    count = graph.accounts
    if count < 3:
        return np.full((count, 2), 0.5) + np.linspace(-0.3, 0.3, count)[:, None]
    one, other = graph.followees().astype(np.int64), graph.followers.astype(np.int64)
    degree = np.bincount(one, minlength=count) + np.bincount(other, minlength=count)
    mass = 1.0 + degree.astype(np.float64)
    words = philox_array(1, address_word(Purpose.GRAPH, _FIRST_PLACES), np.arange(count), 0, 0)
    places = np.stack([uniform_array(words[0]), uniform_array(words[1])], axis=1) - 0.5
    mesh = _Mesh(mass)
    rounds = _ROUNDS if graph.follows < _MANY else _ROUNDS // 2
    for i in range(rounds):
        done = i / rounds
        # From springs to an even pull: springs find the rough order without being caught.
        power = max(_PULL, 1.0 - done)
        force = mesh.repulsion(places)
        force -= _pull(places, one, other, power) / mass[:, None]
        force -= _GRAVITY * places
        size = np.sqrt((force**2).sum(axis=1, keepdims=True)) + 1e-12
        places += force * np.minimum(1.0, 1.0 / size) * (0.4 * (1.0 - done) ** 1.2 + 0.01)
    return _spread(places)


def _pull(places: Array, one: NDArray[np.int64], other: NDArray[np.int64], power: float) -> Array:
    """What follows do to each account: each pulls with its length to this power."""
    apart = places[one] - places[other]
    length = np.sqrt((apart**2).sum(axis=1)) + 0.02
    apart *= (length ** (power - 1.0))[:, None]
    total = np.empty_like(places)
    for axis in (0, 1):
        each = apart[:, axis]
        total[:, axis] = np.bincount(one, each, len(places)) - np.bincount(other, each, len(places))
    return total


class _Mesh:
    """Repulsion 1 / distance between all accounts, by their masses on a mesh."""

    def __init__(self, mass: Array) -> None:
        self._share = mass / mass.sum()
        steps = np.fft.fftfreq(2 * _MESH, 1 / (2 * _MESH))
        x, y = np.meshgrid(steps, steps, indexing="ij")
        soft = x**2 + y**2 + 0.6
        self._kernels = [np.fft.rfft2(x / soft), np.fft.rfft2(y / soft)]

    def repulsion(self, places: Array) -> Array:
        """The push on each account; float64 [accounts, 2]."""
        low = places.min(axis=0)
        width = float((places.max(axis=0) - low).max()) + 1e-9
        cell = (places - low) / width * (_MESH - 1.001)
        base = cell.astype(np.int64)
        part = cell - base
        density = np.zeros((2 * _MESH, 2 * _MESH))
        weights = {
            (i, j): np.abs(1 - i - part[:, 0]) * np.abs(1 - j - part[:, 1])
            for i, j in ((0, 0), (0, 1), (1, 0), (1, 1))
        }
        for (i, j), weight in weights.items():
            flat = (base[:, 0] + i) * 2 * _MESH + base[:, 1] + j
            sums = np.bincount(flat, weight * self._share, 4 * _MESH * _MESH)
            density += sums.reshape(density.shape)
        spectrum = np.fft.rfft2(density)
        push = np.zeros_like(places)
        for axis, kernel in enumerate(self._kernels):
            field = np.fft.irfft2(spectrum * kernel, density.shape)
            for (i, j), weight in weights.items():
                push[:, axis] += weight * field[base[:, 0] + i, base[:, 1] + j]
        return push * (_MESH / width)


def _spread(places: Array) -> Array:
    """The same picture in the unit square, a disc without crowds: nobody hides another."""
    centred = places - np.median(places, axis=0)
    far = np.sqrt((centred**2).sum(axis=1, keepdims=True))
    edge = float(np.quantile(far, 0.95)) + 1e-12
    drawn = np.where(far > edge, edge * (1 + 0.2 * np.tanh((far / edge - 1) / 0.2)), far)
    disc = centred * (drawn / np.maximum(far, 1e-12)) / edge
    return _stretched(_apart(disc))


def _apart(places: Array) -> Array:
    """Places in a disc of radius one, moved until few are nearer to each other than need be."""
    from scipy.spatial import cKDTree

    places = places.copy()
    # Discs of this radius around all accounts would fill so much of the picture.
    neighbours = min(_NEIGHBOURS, len(places) - 1)
    near = 2.0 * np.sqrt(_FILLED / len(places))
    for _ in range(_APART_ROUNDS):
        found = cKDTree(places).query(places, k=neighbours + 1, distance_upper_bound=near)
        length, other = found[0][:, 1:], found[1][:, 1:]
        crowded = np.isfinite(length)
        between = places[:, None, :] - places[np.where(crowded, other, 0)]
        length = np.where(crowded, length, near)
        share = (near - length) / (length + 1e-9)
        places += 0.4 * (between * share[:, :, None]).sum(axis=1)
        places -= _HOLD * places * (np.sqrt((places**2).sum(axis=1, keepdims=True)) > 1.0)
    return places
