// The same policy under fifty other seeds: run by the server, drawn as each is done.

import { byId } from './app.js';
import { drawDifference, drawReach } from './histogram.js';
import { answerOf } from './predictions.js';
import { answerList } from './reveal.js';
import { count, joined, make, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./histogram.js').Outcome} Outcome */

/** Seeds run at once. */
const COUNT = 50;

/** @param {App} app @param {import('./predictions.js').Predictions} predictions @param {(scenario: string) => string} askOf */
export function wireSeeds(app, predictions, askOf) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('seeds'));
  /** @type {{state: string, of: number, outcomes: Outcome[], difference: (number | null)[] | null} | null} */
  let told = null;

  const start = () => {
    told = { state: 'running', of: COUNT, outcomes: [], difference: null };
    app.order({ do: 'replicate', count: COUNT });
    draw();
  };

  const draw = () => {
    const running = told?.state === 'running';
    const clicked = app.policy.entries?.some((/** @type {any} */ each) => each.origin === 'click');
    const canvas = (/** @type {string} */ id, /** @type {string} */ name) => make('figure', {}, make('figcaption', {}, say(name)), make('canvas', { id, role: 'img', 'aria-label': say(name) }));
    const focused = dialog.contains(document.activeElement) ? document.activeElement?.id : '';
    dialog.replaceChildren(
      make('h2', { id: 'seeds-title' }, say('seeds.title')),
      make('p', { class: 'lead' }, joined([say('seeds.lead'), clicked ? say('seeds.clicks') : ''])),
      make('div', { class: 'charts' }, canvas('seeds-reach', 'seeds.reach'), canvas('seeds-difference', 'seeds.difference')),
      make('div', { class: 'progress' }, make('progress', { max: String(told?.of ?? COUNT), value: String(told?.outcomes.length ?? 0), 'aria-label': say('seeds.button') }), make('output', { id: 'seeds-done' }, say('seeds.done', { n: count(told?.outcomes.length ?? 0), of: count(told?.of ?? COUNT) }))),
      make('div', { class: 'sums', id: 'seeds-sums', role: 'status', 'aria-live': 'off' }),
      make('div', { class: 'answered' }),
      make('div', { class: 'row' },
        running ? make('button', { class: 'go', id: 'seeds-stop', onclick: () => app.order({ do: 'stop' }) }, say('seeds.stop'))
          : make('button', { class: 'go', id: 'seeds-start', onclick: start }, say(told ? 'seeds.again' : 'seeds.start')),
        make('a', { class: 'wide button', id: 'seeds-csv', href: `download/${app.world?.session}/seeds.csv`, download: '', hidden: !told?.outcomes.length }, say('seeds.csv'))),
      make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
    );
    put(dialog);
    show();
    if (focused) (document.getElementById(focused) ?? /** @type {HTMLElement | null} */ (dialog.querySelector('.go')))?.focus();
  };

  /** What has come of it so far, without making the dialog anew. */
  const show = () => {
    if (!dialog.open) return;
    const { state, of, outcomes, difference } = told ?? { state: '', of: COUNT, outcomes: [], difference: null };
    drawReach(/** @type {HTMLCanvasElement} */ (byId('seeds-reach')), outcomes);
    drawDifference(/** @type {HTMLCanvasElement} */ (byId('seeds-difference')), outcomes, difference);
    /** @type {HTMLProgressElement} */ (/** @type {unknown} */ (dialog.querySelector('progress'))).value = outcomes.length;
    byId('seeds-done').textContent = say('seeds.done', { n: count(outcomes.length), of: count(of) });
    byId('seeds-csv').hidden = !outcomes.length;
    const sums = byId('seeds-sums');
    // Spoken once, when it is over; fifty changes would only be in the way.
    sums.setAttribute('aria-live', state === 'running' ? 'off' : 'polite');
    const lines = sentences(outcomes, difference);
    if (state === 'stopped') lines.unshift(outcomes.length ? say('seeds.stopped', { n: count(outcomes.length), of: count(of) }) : say('seeds.none'));
    sums.replaceChildren(...lines.map((line) => make('p', {}, line)));
    answered(outcomes);
  };

  /** How often each answer came true, beside what was predicted. @param {Outcome[]} outcomes */
  const answered = (outcomes) => {
    const scenario = app.world?.name ?? '';
    const ask = askOf(scenario);
    const box = /** @type {HTMLElement} */ (dialog.querySelector('.answered'));
    if (!ask || !outcomes.length) {
      box.replaceChildren();
      return;
    }
    const came = [0, 0, 0];
    for (const outcome of outcomes) came[answerOf(ask, outcome)] += 1;
    const most = Math.max(...came);
    box.replaceChildren(make('h3', {}, say('seeds.answers')), make('p', { class: 'hint' }, say(`gallery.${scenario}.question`)),
      answerList(ask, scenario, predictions, (i) => ({ class: came[i] === most ? 'came' : '', notes: [say('seeds.outcome', { n: count(came[i]), of: count(outcomes.length) })] })));
  };

  byId('open-seeds').addEventListener('click', () => {
    if (!app.world || document.querySelector('dialog[open]')) return;
    dialog.showModal();
    if (told) draw();
    else start();
    /** @type {HTMLElement} */ (dialog.querySelector('.go')).focus();
  });
  // What nobody looks at need not be run.
  dialog.addEventListener('close', () => {
    if (told?.state === 'running') app.order({ do: 'stop' });
  });
  app.on('replicates', (message) => {
    const before = told?.state;
    const outcomes = message.outcomes.map((/** @type {number[]} */ [seed, left, right, leftTrue, rightTrue, wrong]) => ({ seed, left, right, leftTrue, rightTrue, wrong }));
    told = { ...message, outcomes };
    if (!dialog.open) return;
    if (told?.state === before) show();
    else draw();
  });
  const forget = () => {
    told = null;
    if (dialog.open) draw();
  };
  app.on('world', forget);
  app.on('policy', forget);
  app.on('lost', forget);
  app.on('language', () => {
    if (dialog.open) draw();
  });
  window.addEventListener('resize', show);
}

