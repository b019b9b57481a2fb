"""Labelled pictures from a folder and from a CSV: what counts, what is skipped, what is refused."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from riskmodels.errors import FileError, TrainingError
from riskmodels.imaging.folder import describe, read_labelled


def picture(seed: int, kind: str = "PNG") -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(pixels).save(data, kind)
    return data.getvalue()


def fill(folder: Path, count: int = 3, first: int = 0, kind: str = "PNG") -> Path:
    """A folder with pictures that differ."""
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        (folder / f"{i}.png").write_bytes(picture(first + i, kind))
    return folder


@pytest.fixture
def two_classes(tmp_path: Path) -> Path:
    root = tmp_path / "data"
    fill(root / "sick")
    fill(root / "healthy", first=100)
    return root


def table(folder: Path, *rows: str) -> Path:
    """A CSV beside four pictures."""
    fill(folder, 4)
    path = folder / "labels.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def read(source: Path, least: int = 1):
    return read_labelled(source, least)


class TestFolder:
    def test_sub_folders_are_the_classes_by_name(self, two_classes):
        found = read(two_classes)
        assert found.classes == ("healthy", "sick")
        assert found.labels.tolist() == [0, 0, 0, 1, 1, 1]
        assert found.counts == {"healthy": 3, "sick": 3}
        assert found.patients is found.split is None

    def test_folders_below_a_class_belong_to_it(self, two_classes):
        fill(two_classes / "sick" / "clinic b", 2, 50)
        assert read(two_classes).counts["sick"] == 5

    def test_parts_stand_above_the_classes(self, tmp_path):
        for i, part in enumerate(("train", "Validation", "test")):
            fill(tmp_path / part / "a", 2, 10 * i)
            fill(tmp_path / part / "b", 1, 100 + 10 * i)
        found = read(tmp_path)
        assert found.classes == ("a", "b")
        assert found.split is not None
        assert [p for p in found.split if p == "val"] == ["val"] * 3

    def test_other_folder_beside_the_parts_is_refused(self, tmp_path):
        fill(tmp_path / "train" / "a")
        fill(tmp_path / "extra" / "a")
        with pytest.raises(TrainingError, match="folder “extra”"):
            read(tmp_path)

    def test_class_called_test_is_a_class(self, tmp_path):
        fill(tmp_path / "control")
        fill(tmp_path / "test", first=50)
        assert read(tmp_path).classes == ("control", "test")

    def test_hidden_files_are_ignored(self, two_classes):
        (two_classes / "sick" / ".DS_Store").write_bytes(b"x")
        (two_classes / ".git").mkdir()
        assert read(two_classes).skipped == ()

    def test_file_beside_the_classes_is_skipped(self, two_classes):
        (two_classes / "README.txt").write_text("hello")
        assert read(two_classes).skipped == ("README.txt stands in no class's folder.",)

    def test_folder_of_a_class_without_files_is_said(self, two_classes):
        (two_classes / "rare").mkdir()
        assert read(two_classes).skipped == ("rare holds no files.",)

    def test_class_without_any_picture_is_refused(self, two_classes):
        (two_classes / "rare").mkdir()
        (two_classes / "rare" / "a.png").write_text("no picture")
        with pytest.raises(TrainingError, match="“rare” \\(0\\)"):
            read(two_classes)

    def test_one_class_is_refused_with_what_to_do(self, tmp_path):
        fill(tmp_path / "only")
        with pytest.raises(TrainingError, match=r"one class only, “only”.*one sub-folder a class"):
            read(tmp_path)

    def test_empty_folder_is_refused(self, tmp_path):
        with pytest.raises(TrainingError, match="no class with a file"):
            read(tmp_path)

    def test_folder_that_is_not_there_is_refused(self, tmp_path):
        with pytest.raises(TrainingError, match=r"There is no .*nowhere"):
            read(tmp_path / "nowhere")

    def test_too_few_pictures_are_counted(self, two_classes):
        with pytest.raises(TrainingError, match="Fewer than 10 usable pictures of “healthy” \\(3\\), “sick” \\(3\\)"):
            read_labelled(two_classes)


class TestContent:
    def test_name_does_not_matter(self, two_classes):
        (two_classes / "sick" / "scan").write_bytes(picture(70, "JPEG"))
        (two_classes / "sick" / "film.bin").write_bytes(bytes(128) + b"DICM" + bytes(40))
        assert read(two_classes).counts["sick"] == 5

    def test_dicom_that_is_a_tiff_as_well_counts(self, two_classes):
        (two_classes / "sick" / "dual").write_bytes(b"II*\x00".ljust(128, b"\0") + b"DICM" + bytes(40))
        assert read(two_classes).counts["sick"] == 4

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (picture(1, "GIF"), "is a GIF image, not PNG"),
            (b"just text", "is of an unknown kind"),
            (b"", "is empty."),
            (b"%PDF-1.7", "is a PDF, not PNG"),
        ],
    )
    def test_what_is_no_picture_is_skipped_with_the_reason(self, two_classes, data, said):
        (two_classes / "sick" / "x.png").write_bytes(data)
        (text,) = read(two_classes).skipped
        assert text.startswith(f"sick/x.png {said}")

    def test_pipe_is_not_waited_for(self, two_classes):
        os.mkfifo(two_classes / "sick" / "pipe.png")
        assert read(two_classes).skipped == ("sick/pipe.png is no file.",)


class TestLinks:
    def test_file_outside_is_refused(self, two_classes, tmp_path):
        secret = tmp_path / "secret.png"
        secret.write_bytes(picture(99))
        (two_classes / "sick" / "link.png").symlink_to(secret)
        with pytest.raises(TrainingError, match=r"sick/link\.png is a link that leads outside"):
            read(two_classes)

    def test_class_outside_is_refused(self, two_classes, tmp_path):
        (two_classes / "third").symlink_to(fill(tmp_path / "elsewhere"))
        with pytest.raises(TrainingError, match="third is a link that leads outside"):
            read(two_classes)

    def test_folder_inside_is_not_read_twice(self, two_classes):
        (two_classes / "sick" / "again").symlink_to(two_classes / "sick")
        assert read(two_classes).skipped == ("sick/again is a link to a folder.",)

    def test_link_to_nothing_is_skipped(self, two_classes):
        (two_classes / "sick" / "gone.png").symlink_to(two_classes / "nothing")
        assert read(two_classes).skipped == ("sick/gone.png is no file.",)

    def test_data_folder_may_be_a_link_itself(self, two_classes, tmp_path):
        (tmp_path / "link").symlink_to(two_classes)
        assert len(read(tmp_path / "link")) == 6


class TestCopies:
    def test_one_is_kept_when_labels_agree(self, two_classes):
        (two_classes / "sick" / "copy.png").write_bytes(picture(0))
        found = read(two_classes)
        assert found.counts["sick"] == 3
        assert found.skipped == ("sick/copy.png is a copy of sick/0.png.",)

    def test_all_are_left_out_when_labels_disagree(self, two_classes):
        (two_classes / "sick" / "copy.png").write_bytes(picture(100))
        found = read(two_classes)
        assert found.counts == {"healthy": 2, "sick": 3}
        assert "healthy/0.png (healthy), sick/copy.png (sick)" in found.skipped[0]

    def test_that_of_the_test_part_is_kept(self, tmp_path):
        for i, part in enumerate(("test", "train", "val")):
            fill(tmp_path / part / "a", 1, i)
            fill(tmp_path / part / "b", 1, 100 + i)
            (tmp_path / part / "a" / "same.png").write_bytes(picture(50))
        found = read(tmp_path)
        assert [f.parts[-3] for f in found.files if f.name == "same.png"] == ["test"]

    def test_of_two_patients_are_told(self, tmp_path):
        source = table(tmp_path, "file,label,patient", "0.png,a,p", "1.png,b,q", "copy.png,a,r")
        (tmp_path / "copy.png").write_bytes(picture(0))
        assert read(source).skipped == ("Row 4: copy.png is a copy of 0.png, although of another patient.",)

    def test_digests_are_those_of_the_files(self, two_classes):
        assert len(set(read(two_classes).digests)) == 6


class TestCsv:
    ROWS = ("0.png,no,p1,train", "1.png,no,p1,train", "2.png,yes,p2,VAL", "3.png,yes,p3,testing")

    def test_all_columns(self, tmp_path):
        found = read(table(tmp_path, "file,label,patient,split", *self.ROWS))
        assert found.classes == ("no", "yes")
        assert found.labels.tolist() == [0, 0, 1, 1]
        assert found.patients.tolist() == ["p1", "p1", "p2", "p3"]
        assert found.split.tolist() == ["train", "train", "val", "test"]

    @pytest.mark.parametrize("delimiter", [";", "\t"])
    def test_other_delimiters_and_a_byte_order_mark(self, tmp_path, delimiter):
        rows = [row.replace(",", delimiter) for row in ("\ufeffFile,Label,note", "0.png,a,x", "1.png,b,y")]
        found = read(table(tmp_path, *rows))
        assert found.classes == ("a", "b")
        assert found.patients is found.split is None

    def test_column_that_is_empty_throughout_is_none(self, tmp_path):
        assert read(table(tmp_path, "file,label,patient", "0.png,a,", "1.png,b,")).patients is None

    def test_windows_path_below_the_csv(self, tmp_path):
        fill(tmp_path / "sub", 1, 60)
        found = read(table(tmp_path, "file,label", "0.png,a", "sub\\0.png,b"))
        assert found.files[1] == tmp_path / "sub" / "0.png"

    def test_what_is_no_picture_is_skipped_with_its_row(self, tmp_path):
        source = table(tmp_path, "file,label", "0.png,a", "1.png,b", "labels.csv,b")
        assert read(source).skipped[0].startswith("Row 4: labels.csv is of an unknown kind")

    @pytest.mark.parametrize(
        ("row", "said"),
        [
            ("9.png,a,p,train", "Row 3: there is no file “9.png”"),
            ("1.png,,p,train", "Row 3: the label is empty"),
            (",a,p,train", "Row 3: the file is empty"),
            ("1.png,a,p,holdout", "Row 3: “holdout” is no part"),
            ("1.png,a,,train", "Row 3: the patient is empty"),
            ("1.png,a,p,", "Row 3: the split is empty"),
            ("./0.png,a,p,train", r"Row 3: “./0.png” is named in row 2 already"),
            ("../secret.png,a,p,train", "Row 3: “../secret.png” leads outside the folder"),
            ("..\\secret.png,a,p,train", "Row 3: .* leads outside the folder"),
            ("/etc/passwd,a,p,train", "Row 3: “/etc/passwd” leads outside the folder"),
        ],
    )
    def test_row_that_cannot_be_used_is_named(self, tmp_path, row, said):
        (tmp_path / "secret.png").write_bytes(picture(99))
        source = table(tmp_path / "data", "file,label,patient,split", "0.png,a,p,train", row, "2.png,b,q,test")
        with pytest.raises(TrainingError, match=said) as caught:
            read(source)
        assert caught.value.hint
        assert caught.value.log == "TrainingError"

    def test_link_outside_is_refused(self, tmp_path):
        (tmp_path / "secret.png").write_bytes(picture(99))
        source = table(tmp_path / "data", "file,label", "link.png,a", "1.png,b")
        (tmp_path / "data" / "link.png").symlink_to(tmp_path / "secret.png")
        with pytest.raises(TrainingError, match="leads outside the folder"):
            read(source)

    @pytest.mark.parametrize(
        ("header", "said"),
        [("file,class", "column label is missing"), ("file,label,label", "column label is there twice")],
    )
    def test_header_that_lacks_or_repeats_a_column(self, tmp_path, header, said):
        with pytest.raises(TrainingError, match=said):
            read(table(tmp_path, header, "0.png,a,b"))

    def test_picture_given_as_csv(self, tmp_path):
        fill(tmp_path)
        with pytest.raises(FileError, match="a PNG image, not a CSV"):
            read(tmp_path / "0.png")

    def test_quoted_cell_without_end_is_refused(self, tmp_path):
        source = table(tmp_path, "file,label", '"' + "x" * 9_000, *["y" * 9_000] * 15)
        with pytest.raises(TrainingError, match="cannot be read as CSV"):
            read(source)


class TestDescribe:
    def test_counts_patients_and_what_was_left_out(self, tmp_path):
        source = table(tmp_path, "file,label,patient", "0.png,a,p", "1.png,b,p", "2.png,b,q", "labels.csv,b,q")
        first, *others = describe(read(source))
        assert first == "3 pictures of 2 patients: a 1, b 2"
        assert len(others) == 1

    def test_long_lists_end_in_a_number(self, two_classes):
        for i in range(5):
            (two_classes / "sick" / f"{i}.txt").write_text(str(i))
        assert describe(read(two_classes), shown=2)[-1] == "left out: 3 more"
