/**
 * Opens what the pack says of a person. The key comes out of the signature of the person's own
 * pass, which stands in the QR alone: who does not hold it before the phone learns no name.
 */

import { fromBase64, utf8 } from "./bytes.js";

const INFO = utf8("menghui door pack v1");
const NONCE = 12; // bytes

/** {name, unit, title, place}, or null where this pass does not open it (a newer one was issued). */
export async function unseal(sealed, { data, signature }) {
  const { subtle } = crypto;
  const secret = await subtle.importKey("raw", signature, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: INFO };
  const key = await subtle.deriveKey(derivation, secret, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  const bytes = fromBase64(sealed);
  const lock = { name: "AES-GCM", iv: bytes.subarray(0, NONCE), additionalData: data };
  try {
    const plain = await subtle.decrypt(lock, key, bytes.subarray(NONCE));
    const [name, unit, title, place] = JSON.parse(new TextDecoder().decode(plain));
    return { name, unit, title, place };
  } catch {
    return null;
  }
}
