// What a shop sells: asked of the portal, and shown with a choice of how many.

import { rows } from "./fill.js";
import { euros } from "./money.js";

export const QUANTITY_MAX = 20; // of one product, as the portal takes them

/** The shop's products, [{product, name, about, cents, picture, stock}], or null when the portal is out of reach. */
export async function of(shop, signal) {
  try {
    const answer = await fetch(`/pass/products/${shop}`, { credentials: "omit", signal });
    return answer.ok ? (await answer.json()).products : null;
  } catch {
    return null;
  }
}

/** Show them; `basket` knows how many were chosen. */
export function draw(section, products, basket) {
  const made = rows(section, "shop-row", products.map(told));
  made.forEach((each, place) => complete(each, products[place], basket));
}

function told({ name, about, cents, stock }) {
  return { name, about, price: euros(cents), stock, gone: stock < 1, there: stock > 0 };
}

function complete(row, { product, picture, stock }, basket) {
  const [image, select] = [row.querySelector("img"), row.querySelector("select")];
  if (picture) [image.src, image.hidden] = [picture, false];
  const choices = Array.from({ length: Math.min(stock, QUANTITY_MAX) + 1 }, (_, count) => new Option(count));
  select.replaceChildren(...choices);
  [select.dataset.product, select.value] = [product, basket.quantity(product)];
}
