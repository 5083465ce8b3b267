"""Acts of support: asked for a reason first, allowed by a permission, and noted for each object."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from livestream import context
from livestream.errors import DomainError
from livestream.storage.conflicts import retried

_LONGEST_ANSWER = 500
_LONGEST_NAME = 64
_MOST_AT_ONCE = 100

Act = Callable[..., str]

_offered: dict[str, list[Callable[..., Any]]] = {}


@dataclass(frozen=True, slots=True)
class Question:
    """What the confirmation page asks for."""

    name: str
    label: str
    answer: str = ""


def confirmed_action(
    *,
    description: str,
    permission: str,
    asks: Mapping[str, str] | None = None,
    warns: str = "",
    tells: Callable[[Any], str] = str,
) -> Callable[[Act], Callable[..., Any]]:
    """Declare an action that asks for a reason first, and leaves an audit entry for each object.

    The decorated function is given the page, the request, the chosen objects and the reason,
    and the answers to what it `asks` besides (a label by name); it calls a service and returns
    what to tell. `permission` is one of Django's, `app.codename`. Act and audit commit together,
    and all that follows names the member of staff as its triggerer; a domain error of the
    service is shown and changes nothing. Before, the page `tells` of each object and `warns` of
    what follows.
    """
    labels = {**(asks or {}), "reason": "Reason"}

    def decorate(act: Act) -> Callable[..., Any]:
        @admin.action(description=description)
        @functools.wraps(act)
        def ask_then_act(page: Any, request: HttpRequest, queryset: models.QuerySet[Any]) -> HttpResponse | None:
            chosen = list(queryset.order_by("pk")[: _MOST_AT_ONCE + 1])
            if len(chosen) > _MOST_AT_ONCE:
                return page.message_user(request, f"At most {_MOST_AT_ONCE} at once.", messages.ERROR)
            said = {name: request.POST.get(name, "").strip() for name in labels}
            if not all(0 < len(answer) <= _LONGEST_ANSWER for answer in said.values()):
                if "reason" in request.POST:
                    page.message_user(request, f"Each answer has 1 to {_LONGEST_ANSWER} characters.", messages.ERROR)
                questions = [Question(name, label, said[name]) for name, label in labels.items()]
                about = {"title": description, "warning": warns, "action": act.__name__}
                return _ask(page, request, questions, [(each.pk, tells(each)) for each in chosen], about)
            _carry_out(page, request, chosen, functools.partial(act, page, request, chosen, **said), description, said)
            return None

        ask_then_act.needs = permission  # type: ignore[attr-defined]
        return ask_then_act

    return decorate


def offer(action: Callable[..., Any], *, on: str) -> None:
    """Have the pages of the model `on` (its label, in lower case) offer an act of a higher floor."""
    _offered.setdefault(on, []).append(action)


def offered_on(model: str) -> Sequence[Any]:
    """Return the acts that higher floors offer on the pages of this model."""
    return _offered.get(model, ())


def is_allowed(action: Callable[..., Any], *, request: HttpRequest) -> bool:
    """Tell whether the request's user has the permission that an action needs, if it needs any."""
    needed = getattr(action, "needs", None)
    return needed is None or request.user.has_perm(needed)


def triggerer_of(request: HttpRequest) -> str:
    """Name a member of staff as the triggerer of what they do.

    No client can call itself that: an `X-Client-Id` has no spaces.
    """
    return f"support {request.user.get_username()}"[:_LONGEST_NAME]


def _carry_out(
    page: Any,
    request: HttpRequest,
    chosen: Sequence[Any],
    act: Callable[[], str],
    description: str,
    said: Mapping[str, str],
) -> None:
    others = [answer for name, answer in said.items() if name != "reason"]
    note = f"{' '.join([description, *others])}: {said['reason']}"
    try:
        told = _with_audit(request, chosen, act, note)
    except DomainError as error:
        page.message_user(request, str(error), messages.ERROR)
    else:
        page.message_user(request, told)


@retried
def _with_audit(request: HttpRequest, chosen: Sequence[Any], act: Callable[[], str], note: str) -> str:
    with transaction.atomic(), context.bound(request_id=context.request_id(), client_id=triggerer_of(request)):
        LogEntry.objects.log_actions(str(request.user.pk), chosen, CHANGE, note)
        return act()


def _ask(
    page: Any,
    request: HttpRequest,
    questions: Sequence[Question],
    objects: Sequence[tuple[Any, str]],
    about: Mapping[str, str],
) -> HttpResponse:
    context = {
        **page.admin_site.each_context(request),
        **about,
        "opts": page.opts,
        "questions": questions,
        "objects": objects,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
        "longest_answer": _LONGEST_ANSWER,
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)
