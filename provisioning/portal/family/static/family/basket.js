// What was chosen at one shop, and what it costs. Cents.

export class Basket {
  #products = [];
  #quantities = new Map();

  /** What there is now: what was chosen of something else is chosen no more. */
  offer(products) {
    this.#products = products;
    const there = new Map(products.map((each) => [each.product, each.stock]));
    for (const [product, quantity] of this.#quantities) this.put(product, Math.min(quantity, there.get(product) ?? 0));
  }

  put(product, quantity) {
    if (quantity) this.#quantities.set(product, quantity);
    else this.#quantities.delete(product);
  }

  quantity(product) {
    return this.#quantities.get(product) ?? 0;
  }

  clear() {
    this.#quantities.clear();
  }

  /** [{product, name, cents of one, quantity}], as the shop lists them. */
  get lines() {
    const chosen = this.#products.filter((each) => this.#quantities.has(each.product));
    return chosen.map(({ product, name, cents }) => ({ product, name, cents, quantity: this.quantity(product) }));
  }

  get total() {
    return this.lines.reduce((total, { cents, quantity }) => total + cents * quantity, 0);
  }

  get isEmpty() {
    return this.#quantities.size === 0;
  }
}
