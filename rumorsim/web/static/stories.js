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
  const show = () => app.pasts.forEach((past, i) => {
    const { world } = app;
    if (!world) return;
    const places = world.stories.slice(0, NAMED).map((_, story) => placeOf(world, past.slots, story));
    const key = `${places.join()} ${[...past.delisted].join()}`;
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

/**
 * The best place of a story on the trending lists: its rank, 0 where it is pinned, -1 for none.
 * @param {import('./app.js').World} world @param {Int32Array} slots @param {number} story
 */
function placeOf(world, slots, story) {
  let best = -1;
  let begin = 0;
  for (const list of world.lists) {
    const slot = slots.subarray(begin, begin + list.slots).indexOf(story);
    begin += list.slots;
    if (slot < 0) continue;
    const place = Math.max(0, slot - list.pinned + 1);
    best = best < 0 ? place : Math.min(best, place);
  }
  return best;
}

/** Whether a story is a rumor, true or a correction, as classes and words have it. @param {import('./app.js').World['stories'][number]} story */
export function toneOf(story) {
  return story.answers ? 'answer' : story.truth ? 'true' : 'false';
}

/** @param {App} app @param {number} world @param {number} number of the story @param {number} place on the trending list: 0 pinned, -1 none */
function chip(app, world, number, place) {
  const story = /** @type {import('./app.js').World} */ (app.world).stories[number];
  const tone = toneOf(story);
  const parts = [make('span', {}, say(`story.${tone}`, { story: named('name', story.name) }))];
  if (app.pasts[world].delisted.has(number)) parts.push(make('b', { class: 'kept' }, say('trending.kept')));
  else if (place >= 0) parts.push(make('b', {}, place ? say('trending.place', { n: place }) : say('trending.pinned')));
  if (world === 1 && !story.answers) {
    return make('li', { class: tone }, make('button', { onclick: () => openStory(app, number), title: say('story.act', { story: named('name', story.name) }) }, ...parts));
  }
  return make('li', { class: tone }, ...parts);
}

/** What can be done about a story. @param {App} app @param {number} story */
export function openStory(app, story) {
  const { world } = app;
  if (!world) return;
  const dialog = /** @type {HTMLDialogElement} */ (byId('account'));
  const about = world.stories[story];
  const act = (/** @type {string} */ verb) => {
    dialog.close();
    app.act({ verb, story });
  };
  const answered = world.official && world.stories.some((each) => each.answers === about.name);
  dialog.replaceChildren(
    make('h2', { id: 'account-title' }, named('name', about.name), make('span', {}, say(about.truth ? 'story.is-true' : 'story.is-false', { category: named('category', about.category) }))),
    make('p', { class: 'hint' }, say(app.looking ? 'account.past' : app.over ? 'account.over' : 'account.hint')),
    make('div', { class: 'choices' },
      make('button', { class: 'wide filter', disabled: !world.lists.length || app.over || app.looking, onclick: () => act('filter') }, say('tool.filter.long')),
      make('button', { class: 'wide correct', disabled: !answered || app.over || app.looking, onclick: () => act('correct') }, say('tool.correct.long'))),
    make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
  );
  put(dialog);
  dialog.showModal();
}
