// The gallery: a question to predict before pressing play, and what came of it after.

import { byId } from './app.js';
import { count, has, make, percent, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/**
 * What a question asks about, and where its answers part. Three answers each.
 * @typedef {Object} Question
 * @property {(numbers: Numbers) => number} of
 * @property {[number, number]} edges
 */
/** @typedef {{left: number, right: number, leftTrue: number, rightTrue: number, wrong: number}} Numbers */

const averted = (/** @type {Numbers} */ n) => (n.left ? (100 * (n.left - n.right)) / n.left : 0);
const lost = (/** @type {Numbers} */ n) => (n.leftTrue ? (100 * (n.leftTrue - n.rightTrue)) / n.leftTrue : 0);
const wrong = (/** @type {Numbers} */ n) => n.wrong;

/** @type {Record<string, Question>} */
const QUESTIONS = {
  averted: { of: averted, edges: [15, 50] },
  lost: { of: lost, edges: [5, 25] },
  wrong: { of: wrong, edges: [0.5, 9.5] },
};

/** @param {App} app */
export function wireGallery(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('gallery'));
  const reveal = /** @type {HTMLDialogElement} */ (byId('reveal'));
  /** @type {{name: string, ask: string}[]} */
  let shelf = [];
  let chosen = '';
  /** @type {Record<string, number>} */
  const guesses = {};
  let revealed = false;

  const title = (/** @type {string} */ name) => (has(`gallery.${name}.title`) ? say(`gallery.${name}.title`) : (app.world?.name === name ? app.world.title : say('gallery.own')));
  const askOf = (/** @type {string} */ name) => shelf.find((each) => each.name === name)?.ask ?? '';

  const cards = () => shelf.map(({ name }, i) => make('button', {
    class: 'card', 'aria-pressed': String(name === chosen), id: `card-${name}`, onclick: () => {
      chosen = name;
      draw();
      byId(`card-${name}`).focus();
    },
  }, make('i', {}, String(i + 1)), make('b', {}, title(name)), make('span', {}, has(`gallery.${name}.line`) ? say(`gallery.${name}.line`) : '')));

  const side = () => {
    const ask = askOf(chosen);
    const parts = [make('h3', {}, title(chosen))];
    if (has(`gallery.${chosen}.story`)) parts.push(make('p', {}, say(`gallery.${chosen}.story`)));
    if (ask) {
      parts.push(make('p', { class: 'ask' }, say(`gallery.${chosen}.question`)));
      parts.push(make('div', { class: 'answers', role: 'radiogroup', 'aria-label': say('gallery.predict') },
        ...[0, 1, 2].map((i) => make('button', {
          role: 'radio', 'aria-checked': String(guesses[chosen] === i), onclick: () => {
            guesses[chosen] = i;
            draw();
            /** @type {HTMLElement} */ (dialog.querySelectorAll('.answers button')[i]).focus();
          },
        }, say(`answer.${ask}.${i}`)))));
    }
    parts.push(make('button', { class: 'go', onclick: go }, say(guesses[chosen] === undefined && ask ? 'gallery.watch' : 'gallery.go')));
    return make('div', { class: 'side' }, ...parts);
  };

  const draw = () => {
    dialog.replaceChildren(
      make('h2', { id: 'gallery-title' }, say('gallery.title')), make('p', { class: 'lead' }, say('gallery.lead')),
      make('div', { class: 'shelf' }, make('div', { class: 'cards' }, ...cards()), side()),
      make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
    );
    put(dialog);
  };

  const go = () => {
    dialog.close();
    app.order({ do: 'open', scenario: chosen });
    app.order({ do: 'play' });
  };

  const show = () => {
    const { world } = app;
    if (!world || !app.frame || app.pasts.length < 2) return;
    const { name } = world;
    const ask = askOf(name);
    const [left, right] = app.pasts;
    const numbers = { left: left.reachFalse, right: right.reachFalse, leftTrue: left.reachTrue, rightTrue: right.reachTrue, wrong: app.frame.sides[1].wrong };
    const parts = [make('h2', { id: 'reveal-title' }, say('reveal.title')), make('p', { class: 'result' }, say('reveal.result', {
      left: count(numbers.left), right: count(numbers.right), averted: percent(averted(numbers) / 100), lost: percent(lost(numbers) / 100), wrong: count(numbers.wrong),
    }))];
    if (ask) {
      const question = QUESTIONS[ask];
      const value = question.of(numbers);
      const right_ = question.edges.filter((edge) => value > edge).length;
      const guess = guesses[name];
      parts.push(make('p', { class: 'ask' }, say(`gallery.${name}.question`)));
      parts.push(make('ul', { class: 'answers' }, ...[0, 1, 2].map((i) => make('li', { class: `${i === right_ ? 'came' : ''} ${i === guess ? 'guessed' : ''}` },
        say(`answer.${ask}.${i}`), make('small', {}, [i === right_ ? say('reveal.came') : '', i === guess ? say('reveal.guessed') : ''].filter(Boolean).join(' · '))))));
      parts.push(make('p', { class: 'why' }, say(`gallery.${name}.reveal`)));
    }
    parts.push(make('p', { class: 'hint' }, say('reveal.again')));
    parts.push(make('div', { class: 'row' },
      make('button', { class: 'go', onclick: () => { reveal.close(); byId('new-seed').click(); app.order({ do: 'play' }); } }, say('reveal.seed')),
      make('button', { class: 'wide', onclick: () => { reveal.close(); app.replay(); } }, say('reveal.replay')),
      make('button', { class: 'wide', onclick: () => { reveal.close(); next(); } }, say('reveal.next'))));
    parts.push(make('button', { class: 'shut', onclick: () => reveal.close(), 'aria-label': say('shut') }, '×'));
    reveal.replaceChildren(...parts);
    put(reveal);
    reveal.showModal();
  };

  const next = () => {
    const at = shelf.findIndex((each) => each.name === app.world?.name);
    chosen = shelf[(at + 1) % shelf.length].name;
    open();
  };

  const open = () => {
    if (!chosen) chosen = app.world?.name ?? shelf[0].name;
    draw();
    if (!dialog.open) dialog.showModal();
    /** @type {HTMLElement | null} */ (dialog.querySelector(`#card-${CSS.escape(chosen)}`))?.focus();
  };

  const titles = () => {
    const { world } = app;
    if (!world) return;
    byId('title').textContent = has(`gallery.${world.name}.title`) ? say(`gallery.${world.name}.title`) : world.title;
    byId('question').textContent = has(`gallery.${world.name}.question`) ? say(`gallery.${world.name}.question`) : '';
  };

  byId('open-gallery').addEventListener('click', () => {
    chosen = app.world?.name ?? chosen;
    open();
  });
  app.on('world', (world) => {
    chosen = world.name;
    revealed = false;
  });
  app.on('titles', titles);
  app.on('language', () => {
    titles();
    if (dialog.open) draw();
  });
  app.on('playing', () => { revealed = revealed && !app.playing; });
  app.on('over', () => {
    if (revealed || document.querySelector('dialog[open]')) return;
    revealed = true;
    setTimeout(show, app.reduced ? 0 : 1200);
  });

  const loaded = fetch('start.json').then((answer) => answer.json()).then((start) => {
    shelf = start.scenarios;
    chosen = shelf[0].name;
  });
  return { open, ready: () => loaded, first: () => shelf[0].name };
}
