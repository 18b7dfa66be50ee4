"""The door's scripts, each alone in Chromium, against the server's own words and numbers."""

import base64
import json
import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Browser, Page

from eventapp.core.errors import Invalid
from eventapp.registration.rules import (
    PassClaims,
    clean_code,
    code_is_plausible,
    encode_claims,
    from_text,
    make_code,
    proof_to_text,
    prove,
    to_text,
)
from tests.e2e.conftest import HERE, Live

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
SIGNER = Ed25519PrivateKey.generate()
KEYS = {"7": SIGNER.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()}
Module = Callable[[str, str, Any], Any]


@pytest.fixture
def run(live: Live, launch: Callable[..., Browser]) -> Iterator[Module]:
    """Give run(module, script, argument); the script is a function of module and argument."""
    page: Page = launch().new_page()
    page.goto(live.base_url)
    folder = f"{live.app.static_url_path}/js/checkin"

    def run(module: str, script: str, argument: Any = None) -> Any:
        return page.evaluate(
            f"async (given) => ({script})(await import('{folder}/{module}.js'), given)",
            argument,
        )

    yield run
    page.close()


def make_pass(number: int = 5, key: int = 7) -> tuple[str, bytes, bytes]:
    claims = encode_claims(PassClaims(1, key, 3, number, 2))
    signature = SIGNER.sign(claims)
    return to_text(claims, signature), claims, signature


def test_browser_gives_every_verdict_of_the_shared_vectors(run: Module) -> None:
    shared = json.loads((HERE / "docs/door-vectors.json").read_text("utf-8"))
    asked = [{**shared["defaults"], **one["facts"]} for one in shared["vectors"]]
    told = run("decide", "({decide}, asked) => asked.map(decide)", asked)
    wrong = [
        (one["why"], one["verdict"], verdict)
        for one, verdict in zip(shared["vectors"], told, strict=True)
        if one["verdict"] != verdict
    ]
    assert len(told) > 400
    assert wrong == []


def test_browser_reads_a_pass_however_it_was_typed_and_checks_who_signed_it(run: Module) -> None:
    text, claims, signature = make_pass()
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in text.lower())
    other = to_text(claims, Ed25519PrivateKey.generate().sign(claims))
    twin = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    bent = text[:-1] + twin[twin.index(text[-1]) ^ 1]
    script = """async ({read, isGenuine}, {texts, keys}) => Promise.all(texts.map(async (text) => {
      const found = read(text);
      return found.data ? [found.claims, await isGenuine(found, keys)] : found;
    }))"""
    texts = [
        text,
        f"  {wide[:40]}\u3000{wide[40:]}\r\n",
        other,
        make_pass(key=8)[0],
        bent,
        "A" * 122,
    ]
    told = run("pass", script, {"texts": texts, "keys": KEYS})
    facts = {"key": 7, "meeting": 3, "registration": 5, "generation": 2}
    assert told[:2] == [[facts, True]] * 2
    assert told[2] == [facts, False]
    assert told[3] == [{**facts, "key": 8}, False]
    assert told[4:] == [{}, {}]
    assert from_text(text) == (claims, signature)


def test_browser_forgives_in_a_code_what_the_server_forgives_and_nothing_else(run: Module) -> None:
    codes = [make_code(secrets.randbits) for _ in range(40)]
    spoilt = [("1" if code[0] != "1" else "2") + code[1:] for code in codes]
    ways = [code.lower().replace("0", "o").replace("1", "l") for code in codes]
    wide = [
        f" {code[:4]}-{code[4:]} ".translate({n: n + 0xFEE0 for n in range(48, 91)})
        for code in codes
    ]
    texts = [*codes, *spoilt, *ways, *wide, "", "7F3A", "UUUUUUUU", "中文签到码八个字"]
    told = run("pass", "({read}, texts) => texts.map((text) => read(text).code ?? null)", texts)

    def ours(text: str) -> str | None:
        try:
            code = clean_code(text)
        except Invalid:
            return None
        return code if code_is_plausible(code) else None

    assert told == [ours(text) for text in texts]
    assert told[: len(codes)] == codes
    assert told[len(codes) : 2 * len(codes)] == [None] * len(codes)


def test_browser_proves_a_pass_as_the_server_expects_and_keeps_no_signature(run: Module) -> None:
    text, claims, signature = make_pass()
    script = "({read, proofOf}, [text, id]) => proofOf(text, read(text), id)"
    told = run("pass", script, [text, "a-scan-0001"])
    assert told == proof_to_text(claims, prove(signature, "a-scan-0001"))
    assert run("pass", script, ["7F3A-91C2", "a-scan-0001"]) == "7F3A-91C2"


def test_only_who_holds_the_pass_opens_the_name(run: Module) -> None:
    _, claims, signature = make_pass()
    key = HKDF(SHA256(), 32, None, b"menghui door pack v1").derive(signature)
    nonce, person = secrets.token_bytes(12), ["欧阳建国", "黄蓝环保", "董事长", "B区"]
    sealed = base64.b64encode(
        nonce + AESGCM(key).encrypt(nonce, json.dumps(person).encode(), claims)
    ).decode()
    script = """async ({unseal}, {sealed, passes}) => Promise.all(passes.map(([data, signature]) =>
      unseal(sealed, {data: new Uint8Array(data), signature: new Uint8Array(signature)})))"""
    other = make_pass(6)
    passes = [(claims, signature), (claims, other[2]), (other[1], signature)]
    told = run(
        "seal",
        script,
        {"sealed": sealed, "passes": [[list(one), list(two)] for one, two in passes]},
    )
    named = dict(zip(("name", "unit", "title", "place"), person, strict=True))
    assert told == [named, None, None]
