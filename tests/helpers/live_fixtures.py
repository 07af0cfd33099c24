"""Fixtures of the tests that watch the live page: one page and one browser a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_browser import Browser, browser_running, strangers
from live_page import Page, page_running

__all__ = ["browser", "one_browser", "page"]


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with page_running() as running:
        with running.talk() as talk:
            talk.open()
        yield running
    assert not [line for line in running.errors if "Traceback" in line], running.errors


@pytest.fixture(scope="module")
def one_browser() -> Iterator[Browser]:
    with browser_running() as browser:
        yield browser


@pytest.fixture
def browser(one_browser: Browser) -> Iterator[Browser]:
    """The browser at 1280 x 720; the console must not complain, and nothing leave the machine."""
    one_browser.size(1280, 720)
    one_browser.complaints()
    one_browser.requests()
    yield one_browser
    assert one_browser.complaints() == []
    assert strangers(one_browser.requests()) == []
