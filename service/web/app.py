"""The web, put together: routes, what stands around them, and what is said when they fail."""

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from service.errors import BadToken
from service.mail.templates import template_folder
from service.web import health, leave, login, mailbox, pages, room, subscribing, votes
from service.web.deps import Desk, Visit
from service.web.discretion import Diary, hush
from service.web.guard import Guard, protect
from service.web.network import Trust
from service.web.render import Pages
from service.web.room import NoSession
from service.wiring import House, open_house


def from_environment() -> FastAPI:
    """The pages over the environment's settings, as a server starts them."""
    return create_app(open_house())


def create_app(house: House) -> FastAPI:
    """Paper Round's web over this house."""
    hush()
    # a redirect to add or drop a slash would break the one-click POST of RFC 8058
    app = FastAPI(
        title="Paper Round",
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        exception_handlers={
            BadToken: _missing,
            NoSession: _closed,
            RequestValidationError: _missing,
            HTTPException: _refused,
            Exception: _broken,
        },
    )
    app.state.desk = Desk(house, Pages(template_folder()), Trust(house.settings.trusted_proxies))
    for part in (pages, subscribing, votes, leave, login, room, mailbox, health):
        app.include_router(part.router)
    app.mount("/static", StaticFiles(directory=template_folder() / "web" / "static"))
    app.add_middleware(Guard, https=_is_https(house))
    app.add_middleware(Diary)
    return app


def _is_https(house: House) -> bool:
    return house.settings.base_url.startswith("https:")


async def _missing(request: Request, _error: Exception) -> Response:
    """One page for every link that is broken, unknown or not ours, so that it tells nothing."""
    return Visit(request).page("notice", {"notice": "missing"}, status=404)


async def _closed(request: Request, _error: Exception) -> Response:
    return Visit(request).page("login", {"state": "closed"}, status=403)


async def _refused(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return await _missing(request, error)
    answer = Visit(request).page("notice", {"notice": "unasked"}, status=error.status_code)
    answer.headers.update(error.headers or {})
    return answer


async def _broken(request: Request, _error: Exception) -> Response:
    """A page without details; it is sent from outside the guard, so it brings its own headers."""
    answer = Visit(request).page("notice", {"notice": "broken"}, status=500)
    protect(answer.headers, request.url.path, https=_is_https(request.app.state.desk.house))
    return answer
