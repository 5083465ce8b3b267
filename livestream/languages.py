"""The languages of the service, and which one a client asks for (spec section 3)."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation

from livestream.errors import InvalidParameter


class UnsupportedLanguage(InvalidParameter):
    """`lang` names a language that the service does not offer."""

    code = "unsupported_language"
    title = "The service does not offer this language"
    advice = "Send one of `languages`, or leave `lang` out."
    members = {
        "languages": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The languages that the service offers.",
            "example": ["en", "zh-hant"],
        }
    }


def codes() -> list[str]:
    """Return the codes of the languages that the service offers, the default one first."""
    return [code for code, _ in settings.LANGUAGES]


def named(*, tag: str) -> str:
    """Return the code of the language that `tag` names, such as `zh-hant` for `zh-TW` or `zh_Hant`.

    Any tag of a language that is served will do: with a region, in any case, with `_` for `-`.
    Raises UnsupportedLanguage.
    """
    try:
        return translation.get_supported_language_variant(tag.strip().replace("_", "-").lower())
    except LookupError as error:
        known = codes()
        raise UnsupportedLanguage(
            "`lang` must be one of: {known}.",
            given={"known": ", ".join(f"`{code}`" for code in known)},
            languages=known,
        ) from error
