// The keyboard: every button has a key, and the help lists them.

import { byId } from './app.js';
import { TOOLS } from './account.js';
import { make, put, say } from './words.js';

/** Keys and what they press. */
const PRESS = /** @type {Record<string, string>} */ ({
  ' ': 'play', '.': 'step', r: 'rewind', n: 'new-seed', g: 'open-gallery', s: 'open-share', '?': 'open-help',
  '+': 'zoom-in', '=': 'zoom-in', '-': 'zoom-out', 0: 'zoom-all', p: 'tab-policy', t: 'tab-news', w: 'tab-whatif', a: 'open-catalogue', f: 'open-seeds', u: 'undo', l: 'language',
});

const HELP = ['Space', '.', 'R', '[ ]', 'N', '/', 'Tab ↑ ↓ ← → Enter', '1 … 5', 'C', 'U', '← → Esc', '+ − 0', 'G', 'F', 'T P W', 'A', 'S', 'L', '?'];

/** @param {import('./app.js').App} app */
export function wireKeys(app) {
  document.addEventListener('keydown', (event) => {
    const at = /** @type {HTMLElement} */ (event.target);
    const typing = at.matches('input:not([type=range]), select, textarea');
    if (document.querySelector('dialog[open]')) return;
    if ((event.ctrlKey || event.metaKey) && event.key === 'z' && !typing) {
      byId('undo').click();
      event.preventDefault();
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing) {
      if (event.key === 'Escape') at.blur();
      return;
    }
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (key === ' ' && at.matches('button, [role=radio], [role=tab]') && at.id !== 'play') return;
    if (key in PRESS) byId(PRESS[key]).click();
    else if (key === 'Escape' && app.looking) app.look(null);
    else if (at.id === 'chart' && key === 'Home') app.look(0);
    else if (at.id === 'chart' && key === 'End') app.look(null);
    else if (key === '/') byId('search').focus();
    else if (key === '[' || key === ']') nudge(key === ']' ? 8 : -8);
    else if (/^[1-5]$/.test(key)) app.tell('tool', TOOLS[Number(key) - 1]);
    else if (key === 'c' && app.skies[1].sparks.chosen >= 0) app.tell('act', { verb: 'close', account: app.skies[1].sparks.chosen });
    else if (at.id === 'chart' && (key === 'ArrowLeft' || key === 'ArrowRight')) scrub(app, key === 'ArrowRight' ? 1 : -1);
    else return;
    event.preventDefault();
  });
  const help = /** @type {HTMLDialogElement} */ (byId('help'));
  byId('open-help').addEventListener('click', () => {
    const rows = HELP.map((key, i) => make('div', {}, make('dt', {}, ...key.split(' ').map((k) => make('kbd', {}, k))), make('dd', {}, say(`help.${i}`))));
    help.replaceChildren(
      make('h2', { id: 'help-title' }, say('help.title')),
      make('p', {}, say('help.what')), make('p', {}, say('help.luck')), make('p', {}, say('help.limits')),
      make('h3', {}, say('help.keys')), make('dl', { class: 'keys' }, ...rows),
      make('button', { class: 'shut', onclick: () => help.close(), 'aria-label': say('shut') }, '×'),
    );
    put(help);
    help.showModal();
  });
}

/** @param {number} by */
function nudge(by) {
  const speed = /** @type {HTMLInputElement} */ (byId('speed'));
  speed.value = String(Number(speed.value) + by);
  speed.dispatchEvent(new Event('input'));
}

/** @param {import('./app.js').App} app @param {number} way */
function scrub(app, way) {
  const horizon = app.world?.horizon ?? 24;
  const from = app.asking?.wish ?? app.now;
  const to = Math.min(horizon, Math.max(0, from + (way * horizon) / 48));
  app.scrub(to, from < app.present ? -1 : to);
}
