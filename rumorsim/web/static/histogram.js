// What came of a policy under other seeds: how far the rumor went in both worlds, one above the
// axis and one below it, and how much they differed in the same world.

import { FONT, nice } from './chart.js';
import { COLOUR } from './look.js';
import { count, say } from './words.js';

/** @typedef {{seed: number, left: number, right: number, leftTrue: number, rightTrue: number, wrong: number}} Outcome accounts */

const INK = '#9fb0cc';
/** Bars from the left edge to the right one, about. */
const BARS = 22;

/** Numbers sorted into bars of equal width, which begin at multiples of it. */
class Bars {
  /** @param {number[]} values @param {number} width */
  constructor(values, width) {
    this.width = width;
    /** Values by number of the bar. @type {Map<number, number>} */
    this.counts = new Map();
    for (const value of values) {
      const bar = Math.floor(value / width);
      this.counts.set(bar, (this.counts.get(bar) ?? 0) + 1);
    }
    this.most = Math.max(0, ...this.counts.values());
  }
}

/** A canvas with an axis of accounts. */
class Plot {
  /** @param {HTMLCanvasElement} canvas @param {number} low @param {number} high accounts at both ends */
  constructor(canvas, low, high) {
    const box = canvas.getBoundingClientRect();
    const r = Math.min(2, window.devicePixelRatio || 1);
    canvas.width = Math.max(1, Math.round(box.width * r));
    canvas.height = Math.max(1, Math.round(box.height * r));
    this.pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.r = r;
    this.low = low;
    this.high = high;
    this.left = 40 * r;
    this.right = canvas.width - 16 * r;
    this.top = 8 * r;
    this.bottom = canvas.height - 22 * r;
    this.pen.font = `${13 * r}px ${FONT}`;
  }

  /** @param {number} accounts */
  x(accounts) {
    return this.left + ((accounts - this.low) / (this.high - this.low)) * (this.right - this.left);
  }

  /** @param {string} text @param {number} x @param {number} y @param {CanvasTextAlign} align @param {string} [colour] */
  text(text, x, y, align, colour = INK) {
    this.pen.fillStyle = colour;
    this.pen.textAlign = align;
    this.pen.textBaseline = 'middle';
    this.pen.fillText(text, x, y);
  }

  /** Numbers below the axis, evenly spaced and round. */
  ticks() {
    const step = nice((this.high - this.low) / 6);
    for (let at = Math.ceil(this.low / step) * step; at <= this.high + 1e-9; at += step) {
      this.text(minus(at), this.x(at), this.bottom + 13 * this.r, 'center');
    }
  }

  /** A line across or down. @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1 @param {string} colour @param {number} width @param {number[]} [dash] */
  line(x0, y0, x1, y1, colour, width, dash = []) {
    const { pen, r } = this;
    pen.strokeStyle = colour;
    pen.lineWidth = width * r;
    pen.setLineDash(dash.map((d) => d * r));
    pen.beginPath();
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
    pen.stroke();
    pen.setLineDash([]);
  }

  /**
   * Bars that stand on y, or hang from it. @param {Bars} bars @param {number} y @param {number} unit pixels for one value, negative downwards
   * @param {(bar: number) => {colour: string, hatched: boolean}} look
   */
  bars(bars, y, unit, look) {
    const { pen, r } = this;
    for (const [bar, n] of bars.counts) {
      const { colour, hatched } = look(bar);
      const x = this.x(bar * bars.width) + r;
      const wide = this.x((bar + 1) * bars.width) - x - r;
      const [from, high] = unit > 0 ? [y - n * unit, n * unit] : [y, -n * unit];
      pen.save();
      pen.beginPath();
      pen.rect(x, from, wide, high);
      pen.clip();
      pen.globalAlpha = hatched ? 0.2 : 1;
      pen.fillStyle = colour;
      pen.fillRect(x, from, wide, high);
      pen.globalAlpha = 1;
      pen.strokeStyle = colour;
      if (hatched) {
        pen.lineWidth = 1.4 * r;
        pen.beginPath();
        for (let at = x - high; at < x + wide; at += 6 * r) {
          pen.moveTo(at, from + high);
          pen.lineTo(at + high, from);
        }
        pen.stroke();
      }
      pen.lineWidth = 2.4 * r;
      pen.strokeRect(x, from, wide, high);
      pen.restore();
    }
  }
}

