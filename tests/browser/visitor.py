"""Somebody at a browser who looks closely at every page that they come to."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    ConsoleMessage,
    Frame,
    Locator,
    Page,
    Request,
    Response,
    TimeoutError,  # noqa: A004 - not the builtin one
    expect,
)

PHONE = 360
DESK = 1200
AXE = Axe()
NO_TROUBLE = (
    "Failed to load resource",  # what the answer was, we look at ourselves
    "Blocked script execution in",  # Playwright's own, which a mail's sandbox keeps out
)


class Visitor:
    """One person, whose page is the one that was opened last.

    `troubles` is what no page may do: complain, fail to load something, ask another host.
    """

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.home = home
        self.troubles: list[str] = []
        self._refusal = 0
        context = page.context
        context.on("request", self._requested)
        context.on("requestfailed", self._failed)
        context.on("response", self._answered)
        context.on("console", self._complained)
        context.on("weberror", lambda error: self.troubles.append(str(error.error)))

    # ── what a person does ──

    def opens(self, path: str) -> None:
        """Type an address."""
        self.page.goto(path)
        self.looks()

    def follows(self, link: Locator) -> None:
        """Press a link of the page."""
        with self.page.expect_event("load"):
            link.click()
        self.looks()

    def presses(self, button: str, *, refused: int = 0) -> None:
        """Press a button; `refused` is the answer where something was filled in wrongly."""
        self._refusal = refused
        with self.page.expect_event("load"):
            self.page.get_by_role("button", name=button, exact=True).click()
        self.looks()
        self._refusal = 0

    def follows_in_mail(self, link: str) -> None:
        """Press a link of the mail that is open; it leads to a page of its own."""
        named = self.page.frame_locator("iframe").get_by_role("link", name=link).first
        with self.page.expect_popup() as opened:
            named.click()
        self.page = opened.value
        self.page.wait_for_load_state()
        self.looks()

    def opens_mail(self, address: str, subject: str = "") -> None:
        """Look into the mailbox, again and again, until that mail is there, and open it."""
        self.opens("/mailbox")
        mail = self.mails(address).filter(has_text=subject).first
        while not _shows(mail):
            self.page.reload()
        self.follows(mail)

    def mails(self, address: str) -> Locator:
        """The mails for that address, in the mailbox's list."""
        letters = self.page.get_by_role("complementary", name="All mails")
        to = self.page.get_by_role("heading", name=address, exact=True)
        return letters.locator("section").filter(has=to).get_by_role("link")

    def leaves_open(self, path: str, *, seconds: int) -> str:
        """Open a page in a tab of its own until so long has passed there; where it is by then.

        The tab's clock jumps ahead, so that whatever the page waits for comes to pass at once.
        """
        tab = self.page.context.new_page()
        tab.goto(path)
        clock = tab.context.new_cdp_session(tab)
        over: list[object] = []
        clock.once("Emulation.virtualTimeBudgetExpired", lambda _: over.append(seconds))
        budget = {"policy": "advance", "budget": seconds * 1000}
        clock.send("Emulation.setVirtualTimePolicy", budget)
        while not over:
            clock.send("Browser.getVersion")  # news of the clock come with an answer
        where = tab.url
        tab.close()
        return where

    def sees(self, *words: str) -> None:
        """These words stand on the page."""
        for each in words:
            expect(self.page.get_by_text(each).first).to_be_visible()

    # ── what holds of every page ──

    def looks(self) -> None:
        """Check what every page owes to everybody, on a desk at night and on a phone by day."""
        assert self.page.locator("html").get_attribute("lang") == "en"
        assert self.page.title()
        expect(self.page.locator("h1")).to_have_count(1)
        assert [frame.url for frame in self.page.frames if frame.locator("script").count()] == []
        for width, scheme in ((DESK, "dark"), (PHONE, "light")):
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            where = f"{self.page.title()} at {width}, {scheme}"
            assert [frame.url for frame in self.page.frames if _overflows(frame)] == [], where
            found = AXE.run(self.page)
            assert found.violations_count == 0, f"{where}: {found.generate_report()}"
        assert self.troubles == []

    def _requested(self, request: Request) -> None:
        if not request.url.startswith(f"{self.home}/"):
            self.troubles.append(f"asked another host: {request.url}")

    def _failed(self, request: Request) -> None:
        self.troubles.append(f"failed to load {request.url}: {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status != self._refusal:
            self.troubles.append(f"was answered {response.status} by {response.url}")

    def _complained(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(NO_TROUBLE):
            self.troubles.append(f"{message.type} in the console: {message.text}")


def _shows(what: Locator) -> bool:
    """Whether it comes to be seen within a second."""
    try:
        what.wait_for(timeout=1_000)
    except TimeoutError:
        return False
    return True


def _overflows(frame: Frame) -> bool:
    """Whether one has to scroll sideways."""
    return bool(
        frame.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
    )
