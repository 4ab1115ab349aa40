"""How drop-downs are written: each option once, and nothing of it as markup."""

from django import forms


class DropDown(forms.Form):
    tag = forms.ChoiceField(
        choices=[("", "None"), ("1", "Müller & <b>Söhne</b>"), ("Others", [('"2"', "Two"), ("3", "Three")])]
    )


def test_values_and_labels_are_no_markup_and_the_chosen_one_is_marked() -> None:
    written = str(DropDown({"tag": "3"})["tag"])
    for part in (
        '<option value="">None</option>',
        '<option value="1">Müller &amp; &lt;b&gt;Söhne&lt;/b&gt;</option>',
        '<optgroup label="Others"><option value="&quot;2&quot;">Two</option>',
        '<option value="3" selected>Three</option></optgroup>',
    ):
        assert part in written
    assert written.count("selected") == 1
    assert "selected" not in str(DropDown({"tag": "4"})["tag"])
