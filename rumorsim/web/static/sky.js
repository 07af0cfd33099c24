// One world drawn: follows below, accounts above them, pulses on top. Only what changed is
// painted again; the layer of follows is painted once for each place of the camera.

import { COLOUR, sprite, stateOf, STATES } from './look.js';
import { HIT } from './past.js';
import { FLIGHT, Sparks } from './sparks.js';

/** @typedef {import('./wire.js').Picture} Picture */
/** @typedef {import('./past.js').Past} Past */

/** The most follows drawn at once, and painted in one go. */
const MOST_LINES = 14000;
const LINES_AT_ONCE = 3500;

export class Sky {
  /**
   * @param {HTMLElement} place
   * @param {import('./camera.js').Camera} camera
   */
  constructor(place, camera) {
    this.place = place;
    this.camera = camera;
    const layer = (/** @type {string} */ name) =>
      /** @type {HTMLCanvasElement} */ (place.querySelector(`canvas.${name}`));
    this.layers = [layer('follows'), layer('accounts'), layer('pulses')];
    const pen = (/** @type {HTMLCanvasElement} */ c) =>
      /** @type {CanvasRenderingContext2D} */ (c.getContext('2d'));
    const [lines, dots, sparks] = this.layers.map(pen);
    this.lines = lines;
    this.dots = dots;
    this.sparks = new Sparks(sparks);
    this.top = this.layers[2];
    /** @type {Picture | null} */
    this.picture = null;
    /** @type {Past | null} */
    this.past = null;
    this.still = false;
    this.width = 0;
    this.height = 0;
    this.ratio = 1;
    this.xy = new Float32Array(0);
    this.radii = new Float32Array(0);
    this.fresh = true;
    this.linesFrom = 0;
    this.linesDue = 0;
    /** @type {{account: number, due: number}[]} accounts to paint when their pulse lands */
    this.landing = [];
    camera.watch(() => this.look());
  }

  /** @param {Picture} picture @param {Past} past */
  show(picture, past) {
    this.picture = picture;
    this.past = past;
    this.forget();
    this.resize();
  }

  /** Nothing moves any more, and all is to be painted again. */
  forget() {
    this.sparks.clear();
    this.landing = [];
    this.fresh = true;
  }

  /** A post travels along a follow. @param {number} from @param {number} to @param {number} hue 0 rumor, 1 true, 2 correction @param {number} start */
  pulse(from, to, hue, start) {
    if (this.still || !this.picture || !this.sparks.pulse(from, to, hue, start)) return;
    this.landing.push({ account: to, due: start + FLIGHT });
  }

  /** Somebody shares. @param {number} account @param {number} hue 0 rumor, 1 true, 2 correction @param {number} start */
  ring(account, hue, start) {
    if (!this.still) this.sparks.ring(account, hue, start);
  }

  resize() {
    const box = this.place.getBoundingClientRect();
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    this.width = Math.max(1, Math.round(box.width * this.ratio));
    this.height = Math.max(1, Math.round(box.height * this.ratio));
    for (const layer of this.layers) {
      layer.width = this.width;
      layer.height = this.height;
    }
    this.look();
  }

  /** The camera moved: everything is somewhere else. */
  look() {
    if (!this.picture) return;
    const { accounts, places, counts, follows } = this.picture;
    if (this.xy.length !== 2 * accounts) {
      this.xy = new Float32Array(2 * accounts);
      this.radii = new Float32Array(accounts);
    }
    const { zoom, x, y } = this.camera;
    // Room for the tools, which lie over the lower edge of the right-hand world.
    const pad = 20 * this.ratio;
    const below = 54 * this.ratio;
    const wide = Math.max(1, this.width - 2 * pad);
    const high = Math.max(1, this.height - pad - below);
    const middle = pad + high / 2;
    for (let i = 0; i < accounts; i += 1) {
      this.xy[2 * i] = this.width / 2 + (places[2 * i] - x) * wide * zoom;
      this.xy[2 * i + 1] = middle + (places[2 * i + 1] - y) * high * zoom;
    }
    const area = Math.sqrt((wide * high) / accounts);
    const base = Math.min(4.6 * this.ratio, Math.max(1.25 * this.ratio, area * 0.125)) * zoom ** 0.45;
    const mean = follows / accounts || 1;
    for (let i = 0; i < accounts; i += 1) {
      const times = counts[i] / mean;
      this.radii[i] = base * Math.min(3.2, 0.7 + 0.62 * Math.sqrt(times));
    }
    this.fresh = true;
    this.linesFrom = 0;
    this.linesDue = performance.now() + 60;
    this.lines.clearRect(0, 0, this.width, this.height);
  }

  /** Paint what is due. @param {number} now milliseconds */
  paint(now) {
    if (!this.picture || !this.past) return;
    if (this.fresh || this.past.shrunk) this.paintAll();
    else this.paintChanged(now);
    if (now >= this.linesDue && this.linesFrom >= 0) this.paintLines();
    this.sparks.paint(this, now);
  }

  paintAll() {
    const past = /** @type {Past} */ (this.past);
    this.dots.clearRect(0, 0, this.width, this.height);
    /** @type {Record<string, number[]>} */
    const by = Object.fromEntries(STATES.map((state) => [state, []]));
    for (let i = 0; i < past.accounts; i += 1) {
      if (i < past.people || past.marks[i]) by[stateOf(past.marks[i])].push(i);
    }
    for (const state of STATES) for (const account of by[state]) this.dot(account, state);
    past.changed.clear();
    past.shrunk = false;
    this.landing = [];
    this.fresh = false;
  }

