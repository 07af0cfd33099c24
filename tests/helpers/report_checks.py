"""What every report must keep to, for tests: read from its HTML alone."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser

__all__ = ["Read", "outside", "read"]


class Read(HTMLParser):
    """A page taken apart: its elements, ids, links and words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._styles = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "style":
            self._styles += data
        else:
            self.words.append(data)

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def doubled_ids(self) -> list[str]:
        ids = Counter(each["id"] for _, each in self.tags if each.get("id"))
        return [str(name) for name, count in ids.items() if count > 1]

    def lost_links(self) -> list[str]:
        """Addresses within the page that lead nowhere."""
        ids = {each.get("id") for _, each in self.tags}
        inside = [str(each.get("href")) for _, each in self.tags if each.get("href")]
        named = [part for _, each in self.tags for part in _references(each)]
        names = [each[1:] for each in inside if each.startswith("#")] + named
        return [name for name in names if name not in ids]

    @property
    def styles(self) -> str:
        return self._styles


def _references(attributes: dict[str, str | None]) -> list[str]:
    values = " ".join(str(value) for value in attributes.values())
    found = re.findall(r"url\(#([^)]+)\)", values)
    for name in ("aria-labelledby", "aria-describedby"):
        found += (attributes.get(name) or "").split()
    return found


def read(text: str) -> Read:
    return Read(text)


def outside(page: Read) -> list[str]:
    """Everything that would ask for something elsewhere, or run."""
    found = [f"<{tag}>" for tag, _ in page.tags if tag in _NEVER]
    for tag, attributes in page.tags:
        for name, value in attributes.items():
            text = (value or "").strip()
            if name.startswith("on"):
                found.append(f"{tag} {name}")
            if name in _ADDRESSES and not text.startswith(("#", "data:text/")):
                found.append(f"{tag} {name} = {text[:60]}")
            if re.search(r"url\((?!#)", text):
                found.append(f"{tag} {name} = {text[:60]}")
    found += re.findall(r"@import[^;]*|url\([^)]*\)", page.styles)
    return found


_NEVER = {"script", "link", "img", "iframe", "object", "embed", "base", "form", "image", "video"}
_ADDRESSES = {"href", "src", "srcset", "action", "data", "xlink:href", "poster", "formaction"}
