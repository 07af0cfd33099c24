// What moves over a world: posts travelling along follows, rings where somebody shares, and
// the way a rumor came to the account that is pointed at.

import { COLOUR } from './look.js';

/** Pulses under way at once; more are dropped, as nobody could see them. */
const MOST_PULSES = 700;
const MOST_RINGS = 120;
/** Milliseconds a pulse flies and a ring lasts. */
export const FLIGHT = 420;
const RING = 700;
/** Of a rumor, a true story, a correction. */
const HUES = ['#ffc46b', COLOUR.trueRead, COLOUR.corrected];

export class Sparks {
  /** @param {CanvasRenderingContext2D} pen */
  constructor(pen) {
    this.pen = pen;
    this.from = new Int32Array(MOST_PULSES);
    this.to = new Int32Array(MOST_PULSES);
    this.start = new Float64Array(MOST_PULSES);
    this.hue = new Uint8Array(MOST_PULSES);
    this.busy = false;
    this.flying = 0;
    /** @type {{account: number, start: number, hue: number}[]} */
    this.rings = [];
    /** @type {number[]} */
    this.chain = [];
    /** Who had it from the chosen account: teller and hearer in turn. @type {number[]} */
    this.tree = [];
    /** Who would not have heard without it. @type {number[]} */
    this.hung = [];
    this.chosen = -1;
  }

  clear() {
    this.flying = 0;
    this.rings = [];
    this.choose(-1, [], []);
  }

  /** @param {number} account -1 for none @param {number[]} chain how it came there @param {number[]} tree where it went from there */
  choose(account, chain, tree) {
    if (account !== this.chosen) this.hung = [];
    this.chosen = account;
    this.chain = chain;
    this.tree = tree;
  }

  /** A post travels; false where there are too many. @param {number} from @param {number} to @param {number} hue @param {number} start */
  pulse(from, to, hue, start) {
    if (this.flying >= MOST_PULSES) return false;
    this.put(this.flying, from, to, start, hue);
    this.flying += 1;
    return true;
  }

  /** @param {number} i @param {number} from @param {number} to @param {number} start @param {number} hue */
  put(i, from, to, start, hue) {
    this.from[i] = from;
    this.to[i] = to;
    this.start[i] = start;
    this.hue[i] = hue;
  }

  /** Somebody shares. @param {number} account @param {number} hue @param {number} start */
  ring(account, hue, start) {
    if (this.rings.length < MOST_RINGS) this.rings.push({ account, start, hue });
  }

  /** @param {import('./sky.js').Sky} sky @param {number} now milliseconds */
  paint(sky, now) {
    const busy = this.flying > 0 || this.rings.length > 0 || this.chain.length > 0 || this.chosen >= 0;
    if (busy || this.busy) this.pen.clearRect(0, 0, sky.width, sky.height);
    this.busy = busy;
    if (!busy) return;
    if (this.tree.length) this.paintTree(sky);
    if (this.chain.length > 1) this.paintChain(sky);
    this.paintPulses(sky, now);
    this.paintRings(sky, now);
    if (this.chosen >= 0) this.paintChosen(sky);
  }

  /** @param {import('./sky.js').Sky} sky @param {number} now */
  paintPulses({ xy, ratio }, now) {
    const { pen } = this;
    pen.lineWidth = 2.1 * ratio;
    pen.lineCap = 'round';
    for (const hue of [1, 2, 0]) {
      pen.strokeStyle = HUES[hue];
      pen.beginPath();
      for (let i = 0; i < this.flying; i += 1) {
        const part = (now - this.start[i]) / FLIGHT;
        if (this.hue[i] !== hue || part < 0) continue;
        const tail = Math.max(0, part - 0.28);
        const head = Math.min(1, part);
        const a = 2 * this.from[i];
        const b = 2 * this.to[i];
        const dx = xy[b] - xy[a];
        const dy = xy[b + 1] - xy[a + 1];
        pen.moveTo(xy[a] + dx * tail, xy[a + 1] + dy * tail);
        pen.lineTo(xy[a] + dx * head, xy[a + 1] + dy * head);
      }
      pen.stroke();
    }
    let kept = 0;
    for (let i = 0; i < this.flying; i += 1) {
      if (now - this.start[i] > FLIGHT) continue;
      this.put(kept, this.from[i], this.to[i], this.start[i], this.hue[i]);
      kept += 1;
    }
    this.flying = kept;
  }

  /** @param {import('./sky.js').Sky} sky @param {number} now */
  paintRings({ xy, ratio }, now) {
    const { pen } = this;
    pen.lineWidth = 1.8 * ratio;
    for (const { account, start, hue } of this.rings) {
      const part = (now - start) / RING;
      if (part < 0 || part > 1) continue;
      pen.globalAlpha = 1 - part;
      pen.strokeStyle = hue ? HUES[hue] : COLOUR.falseTold;
      pen.beginPath();
      pen.arc(xy[2 * account], xy[2 * account + 1], (5 + 20 * part) * ratio, 0, 7);
      pen.stroke();
    }
    pen.globalAlpha = 1;
    this.rings = this.rings.filter((ring) => now - ring.start < RING);
  }

  /** @param {import('./sky.js').Sky} sky */
  paintChain({ xy, ratio }) {
    const { pen } = this;
    pen.strokeStyle = COLOUR.focus;
    pen.fillStyle = COLOUR.focus;
    pen.lineWidth = 2.4 * ratio;
    pen.beginPath();
    this.chain.forEach((account, i) => {
      if (i) pen.lineTo(xy[2 * account], xy[2 * account + 1]);
      else pen.moveTo(xy[2 * account], xy[2 * account + 1]);
    });
    pen.stroke();
    for (const account of this.chain) {
      pen.beginPath();
      pen.arc(xy[2 * account], xy[2 * account + 1], 4 * ratio, 0, 7);
      pen.fill();
    }
  }

  /** Thin lines to all who had it from the chosen account, dots on those who hang on it. @param {import('./sky.js').Sky} sky */
  paintTree({ xy, ratio }) {
    const { pen, tree } = this;
    pen.strokeStyle = COLOUR.focus;
    pen.fillStyle = COLOUR.focus;
    pen.globalAlpha = 0.55;
    pen.lineWidth = 1.1 * ratio;
    pen.beginPath();
    for (let i = 0; i < tree.length; i += 2) {
      pen.moveTo(xy[2 * tree[i]], xy[2 * tree[i] + 1]);
      pen.lineTo(xy[2 * tree[i + 1]], xy[2 * tree[i + 1] + 1]);
    }
    pen.stroke();
    pen.globalAlpha = 1;
    for (const account of this.hung) {
      pen.beginPath();
      pen.arc(xy[2 * account], xy[2 * account + 1], 2.6 * ratio, 0, 7);
      pen.fill();
    }
  }

  /** @param {import('./sky.js').Sky} sky */
  paintChosen({ xy, ratio, radii }) {
    const { pen, chosen } = this;
    pen.strokeStyle = COLOUR.focus;
    pen.lineWidth = 3 * ratio;
    pen.beginPath();
    pen.arc(xy[2 * chosen], xy[2 * chosen + 1], Math.max(9 * ratio, radii[chosen] * 2.2), 0, 7);
    pen.stroke();
  }
}
