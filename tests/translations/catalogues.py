"""The catalogues of translations: read, compared with what is said, and compiled.

`python -m tests.translations` brings them up to date, which is `make messages`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

from tests.architecture.source import ROOT
from tests.translations.extraction import DJANGO, ROOMS, SCRIPTS, Text, has_words, singular, texts_of

LOCALE = "zh_Hant"
_WIDTH = 120


def catalogues() -> list[tuple[str, str]]:
    """Return room and domain of each catalogue that there must be."""
    return [(room, domain) for room in ROOMS for domain in (DJANGO, SCRIPTS) if texts_of(room, domain)]


def source_of(room: str, domain: str) -> Path:
    return ROOT / room / "locale" / LOCALE / "LC_MESSAGES" / f"{domain}.po"


def read(room: str, domain: str) -> Catalog:
    """Return the catalogue as its source has it; an empty one where a room says nothing."""
    if not source_of(room, domain).exists():
        return Catalog(locale=LOCALE)
    with source_of(room, domain).open("rb") as file:
        return read_po(file, locale=LOCALE)


def read_compiled(room: str, domain: str) -> Catalog:
    """Return the catalogue as the service reads it; an empty one where there is no source."""
    if not source_of(room, domain).exists():
        return Catalog(locale=LOCALE)
    with source_of(room, domain).with_suffix(".mo").open("rb") as file:
        return read_mo(file)


def translations_of(catalogue: Catalog) -> dict[Text, str]:
    """Return what each text is translated to, in the one form that Chinese has; empty where it is not."""
    return {_key(message.id): singular(message.string or "") for message in catalogue if message.id}


def bring_up_to_date(room: str, domain: str) -> list[Text]:
    """Add the texts that a catalogue lacks, remove those that nobody says, and compile it.

    Returns the texts that still lack a translation.
    """
    catalogue, said = read(room, domain), texts_of(room, domain)
    known = translations_of(catalogue)
    for text in sorted(said - set(known), key=singular):
        catalogue.add(text)
    for text in {text for text in known if has_words(text)} - said:
        catalogue.delete(text)
    _write(source_of(room, domain), catalogue)
    return [text for text, translated in translations_of(catalogue).items() if not translated]


def _write(path: Path, catalogue: Catalog) -> None:
    """Write source and compiled form; the head of the source stays as somebody wrote it."""
    head = path.read_text().partition("\n\n")[0]
    body = BytesIO()
    write_po(body, catalogue, width=_WIDTH, no_location=True, omit_header=True, ignore_obsolete=True)
    path.write_text(f"{head}\n\n{body.getvalue().decode().strip()}\n")
    # They would have the time of writing, and so differ each time.
    catalogue.creation_date = catalogue.revision_date = datetime.fromtimestamp(0, UTC)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)


def _key(text: Text | list[str]) -> Text:
    return text if isinstance(text, str) else tuple(text)
