// The gallery: a question to answer before pressing play, alone or with a class.

import { byId } from './app.js';
import { MOST, Predictions } from './predictions.js';
import { wireReveal } from './reveal.js';
import { has, make, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** @param {App} app */
export function wireGallery(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('gallery'));
  const predictions = new Predictions();
  /** @type {{name: string, ask: string}[]} */
  let shelf = [];
  let chosen = '';
  /** What was wrong with what was asked for. @type {string[]} */
  let faults = [];

  const title = (/** @type {string} */ name) => (has(`gallery.${name}.title`) ? say(`gallery.${name}.title`) : (app.world?.name === name ? app.world.title : say('gallery.own')));
  const askOf = (/** @type {string} */ name) => shelf.find((each) => each.name === name)?.ask ?? '';

  const cards = () => shelf.map(({ name }, i) => make('button', {
    class: 'card', 'aria-pressed': String(name === chosen), id: `card-${name}`, onclick: () => {
      chosen = name;
      draw();
      byId(`card-${name}`).focus();
      // On a narrow screen the question is below all cards.
      const side = /** @type {HTMLElement} */ (dialog.querySelector('.side'));
      if (side.offsetTop > byId(`card-${name}`).offsetTop) side.scrollIntoView({ block: 'end' });
    },
  }, make('i', {}, String(i + 1)), make('b', {}, title(name)), make('span', {}, has(`gallery.${name}.line`) ? say(`gallery.${name}.line`) : '')));

  /** @param {string} ask */
  const answers = (ask) => make('div', { class: 'answers', role: 'radiogroup', 'aria-label': say('gallery.predict') },
    ...[0, 1, 2].map((i) => {
      const answer = say(`answer.${ask}.${i}`);
      const choice = make('button', {
        role: 'radio', 'aria-checked': String(predictions.own[chosen] === i), onclick: () => {
          predictions.own[chosen] = i;
          draw();
          /** @type {HTMLElement} */ (dialog.querySelectorAll('.answers [role=radio]')[i]).focus();
        },
      }, answer);
      if (!predictions.collect) return choice;
      const hands = /** @type {HTMLInputElement} */ (make('input', {
        type: 'number', min: '0', max: String(MOST), step: '1', inputmode: 'numeric', class: 'hands', 'aria-label': say('class.hands', { answer }),
        value: String(predictions.of(chosen)[i] || ''), placeholder: '0', oninput: () => predictions.count(chosen, i, Number(hands.value)),
      }));
      return make('div', { class: 'answer' }, choice, hands);
    }));

  const collecting = () => {
    const box = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox', id: 'collect', onchange: () => {
      predictions.collect = box.checked;
      predictions.keep();
      draw();
      byId('collect').focus();
    } }));
    box.checked = predictions.collect;
    const parts = [make('label', {}, box, say('class.collect'))];
    if (predictions.collect) {
      parts.push(make('small', {}, say('class.help')), make('button', { id: 'clear-class', onclick: () => {
        predictions.clear(chosen);
        draw();
      } }, say('class.clear')));
    }
    return make('div', { class: 'collect' }, ...parts);
  };

  const side = () => {
    const ask = askOf(chosen);
    const parts = [make('h3', {}, title(chosen))];
    if (has(`gallery.${chosen}.story`)) parts.push(make('p', {}, say(`gallery.${chosen}.story`)));
    if (ask) parts.push(make('p', { class: 'ask' }, say(`gallery.${chosen}.question`)), answers(ask), collecting());
    const silent = ask && predictions.own[chosen] === undefined && !predictions.all(chosen);
    parts.push(make('button', { class: 'go', onclick: go }, say(silent ? 'gallery.watch' : 'gallery.go')));
    return make('div', { class: 'side' }, ...parts);
  };

  const draw = () => {
    dialog.replaceChildren(
      make('h2', { id: 'gallery-title' }, say('gallery.title')), make('p', { class: 'lead' }, say('gallery.lead')),
      make('div', { class: 'faults', role: 'alert' }, ...faults.map((line) => make('p', {}, line))),
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

  /** @param {string[]} [wrong] lines about what was asked for */
  const open = (wrong = []) => {
    faults = wrong;
    if (!shelf.some((each) => each.name === chosen)) chosen = app.world?.name ?? shelf[0].name;
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
  app.on('world', (world) => { chosen = world.name; });
  app.on('titles', titles);
  app.on('language', () => {
    titles();
    if (dialog.open) draw();
  });
  dialog.addEventListener('close', () => { faults = []; });

  wireReveal(app, predictions, askOf, () => {
    const at = shelf.findIndex((each) => each.name === app.world?.name);
    chosen = shelf[(at + 1) % shelf.length].name;
    open();
  });

  const loaded = fetch('start.json').then((answer) => answer.json()).then((start) => {
    shelf = start.scenarios;
    chosen = shelf[0].name;
  });
  return {
    open, predictions, askOf, ready: () => loaded, first: () => shelf[0].name,
    /** @param {string} name */
    has: (name) => shelf.some((each) => each.name === name),
  };
}
