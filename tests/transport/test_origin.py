from __future__ import annotations

import ipaddress
import socket

import httpx
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from hypothesis import given
from hypothesis import strategies as st

from hub.errors import UpstreamRefused
from hub.transport.addresses import PrivateAddress, PublicResolver, is_public
from hub.transport.call import Call
from hub.transport.origin import SameOrigin
from tests.transport.upstream import a_request, a_source
from tests.turned import turned


class Redirecting:
    def __init__(self, *hops: tuple[int, str]) -> None:
        self.hops = list(hops)
        self.asked: list[tuple[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.method, str(request.url)))
        if len(self.asked) <= len(self.hops):
            status, location = self.hops[len(self.asked) - 1]
            return httpx.Response(status, headers={"Location": location})
        return httpx.Response(200, content=request.content)


def layer(answer: Redirecting, **changes: object) -> SameOrigin:
    return SameOrigin(httpx.MockTransport(answer), source=a_source(**changes))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_inside_the_origin_is_followed(status: int) -> None:
    @turned
    async def story() -> None:
        answer = Redirecting((status, "/v4/library/84860/"), (status, "?x=1"))
        reply = await layer(answer).handle_async_request(a_request())
        assert reply.status_code == 200
        assert answer.asked[-1] == ("GET", "https://library.example/v4/library/84860/?x=1")

    story()


@pytest.mark.parametrize(
    "location",
    [
        "https://elsewhere.example/v4/library/84860",
        "http://library.example:8080/v4/library/84860",
        "https://library.example:8443/v4/library/84860",
        "//169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_a_redirect_out_of_the_origin_is_refused_and_not_followed(location: str) -> None:
    @turned
    async def story() -> None:
        answer = Redirecting((302, location))
        with pytest.raises(UpstreamRefused, match="redirects to"):
            await layer(answer).handle_async_request(a_request())
        assert len(answer.asked) == 1

    story()


@turned
async def test_a_redirect_to_plain_http_of_the_same_host_is_followed_over_https() -> None:
    """A server behind a proxy that ends TLS writes its own redirects as http."""
    answer = Redirecting((301, "http://library.example/v4/library/1"))
    reply = await layer(answer).handle_async_request(a_request())
    assert reply.status_code == 200
    assert answer.asked[-1] == ("GET", "https://library.example/v4/library/1")


@turned
async def test_a_redirect_from_plain_http_to_https_of_the_same_host_is_followed() -> None:
    answer = Redirecting((301, "https://library.example/v4/library/84860"))
    request = httpx.Request("GET", "http://library.example/v4/library/84860")
    reply = await layer(answer, url="http://library.example/v4/").handle_async_request(request)
    assert reply.status_code == 200
    assert answer.asked[-1] == ("GET", "https://library.example/v4/library/84860")


@pytest.mark.parametrize(
    ("hops", "moved"),
    [
        ((), None),
        (((301, "/new"),), "https://library.example/new"),
        (((301, "/new"), (308, "/newer")), "https://library.example/newer"),
        (((301, "/new"), (302, "/today")), None),
        (((302, "/today"), (301, "/new")), None),
    ],
)
def test_where_redirects_that_are_for_good_led_is_written_down(
    hops: tuple[tuple[int, str], ...], moved: str | None
) -> None:
    @turned
    async def story() -> None:
        call = Call()
        call.moved = "https://library.example/of-another-try"
        await layer(Redirecting(*hops)).handle_async_request(a_request(call=call))
        assert call.moved == moved

    story()


@turned
async def test_a_refused_redirect_names_where_it_leads_without_the_path() -> None:
    answer = Redirecting((301, "https://moved.example/secret?key=1"))
    with pytest.raises(UpstreamRefused, match=r"another origin than asked \(301 to https://moved\.example\)"):
        await layer(answer).handle_async_request(a_request())


@turned
async def test_the_sixth_redirect_is_one_too_many() -> None:
    answer = Redirecting(*[(302, f"/v4/{n}") for n in range(9)])
    with pytest.raises(UpstreamRefused, match="circle"):
        await layer(answer).handle_async_request(a_request())
    assert len(answer.asked) == 6


@turned
async def test_a_post_is_redirected_only_where_it_stays_a_post() -> None:
    post = httpx.Request("POST", "https://library.example/v4/graphql", content=b"{}")
    with pytest.raises(UpstreamRefused, match="not a GET"):
        await layer(Redirecting((302, "/v4/graphql/"))).handle_async_request(post)
    answer = Redirecting((307, "/v4/graphql/"))
    reply = await layer(answer).handle_async_request(post)
    assert answer.asked[1][0] == "POST"
    assert await reply.aread() == b"{}"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://10.1.2.3/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "ftp://files.example/",
        "https://user:word@files.example/",
    ],
)
def test_a_private_or_odd_address_that_a_reply_points_at_is_refused(url: str) -> None:
    @turned
    async def story() -> None:
        answer = Redirecting()
        with pytest.raises(UpstreamRefused) as caught:
            await layer(answer).handle_async_request(httpx.Request("GET", url))
        assert answer.asked == []
        assert "169.254" not in str(caught.value)

    story()


@turned
async def test_the_configured_host_may_be_private_and_allow_private_opens_the_rest() -> None:
    own = layer(Redirecting(), url="http://127.0.0.1:9100/v1/")
    assert (await own.handle_async_request(httpx.Request("GET", "http://127.0.0.1:9100/v1/x"))).status_code == 200
    intranet = layer(Redirecting(), allow_private=True)
    assert (await intranet.handle_async_request(httpx.Request("GET", "http://10.1.2.3/"))).status_code == 200


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(address) is public


@given(st.ip_addresses(network="10.0.0.0/8") | st.ip_addresses(network="127.0.0.0/8"))
def test_no_wrapping_makes_a_private_address_public(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    wrapped = [
        ipaddress.IPv6Address(0xFFFF << 32 | number),
        ipaddress.IPv6Address((0x64FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80)),
    ]
    assert not any(is_public(str(one)) for one in (address, *wrapped))


class Names(AbstractResolver):
    def __init__(self, **found: list[str]) -> None:
        self.found = found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=one, port=port, family=family, proto=0, flags=0)
            for one in self.found[host]
        ]

    async def close(self) -> None:
        return None


@turned
async def test_a_name_is_as_private_as_any_of_its_addresses_but_for_the_configured_one() -> None:
    names = Names(own=["10.0.0.1"], inside=["8.8.8.8", "127.0.0.1"], outside=["8.8.8.8"])
    resolver = PublicResolver("own", inner=names)
    assert [one["host"] for one in await resolver.resolve("own")] == ["10.0.0.1"]
    assert [one["host"] for one in await resolver.resolve("outside")] == ["8.8.8.8"]
    with pytest.raises(PrivateAddress):
        await resolver.resolve("inside")
