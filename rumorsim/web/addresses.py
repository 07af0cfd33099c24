"""Which address the live page listens on: judged by what it means, not by how it is written.

``::ffff:0.0.0.0`` is ``0.0.0.0`` in the clothes of IPv6; ``::%eth0`` is ``::``. Each address is
first brought to the one form in which it is listened on, printed and expected back in a Host
header, and only then judged.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from rumorsim.common.errors import InputError, show_value

Address = IPv4Address | IPv6Address


def listening_address(host: str, *, allow_remote: bool) -> Address:
    """The one address that ``host`` means.

    InputError unless it is written out in full (no decimal, octal or shortened form), stands
    for one machine (neither for every address nor for a group of machines), can be typed into
    a browser (no zone) and, unless ``allow_remote``, is this machine's own.
    """
    try:
        written = ip_address("127.0.0.1" if host.lower() == "localhost" else host)
    except ValueError:
        advice = "write it out in full, such as 127.0.0.1"
        raise _fault("is not an IP address", host, advice) from None
    address = _unwrapped(written)
    if address.is_unspecified:
        advice = "name the one address that others will type, so that it can be checked"
        raise _fault("stands for every address of this machine", host, advice)
    if address.is_multicast or address == IPv4Address("255.255.255.255"):
        raise _fault("stands for a group of machines", host, "such as 127.0.0.1 for this one")
    if isinstance(written, IPv6Address) and written.scope_id is not None:
        advice = "use an address without one"
        raise _fault("has a zone, which browsers do not accept in an address", host, advice)
    if not address.is_loopback and not allow_remote:
        advice = "add --allow-remote, and give the printed address only to those who may use it"
        raise _fault("can be reached from other machines", host, advice)
    return address


def in_url(address: Address) -> str:
    """The address as it stands in a URL and in the Host header that a browser sends."""
    return f"[{address}]" if address.version == 6 else str(address)


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only wraps it; else the address without zone."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def _fault(rule: str, host: str, advice: str) -> InputError:
    return InputError(rule, key="--host", value=show_value(host), advice=advice)
