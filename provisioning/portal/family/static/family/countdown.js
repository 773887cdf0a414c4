// Counts down to a moment, seen each second, and heard only when it matters.

const HEARD = 30; // seconds before the end

/**
 * Runs while the page is seen. `shown` gets the seconds left each second, `near` is called once at 30 seconds,
 * `over` at the end. `stop()` ends it. The clock is the phone's own, as only what passed counts.
 */
export class Countdown {
  constructor(seconds, { shown, near, over }) {
    this.ends = Date.now() + seconds * 1000;
    this.does = { shown, near, over };
    this.told = seconds <= HEARD;
    this.tick = this.tick.bind(this);
    this.timer = setInterval(this.tick, 1000);
    this.tick();
  }

  /** Whole seconds until the end. */
  left() {
    return Math.max(0, Math.ceil((this.ends - Date.now()) / 1000));
  }

  tick() {
    if (document.hidden) return;
    const left = this.left();
    this.does.shown(left);
    if (!this.told && left <= HEARD) {
      this.told = true;
      this.does.near();
    }
    if (left === 0) {
      this.stop();
      this.does.over();
    }
  }

  stop() {
    clearInterval(this.timer);
  }
}
