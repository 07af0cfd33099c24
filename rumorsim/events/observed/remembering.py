"""What a saved stream of cascades remembers of the data they came from, in its header."""

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rumorsim.common.errors import InputError
from rumorsim.events.observed.rules import Found
from rumorsim.events.stream import Facts

#: The key in the provenance of a stream.
PROVENANCE: Final = "cascades"


def noted(
    faults: Mapping[str, Found], notes: Sequence[str], known: NDArray[np.bool_], zone: str | None
) -> dict[str, Any]:
    """As plain values; ``known`` (bool [accounts]) is whose followers are known, as bits.

    ``zone`` is that of the start, None where there is none.
    """
    bits = base64.b64encode(zlib.compress(np.packbits(known).tobytes(), 6))
    return {
        "faults": [[each.kind, each.count, each.rule, each.first] for each in faults.values()],
        "notes": list(notes),
        "zone": zone,
        "followers_known": bits.decode("ascii"),
    }


def remembered(facts: Facts, file: str) -> tuple[list[Found], list[str], NDArray[np.bool_]]:
    """Faults, notes and whose followers are known, from :func:`noted`; of a run, all are known."""
    said = facts.provenance.get(PROVENANCE)
    if said is None:
        return [], [], np.ones(facts.accounts, np.bool_)
    try:
        bits = np.frombuffer(zlib.decompress(base64.b64decode(said["followers_known"])), np.uint8)
        known = np.unpackbits(bits, count=facts.accounts).astype(np.bool_)
        faults = [
            Found(str(kind), int(n), str(rule), str(at)) for kind, n, rule, at in said["faults"]
        ]
        if len(known) < facts.accounts:
            raise ValueError("too few accounts")
        return faults, [str(each) for each in said["notes"]], known
    except (KeyError, TypeError, ValueError, binascii.Error, zlib.error) as error:
        advice = "import the cascades again"
        raise InputError("holds no facts of cascades", file, PROVENANCE, advice=advice) from error
