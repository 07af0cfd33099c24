"""Whose results a place holds, so that those of another scenario are never replaced unasked."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rumorsim.common.errors import OutputError, show_value
from rumorsim.common.files import MARKER, check_directory
from rumorsim.common.provenance import digest_of


@dataclass(frozen=True)
class Claim:
    """What results are of: their kind, what was asked, and the file that asked it.

    ``digest`` is the SHA-256 of the resolved scenario (or study), ``file`` that of the path it
    was read from, "" where it came from Python. Results are the same scenario's where either
    is the same: a file that was edited may replace the results of its earlier version.
    """

    holds: str
    digest: str
    file: str = ""

    @classmethod
    def of(
        cls, holds: str, asked: Mapping[str, Any], source: str | Path = "", posterior: str = ""
    ) -> Claim:
        """The claim of results of the kind ``holds`` that were ``asked`` in the file ``source``.

        ``posterior`` is the digest of what parameters were drawn from: the same scenario with
        other draws, or with none, is another question.
        """
        path = os.path.realpath(source) if source else ""
        file = hashlib.sha256(os.fsencode(path) + posterior.encode()).hexdigest() if path else ""
        return cls(holds, digest_asked(asked, posterior), file)

    def plain(self) -> dict[str, str]:
        """What markers and headers keep of it."""
        found = {"digest": self.digest, "file": self.file}
        return {name: text for name, text in found.items() if text}

    def marker(self) -> dict[str, Any]:
        """The beginning of a marker (:data:`rumorsim.common.files.MARKER`) of such results."""
        return {"holds": self.holds, "of": self.plain()}

    def is_of(self, plain: Any) -> bool:
        """Whether what a marker or header keeps (:meth:`plain`) is the same scenario's."""
        if not isinstance(plain, Mapping):
            return False
        same_file = bool(self.file) and plain.get("file") == self.file
        return same_file or plain.get("digest") == self.digest

    def check(self, place: Path, *, force: bool = False) -> None:
        """OutputError unless these results may go to the directory ``place``.

        It must be absent, empty, or hold earlier results of the same kind and scenario; with
        ``force`` any results of rumorsim.
        """
        check_directory(place)
        if force or not (place / MARKER).exists():
            return
        there = _read(place / MARKER)
        if there.get("holds") != self.holds:
            rule = f"holds results of another kind ({show_value(there.get('holds'))})"
        elif not self.is_of(there.get("of")):
            rule = "holds results of another scenario or study"
        else:
            return
        raise self.refused(place, f"{rule}; nothing was overwritten")

    @staticmethod
    def refused(place: Path, rule: str) -> OutputError:
        """The error for a place whose results are another scenario's."""
        advice = "name another one, or replace them with --force (in Python: force=True)"
        return OutputError(rule, file=str(place), advice=advice)


def digest_asked(asked: Mapping[str, Any], posterior: str = "") -> str:
    """SHA-256 of what was asked, and of the posterior that parameters were drawn from, if any."""
    return digest_of({"asked": asked, "posterior": posterior} if posterior else asked)


def is_unclaimed(place: Path, holds: str) -> bool:
    """Whether a directory of the kind ``holds`` was begun, but does not say for what."""
    there = _read(place / MARKER)
    return there.get("holds") == holds and "of" not in there


def _read(marker: Path) -> dict[str, Any]:
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
