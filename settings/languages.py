"""The languages of the service, the default one first."""

LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文")]
