"""A small client for the sandbox's tests; it signs requests itself."""

import base64
import hashlib
import hmac
import json
import socket
from typing import Any

import requests

from integrations.sandbox.server import SandboxServer


def cipher(developer_key: str, customer_key: str) -> str:
    digest = hmac.new(bytes.fromhex(developer_key), customer_key.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest + customer_key.encode()).decode()


class Api:
    """Calls in key mode for the account with this number (0 and 2 are English, 1 is German)."""

    def __init__(self, sandbox: SandboxServer, number: int = 0) -> None:
        self.sandbox = sandbox
        found = requests.get(f"{sandbox.url}/_sandbox/accounts", timeout=5).json()
        self.operator = found["operator"]
        self.account = found["accounts"][number]
        self.http = requests.Session()
        self.headers = {
            "X-Un": self.operator["username"],
            "X-Ci": cipher(self.operator["developer_key"], self.account["customer_key"]),
        }

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        headers = {**self.headers, **options.pop("headers", {})}
        if body is not None:
            options["json"] = body
        return self.http.request(
            method, f"{self.sandbox.url}{path}", headers=headers, timeout=5, allow_redirects=False, **options
        )

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.call("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> requests.Response:
        return self.call("PUT", path, body, **options)

    def delete(self, path: str, **options: Any) -> requests.Response:
        return self.call("DELETE", path, **options)

    def add(self, email: str, **values: Any) -> dict[str, Any]:
        """Adds a contact, which has to work, by single opt-in unless a listid is given."""
        answer = self.post("/subscriber", {"email": email, "listid": self.list_id("single"), **values})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def list_id(self, word: str) -> int:
        """The opt-in process with this word in its name; "" finds the predefined one."""
        names = self.get("/list").json()
        return next(int(key) for key, name in names.items() if (word.lower() in name.lower() if word else not name))

    def tag_id(self, name: str) -> int:
        return next(int(key) for key, known in self.get("/tag").json().items() if known == name)

    def smart_tag_id(self, name: str) -> int:
        """The lists of the API have manual tags only."""
        found: int = self.account["smart_tags"][name]
        return found

    def contacts(self) -> dict[str, dict[str, Any]]:
        """What only the sandbox tells of the account's contacts: by id, ``key`` and ``changed``."""
        found: dict[str, dict[str, Any]] = self.control("GET", f"contacts?uid={self.account['uid']}").json()
        return found

    def contact_key(self, contact_id: str) -> str:
        found: str = self.contacts()[contact_id]["key"]
        return found

    def switch(self, **switches: bool) -> None:
        answer = self.control("POST", "switches", switches)
        assert answer.status_code == 200, answer.text

    def field_key(self, kind: str) -> str:
        """The custom field of this type."""
        types = self.account["field_types"]
        return next(key for key, found in types.items() if found == kind and key[5:].isdigit())

    def control(self, method: str, path: str, body: Any = None) -> requests.Response:
        url = f"{self.sandbox.url}/_sandbox/{path}"
        return self.http.request(method, url, json=body, timeout=5, allow_redirects=False)

    def fault(self, **fault: Any) -> None:
        answer = self.control("POST", "faults", fault)
        assert answer.status_code == 201, answer.text

    def received(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "requests").json()["requests"]
        return found


def listed(answer: Any) -> list[str]:
    """The ids in a list of contacts, whose form depends on the sandbox's switches."""
    ids: list[str] = answer["subscribers"] if isinstance(answer, dict) else answer
    return ids


def unexplained(answer: requests.Response) -> Any:
    """A refusal without the words that explain its code, which have to be there."""
    found = answer.json()
    assert found.pop("error_message")
    return found


def raw(sandbox: SandboxServer, data: bytes) -> bytes:
    """Everything that comes back for these bytes until the connection is closed."""
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=5) as connection:
        connection.sendall(data)
        found = b""
        while part := connection.recv(65_536):
            found += part
        return found


def json_of(answer: bytes) -> Any:
    return json.loads(answer.partition(b"\r\n\r\n")[2])
