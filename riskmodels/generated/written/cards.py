"""The two cards beside a file of invented people: what it gives away (privacy), and what it serves for (use).

Each is JSON for programs and Markdown for people. In a generator's folder they are ``privacy.json`` …; beside a file
``people.csv`` or a folder of FHIR they are ``people.csv.privacy.json`` …
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from riskmodels.errors import FileError, InputError
from riskmodels.generated.privacy.card import PrivacyCard
from riskmodels.generated.use.card import UseCard
from riskmodels.generated.written.people import SAID

_NAMES = ("privacy.json", "privacy.md", "use.json", "use.md")
_HINT = "Fit or sample again: every file of invented people has its cards beside it."


@dataclass(frozen=True)
class Cards:
    """Both cards of a file.

    Args:
        privacy, use: as above.
        about: which people the figures are of, a sentence.
    """

    privacy: PrivacyCard
    use: UseCard
    about: str

    @property
    def files(self) -> dict[str, bytes]:
        """Name → content of the four files."""
        privacy, use = ({"about": self.about, **card.as_dict()} for card in (self.privacy, self.use))
        refused = f"**{self.privacy.refusal}**" if self.privacy.refusal else "Not refused."
        texts = (
            _json(privacy),
            _markdown("Privacy card", self.about, refused, self.privacy.sentences),
            _json(use),
            _markdown("Use card", self.about, "", self.use.sentences),
        )
        return dict(zip(_NAMES, map(str.encode, texts), strict=True))

    def refuse(self) -> None:
        """Stop where the file must not be given away.

        Raises:
            InputError: with the reason and what to do.
        """
        if self.privacy.refusal:
            raise InputError(self.privacy.refusal, log="invented people refused by their privacy card")


def paths_beside(target: Path, *, folder: bool) -> dict[str, Path]:
    """Where the cards of a file, or of a folder, are: name of the card's file → path."""
    if folder:
        return {name: target / name for name in _NAMES}
    return {name: target.with_name(f"{target.name}.{name}") for name in _NAMES}


def write_cards(cards: Cards, target: Path, *, folder: bool) -> tuple[Path, ...]:
    """Write the cards beside a file, or into a folder that is there."""
    paths = paths_beside(target, folder=folder)
    for name, content in cards.files.items():
        paths[name].write_bytes(content)
    return tuple(paths.values())


def read_cards(target: Path, *, folder: bool) -> Cards:
    """The cards beside a file, or in a folder.

    Raises:
        FileError: when there are none: then nothing says that these people are invented.
        InputError: when they are not what they should be.
    """
    paths = paths_beside(target, folder=folder)
    try:
        privacy, use = (json.loads(paths[name].read_text(encoding="utf-8")) for name in ("privacy.json", "use.json"))
        about = str(privacy.pop("about"))
        use.pop("about")
    except OSError:
        raise FileError(f"There are no cards beside {target.name}.", hint=_HINT) from None
    except (ValueError, KeyError, AttributeError):
        raise InputError(f"The cards beside {target.name} are damaged.", hint=_HINT) from None
    return Cards(PrivacyCard.read(privacy), UseCard.read(use), about)


def _json(card: dict[str, object]) -> str:
    return json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _markdown(title: str, about: str, verdict: str, sentences: tuple[str, ...]) -> str:
    head = [f"# {title} of invented people", SAID, about, *([verdict] if verdict else [])]
    return "\n\n".join([*head, "\n".join(f"- {sentence}" for sentence in sentences)]) + "\n"
