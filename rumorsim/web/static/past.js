// What has happened in one world so far: worked out from its events, in typed arrays.

import { KIND } from './wire.js';

/** @typedef {import('./wire.js').Side} Side */

/** Bits of an account's state. */
export const MARK = Object.freeze({
  readFalse: 1, toldFalse: 2, readTrue: 4, toldTrue: 8, corrected: 16,
  closed: 32, suspended: 64, cut: 128, innocent: 256, reported: 512, warned: 1024,
});

/** Any of these: the desk has hit this account. */
export const HIT = MARK.closed | MARK.suspended | MARK.cut | MARK.warned;

/** What a verb of the desk leaves on an account. @type {Record<string, number>} */
const LEAVES = {
  close: MARK.closed, arrest: MARK.closed, 'take-down': MARK.closed, suspend: MARK.suspended,
  'require-credentials': MARK.suspended, 'remove-followers': MARK.cut, demonetise: MARK.warned,
  'discount-engagement': MARK.warned, unmask: MARK.warned, warn: MARK.warned, fine: MARK.warned,
};

/**
 * @typedef {Object} Post
 * @property {number} author
 * @property {number} story
 * @property {number} time
 * @property {number} from post that was shared, -1 for a publication
 * @property {boolean} gone
 * @property {Set<string> | null} under the verbs in force on it
 */

export class Past {
  /** @param {import('./app.js').World} world */
  constructor(world) {
    this.stories = world.stories;
    this.verbs = world.verbs;
    this.liftedBy = world.liftedBy;
    this.closing = world.closing;
    /** The verbs in force on each account that was hit. @type {Map<number, Set<string>>} */
    this.under = new Map();
    this.people = world.accounts;
    this.accounts = world.accounts + world.reserve.length;
    const n = this.accounts;
    this.marks = new Uint16Array(n);
    this.reached = new Uint8Array(n);
    /** Who told each account of the first false story it read, -1 nobody. */
    this.tellerFalse = new Int32Array(n);
    this.timeFalse = new Float32Array(n);
    /** Where it read that: 0 the feed. */
    this.surface = new Uint8Array(n);
    /** @type {Post[]} */
    this.posts = [];
    /** @type {Map<number, number[]>} */
    this.postsOf = new Map();
    /** Accounts whose marks changed since they were last drawn. @type {Set<number>} */
    this.changed = new Set();
    /** Stories kept off the trending list. @type {Set<number>} */
    this.delisted = new Set();
    /** The story in each slot of the trending lists, -1 none of ours; another array once it differs. */
    this.slots = new Int32Array(0);
    this.reachFalse = 0;
    this.reachTrue = 0;
    /** Something is smaller than it was drawn: everything is to be painted again. */
    this.shrunk = false;
    this.clear();
  }

  clear() {
    this.marks.fill(0);
    this.reached.fill(0);
    this.tellerFalse.fill(-1);
    this.timeFalse.fill(-1);
    this.surface.fill(0);
    this.posts = [];
    this.postsOf.clear();
    this.changed.clear();
    this.delisted.clear();
    this.under.clear();
    this.slots = new Int32Array(0);
    this.reachFalse = 0;
    this.reachTrue = 0;
    this.shrunk = false;
  }

  /**
   * Take in one frame's events; `each` is called with every one that can be shown moving.
   * @param {Side} side
   * @param {((kind: number, account: number, source: number, story: number, post: number,
   *   value: number, time: number) => void) | null} each
   */
  take(side, each) {
    const { count, account, source, post, value, code, time } = side;
    // A copy: the column would keep the bytes of its whole frame.
    if (side.slots.length) this.slots = side.slots.slice();
    for (let i = 0; i < count; i += 1) {
      const kind = code[i] & 15;
      const story = code[i] >> 4;
      this.one(kind, account[i], source[i], story, post[i], value[i], time[i]);
      if (each) each(kind, account[i], source[i], story, post[i], value[i], time[i]);
    }
  }

