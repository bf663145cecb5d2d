"""Which addresses the hub goes to on another's word: public ones only. What the configuration names may be anything."""

from __future__ import annotations

import ipaddress
import socket

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

NAT64 = ipaddress.ip_network("64:ff9b::/96")


class PrivateAddress(OSError):
    """The name leads to an address inside: loopback, private, link-local, metadata, multicast or reserved."""


def is_public(address: str) -> bool:
    """Whether an IP address in its text form is one of the open internet; an IPv4 one inside an IPv6 one counts."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inside is None and ip in NAT64:
            inside = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inside is not None:
            return is_public(str(inside))
    return ip.is_global and not ip.is_multicast


def is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


class PublicResolver(AbstractResolver):
    """Resolves names for aiohttp, which then connects to what was checked here and to nothing else (no rebinding).

    `own` is the configured host: it may be anywhere. One private address among several refuses the name.
    """

    def __init__(self, own: str, *, inner: AbstractResolver | None = None) -> None:
        self._own = own
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host != self._own and not all(is_public(one["host"]) for one in found):
            raise PrivateAddress("the name leads to an address that is not public")
        return found

    async def close(self) -> None:
        await self._inner.close()