  /** @param {number} now */
  paintChanged(now) {
    const past = /** @type {Past} */ (this.past);
    const flying = new Set();
    let kept = 0;
    for (const each of this.landing) {
      if (each.due > now) {
        this.landing[kept] = each;
        kept += 1;
        flying.add(each.account);
      } else past.changed.add(each.account);
    }
    this.landing.length = kept;
    for (const account of past.changed) {
      const marks = past.marks[account];
      // Who is told sees it when the pulse is there; the desk's work is seen at once.
      if (flying.has(account) && !(marks & HIT)) continue;
      this.dot(account, stateOf(marks));
    }
    past.changed.clear();
  }

  /** @param {number} account @param {string} state */
  dot(account, state) {
    const x = this.xy[2 * account];
    const y = this.xy[2 * account + 1];
    if (x < -40 || y < -40 || x > this.width + 40 || y > this.height + 40) return;
    const image = sprite(state, this.radii[account]);
    this.dots.drawImage(image, Math.round(x - image.width / 2), Math.round(y - image.height / 2));
  }

  /** Some more follows, evenly taken from all of them, faint. */
  paintLines() {
    const { offsets, followers, follows } = /** @type {Picture} */ (this.picture);
    const stride = Math.max(1, Math.ceil(follows / MOST_LINES));
    const pen = this.lines;
    const shown = Math.ceil(follows / stride);
    pen.strokeStyle = COLOUR.follow;
    pen.globalAlpha = Math.min(0.3, Math.max(0.045, 420 / shown)) * Math.min(2.5, this.camera.zoom ** 0.5);
    pen.lineWidth = 0.7 * this.ratio;
    pen.beginPath();
    let at = this.linesFrom;
    const end = Math.min(follows, at + LINES_AT_ONCE * stride);
    let account = ownerOf(offsets, offsets.length - 1, at);
    for (; at < end; at += stride) {
      while (offsets[account + 1] <= at) account += 1;
      const x = this.xy[2 * account];
      const y = this.xy[2 * account + 1];
      const to = followers[at];
      const u = this.xy[2 * to];
      const v = this.xy[2 * to + 1];
      const out = (x < 0 && u < 0) || (y < 0 && v < 0)
        || (x > this.width && u > this.width) || (y > this.height && v > this.height);
      if (out) continue;
      pen.moveTo(x, y);
      pen.lineTo(u, v);
    }
    pen.stroke();
    this.linesFrom = at >= follows ? -1 : at;
  }

  /**
   * The account nearest to a point of the page, -1 where none is near, and whether no other can
   * have been meant: the point lies on it, and clearly closer than to the next one.
   * @param {number} x @param {number} y @param {number} [reach] pixels beyond its edge
   * @returns {{account: number, sure: boolean}}
   */
  at(x, y, reach = 16) {
    const box = this.top.getBoundingClientRect();
    const px = (x - box.left) * this.ratio;
    const py = (y - box.top) * this.ratio;
    let account = -1;
    let [nearest, next] = [Infinity, Infinity];
    for (let i = 0; i < this.radii.length; i += 1) {
      if (!this.isThere(i)) continue;
      const far = (this.xy[2 * i] - px) ** 2 + (this.xy[2 * i + 1] - py) ** 2;
      if (far < nearest) {
        next = nearest;
        nearest = far;
        account = i;
      } else if (far < next) next = far;
    }
    const [far, other] = [Math.sqrt(nearest), Math.sqrt(next)];
    if (account < 0 || far > this.radii[account] + reach * this.ratio) return { account: -1, sure: false };
    const on = far <= Math.max(this.radii[account], 5 * this.ratio);
    return { account, sure: on && other - far >= 4 * this.ratio };
  }

  /** Whether an account is in use: some are laid out for people who may come back. @param {number} account */
  isThere(account) {
    return !this.past || account < this.past.people || this.past.marks[account] !== 0;
  }

  /** Where an account is on the page. @param {number} account */
  spot(account) {
    const box = this.top.getBoundingClientRect();
    return [box.left + this.xy[2 * account] / this.ratio, box.top + this.xy[2 * account + 1] / this.ratio];
  }

  /** The nearest account in a direction, for arrow keys. @param {number} account @param {number} dx @param {number} dy */
  beside(account, dx, dy) {
    const x = this.xy[2 * account];
    const y = this.xy[2 * account + 1];
    let best = account;
    let least = Infinity;
    for (let i = 0; i < this.radii.length; i += 1) {
      const along = (this.xy[2 * i] - x) * dx + (this.xy[2 * i + 1] - y) * dy;
      if (i === account || along <= 0 || !this.isThere(i)) continue;
      const aside = Math.abs((this.xy[2 * i] - x) * dy - (this.xy[2 * i + 1] - y) * dx);
      const far = along + 2.5 * aside;
      if (aside <= 2 * along && far < least) {
        least = far;
        best = i;
      }
    }
    return best;
  }
}

/** The account in whose row a follow stands. @param {Uint32Array} offsets @param {number} accounts @param {number} at */
function ownerOf(offsets, accounts, at) {
  let low = 0;
  let high = accounts - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (offsets[middle + 1] <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}