  /**
   * @param {number} kind @param {number} account @param {number} source @param {number} story
   * @param {number} post @param {number} value @param {number} time
   */
  one(kind, account, source, story, post, value, time) {
    if (kind === KIND.publish || kind === KIND.share) {
      this.posts[post] = { author: account, story, time, from: kind === KIND.share ? value : -1, gone: false, under: null };
      const own = this.postsOf.get(account);
      if (own) own.push(post);
      else this.postsOf.set(account, [post]);
      const about = this.stories[story];
      if (!about.answers) this.mark(account, about.truth ? MARK.toldTrue : MARK.toldFalse);
      if (kind === KIND.publish) this.learn(account, -1, story, time, -1);
    } else if (kind === KIND.expose) {
      this.learn(account, source, story, time, value);
    } else if (kind === KIND.report) {
      this.mark(account, MARK.reported);
    } else if (kind === KIND.action) {
      this.done(this.verbs[value], account, story, post);
    }
  }

  /**
   * An account reads (or begins) a story.
   * @param {number} account @param {number} teller @param {number} story @param {number} time
   * @param {number} surface 0 feed, 1 trending, -1 it is the author
   */
  learn(account, teller, story, time, surface) {
    const about = this.stories[story];
    if (about.answers) {
      this.mark(account, MARK.corrected);
      return;
    }
    const bit = about.truth ? MARK.readTrue : MARK.readFalse;
    // Who begins a story knows it, but is reached only by reading it, like everybody else.
    if (surface >= 0 && !(this.reached[account] & bit)) {
      this.reached[account] |= bit;
      if (about.truth) this.reachTrue += 1;
      else this.reachFalse += 1;
    }
    if (this.marks[account] & bit) return;
    this.mark(account, bit);
    if (!about.truth) {
      this.tellerFalse[account] = teller;
      this.timeFalse[account] = time;
      this.surface[account] = Math.max(surface, 0);
    }
  }

  /** @param {string} verb @param {number} account @param {number} story @param {number} post */
  done(verb, account, story, post) {
    const guilty = account >= 0 && (this.marks[account] & MARK.toldFalse) !== 0;
    const lifts = (/** @type {string} */ what) => (verb === 'reopen' ? this.closing.includes(what) : this.liftedBy[what] === verb);
    if (verb in LEAVES && account >= 0) {
      this.mark(account, LEAVES[verb] | (guilty ? 0 : MARK.innocent));
      const under = this.under.get(account) ?? new Set();
      this.under.set(account, under.add(verb));
    } else if (post < 0 && account >= 0 && this.under.has(account)) {
      const left = new Set([...this.under.get(account) ?? []].filter((what) => !lifts(what)));
      this.under.set(account, left);
      this.unmark(account, HIT & ~[...left].reduce((bits, what) => bits | LEAVES[what], 0));
    } else if (post >= 0 && this.posts[post]) {
      const about = this.posts[post];
      const under = [...about.under ?? []].filter((what) => !lifts(what));
      if (verb === 'delete' || verb === 'hide') under.push(verb);
      about.under = new Set(under);
      about.gone = under.length > 0;
    }
    if (verb === 'delist') this.delisted.add(story);
    else if (verb === 'relist') this.delisted.delete(story);
  }

  /** @param {number} account @param {number} bits */
  mark(account, bits) {
    if ((this.marks[account] & bits) === bits) return;
    this.marks[account] |= bits;
    this.changed.add(account);
  }

  /** @param {number} account @param {number} bits */
  unmark(account, bits) {
    if (!(this.marks[account] & bits)) return;
    this.marks[account] &= ~bits;
    this.shrunk = true;
  }

  /** Who had a false story from an account, directly or through others: teller and hearer in turn. @param {number} account */
  tree(account) {
    /** @type {Map<number, number[]>} */
    const heard = new Map();
    this.tellerFalse.forEach((teller, i) => {
      if (teller < 0) return;
      const own = heard.get(teller);
      if (own) own.push(i);
      else heard.set(teller, [i]);
    });
    /** @type {number[]} */
    const ties = [];
    const met = new Set([account]);
    for (const teller of met) {
      for (const hearer of heard.get(teller) ?? []) {
        if (met.has(hearer)) continue;
        met.add(hearer);
        ties.push(teller, hearer);
      }
    }
    return ties;
  }

  /** How a false story came to an account: itself first, then who told it, and so on. @param {number} account */
  chain(account) {
    const links = [account];
    let at = this.tellerFalse[account];
    while (at >= 0 && links.length < 60 && !links.includes(at)) {
      links.push(at);
      at = this.tellerFalse[at];
    }
    return links;
  }
}
