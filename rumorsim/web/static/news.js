// The news: what popular accounts post, what the desk does, how far the rumor has come. What
// happens in both worlds alike, whatever it is, is one line.

import { byId } from './app.js';
import { KIND } from './wire.js';
import { count, has, make, named, percent, say } from './words.js';

/** Lines shown, and lines kept for a look at the past. */
const SHOWN = 60;
const KEPT = 4000;

/**
 * @typedef {Object} Line
 * @property {number} time
 * @property {number} worlds bit 1 without a policy, bit 2 with it
 * @property {string} tone
 * @property {string} key
 * @property {Record<string, unknown>} facts
 */

/** @param {import('./app.js').App} app */
export function wireNews(app) {
  const list = byId('news');
  /** @type {Map<string, Line>} */
  let lines = new Map();
  let popular = 10;
  /** Tenths of all accounts that have heard the rumor, by world. */
  let tenths = [0, 0];
  let fresh = true;

  const put = (/** @type {number} */ world, /** @type {number} */ time, /** @type {string} */ tone, /** @type {string} */ key, /** @type {Record<string, unknown>} */ facts) => {
    const id = `${key} ${time} ${Object.values(facts).join(' ')}`;
    const known = lines.get(id);
    if (known) known.worlds |= 1 << world;
    else lines.set(id, { time, worlds: 1 << world, tone, key, facts });
    fresh = true;
    if (lines.size > KEPT) lines = new Map([...lines].sort(([, a], [, b]) => b.time - a.time).slice(0, KEPT / 2));
  };
  const text = (/** @type {Line} */ { key, facts }) => {
    const { account, story, part, n } = /** @type {any} */ (facts);
    return say(key, {
      account: account === undefined ? '' : app.nameOf(account),
      story: named('name', app.world?.stories[story]?.name ?? ''),
      part: part === undefined ? '' : percent(part),
      n: n === undefined ? '' : count(n),
    });
  };
  const show = () => {
    const newest = [...lines.values()].filter((line) => line.time <= app.now + 1e-9)
      .sort((a, b) => b.time - a.time).slice(0, SHOWN);
    list.replaceChildren(...newest.map((line) => {
      const hour = app.clock(line.time).toISOString().slice(11, 16);
      const badge = ['', 'left', 'right', 'both'][line.worlds];
      return make('li', { class: line.tone }, make('time', {}, hour),
        make('b', { class: `badge ${badge}`, title: say(`badge.${badge}`) }, make('span', { class: 'hidden' }, say(`badge.${badge}`))),
        make('span', {}, text(line)));
    }));
    if (!newest.length) list.replaceChildren(make('li', { class: 'empty' }, say('news.empty')));
  };
  /** Rank on a trending list, 0 for a pinned slot; beyond all ranks elsewhere. @param {number} surface @param {number} slot from 1, 0 it left */
  const rank = (surface, slot) => {
    const board = app.world?.lists.find((each) => each.surface === surface);
    return board && slot ? Math.max(0, slot - board.pinned) : Infinity;
  };

  app.on('reset', () => {
    const all = Uint32Array.from(app.picture?.counts ?? []).sort().reverse();
    popular = Math.max(5, all[Math.floor(all.length * 0.02)] ?? 5);
    lines = new Map();
    tenths = [0, 0];
    fresh = true;
  });
  app.on('event', ({ world, kind, account, source, story, time, value }) => {
    const about = app.world?.stories[story];
    const tone = about?.truth ? 'true' : 'false';
    if (kind === KIND.action && world === 1) {
      const verb = `did.${app.world?.verbs[value]}`;
      const key = account < 0 && has(`${verb}.story`) ? `${verb}.story` : verb;
      if (has(key)) put(world, time, 'desk', key, { account, story });
    } else if (kind === KIND.publish) {
      put(world, time, tone, 'news.published', { account, story, n: app.followersOf(account) });
    } else if (kind === KIND.share && app.followersOf(account) >= popular) {
      put(world, time, tone, 'news.shared', { account, story, n: app.followersOf(account) });
    } else if (kind === KIND.surface && about && rank(source, value) <= 3) {
      const n = rank(source, value);
      if (n) put(world, time, tone, 'news.trending', { story, n });
      else put(world, time, tone, 'news.pinned', { story });
    } else if (kind === KIND.expose) {
      const past = app.pasts[world];
      const part = Math.floor((10 * past.reachFalse) / Math.max(1, past.people));
      if (part > tenths[world]) {
        tenths[world] = part;
        put(world, time, 'milestone', 'news.milestone', { part: part / 10 });
      }
    }
  });
  app.on('frame', () => {
    if (fresh) show();
    fresh = false;
  });
  app.on('look', show);
  app.on('language', show);
}
