from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def about(request: HttpRequest) -> HttpResponse:
    return render(request, "core/about.html", {"changes": settings.CHANGES, "days": settings.SESSION_DAYS})
