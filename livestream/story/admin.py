"""The page of a story, for the admin of whatever has one."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import quote, unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html

from livestream import clock
from livestream.desk.pages import ModelAdmin
from livestream.storage.text import is_storable
from livestream.story import asking, assembling, picture, registry, showing
from livestream.story.links import Links
from livestream.story.subjects import Subject, window_of


class StoryAdmin(ModelAdmin):
    """Mixed into an admin page: a link in its list, a button on a row's page, and the story."""

    def story_subject(self, obj: Any) -> Subject:
        """Return what a row's story is about; all that belongs to it is added afterwards."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the story before those that take any path for an id."""
        view = self.admin_site.admin_view(self.story_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_story"
        return [path("<path:object_id>/story/", view, name=name), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add the link as the last column."""
        return [*super().get_list_display(request), "story_link"]

    @admin.display(description="story")
    def story_link(self, obj: Any) -> str:
        """Link to the story of a row."""
        return format_html('<a href="{}">Story</a>', self.story_url(obj))

    def story_url(self, obj: Any) -> str:
        """Return the address of a row's story."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_story"
        return reverse(name, args=[quote(obj.pk)])

    def story_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the story to whoever may look at the row."""
        pk = unquote(object_id)
        obj = self.get_object(request, pk) if is_storable(pk) else None
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, pk)
        return TemplateResponse(request, "livestream/admin/story.html", self._context(request, obj))

    def _context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        question, now = asking.read_question(request.GET.dict()), clock.now()
        for refusal in question.refusals:
            messages.warning(request, refusal)
        subject = registry.widened(subject=self.story_subject(obj))
        window = window_of(subject=subject, now=now, start=question.start, end=question.end, after=question.after)
        story = assembling.tell(subject=subject, window=window, now=now)
        links = Links(site=self.admin_site, request=request)
        answered = asking.answer(question=question, subject=subject)
        shown = list(showing.entries(story=story, links=links))
        return {
            **self.admin_site.each_context(request),
            "title": f"Story of {obj}",
            "opts": self.opts,
            "object": obj,
            "original": obj,
            "story": story,
            "shown": shown,
            "facts": showing.facts(story=story, links=links),
            "kinds": showing.kinds(shown),
            "picture": picture.draw(story=story),
            "question": question,
            "stretch": showing.stretch(start=question.start, end=question.end),
            "further": showing.further(story=story),
            "answered": answered,
            "of_payer": [(entry, links.to(entry.thing)) for entry in answered.entries] if answered else [],
            "things": [(thing, links.to(thing), links.actions(thing)) for thing in subject.things],
        }
