from django.http import HttpRequest, HttpResponse, JsonResponse

from db.readiness import obstacle


class HealthMiddleware:
    """Answers probes before hosts, sessions and logins are looked at: a probe asks by address."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.probes = {"/healthz": alive, "/readyz": ready}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        probe = self.probes.get(request.path)
        return probe() if probe else self.get_response(request)


def alive() -> HttpResponse:
    """The process answers; the database is not asked."""
    return JsonResponse({"status": "ok"})


def ready() -> HttpResponse:
    """Every request can be served: the database answers and has the tables of this version."""
    reason = obstacle()
    if reason is None:
        return JsonResponse({"status": "ok"})
    return JsonResponse({"status": "unavailable", "reason": reason}, status=503)
