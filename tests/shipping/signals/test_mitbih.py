"""The shared recordings are those of the standard evaluation."""

from __future__ import annotations

import numpy as np
import pytest

from riskmodels.errors import SourceDataError
from riskmodels.shipping.signals.mitbih import DS1, DS2, LEAD, UNKNOWN, read_recordings

pytestmark = pytest.mark.shared_data

#: N, S, V, F in de Chazal et al. 2004, table of the two halves
PUBLISHED = {DS1: (45_866, 944, 3_788, 415), DS2: (44_259, 1_837, 3_221, 388)}


@pytest.mark.parametrize("half", [DS1, DS2])
def test_beats_of_each_class_are_as_published(shared, half):
    recordings = list(read_recordings(shared, half))
    classes = np.concatenate([recording.classes for recording in recordings])
    assert tuple(np.bincount(classes, minlength=5)[:UNKNOWN]) == PUBLISHED[half]
    assert all(recording.ecg.leads[recording.lead] == LEAD for recording in recordings)
    assert all((np.diff(recording.beats.samples) > 0).all() for recording in recordings)


def test_the_halves_share_no_record():
    assert not set(DS1) & set(DS2)
    assert len(DS1) == len(DS2) == 22


def test_missing_data_are_told(tmp_path):
    with pytest.raises(SourceDataError):
        next(read_recordings(tmp_path, DS1))
