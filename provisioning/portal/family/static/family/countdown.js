// Counts down to a moment, seen each second, and heard only when it matters.

const HEARD = 30; // seconds before the end

/**
 * Runs while the page is seen. `shown` gets the seconds left each second, `near` is called once at 30 seconds,
 * `over` at the end. `stop()` ends it. Only what passed counts: by the clock, which may be set back, or by
 * the browser's own time, which may stand still while the phone sleeps; whichever is more.
 */
export class Countdown {
  constructor(seconds, { shown, near, over }) {
    [this.seconds, this.began, this.from] = [seconds, Date.now(), performance.now()];
    this.does = { shown, near, over };
    this.told = seconds <= HEARD;
    this.tick = this.tick.bind(this);
    this.timer = setInterval(this.tick, 1000);
    this.tick();
  }

  /** Whole seconds until the end. */
  left() {
    const passed = Math.max(Date.now() - this.began, performance.now() - this.from);
    return Math.max(0, Math.ceil(this.seconds - passed / 1000));
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
