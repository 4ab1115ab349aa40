"""The alert of a page: its words stand inside the tag."""

import pytest
from django.template import Context, Template, TemplateSyntaxError


def alert(inside: str, options: str = "", **context: object) -> str:
    template = Template("{% load i18n parts %}{% alert " + options + " %}" + inside + "{% endalert %}")
    return " ".join(template.render(Context(context)).split())


def test_title_text_and_link_stand_in_their_places() -> None:
    html = alert(
        "{{ title }} {% text %} Look {% if where %}there{% endif %}. {% link url new_tab=True %} Open it ",
        "level live=True",
        level="warning",
        title="Not <sent>",
        where=True,
        url="/log/?a=1&b=2",
    )
    assert html.startswith('<div class="alert alert-warning" role="status">')
    assert "<strong>Not &lt;sent&gt;</strong> <p>Look there.</p>" in html
    assert '<a class="alert-link" href="/log/?a=1&amp;b=2" target="_blank">Open it&#8288;<svg' in html
    assert "(opens in a new tab)" in html


def test_what_is_not_told_leaves_nothing() -> None:
    assert "<p>" not in alert("Only this")
    assert "<a" not in alert("Only this {% link missing %}Open")
    assert "<strong>" not in alert("{% text %}Only this")
    assert 'class="alert alert-info">' in alert("Only this")


def test_danger_is_read_out_at_once() -> None:
    assert 'role="alert"' in alert("No", '"danger" live=True')


def test_an_alert_that_does_not_end_is_refused() -> None:
    with pytest.raises(TemplateSyntaxError, match="alert"):
        Template("{% load parts %}{% alert %}Only this")
