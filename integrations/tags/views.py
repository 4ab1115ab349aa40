import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.vary import vary_on_headers

from accounts.access import is_fragment, part_of
from accounts.roles import Capability
from integrations.audit.errors import AlreadyStarted
from integrations.audit.once import has_done
from integrations.clients.access import AccountRequest, account_view
from integrations.clients.calls.gateway import credential_for
from integrations.clients.explain import EXPLAINED, Explanation, explain, sent_before
from integrations.clients.known_first import about, asks_for_rows, known_first
from integrations.clients.lists import Listing, last_known
from integrations.clients.models import ReferenceKind
from integrations.klicktipp import KlickTippError, NotFound, Problem, Tag
from integrations.messages import message
from integrations.tags import services, smarttags
from integrations.tags.counts import last_counts
from integrations.tags.forms import NAME_EXISTS, DeleteTagForm, TagForm, shown_tag, sign
from integrations.tags.picker import Picker, Typed
from integrations.tags.search import find_tags, same_name
from integrations.tags.sentences import TAGS_LISTED

PAGE_SIZE = 50
_FIELD = re.compile(r"[a-z_]{1,40}")


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def tags(request: AccountRequest) -> HttpResponse:
    """The tags of the client account, as they are known, or as `known_first` loads them."""
    if credential_for(request.account, request.user.pk) is None:
        return render(request, "tags/not_connected.html")
    wanted = request.GET.get("q", "").strip()
    listing = known_first(request, ReferenceKind.TAGS, TAGS_LISTED)
    found = find_tags([*listing.items, *smarttags.named(request.errand)], wanted)
    place = _place(found, request.GET.get("at", ""))
    number = request.GET.get("page") if place is None else place // PAGE_SIZE + 1
    page = Paginator(found, PAGE_SIZE).get_page(number)
    marked = None if place is None else found[place]["id"]
    counts = last_counts(request.account, [item["id"] for item in page.object_list])
    page.object_list = [{**item, "counted": counts.get(item["id"])} for item in page.object_list]
    context = about(request, listing) | {"wanted": wanted, "page": page, "marked": marked, "here": _list_of(request)}
    return render(request, "tags/tags.html#found" if asks_for_rows(request) else "tags/tags.html", context)


@account_view(Capability.CHANGE_CONTACTS)
def new_tag(request: AccountRequest) -> HttpResponse:
    """Create a tag."""
    names = smarttags.with_smarttags(request.errand)
    if request.method != "POST":
        if credential_for(request.account, request.user.pk) is None:
            return render(request, "tags/not_connected.html")
        return _form_page(request, TagForm(names=names))
    form = TagForm(request.POST, names=names)
    is_valid = form.is_valid()
    if "action" in form.cleaned_data and _was_created(request, form):
        return _to_list(request, form.typed_name())
    if not is_valid:
        return _form_page(request, form, status=422)
    action: UUID = form.cleaned_data["action"]
    name = form.cleaned_data["name"]
    try:
        services.create_tag(request.errand, name, form.cleaned_data["description"], action)
    except AlreadyStarted:
        return _form_page(
            request, TagForm(names=names, typed=request.POST), sent_before(request.account, action), status=422
        )
    except EXPLAINED as error:
        form, failure = _at_the_name(request, form, error, action)
        return _form_page(request, form, failure, status=422)
    messages.success(request, _("The tag %(tag)s has been created.") % {"tag": name})
    return _to_list(request, name)


