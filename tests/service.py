"""The sandbox as the tests use it: over HTTP, through its control pages."""

from typing import Any

import requests


class Service:
    """A running sandbox. `customer_keys` are its accounts' keys, `api_users` their usernames and passwords."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.trust_env = False
        self.accounts: list[dict[str, Any]] = self._session.get(f"{url}/_sandbox/accounts").json()["accounts"]
        self.customer_keys: list[str] = [account["customer_key"] for account in self.accounts]
        self.api_users: list[tuple[str, str]] = [
            (account["username"], account["password"]) for account in self.accounts
        ]

    def reset(self) -> None:
        self._session.post(f"{self.url}/_sandbox/reset").raise_for_status()

    def fault(self, **fault: Any) -> None:
        """The next call, or what `times`, `always`, `path` and `method` say, gets this fault."""
        times = {} if {"times", "always"} & fault.keys() else {"times": 1}
        answer = self._session.post(f"{self.url}/_sandbox/faults", json=times | fault)
        assert answer.ok, answer.text

    def clear_faults(self) -> None:
        self._session.delete(f"{self.url}/_sandbox/faults").raise_for_status()

    def switch(self, **switches: bool) -> None:
        """Turn the form of the answers, until the next reset: `before_october_2026=True`."""
        answer = self._session.post(f"{self.url}/_sandbox/switches", json=switches)
        assert answer.ok, answer.text

    def smarttags(self, account: int = 0) -> dict[str, int]:
        """The SmartTags of an account, of which the API has no list, by their names."""
        return dict(self.accounts[account]["smart_tags"])

    def contact_keys(self, account: int = 0) -> dict[str, str]:
        """The contact keys of an account by contact id, which the API does not tell."""
        query = {"uid": self.accounts[account]["uid"]}
        known = self._session.get(f"{self.url}/_sandbox/contacts", params=query).json()
        return {contact_id: contact["key"] for contact_id, contact in known.items()}

    def expire_sessions(self) -> None:
        """End what API users have signed in to."""
        self._session.post(f"{self.url}/_sandbox/expire-sessions").raise_for_status()

    def received(self) -> list[dict[str, Any]]:
        """The API calls that have arrived, oldest first."""
        return list(self._session.get(f"{self.url}/_sandbox/requests").json()["requests"])

    def paths(self) -> list[str]:
        return [f"{call['method']} {call['path']}" for call in self.received()]
