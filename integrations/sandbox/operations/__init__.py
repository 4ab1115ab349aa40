"""The operations of the API, one module per kind of thing.

Each takes a Call and returns the value that becomes the JSON body of a 200, or raises errors.Refusal.
Its route stands above it; the modules that are imported here are those whose routes are known.
"""

from integrations.sandbox.operations import account, contacts, datafields, listbuilding, listing, optin, tagging, tags

__all__ = ["account", "contacts", "datafields", "listbuilding", "listing", "optin", "tagging", "tags"]