@account_view(Capability.CHANGE_CONTACTS)
def tag(request: AccountRequest, tag_id: int) -> HttpResponse:
    """Name and description of a tag, to read and to change."""
    names = smarttags.with_smarttags(request.errand)
    shown = shown_tag(request.errand, tag_id, request.POST) if request.method == "POST" else None
    if shown is None:
        return _opened(request, tag_id, "tags/tag.html", lambda tag: TagForm(names=names, tag=tag, typed=request.POST))
    form = TagForm(request.POST, names=names, tag=shown)
    if not form.is_valid():
        return _form_page(request, form, tag=shown, status=422)
    action: UUID = form.cleaned_data["action"]
    name, text = form.changes(shown)
    if name is None and text is None:
        messages.info(request, _("Nothing was changed, so nothing was sent."))
        return _to_list(request, shown.name)
    try:
        services.change_tag(request.errand, shown, name, text, action)
    except AlreadyStarted:
        form = TagForm(names=names, tag=shown, typed=request.POST)
        return _form_page(request, form, sent_before(request.account, action), tag=shown, status=422)
    except NotFound:
        return _gone(request)
    except EXPLAINED as error:
        form, failure = _at_the_name(request, form, error, action, shown)
        return _form_page(request, form, failure, tag=shown, status=422)
    messages.success(request, _("The tag %(tag)s has been changed.") % {"tag": name or shown.name})
    return _to_list(request, name or shown.name)


@account_view(Capability.DELETE_CONTACTS)
def delete_tag(request: AccountRequest, tag_id: int) -> HttpResponse:
    """Delete a tag, after its name has been typed."""
    shown = shown_tag(request.errand, tag_id, request.POST) if request.method == "POST" else None
    if shown is None:
        return _opened(request, tag_id, "tags/delete.html", lambda tag: DeleteTagForm(tag=tag))
    form = DeleteTagForm(request.POST, tag=shown)
    if not form.is_valid():
        return _delete_page(request, form, shown)
    action: UUID = form.cleaned_data["action"]
    try:
        services.delete_tag(request.errand, shown, action)
    except AlreadyStarted:
        if has_done(request.account.scope, action, "delete_tag", tag_id=tag_id):
            return _to_list(request)
        return _delete_page(request, DeleteTagForm(tag=shown), shown, sent_before(request.account, action))
    except NotFound:
        return _gone(request)
    except EXPLAINED as error:
        return _delete_page(request, form, shown, explain(error, action))
    messages.success(request, _("The tag %(tag)s has been deleted.") % {"tag": shown.name})
    return _to_list(request)


@vary_on_headers("HX-Request")
@account_view(Capability.SEE_CLIENTS)
def count(request: AccountRequest, tag_id: int) -> HttpResponse:
    """How many contacts have a tag: in place of the link that asks, or as a page."""
    action = uuid4()
    context: dict[str, Any] = {"tag_id": tag_id}
    try:
        context["contacts"] = services.count_contacts(request.errand, tag_id, action)
    except NotFound:
        return _gone(request)
    except EXPLAINED as error:
        context["failure"] = explain(error, action)
    context["name"] = services.last_known_name(request.account, tag_id)
    template = "tags/count.html#count" if is_fragment(request) else "tags/count.html"
    return render(request, template, context, status=422 if "failure" in context else 200)


@account_view(Capability.CHANGE_CONTACTS)
@part_of("tags")
def picker_options(request: AccountRequest) -> HttpResponse:
    """The tags that a picker offers for what is typed in it, out of the last known list."""
    picker = _picker(request, last_known(request.account, ReferenceKind.TAGS))
    return render(request, "tags/picker/options.html", {"picker": picker})


@account_view(Capability.CHANGE_CONTACTS)
@part_of("tags")
def picker_list(request: AccountRequest) -> HttpResponse:
    """Loads the list of a picker: for one that had none the control, else how fresh it is, and the chosen tags that
    have gone."""
    before = _picker(request, last_known(request.account, ReferenceKind.TAGS))
    listing = request.errand.load(ReferenceKind.TAGS)
    picker = _picker(request, listing)
    context: dict[str, Any] = {"picker": picker, "stale": listing.error and explain(listing.error)}
    if request.htmx.target != f"{picker.name}-state":
        return render(request, "tags/picker/control.html", context)
    gone = {choice.value for choice in picker.gone}
    context["newly_gone"] = [replace(choice, is_gone=True) for choice in before.chosen if choice.value in gone]
    return render(request, "tags/picker/state.html", context)


