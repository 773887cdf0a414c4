// Where the money of an order is, by the states that the portal tells of it. No other script knows them.

const AT_HAND = new Set(["set_aside", "ready"]);
const OVER = new Set(["cancelled", "expired"]);

/** Whether its money waits to be fetched. */
export const isAtHand = ({ state }) => AT_HAND.has(state);

/** Whether its money is kept: until it is fetched, or the contract has given it back. */
export const isKept = (order) => isAtHand(order) || (OVER.has(order.state) && order.moving);
