// The news: what loud accounts post, what the desk does, how far the rumor has come.

import { byId } from './app.js';
import { KIND } from './wire.js';
import { count, has, make, named, say } from './words.js';

/** @param {import('./app.js').App} app */
export function wireNews(app) {
  const list = byId('news');
  /** @type {{time: number, badge: string, text: string, tone: string}[]} */
  let lines = [];
  let loud = 10;
  /** @type {Set<string>} what the left-hand world has just told */
  let left = new Set();
  let milestones = [0, 0];
  const clear = () => {
    lines = [];
    milestones = [0, 0];
    show();
  };
  const show = () => list.replaceChildren(...lines.map(({ time, badge, text, tone }) => {
    const hour = app.clock(time).toISOString().slice(11, 16);
    return make('li', { class: tone }, make('time', {}, hour), make('b', { class: `badge ${badge}` }, say(`badge.${badge}`)), make('span', {}, text));
  }));
  const put = (/** @type {number} */ time, /** @type {string} */ badge, /** @type {string} */ tone, /** @type {string} */ text) => {
    lines.unshift({ time, badge, text, tone });
    lines.length = Math.min(lines.length, 40);
  };
  /** Rank on a trending list, 0 for a pinned slot; beyond all ranks elsewhere. @param {number} surface @param {number} slot from 1, 0 it left */
  const rank = (surface, slot) => {
    const list = app.world?.lists.find((each) => each.surface === surface);
    return list && slot ? Math.max(0, slot - list.pinned) : Infinity;
  };
  let fresh = false;
  app.on('world', () => {
    clear();
  });
  app.on('reset', () => {
    const all = Uint32Array.from(app.picture?.counts ?? []).sort().reverse();
    loud = Math.max(5, all[Math.floor(all.length * 0.02)] ?? 5);
    clear();
  });
  app.on('event', (event) => {
    const { world, kind, account, source, story, time, value } = event;
    const about = app.world?.stories[story];
    const name = app.nameOf(account);
    if (kind === KIND.action && world === 1) {
      const key = `did.${app.world?.verbs[value]}`;
      if (has(key)) put(time, 'right', 'desk', say(key, { account: name, story: named('name', about?.name ?? '') }));
    } else if (kind === KIND.publish || (kind === KIND.share && app.followersOf(account) >= loud)) {
      const key = `${kind} ${time} ${account} ${story}`;
      const text = say(kind === KIND.publish ? 'news.published' : 'news.shared', {
        account: name, story: named('name', about?.name ?? ''), n: count(app.followersOf(account)),
      });
      if (world === 0) {
        left.add(key);
        put(time, 'left', about?.truth ? 'true' : 'false', text);
      } else if (left.has(key)) {
        const twin = lines.find((line) => line.badge === 'left' && line.text === text && line.time === time);
        if (twin) twin.badge = 'both';
      } else put(time, 'right', about?.truth ? 'true' : 'false', text);
    } else if (kind === KIND.surface && about && rank(source, value) <= 3) {
      const n = rank(source, value);
      const text = n ? say('news.trending', { story: named('name', about.name), n }) : say('news.pinned', { story: named('name', about.name) });
      if (lines[0]?.text !== text) put(time, world ? 'right' : 'left', about.truth ? 'true' : 'false', text);
    } else return;
    fresh = true;
  });
  app.on('frame', () => {
    left = new Set();
    app.pasts.forEach((past, i) => {
      const part = Math.floor((10 * past.reachFalse) / Math.max(1, past.accounts));
      if (part > milestones[i]) {
        milestones[i] = part;
        put(app.now, i ? 'right' : 'left', 'milestone', say('news.milestone', { part: `${part * 10} %` }));
        fresh = true;
      }
    });
    if (fresh) show();
    fresh = false;
  });
  app.on('language', clear);
}
