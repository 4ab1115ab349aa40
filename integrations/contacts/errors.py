"""What keeps a contact from being added or changed, besides what the library raises."""

from integrations.klicktipp import Contact


class ContactGone(Exception):
    """KlickTipp has no such contact any more; nothing was changed."""


class ChangedMeanwhile(Exception):
    """What was to be changed is no longer what the form showed, so nothing was sent. `contact` is how it is now."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(contact.id)
        self.contact = contact


class WithoutAddress(Exception):
    """The contact has no email address, so KlickTipp's API cannot do this; nothing was sent."""


class NotLookedUp(Exception):
    """It could not be looked up whether the contact is there already, so nothing was sent; `error` says why."""

    def __init__(self, error: Exception) -> None:
        super().__init__(error)
        self.error = error
