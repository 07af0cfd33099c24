"""What decides from whom a share comes: the law of parents, and the choice it makes."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from rumorsim.common.errors import InputError, show_value
from rumorsim.common.files import write_text
from rumorsim.common.saved_json import read_json
from rumorsim.events.observed.parents.shares import BINS, EDGES, Block, Flags, Floats, Shares

_TABLES: Final = ("delay", "root")
_ADVICE: Final = "write it with ParentLaw.save"


@dataclass(frozen=True)
class ParentLaw:
    """The law that says from which earlier post a share comes.

    A share comes from the root with odds ``exp(root[age of the root] + followers * log(followers
    of the root + 1)) / S ** crowding``, else from the earlier share j with a chance in proportion
    to ``delay[age of j] * (followers of j + 1) ** followers``, where S is the sum of these
    weights. With a follow graph all this holds among those whom the sharer follows, except for a
    part ``outside`` of shares, for which it holds among the others. (A nested logit: McFadden,
    "Modelling the choice of residential location", 1978. With ``crowding`` 1 it is a Hawkes
    process.)

    Attributes
    ----------
    delay : tuple of float
        Weight of a share by its age, in bins of a quarter of an octave from 1 s on, [112].
    root : tuple of float
        Log odds of the root by its age, same bins.
    followers : float
        Exponent of followers. 0: they do not matter.
    crowding : float
        How far earlier shares take attention from the root, 0 (not at all) to 1.
    outside : float
        Part of shares that come from accounts that the sharer does not follow.
    alike : float
        Correlation of the root's luck within a cascade (of the normal scores), 0 to 1: in some
        cascades nearly all share the original, in others few do. Forests have it.
    """

    delay: tuple[float, ...]
    root: tuple[float, ...]
    followers: float = 0.0
    crowding: float = 1.0
    outside: float = 0.0
    alike: float = 0.0
    source: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be a law."""
        for name in _TABLES:
            table = np.asarray(getattr(self, name), np.float64)
            if table.shape != (BINS,) or not np.isfinite(table).all():
                raise InputError(f"must be {BINS} finite numbers", key=name)
        if min(self.delay) <= 0:
            raise InputError("must be above 0", key="delay", value=str(min(self.delay)))
        for name in ("crowding", "outside", "alike"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError("must be in [0, 1]", key=name, value=str(getattr(self, name)))
        if not np.isfinite(self.followers):
            raise InputError("must be finite", key="followers", value=str(self.followers))

    @classmethod
    def power_law(
        cls,
        exponent: float,
        scale: float,
        root_weight: float = 1.0,
        followers: float = 0.0,
        outside: float = 0.0,
    ) -> ParentLaw:
        """Weights that fall with age t as (1 + t / scale) ** -(exponent + 1) (Lomax).

        Parameters
        ----------
        exponent : float
            Exponent of the tail of delays, above 0.
        scale : float
            Hours, above 0.
        root_weight : float
            Weight of the root beside that of a share of the same age and followers.
        followers : float
            Exponent of followers.
        outside : float
            Part of shares from outside the follow graph.

        Raises
        ------
        InputError
            If exponent, scale or root weight are not above 0.
        """
        given = {"exponent": exponent, "scale": scale, "root_weight": root_weight}
        for name, value in given.items():
            if not (np.isfinite(value) and value > 0):
                raise InputError("must be above 0", key=name, value=show_value(value))
        delay = lomax_density(exponent, scale * 3600.0)
        root = np.log(delay * root_weight)
        return cls(tuple(delay.tolist()), tuple(root.tolist()), followers, 1.0, outside)

    def save(self, path: str | Path) -> None:
        """Write the law as JSON."""
        write_text(Path(path), json.dumps(asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> ParentLaw:
        """Read a law that :meth:`save` wrote.

        Raises
        ------
        InputError
            If the file is no such law.
        """
        content = read_json(Path(path), advice=_ADVICE)
        names = {each.name for each in fields(cls)}
        if not isinstance(content, dict) or set(content) != names:
            rule = f"must be a JSON object with {', '.join(sorted(names))}"
            raise InputError(rule, path, advice=_ADVICE)
        read: dict[str, Any] = {k: tuple(v) if k in _TABLES else v for k, v in content.items()}
        return cls(**read)


def lomax_density(exponent: float, seconds: float) -> Floats:
    """Mean density of the Lomax law (per second) in each bin of ages."""
    above = (1 + EDGES / seconds) ** -exponent
    return np.maximum(-np.diff(above) / np.diff(EDGES), 1e-300)


class Choice(NamedTuple):
    """From whom the shares of a block come.

    ``root`` [shares] is the chance of the root; ``share`` [shares, candidates] that of each
    earlier share, given that it is not the root. Rows of ``share`` sum to 1, or to 0 where the
    root is certain.
    """

    root: Floats
    share: Floats


class Chooser:
    """A law at the shares it is about; ``extra`` [cascades] adds to the log odds of each root."""

    def __init__(self, law: ParentLaw, shares: Shares, extra: Floats | None = None) -> None:
        self.law = law
        self._delay = np.append(law.delay, 0.0)
        self._root = np.asarray(law.root)
        self._extra = np.zeros(len(shares.begin) - 1) if extra is None else extra
        self._attraction: Floats | None = None
        if shares.log_followers is not None and law.followers:
            self._attraction = np.exp(law.followers * shares.log_followers)
            self._extra = self._extra + law.followers * shares.log_followers[shares.begin[:-1]]

    def weights(self, block: Block) -> Floats:
        """Weights of earlier shares, [shares, candidates]."""
        weights: Floats = self._delay[block.bins]
        if self._attraction is not None:
            weights *= self._attraction[block.first : block.first + weights.shape[1]]
        return weights

    def _odds(self, block: Block, total: Floats) -> Floats:
        logs = self._root[block.root] + self._extra[block.cascade]
        with np.errstate(divide="ignore", over="ignore"):
            logs = logs - self.law.crowding * np.log(total)
            chance: Floats = 1 / (1 + np.exp(-logs))
        return np.where(total > 0, chance, 1.0)

    def offset(self, cascade: int) -> float:
        """What the root's log odds have on top of the table, in this cascade."""
        return float(self._extra[cascade])

    def log_intensity(self, block: Block) -> Floats:
        """Log of the summed weights of all candidates, of those followed where there are any."""
        weights = self.weights(block)
        weights[:, 0] = np.exp(self._root[block.root] + self._extra[block.cascade])
        total = weights.sum(1)
        if block.followed is not None:
            inside = np.where(block.followed, weights, 0.0).sum(1)
            total = np.where(inside > 0, inside, total)
        logs: Floats = np.log(total)
        return logs

    def choose(self, block: Block) -> Choice:
        """Chances of all candidates of a block."""
        weights = self.weights(block)
        total = weights.sum(1)
        if block.followed is None:
            share = np.divide(weights, total[:, None], out=weights, where=total[:, None] > 0)
            return Choice(self._odds(block, total), share)
        return self._within_graph(block, block.followed, weights)

    def _within_graph(self, block: Block, followed: Flags, weights: Floats) -> Choice:
        total, root_followed = weights.sum(1), followed[:, 0]
        inside = np.where(followed, weights, 0.0).sum(1)
        beyond = np.where(inside >= total * (1 - 1e-12), 0.0, total - inside)
        root_inside = np.where(root_followed, self._odds(block, inside), 0.0)
        root_beyond = np.where(root_followed, 0.0, self._odds(block, beyond))
        none_inside = ~root_followed & (inside == 0)
        none_beyond = root_followed & (beyond == 0)
        part = np.where(none_inside, 1.0, np.where(none_beyond, 0.0, self.law.outside))
        root = (1 - part) * root_inside + part * root_beyond
        with np.errstate(divide="ignore", invalid="ignore"):
            within = np.where(inside > 0, (1 - part) * (1 - root_inside) / inside, 0.0)
            without = np.where(beyond > 0, part * (1 - root_beyond) / beyond, 0.0)
        share = weights * np.where(followed, within[:, None], without[:, None])
        mass = share.sum(1, keepdims=True)
        np.divide(share, mass, out=share, where=mass > 0)
        return Choice(np.where(mass[:, 0] > 0, root, 1.0), share)


def as_law(law: Any) -> ParentLaw:
    """A law as it was handed over: itself or a file."""
    if isinstance(law, ParentLaw):
        return law
    if isinstance(law, (str, Path)):
        return ParentLaw.load(law)
    raise InputError("must be a ParentLaw or a file", key="law", value=show_value(law))
