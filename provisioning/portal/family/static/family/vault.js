// What this phone keeps, in IndexedDB: passes with their keys, the next counter of each budget, what was shared.

const NAME = "kindpakket";
const [PASSES, SHARED, FACTS] = ["passes", "shared", "facts"];
/** Counters that a new phone skips at random, as an older one may have shown them: half of what the contract looks back. */
const SPREAD = 32;

let opened;

/** Opened once, and again where a browser closed it, as some do to a page that rested long. */
function open() {
  opened ??= connected().catch((error) => {
    opened = null;
    throw error;
  });
  return opened;
}

async function connected() {
  const found = await asked(indexedDB.open(NAME, 1), (request) => {
    request.onupgradeneeded = () => {
      request.result.createObjectStore(PASSES, { keyPath: "address" });
      request.result.createObjectStore(SHARED, { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore(FACTS);
    };
  });
  found.onclose = () => (opened = null);
  return found;
}

/** The passes on this phone: [{address, network, key (32 bytes), name, next: {programme: counter}, state, order}]. */
export const passes = () => one(PASSES, "readonly", (store) => store.getAll());

/** Keep a pass; one that is here already keeps its counters. */
export async function add({ address, network, key, name }) {
  await changed(address, (known) => ({ next: {}, state: null, ...known, address, network, key, name: name || known?.name || "" }));
}

/** Keep what the portal said last of a pass, for when it is out of reach. */
export const keepState = (address, state) => changed(address, (known) => known && { ...known, state });

/** Call a pass something that only this phone knows. */
export const rename = (address, name) => changed(address, (known) => known && { ...known, name });

/**
 * The next counter of a budget, never given before on this phone and beyond `newest`, the newest that was used.
 * Two windows that ask at once get two: a transaction is one after the other.
 */
export async function takeCounter(address, programme, newest) {
  let counter;
  await changed(address, (known) => {
    const first = newest + 1 + crypto.getRandomValues(new Uint8Array(1))[0] % SPREAD;
    counter = Math.max(known.next[programme] ?? first, newest + 1);
    return { ...known, next: { ...known.next, [programme]: counter + 1 } };
  });
  return counter;
}

/**
 * The number of the pass's order, a decimal text: `made`, or that of one of which nobody knows yet whether it was taken in.
 * It is remembered until `ordered`, so that whatever is sent meanwhile, the portal takes in one order and no more.
 */
export async function orderNumber(address, made) {
  let number;
  await changed(address, (known) => {
    number = known.order ?? made;
    return { ...known, order: number };
  });
  return number;
}

/** An order was taken in under this number. */
export const ordered = (address, number) => changed(address, (known) => known?.order === number && { ...known, order: null });

/** Remove a pass and what was shared of it from this phone. */
export async function remove(address) {
  await one(PASSES, "readwrite", (store) => store.delete(address));
  for (const each of await shared(address)) await one(SHARED, "readwrite", (store) => store.delete(each.id));
}

/** What was shared of a pass: [{id, address, programme, counter, ceiling, expiry, text, note}], the newest first. */
export async function shared(address) {
  const all = await one(SHARED, "readonly", (store) => store.getAll());
  return all.filter((each) => each.address === address).reverse();
}

/** Keep a shared code. */
export const addShared = (code) => one(SHARED, "readwrite", (store) => store.add(code));

/** Something small that is remembered by name: "current" (an address), "offset" (seconds). */
export const fact = (name) => one(FACTS, "readonly", (store) => store.get(name));

/** Remember it. */
export const setFact = (name, value) => one(FACTS, "readwrite", (store) => store.put(value, name));

/** Empty this phone of all passes. */
export async function clear() {
  for (const name of [PASSES, SHARED, FACTS]) await one(name, "readwrite", (store) => store.clear());
}

/** Read a pass and put what `change` makes of it, in one transaction; nothing is put for nothing. */
async function changed(address, change) {
  const transaction = (await open()).transaction(PASSES, "readwrite");
  const store = transaction.objectStore(PASSES);
  const request = store.get(address);
  request.onsuccess = () => {
    const made = change(request.result);
    if (made) store.put(made);
  };
  await ended(transaction);
}

async function one(name, mode, ask) {
  const transaction = (await open()).transaction(name, mode);
  const request = ask(transaction.objectStore(name));
  await ended(transaction);
  return request.result;
}

function asked(request, prepare) {
  return new Promise((resolve, reject) => {
    prepare(request);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function ended(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}
