"""The admin page of sources, which leads of support enter when an encoder is set up."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.http import HttpRequest

from livestream import clock
from livestream.desk.pages import ModelAdmin
from livestream.desk.redaction import redacted
from sessions_app.models import Source

_PLACES = ("http://", "https://", "/")


class SourceForm(forms.ModelForm):
    """What a provider knows a source by; what else its metadata holds stays."""

    provider = forms.CharField(max_length=32, initial=Source.BYTEPLUS, help_text="byteplus, or another name")
    room_id = forms.CharField(
        max_length=100,
        required=False,
        validators=[RegexValidator(r"^[a-zA-Z0-9_@\-.]+$", "Letters, digits and _ @ - . only.")],
        help_text="The room it broadcasts into; without one it is called by the session's id",
    )
    playback_url = forms.CharField(
        max_length=2_000,
        required=False,
        help_text="Where the broadcast can be read: a playlist or file by http(s), or a path below CLIP_SOURCE_FOLDER",
    )

    class Meta:
        model = Source
        fields = ["user", "provider"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What signs an address is shown to nobody; an address that is left as it is shown stays.
        self._known = {name: str(self.instance.metadata.get(name, "")) for name in ("room_id", "playback_url")}
        for name, known in self._known.items():
            self.fields[name].initial = redacted(known)

    def clean_playback_url(self) -> str:
        """Refuse what no clip could ever be cut from."""
        place = str(self.cleaned_data["playback_url"])
        if place and not place.startswith(_PLACES):
            raise ValidationError("An address by http or https, or an absolute path.")
        return place

    def metadata(self) -> dict[str, Any]:
        """Return the source's metadata as the form has them."""
        said = {"provider": self.cleaned_data["provider"]}
        for name, known in self._known.items():
            given = self.cleaned_data[name]
            said[name] = known if given == redacted(known) else given
        kept = {name: value for name, value in self.instance.metadata.items() if name not in said}
        return kept | {name: value for name, value in said.items() if value}


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    """Where streamers broadcast from."""

    form = SourceForm
    list_display = ["id", "user", "provider", "place", "created_at"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
    ordering = ["-created_at", "-id"]
    search_fields = ["id__exact", "user__id__exact", "user__username__exact"]
    search_help_text = "Id of a source or of its streamer, or the streamer's username"

    @admin.display(description="room, playback")
    def place(self, source: Source) -> str:
        named = (source.metadata.get(name) for name in ("room_id", "playback_url"))
        return redacted(" ".join(str(each) for each in named if each))

    def save_model(self, request: HttpRequest, obj: Source, form: Any, change: bool) -> None:
        obj.metadata = form.metadata()
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)
