"""The story page, for the admin pages of the models that have a story."""

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
from livestream.story import assembly, chart, payer, presentation, query, registry
from livestream.story.links import Links
from livestream.story.subjects import Subject, window_of


class StoryAdmin(ModelAdmin):
    """A mixin for an admin page: a link in its list, a button on the page of a row, and the story page."""

    def story_subject(self, obj: Any) -> Subject:
        """Return the subject of a row's story; everything that belongs to it is added afterwards."""
        raise NotImplementedError

    def get_urls(self) -> list[URLPattern]:
        """Add the URL of the story before those that read any path as an id."""
        view = self.admin_site.admin_view(self.story_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_story"
        return [path("<path:object_id>/story/", view, name=name), *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Add the link as the last column."""
        return [*super().get_list_display(request), "story_link"]

    @admin.display(description="story")
    def story_link(self, obj: Any) -> str:
        """Return a link to the story of a row."""
        return format_html('<a href="{}">Story</a>', self.story_url(obj))

    def story_url(self, obj: Any) -> str:
        """Return the URL of a row's story."""
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}_story"
        return reverse(name, args=[quote(obj.pk)])

    def story_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the story to users who may view the row."""
        pk = unquote(object_id)
        obj = self.get_object(request, pk) if "\0" not in pk else None
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, pk)
        return TemplateResponse(request, "livestream/admin/story.html", self._context(request, obj))

    def _context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        parsed, now = query.parse_query(request.GET.dict()), clock.now()
        for error in parsed.errors:
            messages.warning(request, error)
        subject = registry.resolve(subject=self.story_subject(obj))
        window = window_of(subject=subject, now=now, start=parsed.start, end=parsed.end, after=parsed.after)
        story = assembly.assemble(subject=subject, window=window, now=now)
        links = Links(site=self.admin_site, request=request)
        payer_result = payer.find_payer(term=parsed.payer, subject=subject)
        rows = list(presentation.entry_rows(story=story, links=links))
        return {
            **self.admin_site.each_context(request),
            "title": f"Story of {obj}",
            "opts": self.opts,
            "object": obj,
            "original": obj,
            "story": story,
            "rows": rows,
            "facts": presentation.fact_rows(story=story, links=links),
            "kinds": presentation.kinds(rows),
            "chart": chart.draw_chart(story=story),
            "query": parsed,
            "period": presentation.period(start=parsed.start, end=parsed.end),
            "next_page": presentation.next_page(story=story),
            "payer_result": payer_result,
            "payer_entries": [(entry, links.to(entry.ref)) for entry in payer_result.entries] if payer_result else [],
            "refs": [(ref, links.to(ref), links.actions(ref)) for ref in subject.refs],
        }
