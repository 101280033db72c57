"""PURE. Which addresses a download may ask: a server's word must not lead into the house's own network.

Checked twice: the address as text, at every redirect, and the very IP that is then connected to.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urljoin, urlsplit

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the public IPv4 internet as IPv6-only networks see it
_SPECIAL = tuple(  # not global by the registry, though some versions of Python say so
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "3fff::/20", "5f00::/16")
)
_PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]


class Refused(Exception):
    """The address may not be asked; the text says why, for the log."""


def checked_origin(url: str, *, api_url: str) -> Origin:
    """Scheme, host and port of an address that may be asked. Raises Refused."""
    origin = origin_of(url)
    if origin[0] == "http" and urlsplit(api_url).scheme == "https":
        raise Refused("it is not https, and the API is")
    return origin


def joined(url: str, location: str) -> str:
    """Where `location` leads from `url`. Raises Refused."""
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise Refused(f"it is no address ({error})") from error


def origin_of(url: str) -> Origin:
    """Scheme, host and port. Raises Refused for what is no plain http or https address."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Refused(f"it is no address ({error})") from error
    if parts.scheme not in _PORTS:
        raise Refused("it is neither http nor https")
    if not host or any(character.isspace() or not character.isprintable() for character in url):
        raise Refused("it is no address")
    if parts.username is not None or parts.password is not None:
        raise Refused("it carries a user name")
    return parts.scheme, host.lower().rstrip("."), port if port is not None else _PORTS[parts.scheme]


def may_connect(ip: str, *, api_is_public: bool) -> bool:
    """Whether a download may connect to `ip`. An API inside the house may send into the house, one outside may not."""
    if api_is_public:
        return is_public(ip)
    address = _address(ip)
    return address is not None and not (address.is_multicast or address.is_unspecified)


def is_public(ip: str) -> bool:
    """Whether `ip` is an ordinary host on the internet: not loopback, private, link-local, shared (CGNAT), multicast,
    reserved, nor an IPv4 address in disguise."""
    address = _address(ip)
    if address is None:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)))
        if address.ipv4_mapped or address.sixtofour or address.teredo or address.is_site_local:
            return False
    return address.is_global and not (
        any(address in network for network in _SPECIAL)
        or address.is_multicast
        or address.is_reserved
        or address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_unspecified
    )


def _address(ip: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(ip)
    except ValueError:
        return None
