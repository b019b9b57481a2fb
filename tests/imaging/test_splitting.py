"""Parts of labelled pictures: stratified, patients whole, every class in every part, the same for the same seed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from riskmodels.errors import TrainingError
from riskmodels.imaging.folder import LabelledImages
from riskmodels.imaging.splitting import NO_PATIENTS, cautions, split


def labelled(labels, patients=None, given_split=None, digests=()) -> LabelledImages:
    labels = np.asarray(labels, dtype=np.int64)
    return LabelledImages(
        files=tuple(Path(f"{i}.png") for i in range(len(labels))),
        labels=labels,
        classes=tuple("abcdefgh"[: labels.max() + 1]),
        patients=None if patients is None else np.array([str(p) for p in patients], dtype=object),
        split=None if given_split is None else np.array(given_split),
        digests=tuple(digests),
    )


def counts(images: LabelledImages, parts) -> dict[str, list[int]]:
    width = len(images.classes)
    return {p: np.bincount(images.labels[parts == p], minlength=width).tolist() for p in ("train", "val", "test")}


class TestWithoutPatients:
    def test_every_class_is_divided_by_the_shares(self):
        images = labelled([0] * 200 + [1] * 40)
        assert counts(images, split(images, 1)) == {"train": [140, 28], "val": [30, 6], "test": [30, 6]}

    def test_other_shares(self):
        images = labelled([0] * 100 + [1] * 50)
        assert counts(images, split(images, 1, (0.5, 0.1, 0.4))) == {
            "train": [50, 25],
            "val": [10, 5],
            "test": [40, 20],
        }

    def test_share_of_zero_leaves_a_part_out(self):
        images = labelled([0] * 50 + [1] * 50)
        assert set(split(images, 1, (0.8, 0.2, 0))) == {"train", "val"}

    def test_three_pictures_are_enough_for_three_parts(self):
        images = labelled([0] * 100 + [1] * 3)
        assert [n[1] for n in counts(images, split(images, 3)).values()] == [1, 1, 1]

    def test_class_that_is_too_small_is_named(self):
        with pytest.raises(TrainingError, match="“b” has 2 different pictures; 3 parts need 3"):
            split(labelled([0] * 100 + [1] * 2), 0)

    def test_seed_decides(self):
        images = labelled([0, 1] * 50)
        assert (split(images, 5) == split(images, 5)).all()
        assert (split(images, 5) != split(images, 6)).any()

    def test_identical_files_stay_together(self):
        images = labelled([0, 1] * 30, digests=[f"{i // 6}" for i in range(60)])
        parts = split(images, 2)
        assert all(len(set(parts[i : i + 6])) == 1 for i in range(0, 60, 6))

    @pytest.mark.parametrize("shares", [(0.7, 0.2, 0.2), (0.0, 0.5, 0.5), (1.2, -0.1, -0.1), (0.5, 0.5)])
    def test_shares_that_make_no_whole_are_refused(self, shares):
        with pytest.raises(TrainingError, match="shares"):
            split(labelled([0, 1] * 10), 0, shares)


class TestWithPatients:
    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 25)), min_size=30, max_size=150), st.integers(0, 9))
    @settings(max_examples=150)
    def test_patients_are_whole_and_classes_everywhere(self, people, seed):
        labels, patients = zip(*people, strict=True)
        of_class = {c: {p for label, p in people if label == c} for c in range(3)}
        assume(all(len(found) >= 3 for found in of_class.values()))
        images = labelled(labels, patients)
        try:
            parts = split(images, seed)
        except TrainingError as error:
            assert "cannot be divided" in error.message  # noqa: PT017 - rare, and the reason matters
            return
        assert all(len(set(parts[images.patients == p])) == 1 for p in set(images.patients))
        assert min(n for found in counts(images, parts).values() for n in found) >= 1

    def test_shares_are_near_when_patients_are_many(self):
        rng = np.random.default_rng(0)
        patients = np.repeat(np.arange(200), rng.integers(1, 6, 200))
        labels = (patients % 5 == 0).astype(int)
        images = labelled(labels, patients)
        found = counts(images, split(images, 0))
        for part, share in (("train", 0.7), ("val", 0.15), ("test", 0.15)):
            for label in (0, 1):
                assert found[part][label] / (labels == label).sum() == pytest.approx(share, abs=0.03)

    def test_class_of_too_few_people_is_named(self):
        with pytest.raises(TrainingError, match="“b” has 2 different patients"):
            split(labelled([0] * 20 + [1] * 20, [*range(20), *[20, 21] * 10]), 0)

    def test_copies_join_their_patients(self):
        digests = [str(i) for i in range(40)]
        digests[20] = digests[0]  # a picture of patient 0 is one of patient 10 as well
        images = labelled([0, 1] * 20, np.arange(40) // 2, digests=digests)
        for seed in range(8):
            parts = split(images, seed)
            assert len(set(parts[[0, 1, 20, 21]])) == 1

    def test_class_missing_from_a_part_is_brought_there(self):
        # the one large patient with the rare class goes first; without a second look a part would lack it
        labels = [0] * 30 + [1] + [0] * 4 + [1] + [0] * 4 + [1] + [0] * 30
        patients = [0] * 31 + [1] * 5 + [2] * 5 + list(range(3, 33))
        images = labelled(labels, patients)
        for seed in range(20):
            assert [n[1] for n in counts(images, split(images, seed)).values()] == [1, 1, 1]


class TestGivenParts:
    def test_they_are_kept(self):
        given_split = ["train", "val", "test", "test"] * 5
        assert (
            split(labelled([0, 0, 0, 1, 1, 1, 1, 0] * 2 + [0, 1, 1, 0], None, given_split), 0).tolist() == given_split
        )

    def test_missing_validation_is_taken_from_train(self):
        given_split = ["train"] * 85 + ["test"] * 15
        parts = split(labelled([0, 1] * 50, None, given_split), 0)
        assert (parts[85:] == "test").all()
        assert Counter(parts[:85].tolist())["val"] == pytest.approx(15, abs=1)

    def test_patient_in_two_of_them_is_refused(self):
        with pytest.raises(TrainingError, match="patient “7” stand in train and in test"):
            split(labelled([0, 1, 0, 1], [7, 8, 9, 7], ["train", "train", "val", "test"]), 0)

    def test_class_without_a_picture_to_train_on_is_refused(self):
        with pytest.raises(TrainingError, match="train part has no picture of “b”"):
            split(labelled([0, 1, 1], None, ["train", "val", "test"]), 0)


class TestCautions:
    def test_without_patients(self):
        images = labelled([0, 1] * 30)
        assert cautions(images, split(images, 0)) == (NO_PATIENTS,)

    def test_none_with_patients(self):
        images = labelled([0, 1] * 30, range(60))
        assert cautions(images, split(images, 0)) == ()

    def test_class_that_is_not_measured(self):
        images = labelled([0, 1, 0, 1, 0], range(5), ["train", "train", "val", "val", "test"])
        assert cautions(images, split(images, 0)) == ("The test part has no picture of b: there it is not measured.",)
