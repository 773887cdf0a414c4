// Pass codes and the keys behind them, as contracts/wire/passcode.py has them. Nothing here is kept or sent.

import { ALPHABET, CHECKSUM_BYTES, bigEndian, decodeChecked, encodeChecked, encodedLength, join, toHex, toNumber, utf8 } from "./bytes.js";
import { Refused } from "./errors.js";
import { keccak_256, secp256k1 } from "./vendor/curves.js";

export const PREFIX = "KP1";
const STATIC = 1;
const PHONE = 2;
const SECRET_BYTES = 16;
const SIGNATURE_BYTES = 64;
const HEADER_BYTES = 3;
const CONTENT_BYTES = { [STATIC]: SECRET_BYTES, [PHONE]: 4 + 4 + 5 + 4 + SIGNATURE_BYTES };
const KEY_DOMAIN = utf8("Kindpakket pass key 1");

/**
 * What a pass code says: {network, secret} of a letter or card, or {network, programme, ceiling (cents),
 * expiry (seconds since 1970), counter, signature} of a phone. Throws Refused with the name of what it is instead.
 */
export function parse(text, network) {
  const scanned = text.trim().toUpperCase();
  if (!scanned.startsWith(PREFIX)) throw new Refused(foreign(scanned));
  const body = decodeBody(scanned.slice(PREFIX.length));
  const found = toNumber(body.slice(1, HEADER_BYTES));
  if (found !== network) throw new Refused("SCAN_NETWORK");
  const content = body.slice(HEADER_BYTES);
  return body[0] === PHONE ? phone(found, content) : { network: found, secret: content };
}

/** What somebody typed, made as a scanner gives it: without spaces and dashes, and with O, I and L as they were meant. */
export function typed(text) {
  const code = text.replace(/[\s-]/g, "").toUpperCase();
  return code.slice(0, PREFIX.length) + code.slice(PREFIX.length).replace(/O/g, "0").replace(/[IL]/g, "1");
}

/** The text of a letter's or card's code; the secret is 16 bytes. */
export const makeStatic = (network, secret) => encodeBody(STATIC, network, secret);

/** The text of a phone's code: `parse` has its fields. */
export function makePhone(network, { programme, ceiling, expiry, counter, signature }) {
  const terms = [bigEndian(programme, 4), bigEndian(ceiling, 4), bigEndian(expiry, 5), bigEndian(counter, 4)];
  return encodeBody(PHONE, network, join(...terms, signature));
}

/** The pass's private key, 32 bytes. Throws Refused for the one secret in 2 ** 128 that gives none. */
export function privateKey({ network, secret }) {
  const key = keccak_256(join(KEY_DOMAIN, bigEndian(network, 2), secret));
  if (!secp256k1.utils.isValidSecretKey(key)) throw new Refused("SCAN_DAMAGED");
  return key;
}

/** The address that signatures of this key recover to, as `0x` and 40 small digits. */
export function addressOf(key) {
  return toHex(keccak_256(secp256k1.getPublicKey(key, false).slice(1)).slice(-20));
}

/** What people call a pass: the first eight digits of its address, as 0a1b-2c3d. */
export const label = (address) => `${address.slice(2, 6)}-${address.slice(6, 10)}`;

function phone(network, content) {
  const number = (from, to) => toNumber(content.slice(from, to));
  const terms = { programme: number(0, 4), ceiling: number(4, 8), expiry: number(8, 13), counter: number(13, 17) };
  return { network, ...terms, signature: content.slice(17) };
}

function encodeBody(kind, network, content) {
  return PREFIX + encodeChecked(join([kind], bigEndian(network, 2), content));
}

/** Kind, network and content, checksum seen to match. */
function decodeBody(characters) {
  const length = HEADER_BYTES + CONTENT_BYTES[kindOf(characters)];
  const surplus = characters.length - encodedLength(length + CHECKSUM_BYTES);
  if (surplus) throw new Refused(surplus > 0 ? "SCAN_TOO_LONG" : "SCAN_INCOMPLETE");
  const body = decodeChecked(characters, length);
  if (!body) throw new Refused("SCAN_DAMAGED");
  return body;
}

/** The kind is the first byte: two characters, of which the second holds three of its bits. */
function kindOf(characters) {
  if (characters.length < 2) throw new Refused("SCAN_INCOMPLETE");
  const [high, low] = [...characters.slice(0, 2)].map((character) => ALPHABET.indexOf(character));
  const kind = high < 0 || low < 0 ? -1 : (high << 3) | (low >> 2);
  if (!(kind in CONTENT_BYTES)) throw new Refused(unknownKind(characters));
  return kind;
}

/** A kind of the future has a checksum that matches at its own length; anything else is garbled. */
function unknownKind(characters) {
  const count = Math.floor((characters.length * 5) / 8) - CHECKSUM_BYTES;
  return count > 0 && decodeChecked(characters, count) ? "SCAN_KIND" : "SCAN_DAMAGED";
}

/** The name of what does not begin as a pass does. A till knows more of them; nobody types those here. */
function foreign(scanned) {
  if (scanned === "") return "SCAN_EMPTY";
  if (/^KP\d/.test(scanned)) return "SCAN_VERSION";
  if (/^KR\d/.test(scanned)) return "SCAN_RECEIPT";
  if (scanned === "K" || scanned === "KP") return "SCAN_INCOMPLETE";
  return "SCAN_FOREIGN";
}
