// The stories of the world, what can be done about one, and the trending list of each world.

import { byId } from './app.js';
import { make, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** The most stories named over a world. */
const NAMED = 6;

/** @param {App} app */
export function wireStories(app) {
  wireNames(app);
  wireTrending(app);
}

/** The names of the stories over each world; in the right-hand one something can be done. @param {App} app */
function wireNames(app) {
  const lists = app.skies.map((sky) => /** @type {HTMLElement} */ (sky.place.querySelector('.stories')));
  const show = () => {
    const { world } = app;
    if (!world) return;
    lists.forEach((list, i) => list.replaceChildren(...world.stories.slice(0, NAMED).map((story, number) => {
      const tone = story.answers ? 'answer' : story.truth ? 'true' : 'false';
      const words = say(`story.${tone}`, { story: story.name });
      const acts = i === 1 && !story.answers;
      return make('li', { class: tone }, acts
        ? make('button', { onclick: () => open(app, number), title: say('story.act', { story: story.name }) }, words)
        : make('span', {}, words));
    })));
  };
  app.on('world', show);
  app.on('language', show);
}

/** @param {App} app @param {number} story */
function open(app, story) {
  const { world } = app;
  if (!world) return;
  const dialog = /** @type {HTMLDialogElement} */ (byId('account'));
  const about = world.stories[story];
  const act = (/** @type {string} */ verb) => {
    app.order({ do: 'act', verb, story });
    dialog.close();
  };
  const answered = world.official && world.stories.some((each) => each.answers === about.name);
  dialog.replaceChildren(
    make('h2', { id: 'account-title' }, about.name, make('span', {}, say(about.truth ? 'story.is-true' : 'story.is-false', { category: about.category }))),
    make('p', { class: 'hint' }, say(app.over ? 'account.over' : 'account.hint')),
    make('div', { class: 'choices' },
      make('button', { class: 'wide filter', disabled: !world.trending || app.over, onclick: () => act('filter') }, say('tool.filter.long')),
      make('button', { class: 'wide correct', disabled: !answered || app.over, onclick: () => act('correct') }, say('tool.correct.long'))),
    make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
  );
  put(dialog);
  dialog.showModal();
}

/** @param {import('./app.js').App} app */
function wireTrending(app) {
  const lists = app.skies.map((sky) => /** @type {HTMLElement} */ (sky.place.querySelector('.trending')));
  let shown = ['', ''];
  const show = () => app.frame?.sides.forEach((side, i) => {
    const world = app.world;
    lists[i].hidden = !world?.trending;
    if (!world?.trending) return;
    const key = `${Array.from(side.slots.slice(0, 5)).join()} ${[...app.pasts[i].delisted].join()}`;
    if (key === shown[i]) return;
    shown[i] = key;
    const rows = Array.from(side.slots.slice(0, 5), (story) => {
      if (story < 0) return make('li', { class: 'other' }, say('trending.other'));
      const about = world.stories[story];
      const can = i === 1;
      const inside = can
        ? make('button', { onclick: () => app.order({ do: 'act', verb: 'filter', story }), title: say('trending.filter', { story: about.name }) }, about.name, make('i', {}, '×'))
        : make('span', {}, about.name);
      return make('li', { class: about.truth ? 'true' : 'false' }, inside);
    });
    const kept = [...app.pasts[i].delisted].map((story) => make('li', { class: 'kept' }, say('trending.kept', { story: world.stories[story].name })));
    lists[i].replaceChildren(make('li', { class: 'head' }, say('trending')), ...rows, ...kept);
  });
  app.on('frame', show);
  app.on('world', () => { shown = ['', '']; });
  app.on('language', () => {
    shown = ['', ''];
    show();
  });
}
