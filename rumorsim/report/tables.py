"""Text tables in columns, for terminals and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["aligned", "markdown", "shortened"]


def shortened(text: str, width: int) -> str:
    """``text`` in at most ``width`` characters."""
    return text if len(text) <= width else text[: width - 1] + "…"


def aligned(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Rows as lines: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append((indent + "   ".join(cells)).rstrip())
    return lines


def markdown(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as a Markdown table; the first row is its head."""
    rule = ["---", *("---:" for _ in rows[0][1:])]
    cells = [[cell.replace("|", "\\|") for cell in row] for row in (rows[0], rule, *rows[1:])]
    return [f"| {' | '.join(row)} |" for row in cells]
