"""What an error becomes at the edge: a status, and a page or JSON that says what to do next."""

import logging
from uuid import uuid4

from flask import Flask, Response, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from eventapp.core.errors import (
    N_,
    Busy,
    Conflict,
    DomainError,
    Forbidden,
    Invalid,
    NotFound,
)
from eventapp.web.doors import DeviceEnded, SignInNeeded
from eventapp.web.filters import worded

STATUS: dict[type[DomainError], int] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    Invalid: 422,
    Busy: 503,
}
Answer = tuple[Response | str, int] | BaseResponse
_log = logging.getLogger("menghui")


def status_of(error: DomainError) -> int:
    """Tell the HTTP status of a domain error."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)


def text_of(error: DomainError) -> str:
    """Say a domain error in the language of the request."""
    return worded(error.message, error.params)


def wants_json() -> bool:
    """Tell whether the one who asks is a program."""
    return request.path.startswith("/api/") or "/api/" in request.path or request.is_json


def answer(status: int, code: str, message: str = "", reference: str = "") -> Answer:
    """Write an error as JSON or as a page, whichever was asked for."""
    if wants_json():
        return jsonify(error={"code": code, "message": message, "reference": reference}), status
    page = render_template(
        "errors/page.html", status=status, code=code, message=message, reference=reference
    )
    return page, status


def _domain(error: DomainError) -> Answer:
    return answer(status_of(error), error.code, text_of(error))


def _http(error: HTTPException) -> Answer:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()
    return answer(error.code, f"http_{error.code}")


def _wrong_host(_error: SecurityError) -> Answer:
    # A foreign Host has no routes here, so no page of ours can be built for it.
    text = "这个网址不属于本系统。\nThis address does not belong to this installation.\n"
    return Response(text, 400, mimetype="text/plain")


def _csrf(_error: CSRFError) -> Answer:
    return answer(400, "csrf", gettext("页面停留太久，请返回后刷新再提交；您填写的内容仍在。"))


def _sign_in(_error: SignInNeeded) -> Answer:
    if wants_json():
        return answer(401, "sign_in_needed", gettext("请先登录。"))
    following = request.full_path.rstrip("?") if request.method == "GET" else "/"
    return redirect(url_for("security.login", next=following), 303)


def _device_ended(_error: DeviceEnded) -> Answer:
    text = gettext("这台设备已停用或已到期，请到会务组重新配对；还没有上传的扫码仍在这台设备上。")
    return answer(401, "device_revoked", text)


def _busy(error: OperationalError) -> Answer:
    reference = _logged(error)
    return answer(503, "database_away", gettext(N_("数据库暂时无法使用，请稍后再试。")), reference)


def _unstorable(error: DataError | OverflowError) -> Answer:
    text = gettext(N_("提交的内容超出了系统能记录的范围，请检查后再试。"))
    return answer(422, "out_of_range", text, _logged(error))


def _unknown(error: Exception) -> Answer:
    return answer(500, "internal", "", _logged(error))


def _logged(error: Exception) -> str:
    reference = uuid4().hex[:8]
    _log.error("unexpected error %s", reference, exc_info=error)
    return reference


def register(app: Flask) -> None:
    """Catch everything that a request can raise."""
    app.register_error_handler(DomainError, _domain)
    app.register_error_handler(SignInNeeded, _sign_in)
    app.register_error_handler(DeviceEnded, _device_ended)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _wrong_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(DataError, _unstorable)  # PostgreSQL
    app.register_error_handler(OverflowError, _unstorable)  # SQLite's driver
    app.register_error_handler(Exception, _unknown)
