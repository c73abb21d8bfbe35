"""A visitor of the site, on a desk or with a phone in the hand."""

from typing import Any

WIDTHS = (1280, 390)


class Visit:
    """One visit: opens pages in a window, and remembers every error and every request that left the site."""

    def __init__(self, page: Any, address: str) -> None:
        self.address = address
        self.page = page
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.listeners = {
            "console": lambda m: self.errors.append(m.text) if m.type == "error" else None,
            "pageerror": lambda error: self.errors.append(str(error)),
            "request": self._note,
        }
        for event, listener in self.listeners.items():
            page.on(event, listener)

    def _note(self, request: Any) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> Any:
        self.page.goto(self.address + path)
        return self.page

    def assert_sound(self) -> None:
        """Nothing wider than the screen, no error, nothing fetched from elsewhere."""
        self.page.wait_for_load_state()  # a page is wider before its style is there
        widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        scroll, client = self.page.evaluate(widths)
        assert scroll <= client, f"{self.page.url} is {scroll} pixels wide on a screen of {client}"
        assert not self.errors
        assert not self.foreign

    def end(self) -> None:
        """Leave the window to the next visitor, who is unknown to the site."""
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)
        self.page.context.clear_cookies()
