// The policy of the right-hand world: what it is made of, and taking out of it.

import { byId } from './app.js';
import { make, named, percent, say } from './words.js';

/** An intervention in a few words. @param {any} each */
export function inWords(each) {
  const { kind, when, whom = {}, delay } = each;
  const what = named('kind', kind);
  const parts = [];
  if (when.at) parts.push(say('when.at', { at: when.at.map((/** @type {string} */ t) => shortHours(t)).join(', ') }));
  for (const name of ['reports', 'shares', 'reach']) if (when[name]) parts.push(say(`when.${name}`, { n: when[name] }));
  if (when.age) parts.push(say('when.age', { age: shortHours(when.age) }));
  if (whom.accounts?.length) parts.push(whom.accounts.map((/** @type {unknown} */ a) => `#${a}`).slice(0, 3).join(' '));
  if (whom.nth) parts.push(say('whom.nth', { n: whom.nth }));
  if (whom.kinds?.length) parts.push(whom.kinds.map((/** @type {string} */ k) => named('who', k)).join(', '));
  if (whom.stories?.length) parts.push(whom.stories.map((/** @type {string} */ s) => named('name', s)).join(', '));
  if (delay?.median) parts.push(say('after', { time: shortHours(delay.median) }));
  if (each.sensitivity !== undefined && each.sensitivity !== null) parts.push(say('accurate', { part: percent(each.sensitivity) }));
  return { what, how: parts.join(' · ') };
}

/** @param {string} text such as "7.25 h" */
function shortHours(text) {
  const hours = parseFloat(text);
  if (!text.endsWith(' h') || Number.isNaN(hours)) return text;
  return hours >= 1.5 ? say('hours.short', { n: Math.round(hours * 10) / 10 }) : say('minutes.short', { n: Math.round(hours * 60) });
}

/** @param {import('./app.js').App} app */
export function wirePolicy(app) {
  const choice = /** @type {HTMLSelectElement} */ (byId('policy-choice'));
  const show = () => {
    const entries = app.policy.entries ?? [];
    byId('script').replaceChildren(...entries.map((/** @type {any} */ entry, /** @type {number} */ i) => {
      const { what, how } = inWords(entry.intervention);
      const drop = make('button', { class: 'round drop', onclick: () => app.order({ do: 'drop', entry: i }), 'aria-label': say('policy.drop', { what }) }, '×');
      return make('li', { class: entry.origin }, make('b', {}, what), make('span', {}, how), drop);
    }));
    /** @type {HTMLButtonElement} */ (byId('undo')).disabled = !app.policy.undo;
    if (!entries.length) byId('script').replaceChildren(make('li', { class: 'empty' }, say('policy.empty')));
    app.chart.acts = entries.filter((/** @type {any} */ e) => e.origin === 'click')
      .flatMap((/** @type {any} */ e) => e.intervention.when.at.map(parseFloat));
    app.chart.dirty = true;
  };
  const options = () => {
    const names = app.world?.policies ?? ['none'];
    choice.replaceChildren(...names.map((name) => make('option', { value: name }, name === 'none' ? say('policy.none') : named('plan', name))));
    choice.value = app.policy.begun ?? 'none';
  };
  choice.addEventListener('change', () => app.order({ do: 'policy', name: choice.value }));
  app.on('policy', () => {
    options();
    show();
  });
  app.on('language', () => {
    options();
    show();
  });
}
