"""Each token is taken once, by whichever process of the service it reaches, also after a restart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from riskmodels.cds import tokens as module
from riskmodels.cds.command import read_settings
from riskmodels.cds.tokens import MemoryTokens, SharedTokens, Tokens, TokenStoreError, tokens_at
from riskmodels.errors import InputError

ROOT = Path(__file__).resolve().parents[2]
NOW = 1_000_000.0
Open = Callable[[], SharedTokens]


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/tokens.db"


@pytest.fixture
def process(address: str) -> Iterator[Open]:
    """Each call is another process of the service."""
    opened: list[SharedTokens] = []

    def open_store() -> SharedTokens:
        opened.append(SharedTokens(address))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.fixture(params=["memory", "shared"])
def tokens(request: pytest.FixtureRequest, process: Open) -> Tokens:
    return MemoryTokens() if request.param == "memory" else process()


def test_token_is_taken_once(tokens: Tokens) -> None:
    assert [tokens.use("a", "1", NOW + 60, NOW) for _ in range(2)] == [True, False]
    assert tokens.use("b", "1", NOW + 60, NOW), "of another issuer it is another token"


def test_too_many_at_once_are_refused_and_room_comes_when_they_expire(
    tokens: Tokens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    assert [tokens.use("a", str(n), NOW + 60, NOW) for n in range(3)] == [True, True, False]
    monkeypatch.setattr(module, "_EVERY", 0.0)
    assert tokens.use("a", "3", NOW + 120, NOW + 61)


def test_another_process_and_the_next_run_refuse_it(process: Open, address: str) -> None:
    first, second = process(), process()
    assert first.use("a", "1", NOW + 60, NOW)
    assert not second.use("a", "1", NOW + 60, NOW)
    program = "import sys; from riskmodels.cds.tokens import tokens_at; " \
              f"sys.exit(tokens_at(sys.argv[1]).use('a', '1', {NOW + 60}, {NOW}))"  # fmt: skip
    assert subprocess.run([sys.executable, "-c", program, address], cwd=ROOT, check=False).returncode == 0


def test_of_many_at_once_one_is_taken(process: Open) -> None:
    stores, taken = [process() for _ in range(4)], list[bool]()
    threads = [Thread(target=lambda s=store: taken.append(s.use("a", "1", NOW + 60, NOW))) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [False, False, False, True]


def test_file_is_its_owner_s_alone_and_holds_no_token(process: Open, tmp_path: Path) -> None:
    process().use("https://ehr.example.org", "number-of-the-token", NOW + 60, NOW)
    file = tmp_path / "tokens.db"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"number-of-the-token" not in file.read_bytes()
    assert b"ehr.example.org" not in file.read_bytes()


def test_store_that_breaks_lets_nobody_in(process: Open) -> None:
    store = process()
    with store._engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE cds_token")
    with pytest.raises(TokenStoreError):
        store.use("a", "1", NOW + 60, NOW)


@pytest.mark.parametrize("address", ["nothing", "sqlite:////no/such/folder/tokens.db", "other://x"])
def test_address_that_cannot_be_opened_is_said_at_the_start(address: str) -> None:
    with pytest.raises(InputError, match="store of used tokens"):
        tokens_at(address)


def test_address_comes_from_the_environment(tmp_path: Path, address: str) -> None:
    from tests.cds.test_trust import EC, ISSUER, public

    keys = tmp_path / "jwks.json"
    keys.write_text(json.dumps(public(EC)))
    given = {"CARERISK_CDS_JWKS": str(keys), "CARERISK_CDS_ISSUERS": ISSUER}
    alone, shared = read_settings(given).trust, read_settings(given | {"CARERISK_CDS_STORE": address}).trust
    assert alone is not None
    assert shared is not None
    assert isinstance(alone.tokens, MemoryTokens)
    assert isinstance(shared.tokens, SharedTokens)
    shared.tokens.close()
