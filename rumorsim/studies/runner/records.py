"""Records: one finished run as the bytes of one file, with a checksum over all of them.

The first line says what it is, with the SHA-256 and the length of the rest; the rest is
JSON, compressed: id, policy, seed, digest, every measure, the resolved scenario, provenance.
The bytes of a record do not depend on when, where or by whom the run was made.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

from rumorsim.common.provenance import RESULTS_VERSION

_KIND: Final = "rumorsim-run 1"
#: No first line is longer.
_LONGEST_HEAD: Final = 200
#: No record unpacks to more bytes: a few pages of numbers are expected.
_MOST_BYTES: Final = 1 << 30


class Damaged(Exception):
    """Bytes that are not the record they should be; the text says in what way."""


def run_id(setting: str, policy: str, seed: int) -> str:
    """The name of a run: a digest (hex) of its resolved scenario, seed and results version.

    ``setting`` is the digest of the resolved scenario with only ``policy`` in it, without
    its seed.
    """
    text = json.dumps([setting, policy, seed, RESULTS_VERSION])
    return hashlib.sha256(text.encode()).hexdigest()


def pack(payload: Mapping[str, Any]) -> bytes:
    """A record of plain JSON values."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    body = zlib.compress(text.encode(), 1)
    return _head(body) + body


def check(data: bytes) -> bytes:
    """The rest of a record behind its first line; Damaged unless every bit is as written."""
    end = data.find(b"\n", 0, _LONGEST_HEAD) + 1
    body = data[end:]
    # The line is made again and compared, so that no bit of it may differ either.
    if not end or data[:end] != _head(body):
        raise Damaged("its checksum does not fit")
    return body


def unpack(data: bytes, name: str) -> dict[str, Any]:
    """The values in the record of the run ``name``; Damaged if they are not what was written."""
    try:
        inflate = zlib.decompressobj()
        text = inflate.decompress(check(data), _MOST_BYTES)
        payload = json.loads(text)
    except (zlib.error, ValueError) as error:
        raise Damaged(f"it cannot be unpacked: {error}") from error
    if not isinstance(payload, dict) or payload.get("id") != name:
        raise Damaged("it is the record of another run")
    return payload


def _head(body: bytes) -> bytes:
    digest = hashlib.sha256(body).hexdigest()
    return f"{_KIND} sha256={digest} bytes={len(body)}\n".encode()
