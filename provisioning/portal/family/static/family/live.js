// A section that shows the pass's state: drawn when it is opened, and again when there is a newer one.

/** Draw now and at each "state"; gives what stops that. */
export function follow(draw) {
  document.addEventListener("state", draw);
  draw();
  return () => document.removeEventListener("state", draw);
}
