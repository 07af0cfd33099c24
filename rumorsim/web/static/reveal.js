// What happened, once a run is over: beside one's own prediction, and those of a class.

import { byId } from './app.js';
import { answerOf, averted, lost } from './predictions.js';
import { count, joined, make, percent, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./predictions.js').Predictions} Predictions */

/**
 * The answers to a question, each with its notes, and a bar of how many of a class chose it.
 * @param {string} ask @param {string} scenario @param {Predictions} predictions
 * @param {(answer: number) => {class: string, notes: string[]}} about
 */
export function answerList(ask, scenario, predictions, about) {
  const all = predictions.all(scenario);
  return make('ul', { class: 'answers' }, ...[0, 1, 2].map((i) => {
    const { class: name, notes } = about(i);
    const guessed = i === predictions.own[scenario];
    const told = guessed ? [...notes, say('reveal.guessed')] : notes;
    const parts = [make('span', {}, say(`answer.${ask}.${i}`)), make('small', {}, told.join(' · '))];
    if (all) {
      const n = predictions.of(scenario)[i];
      const bar = make('i', { 'aria-hidden': 'true' });
      bar.style.width = `${(100 * n) / all}%`;
      parts.push(make('div', { class: 'class-bar' }, bar), make('small', { class: 'class-count' }, say('class.of', { n: count(n), of: count(all) })));
    }
    return make('li', { class: `${name} ${guessed ? 'guessed' : ''}` }, ...parts);
  }));
}

/** @param {App} app @param {Predictions} predictions @param {(scenario: string) => string} askOf @param {() => void} next opens the gallery at the next scenario */
export function wireReveal(app, predictions, askOf, next) {
  const reveal = /** @type {HTMLDialogElement} */ (byId('reveal'));
  let revealed = false;

  const show = () => {
    const { world } = app;
    if (!world || !app.frame || app.pasts.length < 2 || document.querySelector('dialog[open]')) return;
    const ask = askOf(world.name);
    const [left, right] = app.pasts;
    const numbers = { left: left.reachFalse, right: right.reachFalse, leftTrue: left.reachTrue, rightTrue: right.reachTrue, wrong: app.frame.sides[1].wrong };
    const parts = [make('h2', { id: 'reveal-title' }, say('reveal.title')), make('p', { class: 'result' }, result(numbers))];
    if (ask) {
      const came = answerOf(ask, numbers);
      parts.push(make('p', { class: 'ask' }, say(`gallery.${world.name}.question`)));
      parts.push(answerList(ask, world.name, predictions, (i) => (i === came ? { class: 'came', notes: [say('reveal.came')] } : { class: '', notes: [] })));
      parts.push(make('p', { class: 'why' }, say(`gallery.${world.name}.reveal`)));
    }
    const button = (/** @type {string} */ key, /** @type {string} */ look, /** @type {() => void} */ then) => make('button', {
      class: look, onclick: () => {
        reveal.close();
        then();
      },
    }, say(key));
    parts.push(make('p', { class: 'hint' }, say('reveal.again')), make('div', { class: 'row' },
      button('reveal.seeds', 'go', () => byId('open-seeds').click()),
      button('reveal.replay', 'wide', () => app.replay()),
      button('reveal.next', 'wide', next)));
    parts.push(make('button', { class: 'shut', onclick: () => reveal.close(), 'aria-label': say('shut') }, '×'));
    reveal.replaceChildren(...parts);
    put(reveal);
    reveal.showModal();
  };

  app.on('world', () => { revealed = false; });
  app.on('playing', () => { revealed = revealed && !app.playing; });
  app.on('over', () => {
    if (revealed || document.querySelector('dialog[open]')) return;
    revealed = true;
    setTimeout(show, app.reduced ? 0 : 1200);
  });
}

/** What came of it, in sentences. @param {import('./predictions.js').Numbers} numbers */
function result(numbers) {
  const way = (/** @type {number} */ part) => (part > 0 ? 'fewer' : part < 0 ? 'more' : 'same');
  const [less, missed] = [averted(numbers) / 100, lost(numbers) / 100];
  return joined([
    say('reveal.result', {
      left: count(numbers.left), right: count(numbers.right), difference: say(`reveal.${way(less)}`, { part: percent(Math.abs(less)) }),
    }),
    say(`reveal.lost.${way(missed)}`, { part: percent(Math.abs(missed)) }),
    say(numbers.wrong ? 'reveal.wrong' : 'reveal.none', { n: count(numbers.wrong) }),
  ]);
}
