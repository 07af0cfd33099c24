// The stories of the world, their places on the trending lists, and what can be done about one.

import { byId } from './app.js';
import { make, named, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** The most stories named over a world. */
const NAMED = 6;

/**
 * The stories over each world with their places on its trending list; in the right-hand one
 * something can be done about them.
 * @param {App} app
 */
export function wireStories(app) {
  const lists = app.skies.map((_, i) => byId(i ? 'right-stories' : 'left-stories'));
  let shown = ['', ''];
  const show = () => app.frame?.sides.forEach((side, i) => {
    const { world } = app;
    if (!world) return;
    const places = world.stories.slice(0, NAMED).map((_, story) => side.slots.indexOf(story) + 1);
    const key = `${places.join()} ${[...app.pasts[i].delisted].join()}`;
    if (key === shown[i]) return;
    shown[i] = key;
    lists[i].classList.toggle('many', places.length > 2);
    lists[i].replaceChildren(...places.map((place, story) => chip(app, i, story, place)));
  });
  const anew = () => {
    shown = ['', ''];
    show();
  };
  app.on('frame', show);
  app.on('reset', () => { shown = ['', '']; });
  app.on('language', anew);
}

/** @param {App} app @param {number} world @param {number} number of the story @param {number} place on the trending list, 0 none */
function chip(app, world, number, place) {
  const story = /** @type {import('./app.js').World} */ (app.world).stories[number];
  const tone = story.answers ? 'answer' : story.truth ? 'true' : 'false';
  const parts = [make('span', {}, say(`story.${tone}`, { story: named('name', story.name) }))];
  if (app.pasts[world].delisted.has(number)) parts.push(make('b', { class: 'kept' }, say('trending.kept')));
  else if (place) parts.push(make('b', {}, say('trending.place', { n: place })));
  if (world === 1 && !story.answers) {
    return make('li', { class: tone }, make('button', { onclick: () => open(app, number), title: say('story.act', { story: named('name', story.name) }) }, ...parts));
  }
  return make('li', { class: tone }, ...parts);
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
    make('h2', { id: 'account-title' }, named('name', about.name), make('span', {}, say(about.truth ? 'story.is-true' : 'story.is-false', { category: about.category }))),
    make('p', { class: 'hint' }, say(app.over ? 'account.over' : 'account.hint')),
    make('div', { class: 'choices' },
      make('button', { class: 'wide filter', disabled: !world.trending || app.over, onclick: () => act('filter') }, say('tool.filter.long')),
      make('button', { class: 'wide correct', disabled: !answered || app.over, onclick: () => act('correct') }, say('tool.correct.long'))),
    make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
  );
  put(dialog);
  dialog.showModal();
}