def _picker(request: AccountRequest, listing: Listing) -> Picker:
    name = request.GET.get("field", "tags")
    if not _FIELD.fullmatch(name):
        raise Http404
    return Picker(name, listing, Typed.of(request.GET, name))


def _was_created(request: AccountRequest, form: TagForm) -> bool:
    """Whether this is the second submit of a form that has created its tag; its name is taken now by the first."""
    return has_done(request.account.scope, form.cleaned_data["action"], "create_tag", name=form.typed_name())


def _opened(request: AccountRequest, tag_id: int, template: str, make_form: Callable[[Tag], Form]) -> HttpResponse:
    """The page of a tag as KlickTipp has it now. A form that does not say what it showed ends here too, unsent."""
    action = uuid4()
    context: dict[str, Any] = {"tag_id": tag_id, "action": uuid4(), "here": _list_of(request)}
    try:
        tag = services.open_tag(request.errand, tag_id, action)
    except NotFound:
        return _gone(request)
    except EXPLAINED as error:
        context["failure"] = explain(error, action)
        return render(request, template, context, status=422)
    context |= {"tag": tag, "shown": sign(request.errand, tag), "form": make_form(tag)}
    context["counted"] = last_counts(request.account, [tag_id]).get(tag_id)
    context["is_smart"] = tag_id in smarttags.known_ids(request.errand)
    if request.method == "POST":
        context["failure"] = sent_before(request.account, action=None)
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def _form_page(
    request: AccountRequest,
    form: TagForm,
    failure: Explanation | None = None,
    tag: Tag | None = None,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "failure": failure, "action": uuid4(), "here": _list_of(request)}
    if tag is None:
        return render(request, "tags/new.html", context, status=status)
    context |= {"tag": tag, "tag_id": tag.id, "shown": sign(request.errand, tag)}
    return render(request, "tags/tag.html", context, status=status)


def _delete_page(
    request: AccountRequest, form: DeleteTagForm, tag: Tag, failure: Explanation | None = None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "failure": failure, "action": uuid4(), "here": _list_of(request)}
    context |= {"tag": tag, "tag_id": tag.id, "shown": sign(request.errand, tag)}
    return render(request, "tags/delete.html", context, status=422)


def _gone(request: AccountRequest) -> HttpResponse:
    return render(request, "tags/gone.html", status=404)


def _to_list(request: AccountRequest, name: str = "") -> HttpResponse:
    """The whole list where the tag of this name stands in it, as it is known now or loaded anew."""
    url = reverse("tags", kwargs={"team": request.team.slug, "account": request.account.slug})
    return redirect(f"{url}?{urlencode({'at': name})}" if name else url)


def _list_of(request: AccountRequest) -> str:
    """Which part of the list of tags the address means; it goes along to a tag, whose Cancel leads back."""
    return urlencode({name: request.GET[name] for name in ("q", "page", "at") if request.GET.get(name)})


def _place(found: Sequence[Mapping[str, Any]], name: str) -> int | None:
    """Where among tags the one of this name stands, from 0."""
    same = same_name(name)
    return next((place for place, tag in enumerate(found) if name and same_name(tag["name"]) == same), None)


def _at_the_name(
    request: AccountRequest, form: TagForm, error: Exception, action: UUID, tag: Tag | None = None
) -> tuple[TagForm, Explanation]:
    """What stood in the way. That a name is not taken stands at its field too, and which tag has it, if one does."""
    told = explain(error, action)
    if not (isinstance(error, KlickTippError) and error.problem in services.NOT_TAKEN):
        return form, told
    again = TagForm(request.POST, names=request.errand.load(ReferenceKind.TAGS).names(), tag=tag)
    if again.is_valid():
        again.add_error(
            "name", NAME_EXISTS if error.problem is Problem.NAME_TAKEN else message(error.problem).sentences()
        )
    return again, told
