"""Proposals as people read them: what changed, on what evidence, how sure; why nothing was found; a CSV of all."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from riskmodels.interop.table.safe_csv import to_csv
from riskmodels.molecules.better.profile import Profile, Verdict
from riskmodels.molecules.better.propose import Proposal, Proposals
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.learning.words import level
from riskmodels.molecules.pairs.evidence import LEAST_PAIRS, Change
from riskmodels.molecules.screening.screen import ALERTS, SYNTHESIS, alert_words, estimate_cells
from riskmodels.signed import signed

DRAWN = "drawn by the generator around the start, without stereochemistry"


def change_words(start: Estimate, other: Estimate) -> str:
    """One endpoint beside the start: ``hERG 5.9 → 5.1 (4.3–6.0), −0.8``."""
    title = other.endpoint.title
    if other.value is None or other.low is None or other.high is None:
        return f"{title}: no number, outside the domain"
    interval = f"({level(other.low)}–{level(other.high)})"
    if start.value is None:
        return f"{title} {level(other.value)} {interval}; the start has no number"
    moved = signed(round(other.value, 1) - round(start.value, 1), 1)
    return f"{title} {level(start.value)} → {level(other.value)} {interval}, {moved}"


def goal_words(proposal: Proposal, start: Sequence[Estimate], profile: Profile) -> list[str]:
    """The endpoints of the profile beside the start."""
    before, after = ({each.endpoint.name: each for each in told} for told in (start, proposal.estimates))
    return [change_words(before[goal.endpoint.name], after[goal.endpoint.name]) for goal in profile.goals]


def origin_words(proposal: Proposal, profile: Profile) -> list[str]:
    """How a proposal came about, and what measured pairs say of it at the endpoints of the profile."""
    if proposal.candidate.drawn:
        return [DRAWN.capitalize() + "."]
    return [_step_words(step, profile) for step in proposal.candidate.steps]


def notes(proposal: Proposal) -> list[str]:
    """How hard it is to make, alerts, and how like it is to what is known."""
    names = ", ".join(f"{alert.catalogue}: {alert.name.replace('_', ' ')}" for alert in proposal.alerts)
    return [
        f"Synthetic accessibility {proposal.synthesis:.1f} (1 easy, 10 hard); likeness to the start "
        f"{proposal.likeness:.2f}, to the nearest training compound {proposal.nearest:.2f}.",
        f"Alerts: {names}." if names else "No structural alert.",
    ]


def counts_words(found: Proposals) -> str:
    """What became of all variants; the numbers add up."""
    tried = found.by_changes + found.by_generator
    outside = tried - found.met - found.worse - found.lost
    return (
        f"{tried:,} variants tried ({found.by_changes:,} by measured pairs, {found.by_generator:,} drawn): "
        f"{found.met:,} meet the profile, {found.lost:,} lose what is to be kept, {found.worse:,} are no better, "
        f"{outside:,} have no number (outside the domain). {found.unlike:,} more were drawn and put aside: too unlike "
        "the start."
    )


def why_none(found: Proposals) -> str:
    """Why there is no ranked proposal, and what to loosen."""
    if found.start_outside:
        titles = " and ".join(endpoint.title for endpoint in found.start_outside)
        return (
            f"The start itself is outside the domain of {titles}: nothing can be compared with it. "
            f"Leave {titles} out of the profile."
        )
    if not found.by_changes + found.by_generator:
        return "No measured pair fits the start, and the generator cannot spell it. Try a compound nearer to medicines."
    if found.lost:
        return (
            f"{found.lost:,} variants are better, and all of them lose what is to be kept. Allow a larger loss, or "
            "keep less."
        )
    if found.worse:
        return "No variant with a number is better than the start. Ask for fewer goals, or begin with another compound."
    return "Every variant is outside the domain of an endpoint of the profile. Leave one of them out."


def proposals_csv(found: Proposals) -> bytes:
    """Start, ranked proposals and those outside the domain, a row each, safe to open in a spreadsheet."""
    rows = [{"rank": "start", "smiles": found.start.smiles} | _numbers(found.estimates)]
    for place, proposal in enumerate((*found.ranked, *found.outside), start=1):
        rank = str(place) if place <= len(found.ranked) else "none: outside the domain"
        rows.append(_row(rank, proposal, found))
    return to_csv(pd.DataFrame(rows))


def _row(rank: str, proposal: Proposal, found: Proposals) -> dict[str, object]:
    verdict: Verdict = proposal.verdict
    return {
        "rank": rank,
        "smiles": proposal.candidate.structure.smiles,
        **_numbers(proposal.estimates),
        "gain_log_units": verdict.score,
        "pareto_front": "yes" if proposal.front else "",
        "made_by": " ".join(origin_words(proposal, found.profile)),
        "smirks": " then ".join(step[0].smirks for step in proposal.candidate.steps),
        SYNTHESIS: proposal.synthesis,
        ALERTS: alert_words(proposal.alerts),
        "likeness_to_start": proposal.likeness,
        "similarity_to_nearest_training_compound": proposal.nearest,
    }


def _numbers(estimates: Sequence[Estimate]) -> dict[str, object]:
    return {name: value for each in estimates for name, value in estimate_cells(each).items()}


def _step_words(step: Sequence[Change], profile: Profile) -> str:
    wanted = [goal.endpoint.name for goal in profile.goals]
    told = [change for change in step if change.endpoint in wanted and change.pairs >= LEAST_PAIRS]
    if not told:
        return f"{step[0].words()}: fewer than {LEAST_PAIRS} measured pairs for the profile, no evidence."
    return " ".join(change.sentence() for change in told)
