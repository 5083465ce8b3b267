"""Whether a text is written in Traditional Chinese throughout."""

from __future__ import annotations

import re
from typing import Any

from tests.translations.extraction import PLACE

_CHINESE = r"[\u3400-\u9fff]"
# Names of members, values and addresses may be in any language.
_QUOTED = re.compile(r"`[^`]*`|「[^」]*」")
# Two words in a row are no name.
_ENGLISH = re.compile(r"[A-Za-z]{2,}[ ,;:.]+[A-Za-z]{2,}")
_HALF_WIDTH = re.compile(rf"{_CHINESE}[ ]?[,;:?!()]|{_CHINESE}\.(?:\s|$)")
# One term for each thing; these are other terms, or those of the mainland.
_OTHER_TERMS = (
    "實況主",
    "主播",
    "用戶",
    "信息",
    "視頻",
    "默認",
    "登錄",
    "賬號",
    "字符",
    "令牌",
    "代幣",
    "你",
    "服務器",
    "入場券",
    "佔用",
)


def mistakes_of(text: str) -> list[str]:
    """Return what is wrong with a Chinese text, apart from its meaning."""
    bare = PLACE.sub("", _QUOTED.sub("", text))
    found = ["no Chinese"] if re.search(r"[A-Za-z]", bare) and not re.search(_CHINESE, bare) else []
    found += [f"English: {words}" for words in _ENGLISH.findall(bare)]
    found += [f"half-width punctuation: {each}" for each in _HALF_WIDTH.findall(bare)]
    found += [f"simplified: {each}" for each in re.findall(_CHINESE, bare) if not _is_traditional(each)]
    return found + [f"another term: {term}" for term in _OTHER_TERMS if term in bare]


def said_by(problem: dict[str, Any]) -> list[str]:
    """Return the texts of a problem that are for people."""
    return [problem["title"], problem["detail"], *(error["detail"] for error in problem.get("errors", ()))]


def _is_traditional(character: str) -> bool:
    """Return whether the encoding of Taiwan has the character; it has no simplified ones."""
    try:
        character.encode("big5")
    except UnicodeEncodeError:
        return False
    return True
