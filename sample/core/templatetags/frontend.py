from django import template
from django.templatetags.static import static

from core.frontend import built

register = template.Library()


@register.simple_tag
def frontend(kind: str) -> str:
    """URL of the front end's `script` or `style` in the page's language."""
    return static(built(kind))


@register.inclusion_tag("core/icon.html")
def icon(name: str) -> dict[str, str]:
    return {"name": name}
