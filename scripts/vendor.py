"""Copy what the pages load out of node_modules into static/vendor, and say which versions.

Only whole files as published, with their licences beside them; no bundler touches them. Paths
inside a package are kept where its modules import each other by relative path.
"""

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules"
TARGET = ROOT / "static" / "vendor"

# package -> {path or pattern in the package: folder or file under static/vendor/<package>}
FILES: dict[str, dict[str, str]] = {
    "@noble/ed25519": {"index.js": "index.js", "LICENSE": "LICENSE"},
    "idb": {"build/index.js": "index.js", "LICENSE": "LICENSE"},
    "lucide-static": {"icons/*.svg": "icons/", "LICENSE": "LICENSE"},
    "qr": {"decode.js": "decode.js", "index.js": "index.js", "LICENSE-MIT": "LICENSE"},
    "zxing-wasm": {
        "dist/es/share.js": "es/share.js",
        "dist/es/reader/index.js": "es/reader/index.js",
        "dist/reader/zxing_reader.wasm": "reader/zxing_reader.wasm",
        "LICENSE": "LICENSE",
    },
}


def copy_package(name: str, files: dict[str, str]) -> str:
    """Copy the files of one package and return its line for VERSIONS.txt.

    A pattern that matches nothing is an error: a new version has moved its files.
    """
    package = SOURCE / name
    for pattern, place in files.items():
        found = sorted(package.glob(pattern))
        if not found:
            raise SystemExit(f"{name}: nothing matches {pattern}")
        for file in found:
            target = TARGET / name / place
            if place.endswith("/"):
                target = target / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
    facts = json.loads((package / "package.json").read_text(encoding="utf-8"))
    return f"{name} {facts['version']} ({facts['license']})\n"


def main() -> None:
    """Fill static/vendor afresh, so that nothing of an older version stays behind."""
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    lines = [copy_package(name, files) for name, files in FILES.items()]
    (TARGET / "VERSIONS.txt").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
