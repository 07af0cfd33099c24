// How an account looks: a colour and a shape for every state, never colour alone.

import { HIT, MARK } from './past.js';

export const COLOUR = Object.freeze({
  ground: '#0e1626', unseen: '#445675', falseRead: '#f0a431', falseTold: '#ff6d3a',
  trueRead: '#6cc4f5', trueTold: '#6cc4f5', corrected: '#39d3a4', hit: '#f4f7ff',
  innocent: '#d79bf0', follow: '#7f9bc8', focus: '#ffe066',
});

/** States from the least to the most important: which is drawn where several hold. */
export const STATES = Object.freeze([
  'unseen', 'trueRead', 'trueTold', 'falseRead', 'falseTold', 'corrected',
  'warned', 'closed', 'suspended', 'cut',
  'warnedInnocent', 'closedInnocent', 'suspendedInnocent', 'cutInnocent',
]);

/** @param {number} marks @returns {string} */
export function stateOf(marks) {
  if (marks & HIT) {
    const verb = marks & MARK.closed ? 'closed' : marks & MARK.suspended ? 'suspended' : marks & MARK.cut ? 'cut' : 'warned';
    return marks & MARK.innocent ? `${verb}Innocent` : verb;
  }
  if ((marks & MARK.corrected) && (marks & MARK.readFalse)) return 'corrected';
  if (marks & MARK.toldFalse) return 'falseTold';
  if (marks & MARK.readFalse) return 'falseRead';
  if (marks & MARK.toldTrue) return 'trueTold';
  return marks & MARK.readTrue ? 'trueRead' : 'unseen';
}

/** How much larger than an unseen account each state is drawn. @type {Record<string, number>} */
const SCALE = {
  unseen: 1, trueRead: 1.15, trueTold: 1.45, falseRead: 1.3, falseTold: 1.8, corrected: 1.5,
  closed: 1.9, suspended: 1.9, cut: 1.9, closedInnocent: 2, suspendedInnocent: 2, cutInnocent: 2,
  warned: 1.7, warnedInnocent: 1.9,
};

/** @type {Map<string, HTMLCanvasElement>} */
const drawn = new Map();

/**
 * A small picture of a state for accounts of this radius, made once.
 * @param {string} state @param {number} radius in device pixels
 */
export function sprite(state, radius) {
  const size = Math.max(1, Math.round(radius * 2)) / 2;
  const key = `${state} ${size}`;
  let found = drawn.get(key);
  if (!found) {
    if (drawn.size > 600) drawn.clear();
    found = document.createElement('canvas');
    const r = size * SCALE[state];
    const half = Math.ceil(r + 2.5);
    found.width = 2 * half;
    found.height = 2 * half;
    const pen = /** @type {CanvasRenderingContext2D} */ (found.getContext('2d'));
    pen.translate(half, half);
    shape(pen, state, r);
    drawn.set(key, found);
  }
  return found;
}

/** @param {CanvasRenderingContext2D} pen @param {string} state @param {number} r */
export function shape(pen, state, r) {
  const innocent = state.endsWith('Innocent');
  const base = innocent ? state.slice(0, -8) : state;
  if (base === 'closed' || base === 'suspended' || base === 'cut' || base === 'warned') {
    penalty(pen, base, r, innocent);
    return;
  }
  pen.fillStyle = COLOUR[/** @type {'unseen'} */ (base)];
  pen.strokeStyle = pen.fillStyle;
  pen.beginPath();
  if (base === 'falseTold') {
    pen.moveTo(0, -r);
    pen.lineTo(r, 0);
    pen.lineTo(0, r);
    pen.lineTo(-r, 0);
    pen.closePath();
    pen.fill();
  } else if (base === 'trueTold') {
    const s = r * 0.82;
    pen.fillRect(-s, -s, 2 * s, 2 * s);
  } else if (base === 'trueRead' || base === 'corrected') {
    // A ring: hollow, so that it differs from a rumor without its colour.
    const wide = Math.max(1, r * 0.42);
    pen.fillStyle = COLOUR.ground;
    pen.arc(0, 0, r, 0, 7);
    pen.fill();
    pen.beginPath();
    pen.lineWidth = wide;
    pen.arc(0, 0, Math.max(0.5, r - wide / 2), 0, 7);
    pen.stroke();
    if (base === 'corrected') {
      pen.fillStyle = COLOUR.falseRead;
      pen.beginPath();
      pen.arc(0, 0, r * 0.35, 0, 7);
      pen.fill();
    }
  } else {
    pen.arc(0, 0, r, 0, 7);
    pen.fill();
  }
}

/** @param {CanvasRenderingContext2D} pen @param {string} verb @param {number} r @param {boolean} innocent */
function penalty(pen, verb, r, innocent) {
  const size = Math.max(r, 4.5);
  pen.fillStyle = COLOUR.ground;
  pen.strokeStyle = innocent ? COLOUR.innocent : COLOUR.hit;
  pen.lineWidth = Math.max(1.6, size * 0.3);
  pen.lineCap = 'round';
  pen.beginPath();
  if (innocent) pen.rect(-size, -size, 2 * size, 2 * size);
  else pen.arc(0, 0, size, 0, 7);
  pen.fill();
  if (innocent) pen.stroke();
  const s = size * (innocent ? 0.5 : 0.72);
  pen.beginPath();
  if (verb === 'closed') {
    pen.moveTo(-s, -s);
    pen.lineTo(s, s);
    pen.moveTo(s, -s);
    pen.lineTo(-s, s);
  } else if (verb === 'suspended') {
    pen.moveTo(-s * 0.5, -s);
    pen.lineTo(-s * 0.5, s);
    pen.moveTo(s * 0.5, -s);
    pen.lineTo(s * 0.5, s);
  } else if (verb === 'warned') {
    pen.moveTo(0, -s);
    pen.lineTo(0, s * 0.15);
    pen.moveTo(0, s * 0.85);
    pen.lineTo(0, s * 0.87);
  } else {
    pen.setLineDash([size * 0.55, size * 0.5]);
    pen.arc(0, 0, s, 0, 7);
    pen.stroke();
    pen.setLineDash([]);
    pen.beginPath();
    pen.moveTo(-s * 0.5, 0);
    pen.lineTo(s * 0.5, 0);
  }
  pen.stroke();
}
