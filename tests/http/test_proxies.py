import pytest

from bot.http.proxies import DIRECT, Proxies

HTTPS, HTTP = "http://proxy.example.org:3128", "socks5://proxy.example.org:1080"


def proxies(no_proxy: str = "") -> Proxies:
    return Proxies(HTTPS, HTTP, tuple(no_proxy.split(",")))


def test_the_scheme_of_the_url_decides_which_proxy_it_is() -> None:
    assert proxies().of("https://api.telegram.org/bot1:A/getMe") == HTTPS
    assert proxies().of("http://api.telegram.org") == HTTP
    assert Proxies(https=HTTPS).of("http://api.telegram.org") is None
    assert Proxies(http=HTTP).of("https://api.telegram.org") is None
    assert DIRECT.of("https://api.telegram.org") is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8081",
        "http://localhost:8081/x",
        "http://[::1]:80",
        "https://127.9.9.9",
        "https://LOCALHOST.",
    ],
)
def test_this_machine_is_called_directly(url: str) -> None:
    assert proxies().of(url) is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("example.org", "https://example.org/x"),
        ("example.org", "https://s3.example.org/x"),
        (".example.org", "https://s3.example.org/x"),
        (".example.org", "https://example.org/x"),
        ("*.example.org", "https://s3.example.org/x"),
        (" Example.ORG ", "https://EXAMPLE.org./x"),
        ("a.test,example.org", "https://example.org/x"),
        ("example.org:443", "https://example.org/x"),
        ("example.org:8443", "https://example.org:8443/x"),
        ("*", "https://anybody.test/x"),
        ("10.1.2.3", "http://10.1.2.3/x"),
        ("10.0.0.0/8", "http://10.1.2.3/x"),
        ("10.1.2.3:80", "http://10.1.2.3/x"),
        ("fd00::/8", "http://[fd12::1]/x"),
        ("[fd12::1]", "http://[fd12::1]/x"),
        ("[fd12::1]:80", "http://[fd12::1]/x"),
        ("fd12::1", "http://[fd12::1]/x"),
    ],
)
def test_who_is_named_is_called_directly(no_proxy: str, url: str) -> None:
    assert proxies(no_proxy).of(url) is None


@pytest.mark.parametrize(
    ("no_proxy", "url"),
    [
        ("", "https://example.org/x"),
        ("example.org", "https://example.com/x"),
        ("example.org", "https://badexample.org/x"),
        ("s3.example.org", "https://example.org/x"),
        ("example.org:8443", "https://example.org/x"),
        ("10.0.0.0/8", "http://11.1.2.3/x"),
        ("10.0.0.0/8", "http://10.example.org/x"),
        (".", "https://example.org/x"),
        ("nonsense/99", "https://example.org/x"),
    ],
)
def test_nobody_else_is(no_proxy: str, url: str) -> None:
    assert proxies(no_proxy).of(url) is not None


def test_a_password_in_a_proxys_url_is_not_shown() -> None:
    assert "s3cret" not in repr(Proxies("http://me:s3cret@proxy.example.org"))
