// Bytes and their ways of being written, as contracts/wire/base32.py has them.

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const CHECKSUM_BYTES = 4;

/** Bytes one after the other. */
export function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Text as UTF-8. */
export const utf8 = (text) => new TextEncoder().encode(text);

/** `0x` and two digits for each byte. */
export function toHex(bytes) {
  return "0x" + [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The bytes of an even number of digits behind `0x`. */
export function fromHex(text) {
  return Uint8Array.from(text.slice(2).match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** A whole number, big-endian. A plain number or a BigInt, below 256 ** length. */
export function bigEndian(value, length) {
  const bytes = new Uint8Array(length);
  let rest = BigInt(value);
  for (let at = length - 1; at >= 0; at--, rest >>= 8n) bytes[at] = Number(rest & 255n);
  return bytes;
}

/** The number behind at most six bytes. */
export const toNumber = (bytes) => bytes.reduce((number, byte) => number * 256 + byte, 0);

/** How many characters of base32 stand for that many bytes. */
export const encodedLength = (count) => Math.ceil((count * 8) / 5);

/** Crockford's Base32, the last character padded with zero bits on the right. */
export function encode(bytes) {
  let [text, held, bits] = ["", 0, 0];
  for (const byte of bytes) {
    held = (held << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5) text += ALPHABET[(held >> (bits - 5)) & 31];
    held &= 31;
  }
  return bits ? text + ALPHABET[(held << (5 - bits)) & 31] : text;
}

/** The bytes behind the text; null for another length, another character, or padding bits that are not zero. */
export function decode(text, count) {
  if (text.length !== encodedLength(count)) return null;
  const bytes = [];
  let [held, bits] = [0, 0];
  for (const character of text) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) bytes.push((held >> (bits -= 8)) & 255);
    held &= (1 << bits) - 1;
  }
  return held ? null : Uint8Array.from(bytes);
}

/** CRC-32 (ISO 3309), four bytes. */
export function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return bigEndian(~crc >>> 0, CHECKSUM_BYTES);
}

/** The bytes and their checksum as characters. */
export const encodeChecked = (bytes) => encode(join(bytes, crc32(bytes)));

/** The `count` bytes before the checksum; null as `decode`, or when the checksum differs. */
export function decodeChecked(text, count) {
  const all = decode(text, count + CHECKSUM_BYTES);
  const body = all?.slice(0, count);
  return all && toHex(crc32(body)) === toHex(all.slice(count)) ? body : null;
}
