"""For whoever runs the service: is this process alive, and can it do its work."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from livestream import metrics as operators_metrics
from livestream.api import readiness


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Answer 200 whenever this process serves at all; asks nobody else."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200, or 503 while the database or the broker is away; within five seconds."""
    findings = readiness.examine()
    ready = all(finding.ok for finding in findings)
    checks = {each.name: {"ok": each.ok, "detail": each.detail} for each in findings}
    body = {"status": "ok" if ready else "unavailable", "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer what Prometheus collects; also while the database is away, of which it then tells."""
    return HttpResponse(operators_metrics.page(), content_type=CONTENT_TYPE_LATEST)
