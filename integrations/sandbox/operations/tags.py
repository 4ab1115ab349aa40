"""Tags."""

from typing import Any

from integrations.sandbox import errors
from integrations.sandbox.model import Tag
from integrations.sandbox.operations.call import Call, optional_text, path_number, required_text
from integrations.sandbox.routes import route


@route("GET", "/tag")
def index(call: Call) -> dict[str, str]:
    return {str(tag.id): tag.name for tag in call.account.tags.values()}


@route("GET", "/tag/{tagid}")
def retrieve(call: Call) -> dict[str, Any]:
    tag = _tag(call)
    return {"tagid": str(tag.id), "name": tag.name, "text": tag.text}


@route("POST", "/tag")
def create(call: Call) -> list[int]:
    name = _free_name(call, required_text(call, "name"))
    tag = Tag(0, name, optional_text(call, "text"))
    tag.id = call.account.new_id()
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
        name = _free_name(call, required_text(call, "name"), tag)
    if call.data.get("text") is not None:
        text = required_text(call, "text")
    tag.name, tag.text = name, text
    _touch(call, tag)
    return [True]


@route("DELETE", "/tag/{tagid}")
def delete(call: Call) -> list[bool]:
    tag = _tag(call)
    if tag.smart:
        raise errors.code(31)
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


def _free_name(call: Call, name: str, own: Tag | None = None) -> str:
    """The name, if no other tag has it. Raises Refusal: 406 if it is empty, 409 if it is taken."""
    if not name:
        raise errors.message(406, call.language, "tag_name_empty")
    if call.account.tag_named(name) not in (None, own):
        raise errors.message(409, call.language, "tag_name_taken")
    return name


def _touch(call: Call, tag: Tag) -> None:
    call.store.touch("tag", call.account.uid, str(tag.id))
