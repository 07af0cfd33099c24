// Between the worlds: the tally of what the policy did, and the panes below it.

import { byId } from './app.js';
import { shape } from './look.js';
import { wireNews } from './news.js';
import { wirePolicy } from './policy.js';
import { wireStories } from './stories.js';
import { wireTrending } from './trending.js';
import { wireWhatIf } from './whatif.js';
import { count, make, percent, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** @param {App} app */
export function wireSpine(app) {
  wireTally(app);
  wireTabs();
  wireNews(app);
  wirePolicy(app);
  wireWhatIf(app);
  wireStories(app);
  wireTrending(app);
  wireLegend(app);
}

/** @param {App} app */
function wireTally(app) {
  let told = 0;
  /** A number never negative: its words say which way it went. @param {string} id @param {number} fewer @param {number} of @returns {string} */
  const signed = (id, fewer, of) => {
    const words = say(`tally.${id}.${fewer < 0 ? 'more' : 'fewer'}`);
    byId(id).textContent = count(Math.abs(fewer));
    byId(`${id}-words`).textContent = words;
    byId(`${id}-share`).textContent = of > 0 ? percent(Math.abs(fewer) / of) : '';
    return `${count(Math.abs(fewer))} ${words}`;
  };
  const show = () => {
    if (app.pasts.length < 2 || !app.frame) return;
    const [left, right] = app.pasts;
    byId('left-reach').textContent = count(left.reachFalse);
    byId('right-reach').textContent = count(right.reachFalse);
    const averted = signed('averted', left.reachFalse - right.reachFalse, left.reachFalse);
    const lost = signed('lost', left.reachTrue - right.reachTrue, left.reachTrue);
    const { wrong, acts } = app.frame.sides[1];
    byId('wrong').textContent = count(wrong);
    byId('wrong-words').textContent = say('tally.wrong', { n: count(wrong) });
    byId('acts').textContent = say('tally.acts', { n: count(acts) });
    const summary = say('told', {
      left: count(left.reachFalse), right: count(right.reachFalse), of: count(left.people),
      averted, lost, wrong: `${count(wrong)} ${say('tally.wrong', { n: count(wrong) })}`,
    });
    for (const [i, sky] of app.skies.entries()) {
      sky.top.setAttribute('aria-label', say(i ? 'right.alt' : 'left.alt', {
        n: count(app.pasts[i].reachFalse), of: count(left.people),
      }));
    }
    byId('chart').setAttribute('aria-valuetext', summary);
    byId('chart').setAttribute('aria-valuemax', String(app.world?.horizon ?? 24));
    byId('chart').setAttribute('aria-valuenow', app.now.toFixed(2));
    if (performance.now() - told > 6000 || app.frame.over) {
      told = performance.now();
      byId('told').textContent = summary;
    }
  };
  app.on('frame', show);
  app.on('language', show);
}

function wireTabs() {
  const tabs = ['news', 'policy', 'whatif'].map((name) => byId(`tab-${name}`));
  const choose = (/** @type {HTMLElement} */ tab) => {
    for (const each of tabs) {
      const on = each === tab;
      each.setAttribute('aria-selected', String(on));
      each.tabIndex = on ? 0 : -1;
      byId(each.getAttribute('aria-controls') ?? '').hidden = !on;
    }
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[/** @type {KeyboardEvent} */ (event).key];
      if (!step) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
      event.stopPropagation();
    });
  });
}

/** @param {App} app */
function wireLegend(app) {
  const show = () => {
    const states = ['unseen', 'falseRead', 'falseTold', 'trueRead', 'trueTold'];
    if (app.world?.stories.some((story) => story.answers)) states.push('corrected');
    states.push('closed', 'cut', 'closedInnocent');
    byId('legend').replaceChildren(...states.map((state) => {
      const canvas = /** @type {HTMLCanvasElement} */ (make('canvas', { width: '36', height: '36', 'aria-hidden': 'true' }));
      const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      pen.translate(18, 18);
      shape(pen, state, state === 'unseen' ? 8 : 10);
      return make('li', {}, canvas, say(`legend.${state}`));
    }));
  };
  app.on('language', show);
  app.on('world', show);
}