/** An interval of differences in words. @param {number} low @param {number} high @param {(number: number) => string} rounded */
function span(low, high, rounded) {
  const ends = [low, high].map((end) => rounded(Math.abs(end)));
  if (high <= 0) return say('seeds.fewer.range', { low: ends[1], high: ends[0] });
  return say(low >= 0 ? 'seeds.more.range' : 'seeds.mixed.range', { low: ends[0], high: ends[1] });
}

/** @param {Outcome[]} outcomes @param {(number | null)[] | null} difference mean, low, high of with the policy minus without */
function sentences(outcomes, difference) {
  if (!outcomes.length || !difference) return [];
  const mean = (/** @type {(outcome: Outcome) => number} */ of) => outcomes.reduce((sum, each) => sum + of(each), 0) / outcomes.length;
  const rounded = (/** @type {number} */ number) => count(Math.abs(number) < 10 ? Math.round(10 * number) / 10 : Math.round(number));
  const way = (/** @type {number} */ number) => {
    const n = rounded(Math.abs(number));
    return n === '0' ? say('seeds.same') : say(number < 0 ? 'seeds.fewer' : 'seeds.more', { n });
  };
  const [estimate, low, high] = difference;
  const lines = [say('seeds.mean', { left: rounded(mean((each) => each.left)), right: rounded(mean((each) => each.right)), difference: way(estimate ?? 0) })];
  if (low !== null && high !== null) lines.push(say('seeds.interval', { range: span(low, high, rounded) }));
  else if (outcomes.some((each) => each.right !== each.left)) lines.push(say('seeds.few'));
  const same = outcomes.filter((each) => each.right === each.left).length;
  const worse = outcomes.filter((each) => each.right > each.left).length;
  lines.push(same + worse ? say('seeds.unhelpful', { n: count(same + worse), of: count(outcomes.length), same: count(same), worse: count(worse) }) : say('seeds.helpful'));
  const wrong = mean((each) => each.wrong);
  lines.push(say(wrong ? 'seeds.wrong' : 'reveal.none', { n: rounded(wrong) }));
  return lines;
}
