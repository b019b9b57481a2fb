"""In which encoding a text is that is not UTF-8: from its cells that are not ASCII, by charset-normalizer.

A table of patients is nearly all ASCII, and its few other cells are too short for a guess by frequencies alone. So the
encodings are narrowed first, by what their bytes can be and by characters that such tables hold; the guess is shown
with the first rows and can be changed.
"""

from __future__ import annotations

import re

from charset_normalizer import from_bytes

#: encodings that are told apart, with their names for people; of those that fit alike the first is taken
GUESSED = {
    "cp1252": "Windows-1252",
    "cp1250": "Windows-1250 (Central Europe)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "gb18030": "GB18030 (Simplified Chinese)",
    "cp950": "Big5 (Traditional Chinese)",
    "cp932": "Shift JIS (Japanese)",
    "cp949": "EUC-KR (Korean)",
}
_LATIN = ("cp1252", "cp1250")
_DOUBLE = ("gb18030", "cp950", "cp932", "cp949")
#: characters that headers and answers of patients' tables hold; another encoding's bytes hardly ever become them
_KNOWN = {
    "cp1252": "äöüßÄÖÜàâçéèêëîïôùûñáíóúãåæøÉÁÍÓÚÑÇØÅµ²³°º’‘“”„–—…•€±",
    "cp1250": "äöüßÄÖÜąćęłńóśźżĄĆĘŁŃŚŹŻěščřžýáíéúůťďňôĺľőűŐŰĚŠČŘŽÝÁÍÉÚµ°’‘“”„–—…•€±",
    "gb18030": "男女是否有无年龄岁性别身高体重指数血压脉糖尿病吸烟饮酒胆固醇"
    "甘油三酯编号姓名日期收缩舒张肌酐空腹总低密度脂蛋白",
    "cp950": "男女是否有無年齡歲性別身高體重指數血壓脈糖尿病吸菸煙飲酒膽固醇"
    "三酸甘油酯編號姓名日期收縮舒張肌酐空腹總低密度脂蛋白",
    "cp932": "男女有無年齢歳性別身長体重指数血圧脈拍糖尿病喫煙飲酒コレステロール"
    "はいいえなしあり患者番号氏名日付収縮拡張期クレアチニン空腹時総中性脂肪",
    "cp949": "남여자성별나이연령세키신장체중몸무게혈압맥박당뇨병흡연음주콜레스테롤"
    "예아니오없음있음번호이름날짜수축이완기크레아티닌공복총중성지방",
}
_RUN, _LONG_RUN = re.compile(rb"[\x80-\xff]+"), re.compile(rb"[\x80-\xff]{4,}")
#: two or more bytes beyond ASCII with no plain letter beside them
_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[\x80-\xff]{2,}(?![A-Za-z\x80-\xff])")
#: one or two letters of a Latin alphabet beside a plain lower-case one: Größe, presión
_IN_WORD = re.compile(rb"(?<=[a-z])[\xc0-\xff]{1,2}(?![\x80-\xff])|(?<![\x80-\xff])[\xc0-\xff]{1,2}(?=[a-z])")
_BETWEEN = re.compile(rb'[,;\t\r\n"]')
#: bytes of cells to decide by
_ENOUGH = 1 << 16
#: this share of known characters decides
_CLEAR = 0.2


class OddCells:
    """Gathers the cells of a text that are not ASCII, each once; what parts cells is ASCII in every encoding here."""

    def __init__(self) -> None:
        self._cells: dict[bytes, None] = {}
        self._size, self._rest = 0, b""

    def add(self, block: bytes) -> None:
        """Take the next bytes of the text."""
        if self._size > _ENOUGH:
            return
        whole, _, self._rest = (self._rest + block).rpartition(b"\n")
        self._gather(whole)

    def _gather(self, text: bytes) -> None:
        if text.isascii():
            return
        for cell in _BETWEEN.split(text):
            if not cell.isascii() and cell not in self._cells:
                self._cells[cell] = None
                self._size += len(cell)

    def encoding(self) -> str:
        """The encoding that makes most sense of them; Latin-1 where none does."""
        if self._size <= _ENOUGH:
            self._gather(self._rest)
        return guess(b"\n".join(self._cells))


def guess(data: bytes) -> str:
    """The encoding that makes most sense of words that are not UTF-8; Latin-1 where none does."""
    possible = [name for name in GUESSED if _decodes(data, name)]
    if not possible:
        return "latin-1"
    likely = [name for name in possible if name not in _unlikely(data)] or possible
    known = {name: _known(data, name) for name in likely if name in _KNOWN}
    if max(known.values(), default=0.0) > _CLEAR:
        return max(known, key=lambda name: known[name])
    return _most_orderly(data, likely)


def _unlikely(data: bytes) -> tuple[str, ...]:
    """Encodings that the words speak against: those of a Latin alphabet have few letters beyond ASCII, among others."""
    high = sum(map(len, _RUN.findall(data)))
    if sum(map(len, _LONG_RUN.findall(data))) * 2 > high or sum(map(len, _WORD.findall(data))) * 2 > high:
        return _LATIN
    in_words = sum(map(len, _IN_WORD.findall(data)))
    return (*_DOUBLE, "cp1251") if in_words * 2 > high else ()


def _known(data: bytes, name: str) -> float:
    characters = [c for c in data.decode(name, errors="replace") if not c.isascii()]
    return sum(c in _KNOWN[name] for c in characters) / max(1, len(characters))


def _most_orderly(data: bytes, names: list[str]) -> str:
    """As charset-normalizer ranks them; of those it ranks alike the first of :data:`GUESSED`."""
    found = from_bytes(data, steps=1, chunk_size=max(1, len(data)), threshold=1.0, cp_isolation=names)
    ranks = {match.encoding: (match.chaos, -match.coherence) for match in found}
    return min(names, key=lambda name: ranks.get(name, (1.0, 0.0)))


def _decodes(data: bytes, name: str) -> bool:
    try:
        data.decode(name)
    except UnicodeDecodeError:
        return False
    return True
