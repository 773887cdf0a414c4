// How far a shop is. It is worked out here: where the phone is, is sent to nobody.

const EARTH = 6_371_000; // metres, its mean radius
const PATIENCE = 20_000; // milliseconds

/** Where the phone is, {latitude, longitude}; asks whoever holds it. Rejects when that is not said. */
export function here() {
  return new Promise((resolve, reject) => {
    if (!navigator.geolocation) reject(new Error("no geolocation"));
    else navigator.geolocation.getCurrentPosition(({ coords }) => resolve(coords), reject, { timeout: PATIENCE });
  });
}

/** Metres between two places in degrees, by the haversine formula. */
export function metres(one, other) {
  const [from, to] = [one, other].map((each) => [radians(each.latitude), radians(each.longitude)]);
  const [north, east] = [to[0] - from[0], to[1] - from[1]].map((each) => Math.sin(each / 2) ** 2);
  return 2 * EARTH * Math.asin(Math.sqrt(north + Math.cos(from[0]) * Math.cos(to[0]) * east));
}

/** "350 m" or "2,4 km". */
export function said(distance) {
  if (distance < 950) return `${Math.round(distance / 50) * 50}\u00a0m`;
  const kilometres = (distance / 1000).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
  return `${kilometres}\u00a0km`;
}

const radians = (degrees) => (degrees * Math.PI) / 180;
