"""Draw the door's icons for home screens out of the seal: `python -m scripts.icons`."""

from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.conftest import CHROMIUM

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
NIGHT = "#171310"
SEAL = 0.62  # of the side: a mask cuts away up to a tenth on each side


def main() -> None:
    """Write door-192.png and door-512.png."""
    seal = (IMAGES / "seal.svg").read_text("utf-8")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for side in (192, 512):
            page = browser.new_page(viewport={"width": side, "height": side})
            page.set_content(
                f"<style>body{{margin:0;display:grid;place-items:center;height:100vh;"
                f"background:{NIGHT}}}svg{{width:{SEAL:.0%};height:auto}}</style>{seal}"
            )
            page.screenshot(path=IMAGES / f"door-{side}.png")
        browser.close()


if __name__ == "__main__":
    main()
