// An order as it is signed and sent: the money for it is then kept for the shop by the contract.

import { call } from "./api.js";
import { toHex } from "./bytes.js";
import { current, now, place } from "./keyring.js";
import { order, sign } from "./typed_data.js";
import * as vault from "./vault.js";

const NUMBER_BITS = 59n; // below 10 ** 18, which the portal and its tables hold
/** Why an order is refused when another one was taken in under its number. */
export const TAKEN = "number";

/** The budgets of a pass from which something can be ordered at this shop now. */
export function usable(state, shop) {
  const time = now();
  const open = ({ begins, ends, paused, left }) => !paused && left > 0 && begins <= time && time <= ends;
  return (state?.budgets ?? []).filter((each) => open(each) && shop?.programmes.includes(each.programme));
}

export class Draft {
  /** `budget` may be undefined, where none can be used; `days` is how long an order is kept at most. */
  constructor(basket, shop, budget, days) {
    [this.lines, this.total, this.shop, this.budget] = [basket.lines, basket.total, shop, budget];
    this.left = budget?.left ?? 0;
    this.until = Math.min(now() + (days ?? 0) * 86_400, budget?.ends ?? Infinity);
  }

  /** Whether the money that is left, and may be spent in one day, is enough. */
  get fits() {
    return this.total > 0 && this.total <= Math.min(this.left, this.budget?.day_limit ?? 0);
  }

  /**
   * Sign and send it. Gives {order}. Throws Refused, TryAgain.
   * After TryAgain it may have been taken in. What is sent next, this one or another, has its number, by which the portal
   * takes in one of them; it refuses another one with "number" when the first was taken in.
   */
  async send() {
    const pass = current();
    const number = await vault.orderNumber(pass.address, String(random()));
    try {
      const found = await call("order", this.signed(pass, number));
      await vault.ordered(pass.address, number);
      return found;
    } catch (error) {
      if (error.code === TAKEN) await vault.ordered(pass.address, number);
      throw error;
    }
  }

  signed(pass, number) {
    const { shop, total: amount, until, budget: { programme } } = this;
    const message = order(place().domain, { programme, shop, amount, until, number: BigInt(number) });
    const lines = this.lines.map(({ product, quantity }) => ({ product, quantity }));
    return { shop, programme, lines, amount, until, number, signature: toHex(sign(pass.key, message)) };
  }
}

const random = () => crypto.getRandomValues(new BigUint64Array(1))[0] & ((1n << NUMBER_BITS) - 1n);
