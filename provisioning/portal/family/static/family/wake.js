// Keeps the screen on while a code is shown, where a browser can. Without, the phone's own setting holds.

export class WakeLock {
  /** From now on. A browser lets go by itself when the page is hidden, so it is asked for anew after that. */
  async hold() {
    this.wanted = true;
    try {
      const lock = await navigator.wakeLock?.request("screen");
      if (this.wanted) this.lock = lock;
      else lock?.release();
    } catch {
      this.lock = undefined; // a low battery, or a rule of the phone's
    }
  }

  /** No more. */
  release() {
    this.wanted = false;
    this.lock?.release();
    this.lock = undefined;
  }
}
