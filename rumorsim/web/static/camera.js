// Where the eye is over the follow graph: one camera for both worlds, so that they stay aligned.

export class Camera {
  constructor() {
    this.zoom = 1;
    this.x = 0.5;
    this.y = 0.5;
    /** @type {(() => void)[]} */
    this.watchers = [];
  }

  /** @param {() => void} watcher */
  watch(watcher) {
    this.watchers.push(watcher);
  }

  /** @param {number} zoom @param {number} x @param {number} y */
  move(zoom, x, y) {
    this.zoom = Math.min(40, Math.max(1, zoom));
    const slack = 0.5 / this.zoom;
    const keep = (/** @type {number} */ v) =>
      this.zoom === 1 ? 0.5 : Math.min(1.05 - slack * 0.4, Math.max(-0.05 + slack * 0.4, v));
    this.x = keep(x);
    this.y = keep(y);
    for (const watcher of this.watchers) watcher();
  }

  /** Zoom by a factor and keep the point (x, y) of the unit square where it is seen. */
  /** @param {number} factor @param {number} [x] @param {number} [y] */
  closer(factor, x = this.x, y = this.y) {
    const zoom = Math.min(40, Math.max(1, this.zoom * factor));
    const part = this.zoom / zoom;
    this.move(zoom, x + (this.x - x) * part, y + (this.y - y) * part);
  }

  /** @param {number} dx @param {number} dy shares of the picture's width and height */
  pan(dx, dy) {
    this.move(this.zoom, this.x + dx / this.zoom, this.y + dy / this.zoom);
  }

  all() {
    this.move(1, 0.5, 0.5);
  }
}
