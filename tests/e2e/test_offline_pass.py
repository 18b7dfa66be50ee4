"""A pass that was opened once opens in a hall without a network, and says that it is a copy."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, expect

from eventapp.accounts.service import link_token, open_link
from eventapp.core.access import SYSTEM
from eventapp.registration.queries import pass_token
from eventapp.registration.service import delegate_link
from tests.e2e.conftest import serving
from tests.factories_registration import make_meeting, make_registration

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_a_pass_opens_without_a_network_and_says_so(launch: Callable[..., Browser], tmp_path: Path):
    browser = launch()
    context = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844})
    with serving(tmp_path) as live:
        with live.app.test_request_context():
            meeting = make_meeting()
            held, other = make_registration(meeting, "慕容知夏"), make_registration(meeting, "王磊")
            tokens = {}
            for one in (other, held):
                link = delegate_link(SYSTEM, one.id)
                tokens[f"delegate:{link.id}"] = open_link(link_token(link))
            live.hold(context, tokens)
            address, token = f"{live.base_url}/m/{meeting.slug}/pass", pass_token(held.id)
            other_id = other.id
        page = context.new_page()
        page.goto(f"{address}?who={held.id}")
        expect(page.get_by_text("已保存在本机")).to_be_visible()
        expect(page.get_by_text("离线：")).to_be_hidden()
    # The server has gone: what opens now comes from the phone.
    page.goto(f"{address}?who={held.id}")
    expect(page.locator(".pass-name")).to_have_text("慕容知夏")
    expect(page.get_by_text("离线：")).to_be_visible()
    with Image.open(BytesIO(page.locator(".pass svg.qr").screenshot())) as picture:
        assert zxingcpp.read_barcodes(picture.convert("L"))[0].text == token
    styled = page.locator(".offline").evaluate("node => getComputedStyle(node).display")
    assert styled == "flex"  # the style sheets were kept as well
    # A colleague's pass that was never opened here is not answered by this one.
    with pytest.raises(Exception, match="ERR_"):
        page.goto(f"{address}?who={other_id}")
    # Nothing else of the site was kept.
    kept = page.context.new_page()
    with pytest.raises(Exception, match="ERR_"):
        kept.goto(f"{live.base_url}/m/nothing")
