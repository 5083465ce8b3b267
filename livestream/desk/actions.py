"""Acts of support: confirmed in a form, allowed by a permission, and stored in the audit log."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ImproperlyConfigured
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from livestream import clock, context
from livestream.desk import audit
from livestream.errors import DomainError
from livestream.storage.conflicts import retried

_MAX_ANSWER_LENGTH = 500
_MAX_TRIGGERER_LENGTH = 64
_MAX_ROWS = 100

Perform = Callable[..., str]

_names: set[str] = set()
_offered: dict[str, list[Callable[..., Any]]] = {}


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the confirmation form; `answer` is what was entered before, where it was refused."""

    name: str
    label: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class _Declaration:
    """What an action was declared with; `labels` are those of its fields, by name."""

    name: str
    perform: Perform
    labels: Mapping[str, str]
    warning: str
    describe: Callable[[Any], str]


def confirmed_action(
    *,
    name: str,
    description: str,
    permission: str,
    fields: Mapping[str, str] | None = None,
    warning: str = "",
    describe: Callable[[Any], str] = str,
) -> Callable[[Perform], Callable[..., Any]]:
    """Declare an action that asks for a reason in a form, and writes an audit entry for each row.

    `name` is how the audit log calls the act (`goal.end`). It is unique and never changes, while
    the caption `description` may. `permission` is one of Django's (`app.codename`). The form has
    `fields` (labels by name) besides the reason; it shows a `warning`, and describes each row.

    The decorated function gets the page, the request, the chosen rows and the answers; it calls
    a service and returns a message. Its effects and the audit entries commit together, and
    the events that follow have the member of staff as their triggerer. A domain error of the
    service is shown and changes nothing. Raises ImproperlyConfigured for a name that is
    malformed or already taken.
    """
    _register(name)

    def decorate(perform: Perform) -> Callable[..., Any]:
        declared = _Declaration(name, perform, {**(fields or {}), "reason": "Reason"}, warning, describe)

        @admin.action(description=description)
        @functools.wraps(perform)
        def action(page: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
            return _confirm_and_run(declared, page, request, queryset)

        action.needs = permission  # type: ignore[attr-defined]
        return action

    return decorate


def offer(action: Callable[..., Any], *, on: str) -> None:
    """Add an action of a higher app to the pages of the model `on` (its label, in lower case)."""
    _offered.setdefault(on, []).append(action)


def offered_on(model: str) -> Sequence[Any]:
    """Return the actions that higher apps offer on the pages of this model."""
    return _offered.get(model, ())


def is_allowed(action: Callable[..., Any], *, request: HttpRequest) -> bool:
    """Return whether the user of the request has the permission that an action needs, if it needs any."""
    needed = getattr(action, "needs", None)
    return needed is None or request.user.has_perm(needed)


def triggerer_of(request: HttpRequest) -> str:
    """Return the triggerer of what a member of staff does.

    It has a space, which an `X-Client-Id` cannot have, so no client can use it.
    """
    return f"support {request.user.get_username()}"[:_MAX_TRIGGERER_LENGTH]


def _register(name: str) -> None:
    if not audit.is_valid_name(name):
        raise ImproperlyConfigured(f"{name!r} is not the name of an act: two words with a dot, as goal.end")
    if name in _names:
        raise ImproperlyConfigured(f"There are two acts with the name {name}.")
    _names.add(name)


def _confirm_and_run(
    declared: _Declaration, page: Any, request: HttpRequest, queryset: models.QuerySet[Any]
) -> HttpResponse | None:
    chosen = list(queryset.order_by("pk")[: _MAX_ROWS + 1])
    if len(chosen) > _MAX_ROWS:
        return page.message_user(request, f"At most {_MAX_ROWS} at once.", messages.ERROR)
    answers = {field: request.POST.get(field, "").strip() for field in declared.labels}
    if not all(0 < len(answer) <= _MAX_ANSWER_LENGTH for answer in answers.values()):
        if "reason" in request.POST:
            error = f"Each answer has 1 to {_MAX_ANSWER_LENGTH} characters."
            page.message_user(request, error, messages.ERROR)
        return _show_form(declared, page, request, chosen, answers)
    _run(declared, page, request, chosen, answers)
    return None


def _run(
    declared: _Declaration, page: Any, request: HttpRequest, chosen: Sequence[Any], answers: Mapping[str, str]
) -> None:
    perform = functools.partial(declared.perform, page, request, chosen, **answers)
    others = {field: answer for field, answer in answers.items() if field != "reason"}
    try:
        message = _run_with_audit(request, chosen, perform, audit.Act(declared.name, others, answers["reason"]))
    except DomainError as error:
        page.message_user(request, str(error), messages.ERROR)
    else:
        page.message_user(request, message)


@retried
def _run_with_audit(request: HttpRequest, chosen: Sequence[Any], perform: Callable[[], str], act: audit.Act) -> str:
    with transaction.atomic(), context.bound(request_id=context.request_id(), client_id=triggerer_of(request)):
        audit.write(user_id=str(request.user.pk), rows=chosen, act=act, now=clock.now())
        return perform()


def _show_form(
    declared: _Declaration,
    page: Any,
    request: HttpRequest,
    chosen: Sequence[Any],
    answers: Mapping[str, str],
) -> HttpResponse:
    action = declared.perform.__name__
    _, _, caption = page.get_actions(request)[action]
    context = {
        **page.admin_site.each_context(request),
        "opts": page.opts,
        "title": caption,
        "action": action,
        "warning": declared.warning,
        "rows": [(each.pk, declared.describe(each)) for each in chosen],
        "form_fields": [FormField(field, label, answers[field]) for field, label in declared.labels.items()],
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "max_answer_length": _MAX_ANSWER_LENGTH,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
