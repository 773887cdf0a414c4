// EIP-712 digests of what a pass signs here, and its signature, as contracts/wire/typed_data.py and signature.py have them.
// A domain is {chain_id, contract}: one contract on one chain.

import { bigEndian, fromHex, join, utf8 } from "./bytes.js";
import { keccak_256, secp256k1 } from "./vendor/curves.js";

const hashed = (text) => keccak_256(utf8(text));
const DOMAIN_TYPE = hashed("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
const DELEGATION_TYPE = hashed("Delegation(uint32 programme,uint32 ceiling,uint40 expiry,uint32 counter)");
const ORDER_TYPE = hashed("Order(uint32 programme,uint32 shop,uint32 amount,uint40 until,uint64 number)");
const REQUEST_TYPE = hashed("Request(address terminal,string method,string target,bytes32 body,uint40 time)");

/** The domain separator of EIP-712, 32 bytes. */
export function separator({ chain_id, contract }) {
  return keccak_256(join(DOMAIN_TYPE, hashed("Kindpakket"), hashed("1"), word(chain_id), word(contract)));
}

/** One payment up to the ceiling (cents), before the expiry (seconds since 1970), once for each counter. */
export function delegation(domain, { programme, ceiling, expiry, counter }) {
  return digest(domain, [DELEGATION_TYPE, word(programme), word(ceiling), word(expiry), word(counter)]);
}

/** An amount (cents) set aside for a shop until then (seconds since 1970), once for each number (a BigInt). */
export function order(domain, { programme, shop, amount, until, number }) {
  return digest(domain, [ORDER_TYPE, word(programme), word(shop), word(amount), word(until), word(number)]);
}

/** A request over HTTP: `body` is its bytes, `time` in seconds since 1970. */
export function request(domain, { address, method, target, body, time }) {
  const texts = [hashed(method), hashed(target), keccak_256(body)];
  return digest(domain, [REQUEST_TYPE, word(address), ...texts, word(time)]);
}

/** The 64 bytes of EIP-2098 over the digest: r, then s (always in the lower half) with R's parity in its top bit. */
export function sign(key, message) {
  const made = secp256k1.sign(message, key, { prehash: false, format: "recovered" });
  const [parity, signature] = [made[0] & 1, made.slice(1)];
  signature[32] |= parity << 7;
  return signature;
}

const digest = (domain, words) => keccak_256(join([0x19, 0x01], separator(domain), keccak_256(join(...words))));

/** 32 bytes: of an address as `0x...`, or of a number. */
function word(value) {
  if (typeof value !== "string") return bigEndian(value, 32);
  return join(new Uint8Array(12), fromHex(value));
}
