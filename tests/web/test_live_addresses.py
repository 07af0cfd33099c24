"""Which addresses the live page listens on: judged by what they mean, however they are written."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from live_page import page_running

from rumorsim.cli.app import cli
from rumorsim.common.errors import InputError
from rumorsim.web.addresses import in_url, listening_address
from rumorsim.web.server import new_lock

#: Each is every address of this machine in another spelling.
EVERY = [
    "0.0.0.0",
    "::",
    "0:0:0:0:0:0:0:0",
    "::0.0.0.0",
    "::ffff:0.0.0.0",
    "::FFFF:0.0.0.0",
    "::ffff:0:0",
    "0:0:0:0:0:ffff:0:0",
    "::%1",
    "::%lo",
    "::ffff:0.0.0.0%1",
]
#: Decimal, hexadecimal, octal, shortened: other programs read some of these as 0.0.0.0.
NOT_WRITTEN_OUT = [
    "0",
    "00",
    "0x0",
    "0.0",
    "00.0.0.0",
    "000.000.000.000",
    "0x0.0.0.0",
    "0177.0.0.1",
    "127.0.0.01",
    "127.1",
    "2130706433",
    "0x7f000001",
    "017700000001",
    "127.0.0.1 ",
    " 0.0.0.0",
    "[::]",
    "[::1]",
    "0.0.0.0:80",
    "127.0.0.1/8",
    "١٢٧.0.0.1",
    "*",
    "",
    "example.com",
    "localhost.",
]


@pytest.mark.parametrize("host", EVERY)
def test_every_address_at_once_is_refused_however_it_is_written(host: str) -> None:
    for allow_remote in (False, True):
        with pytest.raises(InputError, match="every address of this machine"):
            listening_address(host, allow_remote=allow_remote)


@pytest.mark.parametrize("host", NOT_WRITTEN_OUT)
def test_only_addresses_written_out_in_full_are_read(host: str) -> None:
    with pytest.raises(InputError, match="is not an IP address"):
        listening_address(host, allow_remote=True)


@pytest.mark.parametrize("host", ["fe80::1%eth0", "::1%lo", "2001:db8::1%2"])
def test_zones_are_refused(host: str) -> None:
    with pytest.raises(InputError, match="has a zone"):
        listening_address(host, allow_remote=True)


@pytest.mark.parametrize("host", ["224.0.0.1", "ff02::1", "::ffff:224.0.0.1", "255.255.255.255"])
def test_groups_of_machines_are_refused(host: str) -> None:
    with pytest.raises(InputError, match="group of machines"):
        listening_address(host, allow_remote=True)


@pytest.mark.parametrize("host", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "fe80::1"])
def test_other_machines_come_in_only_when_they_are_let_in(host: str) -> None:
    with pytest.raises(InputError, match="--allow-remote"):
        listening_address(host, allow_remote=False)
    listening_address(host, allow_remote=True)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.8.8.8", "127.8.8.8"),
        ("localhost", "127.0.0.1"),
        ("LocalHost", "127.0.0.1"),
        ("::1", "[::1]"),
        ("0:0:0:0:0:0:0:1", "[::1]"),
        ("::ffff:127.0.0.1", "127.0.0.1"),
        ("::ffff:7f00:1", "127.0.0.1"),
    ],
)
def test_one_address_is_printed_and_expected_in_one_form(host: str, url: str) -> None:
    assert in_url(listening_address(host, allow_remote=False)) == url


def test_a_mapped_address_is_served_as_the_address_that_it_wraps() -> None:
    with page_running("--host", "::ffff:127.0.0.1") as page:
        assert page.get("/", Cookie=page.cookie).status == 200
        with page.talk() as talk:
            assert talk.open()["type"] == "world"


def test_browsers_leave_out_the_port_that_http_has_anyway() -> None:
    assert new_lock(("127.0.0.1", "localhost"), 80).hosts == {"127.0.0.1", "localhost"}
    assert new_lock(("[::1]",), 8610).hosts == {"[::1]:8610"}


@pytest.mark.parametrize("host", ["::ffff:0.0.0.0", "0", "::%1"])
def test_the_command_refuses_in_one_line_and_prints_no_address(host: str) -> None:
    options = ["live", "--no-browser", "--port", "0", "--host", host, "--allow-remote"]
    done = CliRunner().invoke(cli, options)
    assert done.exit_code == 2
    assert "http://" not in done.output
    assert f'--host = "{host}"' in done.output


def test_an_address_of_another_machine_is_told_as_such() -> None:
    options = ["live", "--no-browser", "--port", "0", "--host", "192.0.2.7", "--allow-remote"]
    done = CliRunner().invoke(cli, options)
    assert done.exit_code == 2
    assert "--host = 192.0.2.7: is not an address of this machine" in done.output
