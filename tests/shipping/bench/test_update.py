"""The library part of one update, measured by part: that everything is in it; how long it takes is no test."""

from __future__ import annotations

import re

from riskmodels.shipping.bench.update import measure_update


def test_every_part_is_named_and_the_parts_add_up_to_all() -> None:
    told = measure_update()
    rows = {name: float(ms) for name, ms in re.findall(r"^\| ([a-z][^|]*) \| ([\d.]+) \|$", told, re.MULTILINE)}
    whole = rows.pop("all")
    assert {"checks", "published scores", "narrowing of one outcome", "benefit by trials"} <= set(rows)
    assert len(rows) == 9
    assert abs(sum(rows.values()) - whole) < 0.1 * len(rows)
    assert "Load of the machine" in told