/** How many accounts heard the rumor, by seed: without the policy above, with it below. @param {HTMLCanvasElement} canvas @param {Outcome[]} outcomes */
export function drawReach(canvas, outcomes) {
  const values = outcomes.flatMap(({ left, right }) => [left, right]);
  const width = nice(Math.max(1, ...values) / BARS);
  const plot = new Plot(canvas, 0, width * (Math.floor(Math.max(1, ...values) / width) + 1));
  const worlds = [outcomes.map((each) => each.left), outcomes.map((each) => each.right)].map((each) => new Bars(each, width));
  const middle = (plot.top + plot.bottom) / 2;
  const room = middle - plot.top - 16 * plot.r;
  const most = Math.max(4, ...worlds.map((each) => each.most));
  worlds.forEach((bars, i) => {
    plot.bars(bars, middle, ((i ? -1 : 1) * room) / most, () => ({ colour: COLOUR.falseRead, hatched: i === 1 }));
    const y = i ? plot.bottom - 8 * plot.r : plot.top + 6 * plot.r;
    plot.text(say(i ? 'right.short' : 'left.short'), plot.right, y, 'right', COLOUR.falseRead);
    plot.text(count(most), plot.left - 8 * plot.r, middle + (i ? room : -room), 'right');
    if (!outcomes.length) return;
    const mean = outcomes.reduce((sum, each) => sum + (i ? each.right : each.left), 0) / outcomes.length;
    plot.line(plot.x(mean), middle, plot.x(mean), middle + (i ? 1 : -1) * (room + 8 * plot.r), '#fff', 2, i ? [5, 4] : []);
  });
  plot.text('0', plot.left - 8 * plot.r, middle, 'right');
  plot.text(say('seeds.runs'), plot.left, plot.top + 6 * plot.r, 'left');
  plot.line(plot.left, middle, plot.right, middle, '#3d5284', 1);
  plot.ticks();
}

/**
 * With the policy minus without it, by seed, and the mean with its interval. Where the policy did
 * not help, bars are hatched.
 * @param {HTMLCanvasElement} canvas @param {Outcome[]} outcomes @param {(number | null)[] | null} difference mean, low, high
 */
export function drawDifference(canvas, outcomes, difference) {
  const values = outcomes.map(({ left, right }) => right - left);
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const width = nice(Math.max(1, high - low) / BARS);
  const plot = new Plot(canvas, width * (Math.floor(low / width) - 1), width * (Math.floor(high / width) + 2));
  const bars = new Bars(values, width);
  const floor = plot.bottom - 2 * plot.r;
  const room = floor - plot.top - 32 * plot.r;
  const most = Math.max(4, bars.most);
  plot.bars(bars, floor, room / most, (bar) => (bar < 0 ? { colour: COLOUR.corrected, hatched: false } : { colour: COLOUR.innocent, hatched: true }));
  plot.text(count(most), plot.left - 8 * plot.r, floor - room, 'right');
  plot.text('0', plot.left - 8 * plot.r, floor, 'right');
  plot.text(say('seeds.runs'), plot.left, plot.top + 6 * plot.r, 'left');
  plot.line(plot.left, floor, plot.right, floor, '#3d5284', 1);
  plot.line(plot.x(0), plot.top, plot.x(0), floor, '#fff', 1, [3, 3]);
  if (difference) {
    const [mean, from, to] = difference;
    // Below the words at the left, above the bars: the mean may lie anywhere along the axis.
    const y = plot.top + 22 * plot.r;
    if (from !== null && to !== null) plot.line(plot.x(from), y, plot.x(to), y, COLOUR.focus, 4);
    plot.pen.fillStyle = COLOUR.focus;
    plot.pen.beginPath();
    plot.pen.arc(plot.x(mean ?? 0), y, 5.5 * plot.r, 0, 7);
    plot.pen.fill();
  }
  plot.ticks();
}

/** A whole number with a real minus sign. @param {number} number */
function minus(number) {
  return count(number).replace('-', '−');
}
