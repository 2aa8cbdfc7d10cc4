import pytest

from bot.nanobanana.addresses import is_public, is_this_machine, resolve


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.215.14", "2606:4700::6810:1", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_addresses_of_the_open_internet_are_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.0.0.8",
        "192.0.0.192",
        "168.63.129.16",
        "::ffff:168.63.129.16",
        "64:ff9b::a83f:8110",
        "2606:4700::5efe:808:808",
        "2606:4700::200:5efe:808:808",
        "2606:4700:0:0:0:5efe:a00:1",
        "192.168.1.1",
        "198.18.0.1",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::8.8.8.8",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::808:808",
        "100::1",
        "2001::1",
        "2001:0:7f00:1::",
        "2001:db8::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd12:3456::1",
        "fe80::1",
        "fe80::1%eth0",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
        "",
        "localhost",
        "8.8.8",
        "0x7f.1",
    ],
)
def test_every_other_address_is_not_whatever_it_is_wrapped_in(address: str) -> None:
    assert not is_public(address)


def test_this_machine_is_known_by_its_loopback_addresses() -> None:
    assert is_this_machine("127.0.0.1")
    assert is_this_machine("127.9.9.9")
    assert is_this_machine("::1")
    assert not is_this_machine("10.0.0.1")
    assert not is_this_machine("8.8.8.8")
    assert not is_this_machine("localhost")


@pytest.mark.parametrize("spelling", ["127.0.0.1", "127.1", "2130706433", "0x7f000001"])
async def test_every_spelling_of_loopback_resolves_to_loopback(spelling: str) -> None:
    addresses = await resolve(spelling, 443)
    assert addresses
    assert not any(is_public(address) for address in addresses)
