// What the server sends as bytes, read as typed arrays. Written by rumorsim/web/wire.py.

/**
 * Who follows whom and where to draw them.
 * @typedef {Object} Picture
 * @property {number} accounts
 * @property {number} follows
 * @property {Float32Array} places x, y of each account in the unit square
 * @property {Uint32Array} offsets followers of a are followers[offsets[a]..offsets[a + 1]]
 * @property {Int32Array} followers
 * @property {Uint32Array} kinds
 * @property {Uint32Array} counts followers of each account
 */

/**
 * One world's part of a frame: columns of equal length, one row an event.
 * @typedef {Object} Side
 * @property {number} count
 * @property {number} wrong accounts hit that had told nothing false
 * @property {number} acts penalties so far
 * @property {Int32Array} reach by story
 * @property {Int32Array} shares by story
 * @property {Int32Array} slots story in each slot of the trending lists, -1 for other topics; empty: as before
 * @property {Float32Array} time hours
 * @property {Int32Array} account
 * @property {Int32Array} source
 * @property {Int32Array} post
 * @property {Float32Array} value
 * @property {Int32Array} code story * 16 + kind
 */

/**
 * @typedef {Object} Frame
 * @property {number} number
 * @property {boolean} reset forget all that came before
 * @property {boolean} playing
 * @property {boolean} over
 * @property {boolean} kept nothing new has happened: an earlier time is shown, or the present again
 * @property {number} now hours
 * @property {[Side, Side]} sides left, right
 */

export const KIND = Object.freeze({
  publish: 0, share: 1, expose: 2, read: 3, report: 4, action: 5, surface: 6, stop: 7,
  withhold: 8, believe: 9, trust: 10,
});

/** @param {ArrayBuffer} bytes @returns {Picture | Frame} */
export function read(bytes) {
  const head = new Uint32Array(bytes, 0, 4);
  return head[0] === 1 ? readPicture(bytes, head) : readFrame(bytes, head);
}

/** @param {unknown} thing @returns {thing is Picture} */
export function isPicture(thing) {
  return typeof thing === 'object' && thing !== null && 'places' in thing;
}

/** @param {ArrayBuffer} bytes @param {Uint32Array} head @returns {Picture} */
function readPicture(bytes, head) {
  const [, accounts, follows] = head;
  let at = 16;
  const places = new Float32Array(bytes, at, 2 * accounts);
  at += 8 * accounts;
  const offsets = new Uint32Array(bytes, at, accounts + 1);
  at += 4 * (accounts + 1);
  const followers = new Int32Array(bytes, at, follows);
  at += 4 * follows;
  const kinds = new Uint32Array(bytes, at, accounts);
  const counts = Uint32Array.from({ length: accounts }, (_, i) => offsets[i + 1] - offsets[i]);
  return { accounts, follows, places, offsets, followers, kinds, counts };
}

/**
 * The same picture with the accounts laid out for people who come back, beside their first.
 * @param {Picture} picture @param {number[]} reserve the first account of each @returns {Picture}
 */
export function withReserve(picture, reserve) {
  if (!reserve.length) return picture;
  const { accounts, places, kinds, counts } = picture;
  const all = accounts + reserve.length;
  const grown = { places: new Float32Array(2 * all), kinds: new Uint32Array(all), counts: new Uint32Array(all) };
  grown.places.set(places);
  grown.kinds.set(kinds);
  grown.counts.set(counts);
  reserve.forEach((first, i) => {
    grown.places.set([places[2 * first] + 0.012, places[2 * first + 1] - 0.012], 2 * (accounts + i));
    grown.kinds[accounts + i] = kinds[first];
    grown.counts[accounts + i] = counts[first];
  });
  return { ...picture, ...grown, accounts: all };
}

/** @param {ArrayBuffer} bytes @param {Uint32Array} head @returns {Frame} */
function readFrame(bytes, head) {
  const [, number, flags, stories] = head;
  const now = new DataView(bytes).getFloat64(16, true);
  let at = 24;
  /** @returns {Side} */
  const side = () => {
    const [count, slotCount, wrong, acts] = new Uint32Array(bytes, at, 4);
    at += 16;
    const ints = (/** @type {number} */ n) => {
      const column = new Int32Array(bytes, at, n);
      at += 4 * n;
      return column;
    };
    const floats = (/** @type {number} */ n) => {
      const column = new Float32Array(bytes, at, n);
      at += 4 * n;
      return column;
    };
    return {
      count, wrong, acts, reach: ints(stories), shares: ints(stories), slots: ints(slotCount),
      time: floats(count), account: ints(count), source: ints(count), post: ints(count),
      value: floats(count), code: ints(count),
    };
  };
  const left = side();
  return {
    number, reset: (flags & 1) !== 0, playing: (flags & 2) !== 0, over: (flags & 4) !== 0, kept: (flags & 8) !== 0, now,
    sides: [left, side()],
  };
}
