"""Downloading one file: resumed, retried, and refused when it is not what was announced."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import Any

import pytest

from riskmodels.cohorts.fetch import Patience, fetch, require_safe
from riskmodels.errors import SourceDataError
from riskmodels.runtime.hashes import file_hash

CONTENT = b"HEADER" + bytes(range(256)) * 2000


class Waits(list[float]):
    """Records the pauses instead of waiting."""

    def patience(self, attempts: int = 4) -> Patience:
        return Patience(attempts=attempts, pause=1.0, timeout=5.0, sleep=self.append)


@pytest.fixture
def url(website: Any) -> str:
    website.files["/a.xpt"] = CONTENT
    return f"{website.address}/a.xpt"


def test_file_arrives_whole_with_progress(url: str, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    fetch(url, tmp_path / "a.xpt", b"HEADER", lambda done, total: seen.append((done, total)))
    assert (tmp_path / "a.xpt").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert [p.name for p in tmp_path.iterdir()] == ["a.xpt"]


def test_interrupted_transfer_goes_on_where_it_stopped(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "cut")
    fetch(url, tmp_path / "a.xpt", patience=Waits().patience())
    assert (tmp_path / "a.xpt").read_bytes() == CONTENT
    assert website.seen == [("/a.xpt", None), ("/a.xpt", f"bytes={len(CONTENT) // 2}-")]


def test_a_later_call_goes_on_where_an_earlier_one_gave_up(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "cut")
    with pytest.raises(SourceDataError, match="in 1 attempts: 256003 of 512006 bytes arrived"):
        fetch(url, tmp_path / "a.xpt", patience=Waits().patience(1))
    fetch(url, tmp_path / "a.xpt")
    assert (tmp_path / "a.xpt").read_bytes() == CONTENT
    assert website.seen[-1][1] == f"bytes={len(CONTENT) // 2}-"


def test_server_that_ignores_range_starts_afresh(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "cut", "whole")
    fetch(url, tmp_path / "a.xpt", patience=Waits().patience())
    assert (tmp_path / "a.xpt").read_bytes() == CONTENT


def test_file_that_changed_meanwhile_starts_afresh(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "cut", "changed")
    fetch(url, tmp_path / "a.xpt", patience=Waits().patience())
    assert (tmp_path / "a.xpt").read_bytes() == CONTENT


def test_busy_server_is_asked_again_with_growing_pauses(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "503", "503", "503")
    waits = Waits()
    fetch(url, tmp_path / "a.xpt", patience=waits.patience())
    assert (tmp_path / "a.xpt").read_bytes() == CONTENT
    assert waits == [1.0, 2.0, 4.0]


def test_gives_up_after_the_attempts(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", *["503"] * 9)
    with pytest.raises(SourceDataError, match="in 4 attempts: the server answered 503"):
        fetch(url, tmp_path / "a.xpt", patience=Waits().patience())
    assert len(website.seen) == 4


def test_size_that_never_fits_is_refused(website: Any, tmp_path: Path, url: str) -> None:
    website.script["/a.xpt"] = deque(["cut"] * 9)
    with pytest.raises(SourceDataError, match="of 512006 bytes arrived"):
        fetch(url, tmp_path / "a.xpt", patience=Waits().patience())
    assert not (tmp_path / "a.xpt").exists()


def test_more_bytes_than_announced_are_refused(website: Any, tmp_path: Path, url: str) -> None:
    website.plan("/a.xpt", "cut", "small")
    with pytest.raises(SourceDataError, match="has 512006 bytes, but 10 were announced"):
        fetch(url, tmp_path / "a.xpt", patience=Waits().patience())
    assert not (tmp_path / "a.xpt").exists()


def test_missing_file_is_not_asked_for_again(website: Any, tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match=r"b\.xpt is not there: the server answered 404"):
        fetch(f"{website.address}/b.xpt", tmp_path / "b.xpt", patience=Waits().patience())
    assert len(website.seen) == 1


def test_error_page_sent_as_the_file_is_refused(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "page")
    with pytest.raises(SourceDataError, match="not a file of its format"):
        fetch(url, tmp_path / "a.xpt", b"HEADER")
    assert list(tmp_path.iterdir()) == []


def test_too_large_file_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="larger than 1000 bytes"):
        fetch(url, tmp_path / "a.xpt", patience=Patience(largest=1000))
    assert not (tmp_path / "a.xpt").exists()


def test_redirect_to_an_unsafe_address_is_refused(website: Any, url: str, tmp_path: Path) -> None:
    website.plan("/a.xpt", "away")
    with pytest.raises(SourceDataError, match="not an https address"):
        fetch(url, tmp_path / "a.xpt")


def test_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceDataError, match="the connection failed"):
        fetch("http://127.0.0.1:9/a.xpt", tmp_path / "a.xpt", patience=Waits().patience(2))


@pytest.mark.parametrize(
    "url",
    [
        "http://www.cdc.gov/a",
        "ftp://ftp.cdc.gov/a",
        "file:///etc/passwd",
        "http://127.0.0.1.example.org/a",
        "https://[::1",
    ],
)
def test_only_https_is_safe(url: str) -> None:
    with pytest.raises(SourceDataError, match="not an https address"):
        require_safe(url)


@pytest.mark.parametrize(
    "url", ["https://wwwn.cdc.gov/a", "http://localhost:8000/a", "http://127.0.0.1/a", "http://[::1]/a"]
)
def test_https_and_this_computer_are_safe(url: str) -> None:
    require_safe(url)


def test_sha256_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    # FIPS 180-2, appendix B.1
    assert file_hash(tmp_path / "a") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
