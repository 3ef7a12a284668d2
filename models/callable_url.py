"""Where webhooks may go: no address of this house's own network, unless the settings name it.

The form of an address is looked at when it is given; what its name leads to, each time before it is called, because
names can lead elsewhere tomorrow. A sender must connect to the very address that was looked at.

>>> check_url("http://example.com/", WebhookSettings()), check_url("https://example.com/x", WebhookSettings())
('not_https', '')
>>> is_callable("10.0.0.1", ()), is_callable("10.0.0.1", ("10.0.0.0/24",)), is_callable("::ffff:127.0.0.1", ())
(False, True, False)
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from models.settings_output import WebhookSettings

# IPv6 that leads to any IPv4: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380).
_TUNNELS = tuple(ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))


def check_url(url: str, settings: WebhookSettings) -> str:
    """Why an address cannot be a webhook's (a code of the API); empty where it can."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "bad_url"
    if not url.isascii() or not url.isprintable() or " " in url or not host or parts.username is not None:
        return "bad_url"
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.allow_http):
        return "not_https"
    try:
        literal = ip_address(host)
    except ValueError:
        return "private_address" if host == "localhost" and not settings.allow_networks else ""
    return "" if is_callable(str(literal), settings.allow_networks) else "private_address"


def is_callable(address: str, allowed: Sequence[str]) -> bool:
    """Whether an IP address is one of the open internet, or named by the settings."""
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if any(found in ip_network(each, strict=False) for each in allowed):
        return True
    return found.is_global and not found.is_multicast and not any(found in each for each in _TUNNELS)


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return inner or address
