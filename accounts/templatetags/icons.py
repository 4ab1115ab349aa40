"""The icons of lucide, each drawn once in a process: a page shows dozens, and drawing them took a tenth of its time."""

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide as draw

register = template.Library()

MOST_KEPT = 500


@register.simple_tag
@lru_cache(maxsize=MOST_KEPT)
def lucide(name: str, *, size: int = 24, **attributes: object) -> str:
    """An icon as SVG, with these attributes."""
    return draw(name, size=size, **attributes)
