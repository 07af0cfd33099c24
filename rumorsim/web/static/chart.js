// Reach over time in both worlds and the difference between them; also where time is chosen.

import { COLOUR } from './look.js';
import { count, say } from './words.js';

const INK = '#9fb0cc';

export class Chart {
  /** @param {HTMLCanvasElement} canvas @param {(hours: number, from: number) => void} go hours under the pointer, and where it was pressed */
  constructor(canvas, go) {
    this.canvas = canvas;
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.go = go;
    this.horizon = 24;
    this.top = 1;
    this.clear();
    this.ratio = 1;
    this.hover = -1;
    /** Hours at which the pointer was pressed, -1 while it is not. */
    this.pressed = -1;
    /** @type {number[]} hours at which the desk acted by a click */
    this.acts = [];
    this.listen();
  }

  clear() {
    /** hours, then people reached: rumor left, rumor right, true left, true right. @type {number[][]} */
    this.points = [];
    this.top = 1;
    this.dirty = true;
  }

  /** @param {number} hours @param {[number, number, number, number]} reach */
  add(hours, reach) {
    const before = this.points.at(-2);
    // Too close to the one before to be told apart: the newest stands for both.
    if (before && hours - before[0] < this.horizon / 700) this.points.pop();
    this.points.push([hours, ...reach]);
    this.top = Math.max(this.top, ...reach);
    this.dirty = true;
  }

  resize() {
    const box = this.canvas.getBoundingClientRect();
    this.ratio = Math.min(2, window.devicePixelRatio || 1);
    this.canvas.width = Math.max(1, Math.round(box.width * this.ratio));
    this.canvas.height = Math.max(1, Math.round(box.height * this.ratio));
    this.dirty = true;
  }

  /** Too narrow for names beside the lines: they stand over them. */
  get narrow() {
    return this.canvas.width < 560 * this.ratio;
  }

  frame() {
    const r = this.ratio;
    const [left, right] = this.narrow ? [42, 22] : [54, 138];
    return { left: left * r, right: this.canvas.width - right * r, top: 12 * r, bottom: this.canvas.height - 24 * r };
  }

  /** @param {number} hours */
  x(hours) {
    const { left, right } = this.frame();
    return left + (hours / this.horizon) * (right - left);
  }

  /** @param {number} reach */
  y(reach) {
    const { top, bottom } = this.frame();
    return bottom - (reach / (nice(this.top) || 1)) * (bottom - top);
  }

  /** @param {number} now hours */
  paint(now) {
    if (!this.dirty) return;
    this.dirty = false;
    const pen = this.pen;
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.axes();
    if (this.points.length) {
      this.between();
      this.line(3, COLOUR.trueRead, 1.6, []);
      this.line(4, COLOUR.trueRead, 1.6, [5, 4]);
      this.line(1, COLOUR.falseRead, 3, []);
      this.line(2, COLOUR.falseRead, 3, [8, 5]);
    }
    for (const at of this.acts) this.flag(at);
    this.later(now);
    this.playhead(now);
    this.ends(now);
  }

  /** What comes after the hour that is looked at, dimmed. @param {number} now hours */
  later(now) {
    const last = this.points.at(-1);
    if (!last || last[0] <= now) return;
    const { top, bottom } = this.frame();
    this.pen.fillStyle = 'rgba(14, 22, 38, 0.68)';
    const x = this.x(now);
    this.pen.fillRect(x, top - 6 * this.ratio, this.x(last[0]) + 4 * this.ratio - x, bottom - top + 6 * this.ratio);
  }

  /** People reached by an hour: the newest point not after it. @param {number} now hours */
  pointAt(now) {
    return this.points.findLast((point) => point[0] <= now + 1e-9);
  }

  axes() {
    const { left, right, top, bottom } = this.frame();
    const pen = this.pen;
    const r = this.ratio;
    pen.strokeStyle = '#243453';
    pen.fillStyle = INK;
    pen.lineWidth = r;
    pen.font = `${13 * r}px ${FONT}`;
    const highest = nice(this.top);
    pen.textAlign = 'right';
    pen.textBaseline = 'middle';
    for (const part of [0, 0.5, 1]) {
      const y = bottom - part * (bottom - top);
      pen.beginPath();
      pen.moveTo(left, y);
      pen.lineTo(right, y);
      pen.stroke();
      if (highest * part === Math.round(highest * part)) pen.fillText(count(highest * part), left - 8 * r, y);
    }
    pen.textAlign = 'center';
    pen.textBaseline = 'top';
    const most = this.narrow ? 5 : 9;
    const step = [1, 2, 3, 6, 12, 24, 48, 96, 168, 336, 720].find((s) => this.horizon / s <= most) ?? 1440;
    for (let hour = 0; hour <= this.horizon + 1e-9; hour += step) {
      pen.fillText(say('hours.short', { n: hour }), this.x(hour), bottom + 6 * r);
    }
  }

  /** The people the policy kept the rumor from, hatched so that it needs no colour. */
  between() {
    const pen = this.pen;
    pen.save();
    pen.beginPath();
    this.points.forEach((p, i) => (i ? pen.lineTo(this.x(p[0]), this.y(p[1])) : pen.moveTo(this.x(p[0]), this.y(p[1]))));
    for (const p of [...this.points].reverse()) pen.lineTo(this.x(p[0]), this.y(p[2]));
    pen.closePath();
    pen.clip();
    pen.fillStyle = 'rgba(240, 164, 49, 0.13)';
    pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    pen.strokeStyle = 'rgba(240, 164, 49, 0.4)';
    pen.lineWidth = this.ratio;
    pen.beginPath();
    const step = 9 * this.ratio;
    const end = this.x(this.points[this.points.length - 1][0]) + this.canvas.height;
    for (let x = this.frame().left; x < end; x += step) {
      pen.moveTo(x, 0);
      pen.lineTo(x - this.canvas.height, this.canvas.height);
    }
    pen.stroke();
    pen.restore();
  }

