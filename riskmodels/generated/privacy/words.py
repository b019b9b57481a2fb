"""The privacy card in words: its figures in; sentences, and the reasons of a refusal with what to do, out."""

from __future__ import annotations

from collections.abc import Iterable

from riskmodels.generated.privacy.attacks import LIMIT, Membership
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.privacy.closest import Closest
from riskmodels.generated.privacy.copies import Copies
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.singling_out import SinglingOut

#: how each attack guesses
ATTACKS = {
    "nearest": "distance to the closest invented person",
    "density": "density of invented people against that of people kept apart",
    "count": "number of invented people close by",
}
#: files refused by chance from which that is said beside a refusal
_OFTEN = 0.05
_REMEDY = (
    "What helps: fit again on more people, for fewer rounds or with a smaller network, or leave out columns that say "
    "much about few."
)


def reasons(membership: Membership, copies: Copies) -> list[str]:
    """Why a file is refused and what to do; empty when it is not."""
    found = []
    if copies.beyond_luck:
        found.append(f"Refused: {_copied(copies)}")
    if membership.auc.value > LIMIT:
        found.append(f"Refused: {_attacked(membership)} The limit is {LIMIT}.")
        if membership.refused_by_chance > _OFTEN:
            found.append(f"{_by_chance(membership)} {_more_people(membership)}")
    return [*found, _REMEDY] if found else []


def sentences(
    closest: Closest, membership: Membership, singling_out: Iterable[SinglingOut], copies: Copies
) -> tuple[str, ...]:
    """Each look of the card in words, figures with how many they are of."""
    return (
        _near(closest),
        _attacked(membership),
        _by_chance(membership),
        _caught(membership),
        *map(_singled, singling_out),
        _copied(copies),
    )


def promised(budget: Budget | None) -> str:
    """What a fit with differential privacy promises, or that there was none."""
    if budget is None:
        return "The generator was fitted without differential privacy: what is said here was measured, not proved."
    return (
        f"The generator was fitted with differential privacy, ε = {budget.epsilon:.2f} and δ = {budget.delta:g}: of "
        f"two equally likely cases, nobody can guess better than {100 * budget.best_guess:.0f} % right whether a "
        "person was a member. This card itself is computed from real people and not covered by it."
    )


def _near(found: Closest) -> str:
    return (
        f"{_share(found.nearer)} of {found.invented:,} invented people are nearer to a member than to one of as many "
        f"others ({found.people:,} each); 50 % is ideal. Median distance {found.to_members:.2f} to members, "
        f"{found.to_others:.2f} to others; fifth centile {found.nearest_members:.2f} and {found.nearest_others:.2f}."
    )


def _attacked(found: Membership) -> str:
    return (
        f"The strongest of three attacks on membership ({ATTACKS[found.strongest.name]}) tells {found.members:,} "
        f"members from {found.others:,} others with an AUC of {found.auc.value:.3f} (95 % interval of the strongest "
        f"{found.auc.low:.3f} to {found.auc.high:.3f}); 0.5 is guessing."
    )


def _by_chance(found: Membership) -> str:
    return (
        f"With so many people the strongest of three stays under {found.by_chance:.3f} in 19 of 20 files that give "
        f"nothing away, and chance alone puts {_percent(found.refused_by_chance)} of such files above the limit of "
        f"{LIMIT}."
    )


def _more_people(found: Membership) -> str:
    times = ((found.by_chance - 0.5) / (LIMIT - 0.5)) ** 2
    return f"About {times:.1f} times as many people on both sides would tell leakage from chance."


def _caught(found: Membership) -> str:
    more = found.caught.value > found.caught_by_chance
    told = "more than chance: some members can be told although the average hides them" if more else "within chance"
    return (
        f"At one false alarm in a hundred of {found.others:,} others, the best of them recognises "
        f"{_share(found.caught)} of {found.caught.of:,} members; chance stays under "
        f"{100 * found.caught_by_chance:.1f} % in 19 of 20 files, so this is {told}."
    )


def _singled(found: SinglingOut) -> str:
    if not found.members.of:
        return f"No question of {found.kind} fits exactly one invented person, so nobody is singled out by one."
    value, low, high = (100 * bound for bound in found.excess)
    return (
        f"Of {found.members.of:,} questions of {found.kind} that fit exactly one invented person, "
        f"{found.members.number:,.0f} single out one of {found.people:,} members and {found.others.number:,.0f} one of "
        f"as many others: {value:+.1f} points (95 % interval {low:+.1f} to {high:+.1f})."
    )


def _copied(found: Copies) -> str:
    return (
        f"{found.copies.number:,.0f} of {found.copies.of:,} invented people are copies of a member (equal in all that "
        f"is known of them, which says at least {found.bits:.0f} bits, and equal to none of the others); "
        f"{found.others.number:,.0f} of {found.others.of:,} others agree so with a member by luck. "
        f"{found.equal.number:,.0f} are equal to a member in however little is known of them."
    )


def _share(share: Share) -> str:
    value, low, high = (100 * bound for bound in share.estimate)
    return f"{value:.1f} % ({low:.1f} to {high:.1f})"


def _percent(share: float) -> str:
    return "less than 0.1 %" if share < 0.001 else f"{100 * share:.1f} %"
