// What the parts of the page share: the line to the server, both pasts, the present hour.

import { Camera } from './camera.js';
import { Chart } from './chart.js';
import { Past } from './past.js';
import { Sky } from './sky.js';
import { Line } from './socket.js';
import { KIND, withReserve } from './wire.js';
import { say } from './words.js';

/** @typedef {import('./wire.js').Frame} Frame */
/** @typedef {import('./wire.js').Picture} Picture */

/**
 * @typedef {Object} World what the server tells of a world, see rumorsim/web/telling.py
 * @property {string} session
 * @property {string} name
 * @property {string} title
 * @property {number} seed
 * @property {number} horizon
 * @property {string} start
 * @property {number} accounts
 * @property {number} follows
 * @property {string[] | null} ids
 * @property {string[]} kinds
 * @property {{name: string, truth: boolean, category: string, answers: string | null}[]} stories
 * @property {{surface: number, platform: string, pinned: number, slots: number, others: boolean}[]} lists trending lists, see rumorsim/web/lists.py
 * @property {string[]} policies
 * @property {number | string} attention
 * @property {string | null} model
 * @property {number[]} reserve first account of each laid out for people who come back
 * @property {string[]} verbs what the desk can do, by number
 * @property {Record<string, string>} liftedBy what ends each verb that is not for good
 * @property {string[]} closing the verbs that close an account
 * @property {string[]} surfaces where a post can be read, by number
 * @property {boolean} official whether some account is official
 */

/** @template {HTMLElement} T @param {string} id @returns {T} */
export function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}

export class App {
  constructor() {
    this.camera = new Camera();
    // Zoomed in, a finger moves the picture instead of the page.
    this.camera.watch(() => document.body.classList.toggle('zoomed', this.camera.zoom > 1));
    this.skies = [new Sky(byId('left-sky'), this.camera), new Sky(byId('right-sky'), this.camera)];
    this.chart = new Chart(byId('chart'), (hours, from) => this.scrub(hours, from));
    /** @type {World | null} */
    this.world = null;
    /** @type {Picture | null} */
    this.picture = null;
    /** @type {Past[]} */
    this.pasts = [];
    /** @type {Frame | null} */
    this.frame = null;
    /** @type {any} */
    this.policy = { entries: [], settings: {} };
    /** The hour that is shown, and the one the worlds have come to. */
    this.now = 0;
    this.present = 0;
    /** Whether an earlier hour than the present is shown. */
    this.looking = false;
    /** The hour that is asked for, and the newest wish, while a look at the past is under way. @type {{asked: number | null, wish: number | null} | null} */
    this.asking = null;
    /** What was clicked last, until the server has written it down. @type {{verb: string, account?: number, story?: number} | null} */
    this.acted = null;
    this.playing = false;
    this.over = false;
    this.reduced = matchMedia('(prefers-reduced-motion: reduce)').matches;
    /** @type {Record<string, ((value: any) => void)[]>} */
    this.ears = {};
    this.painted = 0;
    this.line = new Line({
      told: (told) => this.told(told),
      picture: (picture) => {
        this.picture = withReserve(picture, this.world?.reserve ?? []);
      },
      frame: (frame) => this.take(frame),
      opened: () => this.tell('opened', null),
      lost: (code) => {
        this.asking = null;
        this.tell('lost', code);
      },
    });
  }

  /** Call `ear` whenever `what` happens. @param {string} what @param {(value: any) => void} ear */
  on(what, ear) {
    (this.ears[what] ??= []).push(ear);
  }

  /** @param {string} what @param {any} value */
  tell(what, value) {
    for (const ear of this.ears[what] ?? []) ear(value);
  }

  /** @param {any} told */
  told(told) {
    if (told.type === 'world') this.world = told;
    else if (told.type === 'fault') this.asking = null;
    else if (told.type === 'policy') this.policy = told;
    this.tell(told.type, told);
  }

  /** @param {Frame} frame */
  take(frame) {
    const world = this.world;
    if (!world || !this.picture) return;
    if (this.pasts.length === 0 || this.pasts[0].stories !== world.stories) {
      this.pasts = [new Past(world), new Past(world)];
      this.skies.forEach((sky, i) => sky.show(/** @type {Picture} */ (this.picture), this.pasts[i]));
      this.chart.horizon = world.horizon;
    }
    const before = this.now;
    this.frame = frame;
    this.now = frame.now;
    if (!frame.kept) this.present = frame.now;
    this.looking = frame.now < this.present;
    this.over = frame.over && !this.looking;
    if (frame.kept) this.show(frame);
    else if (frame.reset) this.again(frame);
    else this.go(frame, before);
    if (this.playing !== frame.playing) {
      this.playing = frame.playing;
      this.tell('playing', this.playing);
    }
    const [left, right] = this.pasts;
    if (!frame.kept) this.chart.add(this.now, [left.reachFalse, right.reachFalse, left.reachTrue, right.reachTrue]);
    this.chart.dirty = true;
    this.tell('frame', frame);
    if (frame.over && !frame.kept) this.tell('over', frame);
    this.line.say({ do: 'ack', frame: frame.number });
  }

