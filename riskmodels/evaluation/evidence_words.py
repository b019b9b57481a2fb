"""What the evidence says, in words by rules: the numbers of an outcome in, short sentences out."""

from __future__ import annotations

from riskmodels.evaluation.evidence import Evidence, Group, Interval, OutcomeEvidence

#: a group is told of when observed / expected is beyond this, or below its inverse, and the interval excludes 1
MARGIN = 1.2
#: calibration overall is told of beyond this
OVERALL = 1.1
#: an interval of 90 % that holds less than this is told of
LEAST_INSIDE = 0.85
#: words of a sentence
LONGEST = 40
#: fewest people, and fewest with the event, that a sentence is about
LEAST, LEAST_EVENTS = 200, 10
#: AUROC from which ranking has this word
_RANKS = ((0.9, "very well"), (0.8, "well"), (0.7, "fairly"), (0.0, "poorly"))
#: divisions in which a failure is looked for, as "among …"
_WHO = {
    "sex": "{}",
    "age": "people {}",
    "origin": "{} adults",
    "Asian origin": "{} adults",
    "hospital": "patients of {}",
}
_PEOPLE = {"female": "women", "male": "men", "45–64": "of 45–64"}


def origin_words(evidence: Evidence, outcome: str) -> list[str]:
    """For whom the number is too low or too high by origin, one sentence a group.

    Args:
        evidence: of the model that answers.
        outcome: one of its outcomes.

    Returns:
        Sentences, the worst first; none where no group is beyond :data:`MARGIN` with an interval that excludes 1.
    """
    told = evidence["outcomes"].get(outcome)
    return origin_words_of(told, outcome) if told else []


def origin_words_of(told: OutcomeEvidence, outcome: str) -> list[str]:
    """:func:`origin_words` of one outcome's evidence."""
    groups = [group for group in told["groups"] if group["by"] in ("origin", "Asian origin")]
    off = [group for group in groups if _fails(group)]
    if any(group["by"] == "Asian origin" for group in off):  # named apart, so not also among the others
        off = [group for group in off if not group["level"].startswith("Asian or ")]
    verb = _verb(outcome)
    return [_origin_sentence(group, verb) for group in sorted(off, key=_distance, reverse=True)]


def _origin_sentence(group: Group, verb: str) -> str:
    ratio, low, high = _ratio(group)
    return (
        f"In tests {times(ratio)} {group['level']} adults {verb} it as estimated"
        f" ({low:.1f}–{high:.1f} times; n {group['n']:,})."
    )


def times(ratio: float) -> str:
    """A ratio of frequencies as words before "… had it as estimated": 2.03 → "about twice as many"."""
    for value, words in ((0.5, "about half as many"), (1.5, "about one and a half times as many"),
                         (2.0, "about twice as many"), (3.0, "about three times as many")):  # fmt: skip
        if abs(ratio / value - 1) <= 0.07:
            return words
    return f"{ratio:.1f} times as many"


def sentence(outcome: str, told: OutcomeEvidence) -> str:
    """How good an outcome's estimates are and where they fail, in at most 40 words.

    Args:
        outcome: its name.
        told: everything measured of it; ``sentence`` is not read.
    """
    if told["agreement"] is not None:
        return _agreement_sentence(told)
    text = f"{_ranking(told)} {_calibration(outcome, told)}"
    more = _coverage(told)
    return f"{text} {more}" if more and len(f"{text} {more}".split()) <= LONGEST else text


def _ranking(told: OutcomeEvidence) -> str:
    first, *others = told["validation"].values()
    value = first["metrics"]["auroc"][0]
    if value is None:
        return "Too few people with the outcome to judge by."
    word = next(word for least, word in _RANKS if value >= least)
    lowest = min(others, key=lambda subset: subset["metrics"]["auroc"][0] or 1.0, default=first)
    more = f", {lowest['label']} {lowest['metrics']['auroc'][0]:.2f}" if lowest is not first else ""
    return f"Ranks people {word} (AUROC {value:.2f}{more})."


def _calibration(outcome: str, told: OutcomeEvidence) -> str:
    whole = next((group for group in told["groups"] if group["by"] == "all"), None)
    failing = [group for group in told["groups"] if group["by"] in _WHO and _fails(group)]
    worst = max(failing, key=_distance, default=None)
    overall = "Right on average in tests"
    share = (whole["weighted"] or whole["unweighted"]) if whole else None  # weighted: of whom the people stand for
    if share and share["ratio"][0] is not None:
        ratio, low, high = _numbers(share["ratio"])
        if max(ratio, 1 / ratio) > OVERALL and not low <= 1 <= high:
            overall = f"In tests {times(ratio)} {_verb(outcome)} it as estimated"
    if worst is None:
        return f"{overall}; no group fails beyond {MARGIN:g} times."
    ratio = _ratio(worst)[0]
    side = "low" if ratio > 1 else "high"
    return f"{overall}; too {side} most among {_who(worst)} ({ratio:.1f} times)."


def _coverage(told: OutcomeEvidence) -> str:
    """Where the 90 % interval holds too few; empty where it does not."""
    shares = [share["inside"][0] for share in (told["missing"] or {"by_share": []})["by_share"]]
    worst = min((share for share in shares if share is not None), default=1.0)
    return f"Its 90 % interval holds {100 * worst:.0f} % where worst." if worst < LEAST_INSIDE else ""


def _agreement_sentence(told: OutcomeEvidence) -> str:
    found = told["agreement"] or {}
    known, base = found["all inputs"], found["base inputs only, against base PREVENT"]
    return (
        f"Agrees with PREVENT within {known['mean_absolute_points'][0]:.1f} points on average, "
        f"{known['p99_absolute_points']:.1f} in 99 of 100; with base inputs alone "
        f"{base['mean_absolute_points'][0]:.1f}. It is wrong where PREVENT is: no events were counted."
    )


def _who(group: Group) -> str:
    return _WHO[group["by"]].format(_PEOPLE.get(group["level"], group["level"]))


def _verb(outcome: str) -> str:
    return "died of" if outcome == "cvd_death_10y" else "had"


def _fails(group: Group) -> bool:
    """Beyond the margin, with an interval that excludes 1, and people enough to say so."""
    if group["n"] < LEAST or (group["events"] or 0) < LEAST_EVENTS or None in group["unweighted"]["ratio"]:
        return False
    ratio, low, high = _ratio(group)
    return max(ratio, 1 / ratio) > MARGIN and not low <= 1 <= high


def _distance(group: Group) -> float:
    ratio = _ratio(group)[0]
    return max(ratio, 1 / ratio)


def _ratio(group: Group) -> tuple[float, float, float]:
    return _numbers(group["unweighted"]["ratio"])


def _numbers(interval: Interval) -> tuple[float, float, float]:
    value, low, high = (float("nan") if number is None else number for number in interval)
    return value, low, high
