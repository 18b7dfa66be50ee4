/**
 * What a scanned text says: a pass, whose signature is checked by the pack's public keys, or a
 * typed code, whose last symbol checks the others. The same as eventapp/registration/rules/passes.py.
 */

import { verifyAsync } from "../../vendor/@noble/ed25519/index.js";
import { fromBase32, fromHex, joined, toBase32, toHex, utf8 } from "./bytes.js";

const CLAIMS = 12; // bytes
const SIGNATURE = 64;
const PASS_TEXT = Math.ceil(((CLAIMS + SIGNATURE) * 8) / 5);
const VERSION = 1;
const TYPED_LONGEST = 40;
const TEXT_LONGEST = 400;
const CODE_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"; // Crockford's Base32
const CODE = 8; // symbols
const LOOKALIKES = { O: "0", I: "1", L: "1" };
const PROOF = "menghui door proof v1";

const subtle = globalThis.crypto?.subtle;

/** A pass {data, signature, claims}, a code {code}, or {} for what cannot be read. */
export function read(text) {
  const plain = text.slice(0, TEXT_LONGEST).normalize("NFKC");
  if (text.length <= TYPED_LONGEST) return readCode(plain);
  const letters = plain.replace(/\s+/g, "").toUpperCase();
  const bytes = letters.length === PASS_TEXT ? fromBase32(letters) : null;
  if (!bytes || bytes[0] !== VERSION) return {};
  const view = new DataView(bytes.buffer);
  const claims = {
    key: view.getUint8(1),
    meeting: view.getUint32(2),
    registration: view.getUint32(6),
    generation: view.getUint16(10),
  };
  return { claims, data: bytes.slice(0, CLAIMS), signature: bytes.slice(CLAIMS) };
}

function readCode(text) {
  const code = text
    .replace(/[\s\-‐‑–—_.]+/g, "")
    .toUpperCase()
    .replace(/[OIL]/g, (letter) => LOOKALIKES[letter]);
  const symbols = [...code].map((symbol) => CODE_ALPHABET.indexOf(symbol));
  if (symbols.length !== CODE || symbols.includes(-1)) return {};
  return symbols.reduce((rest, symbol) => timesAlpha(rest) ^ symbol, 0) === 0 ? { code } : {};
}

/** Multiplies by the generator of GF(32) modulo x^5 + x^2 + 1. */
function timesAlpha(value) {
  const doubled = value << 1;
  return doubled & 0b100000 ? doubled ^ 0b100101 : doubled;
}

/** Whether one of these keys {number: hexadecimal} signed the pass. */
export async function isGenuine({ claims, data, signature }, keys) {
  const key = keys[claims.key];
  if (!key) return false;
  return verifyAsync(signature, data, fromHex(key), { zip215: false }).catch(() => false);
}

/**
 * What is sent and kept for a text: in a pass's place the proof that its signature was seen in
 * this scan. A signature opens the name of its holder, so none is ever written on the phone.
 */
export async function proofOf(text, { data, signature }, scanId) {
  if (!data || !subtle) return text.slice(0, TEXT_LONGEST);
  const key = await subtle.importKey("raw", signature, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const proof = await subtle.sign("HMAC", key, utf8(PROOF + scanId));
  return toBase32(joined(data, new Uint8Array(proof)));
}

/** Under what a typed code stands in the pack. */
export async function digestOf(code, salt) {
  const digest = await subtle.digest("SHA-256", joined(fromHex(salt), utf8(code)));
  return toHex(new Uint8Array(digest)).slice(0, 16);
}
