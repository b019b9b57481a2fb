"""Texts that are not UTF-8: the encoding is found by the few cells that are not ASCII; what cannot be is Latin-1."""

from __future__ import annotations

import pytest

from riskmodels.errors import FileError
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.interop.table.source import open_as, open_source

TEXTS = {
    "cp1252": [
        "Patient;Größe (cm);Geschlecht\nP1;170;männlich\nP2;160;weiblich\n",
        "id;âge;sexe;pression artérielle\n1;50;féminin;120\n",
        "id;edad;presión;tabaquismo;años\n1;60;120;sí;3\n",
        "id,idade,pressão,coração\n1,50,120,não\n",
        "ID;Kreatinin (µmol/l);HbA1c\n1;80;6\n",
        "id;ålder;kön;rökare\n1;50;kvinna;ja\n",
        "id,note\n1,patient’s own\n",
        "id,range\n1,10–20\n",
        "id,temp (°C)\n1,37\n",
    ],
    "cp1250": [
        "id;wiek;płeć;ciśnienie;palący\n1;50;mężczyzna;120;nie\n",
        "id;věk;pohlaví;výška;kuřák\n1;50;muž;180;ano\n",
        "azonosító;életkor;nem;súly\n1;50;nő;80\n2;60;férfi;90\n3;61;nő;70\n4;62;nő;75\n",
    ],
    "cp1251": ["номер;возраст;пол;рост\n1;50;муж;180\n", "id,age,sex,глюкоза\n1,50,m,5.6\n", "имя,пол\nА,м\n"],
    "cp932": [
        "患者番号,年齢,性別,収縮期血圧\n1,50,男,120\n",
        "id,age,sex\n1,50,男性\n2,60,女性\n",
        "ID,コレステロール,喫煙\n1,200,あり\n",
    ],
    "gb18030": [
        "编号,年龄,性别,收缩压\n1,50,男,120\n",
        "id,age,sex\n1,50,男\n2,60,女\n",
        "住院号,总胆固醇,吸烟\n1,5.1,否\n",
    ],
    "cp950": [
        "編號,年齡,性別,收縮壓\n1,50,男,120\n",
        "id,age,sex\n1,50,男\n2,60,女\n",
        "病歷號,總膽固醇,吸菸\n1,200,否\n",
    ],
    "cp949": ["번호,나이,성별,수축기혈압\n1,50,남,120\n", "id,age,sex\n1,50,남자\n2,60,여자\n"],
}


@pytest.mark.parametrize(("encoding", "text"), [(name, text) for name, texts in TEXTS.items() for text in texts])
def test_encoding_is_found_and_the_text_read(encoding: str, text: str) -> None:
    source = open_source(text.encode(encoding))
    header, *rows = [line.split(source.format.delimiter) for line in text.splitlines()]
    assert source.format.encoding == encoding
    assert list(source.headers) == header
    (chunk,) = source.chunks()
    assert chunk.cells.to_numpy().tolist() == rows


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["id,Größe\nA1,178\n", "编号,年龄,性别\n1,50,男\n2,60,女\n", "患者番号,年齢\n1,50\n"])
def test_utf16_is_read_with_and_without_its_mark(encoding: str, text: str) -> None:
    source = open_source(text.encode(encoding))
    assert list(source.headers) == text.splitlines()[0].split(",")


def test_cell_at_the_border_of_two_blocks_is_whole() -> None:
    line = "1,男\n".encode("gb18030")
    padding = b"2,x\n" * ((1 << 20) // 4 - 1)
    data = b"n,s\n" + padding[:-2] + b"y\n" + line * 3
    assert open_source(data).format.encoding == "gb18030"


def test_words_name_the_encoding_and_say_that_it_was_guessed() -> None:
    form = open_source("номер;возраст\n1;50\n".encode("cp1251")).format
    assert "Windows-1251 (Cyrillic)" in form.words()
    assert form.guessed
    assert not open_source(b"id,age\n1,50\n").format.guessed


def test_encoding_can_be_told(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("nõ,kor\n1,50\n".encode("cp1252"))
    assert open_as(path, encoding="cp1250").headers == ("nő", "kor")


def test_encoding_that_is_not_known_names_those_that_are(tmp_path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,age\n1,50\n")
    with pytest.raises(FileError, match=r"“klingon” is not known.*gb18030"):
        open_as(path, encoding="klingon")


def test_what_is_left_open_of_a_format_is_told_by_the_content() -> None:
    source = open_source(
        "Titel\n\nid;größe\n1;1,5\n2;1,6\n".encode("cp1252"), FileFormat("", False, "cp1252", "", "", -1)
    )
    assert (source.format.delimiter, source.format.decimal, source.format.header_row) == (";", ",", 3)
