from django.conf import settings
from django.http import HttpRequest

THEMES = ("light", "dark")


def installation(request: HttpRequest) -> dict[str, str]:
    """What every page shows of the installation, and the theme that was chosen (a cookie)."""
    theme = request.COOKIES.get("theme", "")
    return {"version": settings.VERSION, "theme": theme if theme in THEMES else ""}
