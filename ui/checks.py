"""Checks of a file as a list with ticks, a refusal that looks like one, and limits; as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from riskmodels.checks.file_check import Check


def checks_html(checks: Sequence[Check], label: str, told: Sequence[str] = (), reason: str = "") -> str:
    """Checks as a list; what was found is one click away.

    Args:
        checks: in order.
        label: of the list, for screen readers.
        told: names of checks whose words stand in view.
        reason: why there is no reading, which stands above the list and is not repeated.
    """
    items = "".join(_item(check, check.name in told) for check in checks)
    found = "".join(
        f"<dt>{escape(check.name)}</dt><dd>{escape(check.detail)}</dd>"
        for check in checks
        if check.detail.strip().rstrip(".") not in reason
    )
    details = f"<details><summary>What was found</summary><dl>{found}</dl></details>" if found else ""
    return f'<section class="cr-checks" aria-label="{escape(label)}"><ul>{items}</ul>{details}</section>'


def _item(check: Check, told: bool) -> str:
    mark, words = ("✓", "passed") if check.passed else ("✗", "not passed")
    detail = f": {escape(check.detail)}" if told else ""
    return (
        f'<li class="{"" if check.passed else "cr-failed"}"><span aria-hidden="true">{mark}</span> '
        f'{escape(check.name)}{detail}<span class="sr-only"> ({words})</span></li>'
    )


def cautions_html(checks: Sequence[Check], label: str) -> str:
    """Checks of a file that is read all the same: those not passed stand below, with what was found in view."""
    passed = "".join(_item(check, False) for check in checks if check.passed)
    cautions = "".join(
        f'<li class="cr-caution"><span aria-hidden="true">!</span> <b>{escape(check.name)}.</b> {escape(check.detail)}'
        '<span class="sr-only"> (caution)</span></li>'
        for check in checks
        if not check.passed
    )
    found = "".join(f"<dt>{escape(check.name)}</dt><dd>{escape(check.detail)}</dd>" for check in checks if check.passed)
    details = f"<details><summary>What was found</summary><dl>{found}</dl></details>" if found else ""
    return f'<section class="cr-checks" aria-label="{escape(label)}"><ul>{passed}{cautions}</ul>{details}</section>'


def refusal_html(title: str, words: str, below: str = "") -> str:
    """Why nothing was read and what to do.

    Args:
        title: what there is not, e.g. ``No reading of this picture``.
        words: the reason and the way out.
        below: HTML that follows, e.g. of the checks.
    """
    return (
        f'<section class="cr-refusal" aria-label="No reading" role="status"><h3>{escape(title)}</h3>'
        f"<p>{escape(words)}</p></section>{below}"
    )


def limits_html(limits: Sequence[str], title: str, below: str = "") -> str:
    """What a reading does not say.

    Args:
        limits: sentences.
        title: of the list.
        below: a line under it, e.g. which model it was.
    """
    items = "".join(f"<li>{escape(limit)}</li>" for limit in limits)
    line = f"<p>{escape(below)}</p>" if below else ""
    label = escape(title)
    return f'<section class="cr-limits" aria-label="{label}"><h3>{label}</h3><ul>{items}</ul>{line}</section>'
