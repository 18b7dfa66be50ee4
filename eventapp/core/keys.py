"""Keys of the installation, kept in files beside the database and never in it.

Pass keys are Ed25519 (RFC 8032), numbered from 1 so that they can be rotated: the newest signs,
all of them verify. Secrets of links are derived from SECRET_KEY by HKDF (RFC 5869).
"""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)


@dataclass
class KeyRing:
    """The signing keys found in a folder."""

    folder: Path
    secret: bytes
    private: dict[int, Ed25519PrivateKey] = field(default_factory=dict)
    public: dict[int, Ed25519PublicKey] = field(default_factory=dict)

    def load(self) -> None:
        """Read every key of the folder; make the first one where there is none."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not list(self.folder.glob("pass-*.pem")):
            self._make(1)
        for path in self.folder.glob("pass-*.pem"):
            key = load_pem_private_key(path.read_bytes(), password=None)
            if not isinstance(key, Ed25519PrivateKey):
                msg = f"{path} is not an Ed25519 key"
                raise TypeError(msg)
            number = int(path.stem.removeprefix("pass-"))
            self.private[number] = key
            self.public[number] = key.public_key()

    def _make(self, number: int) -> None:
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        path = self.folder / f"pass-{number}.pem"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was quicker; its key is as good
            return
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())

    @property
    def newest(self) -> int:
        """The number of the key that signs now."""
        return max(self.private)

    def sign(self, number: int, data: bytes) -> bytes:
        """Sign data with a numbered key: 64 bytes."""
        return self.private[number].sign(data)

    def verify(self, number: int, data: bytes, signature: bytes) -> bool:
        """Tell whether the numbered key signed this data."""
        key = self.public.get(number)
        if key is None:
            return False
        try:
            key.verify(signature, data)
        except InvalidSignature:
            return False
        return True

    def public_text(self, number: int) -> str:
        """Show a public key as 64 hexadecimal digits."""
        return self.public[number].public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    @lru_cache(maxsize=16)  # noqa: B019 - a ring lives as long as its process
    def _derived(self, purpose: str) -> bytes:
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(
            self.secret
        )

    def mac(self, purpose: str, data: bytes) -> bytes:
        """Authenticate data for one purpose: 32 bytes of HMAC-SHA-256."""
        return hmac.new(self._derived(purpose), data, hashlib.sha256).digest()

    __hash__ = object.__hash__


def signed_by(public_text: str, data: bytes, signature: bytes) -> bool:
    """Tell whether the key that `public_text` shows signed this; ValueError where it is none."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_text)).verify(signature, data)
    except InvalidSignature:
        return False
    return True


_ring: KeyRing | None = None


def configure(folder: Path, secret: str) -> KeyRing:
    """Use the keys of this folder and this secret in this process."""
    global _ring  # noqa: PLW0603 - one process serves one installation
    _ring = KeyRing(folder, secret.encode())
    _ring.load()
    return _ring


def ring() -> KeyRing:
    """Give the keys of this process."""
    if _ring is None:
        msg = "keys are not configured"
        raise RuntimeError(msg)
    return _ring