  /** @param {number} column @param {string} colour @param {number} width @param {number[]} dash */
  line(column, colour, width, dash) {
    const pen = this.pen;
    pen.strokeStyle = colour;
    pen.lineWidth = width * this.ratio;
    pen.lineJoin = 'round';
    pen.setLineDash(dash.map((d) => d * this.ratio));
    pen.beginPath();
    this.points.forEach((p, i) => {
      if (i) pen.lineTo(this.x(p[0]), this.y(p[column]));
      else pen.moveTo(this.x(p[0]), this.y(p[column]));
    });
    pen.stroke();
    pen.setLineDash([]);
  }

  /** @param {number} hours */
  flag(hours) {
    const { bottom, top } = this.frame();
    const x = this.x(hours);
    const pen = this.pen;
    const r = this.ratio;
    pen.strokeStyle = COLOUR.hit;
    pen.fillStyle = COLOUR.hit;
    pen.lineWidth = 1.2 * r;
    pen.beginPath();
    pen.moveTo(x, bottom);
    pen.lineTo(x, top + 8 * r);
    pen.stroke();
    pen.beginPath();
    pen.moveTo(x, top);
    pen.lineTo(x + 9 * r, top + 4 * r);
    pen.lineTo(x, top + 8 * r);
    pen.fill();
  }

  /** @param {number} now */
  playhead(now) {
    const { top, bottom } = this.frame();
    const pen = this.pen;
    const draw = (/** @type {number} */ hours, /** @type {string} */ colour, /** @type {number} */ width) => {
      pen.strokeStyle = colour;
      pen.lineWidth = width * this.ratio;
      pen.beginPath();
      pen.moveTo(this.x(hours), top - 6 * this.ratio);
      pen.lineTo(this.x(hours), bottom);
      pen.stroke();
    };
    if (this.hover >= 0) draw(this.hover, 'rgba(255, 224, 102, 0.6)', 1.5);
    draw(now, '#e8eefb', 2);
  }

  /** Names of the worlds beside their lines, where the playhead is. @param {number} now hours */
  ends(now) {
    const last = this.pointAt(now);
    if (!last) return;
    const pen = this.pen;
    const r = this.ratio;
    pen.font = `600 ${(this.narrow ? 13 : 15) * r}px ${FONT}`;
    pen.textBaseline = 'middle';
    pen.fillStyle = COLOUR.falseRead;
    const words = [last[1], last[2]].map((reach, i) => `${say(i ? 'right.short' : 'left.short')} ${count(reach)}`);
    const wide = Math.max(...words.map((each) => pen.measureText(each).width)) + 8 * r;
    const beside = this.x(last[0]) + wide <= this.canvas.width;
    pen.textAlign = beside ? 'left' : 'right';
    const x = this.x(last[0]) + (beside ? 8 : -8) * r;
    const { top, bottom } = this.frame();
    const keep = (/** @type {number} */ y) => Math.min(bottom - 8 * r, Math.max(top + 4 * r, y));
    // Before the playhead the names would lie on the lines: they stand over and under them.
    let [one, other] = [this.y(last[1]) - (beside ? 0 : 12 * r), this.y(last[2]) + (beside ? 0 : 14 * r)].map(keep);
    if (Math.abs(one - other) < 18 * r) {
      if (last[1] === last[2]) {
        pen.fillText(`${say('both.short')} ${count(last[1])}`, x, one);
        return;
      }
      const up = one < other ? -1 : 1;
      const push = (18 * r - Math.abs(one - other)) / 2;
      one += up * push;
      other -= up * push;
    }
    pen.fillText(words[0], x, one);
    pen.fillText(words[1], x, other);
  }

  /** @param {number} clientX */
  hoursAt(clientX) {
    const box = this.canvas.getBoundingClientRect();
    const { left, right } = this.frame();
    const part = ((clientX - box.left) * this.ratio - left) / (right - left);
    return Math.min(1, Math.max(0, part)) * this.horizon;
  }

  listen() {
    let tapped = false;
    this.canvas.addEventListener('pointerdown', (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.pressed = this.hoursAt(event.clientX);
      // A finger may only be about to scroll the page.
      tapped = event.pointerType === 'touch';
      if (!tapped) this.go(this.pressed, this.pressed);
    });
    this.canvas.addEventListener('pointermove', (event) => {
      this.hover = this.hoursAt(event.clientX);
      this.dirty = true;
      // From the present on a press goes to one hour and no further.
      if (this.pressed < 0 || Math.abs(this.hover - this.pressed) < this.horizon / 300) return;
      tapped = false;
      this.go(this.hover, -1);
    });
    this.canvas.addEventListener('pointerup', () => {
      if (tapped) this.go(this.pressed, this.pressed);
      this.pressed = -1;
    });
    this.canvas.addEventListener('pointercancel', () => { this.pressed = -1; });
    this.canvas.addEventListener('pointerleave', () => {
      this.hover = -1;
      this.dirty = true;
    });
  }
}

export const FONT = 'system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

/** A round number not below this one. @param {number} number */
export function nice(number) {
  const ten = 10 ** Math.floor(Math.log10(Math.max(number, 1)));
  return [1, 2, 4, 5, 6, 8, 10].map((m) => m * ten).find((n) => n >= number * 1.02) ?? 10 * ten;
}
