"""Tags."""

from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.model import Tag
from integrations.sandbox.operations.call import Call, optional_text, path_number, required_text
from integrations.sandbox.routes import route

_LONGEST_NAME = 250
_LONGEST_TEXT = 2_000


@route("GET", "/tag")
def index(call: Call) -> dict[str, str] | list[str]:
    """The manual tags."""
    return {str(tag.id): tag.name for tag in call.account.tags.values() if not tag.smart} or []


@route("GET", "/tag/{tagid}")
def retrieve(call: Call) -> dict[str, Any]:
    tag = _tag(call)
    return {"tagid": str(tag.id), "name": tag.name, "text": tag.text}


@route("POST", "/tag")
def create(call: Call) -> list[int]:
    name, text = required_text(call, "name"), optional_text(call, "text")
    _check(call, name, text)
    tag = Tag(call.account.new_id(), name, text)
    call.account.tags[tag.id] = tag
    _touch(call, tag)
    call.store.touch("settings", call.account.uid, "")
    return [tag.id]


@route("PUT", "/tag/{tagid}")
def update(call: Call) -> list[bool]:
    tag = _tag(call)
    if tag.smart:
        raise errors.code(31)
    name, text = tag.name, tag.text
    if call.data.get("name") is not None:
        name = required_text(call, "name")
    if call.data.get("text") is not None:
        text = required_text(call, "text")
    _check(call, name, text, tag)
    tag.name, tag.text = name, text
    _touch(call, tag)
    return [True]


@route("DELETE", "/tag/{tagid}")
def delete(call: Call) -> list[bool]:
    tag = _tag(call)
    if tag.smart:
        raise errors.code(31)
    if tag.id == call.account.campaign_tag_id:
        raise _in_use(call)
    del call.account.tags[tag.id]
    _touch(call, tag)
    for contact in call.account.contacts.values():
        if contact.manual_tags.pop(tag.id, None) is not None:
            call.contact_changed(contact)
    return [True]


def _tag(call: Call) -> Tag:
    tag = call.account.tags.get(path_number(call))
    if tag is None:
        raise errors.no_entity(call.language)
    return tag


def _check(call: Call, name: str, text: str, own: Tag | None = None) -> None:
    """Raises Refusal 406 if a tag cannot be like this, and if another one has the name (409 before October 2026)."""
    if not 1 <= len(name) <= _LONGEST_NAME or name.isdecimal() or len(text) > _LONGEST_TEXT:
        raise errors.message(406, call.language, "tag_refused")
    if call.account.tag_named(name) in (None, own):
        return
    if call.switches.before_october_2026:
        raise errors.message(409, call.language, "tag_name_taken")
    raise errors.message(406, call.language, "tag_refused")


def _in_use(call: Call) -> errors.Refusal:
    if call.switches.tag_in_use_is_code:
        return errors.code(15)
    return errors.message(406, call.language, "tag_in_use")


def _touch(call: Call, tag: Tag) -> None:
    call.store.touch("tag", call.account.uid, str(tag.id))