  /** Both worlds at an earlier time, or at the present again; the curve stays. @param {Frame} frame */
  show(frame) {
    frame.sides.forEach((side, i) => {
      this.pasts[i].clear();
      this.pasts[i].take(side, null);
      this.skies[i].forget();
    });
    const look = this.asking;
    this.asking = null;
    this.tell('look', this.looking);
    if (look && look.wish !== look.asked) this.look(look.wish);
  }

  /** Everything from hour 0 on, at once: no pulses, but the whole curve. @param {Frame} frame */
  again(frame) {
    this.asking = null;
    this.chart.clear();
    this.tell('reset', frame);
    this.tell('look', false);
    const steps = 240;
    const curves = frame.sides.map((side, i) => {
      const past = this.pasts[i];
      past.clear();
      /** @type {number[][]} */
      const grid = Array.from({ length: steps + 1 }, () => [0, 0]);
      const cell = frame.now / steps || 1;
      past.take(side, (kind, account, source, story, post, value, time) => {
        if (kind === KIND.expose) grid[Math.min(steps, Math.ceil(time / cell))] = [past.reachFalse, past.reachTrue];
        this.tell('event', { world: i, kind, account, source, story, post, value, time });
      });
      for (let j = 1; j <= steps; j += 1) {
        grid[j] = [Math.max(grid[j][0], grid[j - 1][0]), Math.max(grid[j][1], grid[j - 1][1])];
      }
      return grid;
    });
    for (let j = 0; j < steps && frame.now > 0; j += 1) {
      const [left, right] = [curves[0][j], curves[1][j]];
      this.chart.add((j * frame.now) / steps, [left[0], right[0], left[1], right[1]]);
    }
    for (const sky of this.skies) sky.forget();
  }

  /** What happened since the last frame, shown moving. @param {Frame} frame @param {number} before hours */
  go(frame, before) {
    const start = performance.now();
    const world = /** @type {World} */ (this.world);
    const span = Math.max(frame.now - before, 1e-9);
    frame.sides.forEach((side, i) => {
      const sky = this.skies[i];
      const thin = Math.max(1, Math.ceil(side.count / 90));
      let seen = 0;
      this.pasts[i].take(side, (kind, account, source, story, post, value, time) => {
        const when = start + 50 * Math.min(1, Math.max(0, (time - before) / span));
        const about = world.stories[story];
        const hue = !about ? 1 : about.answers ? 2 : about.truth ? 1 : 0;
        if (kind === KIND.expose && source >= 0) {
          seen += 1;
          if (seen % thin === 0) sky.pulse(source, account, hue, when);
        } else if (kind === KIND.share || kind === KIND.publish) {
          sky.ring(account, hue, when);
        }
        this.tell('event', { world: i, kind, account, source, story, post, value, time });
      });
    });
  }

  /** @param {number} account @returns {string} */
  nameOf(account) {
    const { ids, accounts, reserve } = /** @type {World} */ (this.world);
    if (account >= accounts) return `${this.nameOf(reserve[account - accounts])}′`;
    return ids ? ids[account] : `#${account}`;
  }

  /** @param {number} account */
  followersOf(account) {
    return this.picture?.counts[account] ?? 0;
  }

  /** The hour as people say it: day and time. @param {number} hours */
  clock(hours) {
    const [date, time] = (this.world?.start ?? '2023-01-01 00:00:00').split(' ');
    const [year, month, day] = date.split('-').map(Number);
    const [hour, minute] = time.split(':').map(Number);
    return new Date(Date.UTC(year, month - 1, day, hour, minute) + Math.floor(hours * 60) * 60000);
  }

  /** @param {Record<string, unknown>} order */
  order(order) {
    this.line.say(order);
  }

  toggle() {
    if (this.playing) this.order({ do: 'pause' });
    else if (this.over) this.replay();
    else this.order({ do: 'play' });
  }

  replay() {
    this.order({ do: 'rewind', to: 0 });
    this.order({ do: 'play' });
  }

  /** @param {number} hours */
  rewind(hours) {
    this.order({ do: 'rewind', to: hours });
  }

  /** Show both worlds at an earlier hour, null for the present; one look at a time. @param {number | null} hours */
  look(hours) {
    if (this.asking) {
      this.asking.wish = hours;
      return;
    }
    if (hours === null && !this.looking) return;
    this.asking = { asked: hours, wish: hours };
    this.order({ do: 'look', ...(hours === null ? {} : { at: hours }) });
  }

  /** The curve was clicked or dragged: look back, or go on to a later hour. @param {number} hours @param {number} from where it began */
  scrub(hours, from) {
    if (hours < this.present) this.look(hours);
    else if (from >= this.present) this.rewind(hours);
    else this.look(null);
  }

  /** Do something in the world with the policy. @param {{verb: string, account?: number, story?: number}} what */
  act(what) {
    if (this.looking) {
      this.tell('fault', { lines: [say('account.past')] });
      return;
    }
    this.acted = what;
    this.order({ do: 'act', ...what });
  }

  step() {
    this.order({ do: 'step', hours: (this.world?.horizon ?? 24) / 96 });
  }

  paint() {
    const now = performance.now();
    for (const sky of this.skies) {
      sky.still = this.reduced;
      sky.paint(now);
    }
    this.chart.paint(this.now);
    this.painted += 1;
    requestAnimationFrame(() => this.paint());
  }

  resize() {
    for (const sky of this.skies) sky.resize();
    this.chart.resize();
  }
}
