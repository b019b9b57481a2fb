"""PostgreSQL stops answering while people work: who needs nothing of it goes on, and a save says what happened."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from sqlalchemy.engine import make_url

sys.path.insert(0, str(Path(__file__).parent))

from run import person_at
from scenario import entry
from streamlit_client import Session

from tests.relay import Relay
from tests.serving import SIGN_IN, served
from tests.waiting import HUNG


async def begin(tab: Session) -> None:
    """Open the Patient page and say who the patient is."""
    await tab.open()
    for name, value in {"age": 50.0, "sex": 1.0}.items():
        await tab.choose(*entry(name, value))


async def save(tab: Session) -> None:
    await tab.press("record.save")
    await tab.press("record.first.save")


def is_saved(tab: Session) -> bool:
    return any("P-" in html for html in tab.html.values())


async def people(url: str, relay: Relay) -> None:
    ann, ben = person_at(0, url), person_at(1, url)
    first, second = ann(), ben()
    await begin(first)
    await begin(second)

    relay.freeze()
    await first.choose(*entry("systolic_bp", 135.0))  # its draft cannot be written
    await second.choose(*entry("systolic_bp", 136.0))
    another = ann()
    await begin(another)
    await another.close()
    await save(first)
    assert "cannot be reached" in first.heard().decode("utf8", "replace")
    assert not is_saved(first)
    assert relay.frozen, "the server went on by itself, so nobody waited for it"

    relay.go_on()
    end = asyncio.get_running_loop().time() + HUNG
    while not is_saved(second) and asyncio.get_running_loop().time() < end:
        await asyncio.sleep(0.5)
        await save(second)
    assert is_saved(second), "nothing can be saved although the server answers again"
    await first.close()
    await second.close()


def test_others_go_on_a_save_is_told_and_everything_goes_on_by_itself(
    relay: Relay, postgresql_url: str, tmp_path: Path
) -> None:
    through = make_url(postgresql_url).set(host="127.0.0.1", port=relay.port)
    environment = SIGN_IN | {"DATABASE_URL": through.render_as_string(hide_password=False)}
    with served(tmp_path, environment) as server:
        try:
            asyncio.run(people(server.url, relay))
        finally:
            relay.go_on()
