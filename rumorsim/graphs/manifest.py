"""``follows.json``: what the arrays of a follow graph in a directory are, and their digests."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from rumorsim.errors import InputError, nearest, show_value
from rumorsim.graphs.made import MAX_FOLLOWS
from rumorsim.graphs.npy import part_file
from rumorsim.graphs.sources import is_mapped
from rumorsim.saved_json import parse_json
from rumorsim.written import Model, validated

#: The file that stands for the whole directory: it holds the digest of every other.
MANIFEST: Final = "follows.json"
_MOST_ACCOUNTS: Final = 2**31 - 1
_LONGEST: Final = 4_000_000
_Count = Annotated[int, Field(ge=0, le=2**62)]


class Part(Model):
    """One file of the directory; its name follows from what it holds, never from here."""

    #: "npy" is read in place; "json" is for ids and attributes that do not fit an array.
    form: Literal["npy", "json"] = "npy"
    bytes: _Count
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(Model):
    """What is in the directory."""

    holds: Literal["a follow graph of rumorsim"] = "a follow graph of rumorsim"
    format: Literal[1] = 1
    accounts: Annotated[int, Field(ge=0, le=_MOST_ACCOUNTS)]
    follows: Annotated[int, Field(ge=0, le=MAX_FOLLOWS)]
    self_loops: _Count
    duplicates: _Count
    offsets: Part
    followers: Part
    weights: Part | None = None
    ids: Part | None = None
    attributes: dict[str, Part] = {}

    def parts(self) -> dict[str, Part]:
        """Every part by the name of its file."""
        found = {"offsets": self.offsets, "followers": self.followers}
        if self.weights is not None:
            found["weights"] = self.weights
        if self.ids is not None:
            found["ids"] = self.ids
        found |= {f"attribute-{i}": part for i, part in enumerate(self.attributes.values())}
        return {f"{name}.{part.form}": part for name, part in found.items()}


def manifest_of(path: Path) -> Path:
    """The file whose digest names a graph: follows.json of a directory of arrays, else itself."""
    return _directory(path) / MANIFEST if is_mapped(path) else path


def _directory(path: Path) -> Path:
    shown = str(path)
    if "\0" in shown:
        raise InputError("is not a file name", value=show_value(shown))
    try:
        if path.is_dir():
            return path
        there = path.exists()
        beside = [each.name for each in path.parent.iterdir() if is_mapped(each)][:10_000]
    except OSError as error:
        if not isinstance(error, FileNotFoundError | NotADirectoryError):
            value = str(error.strerror or error)
            raise InputError("cannot be opened", shown[:200], value=value) from error
        there, beside = False, []
    if there:
        rule = "is a file; a graph named .mapped is a directory of arrays"
        raise InputError(rule, shown, advice="rename it, or fetch it again")
    advice = nearest(path.name, beside) if beside else "check the path"
    raise InputError("there is no such directory", shown, advice=advice[:200])


def read_manifest(path: Path) -> Manifest:
    """The manifest of the directory ``path``; InputError where it is none of ours."""
    place = _directory(path) / MANIFEST
    if part_file(place) > _LONGEST:
        raise InputError(f"can have at most {_LONGEST:,} bytes", place)
    values = parse_json(place.read_bytes(), str(place))
    found = validated(Manifest, values, str(place))
    for name, part in found.parts().items():
        if part.form == "json" and name.split(".")[0] in ("offsets", "followers", "weights"):
            raise InputError('must be "npy"', place, f"{name[:-5]}.form")
    return found
