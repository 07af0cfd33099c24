// The trending lists of both worlds, slot by slot, as those who look at them see them.

import { byId } from './app.js';
import { openStory, toneOf } from './stories.js';
import { make, named, say } from './words.js';

/** @typedef {import('./app.js').App} App */
/** @typedef {import('./app.js').World} World */

/**
 * Beside each world its lists; in the right-hand one per story in a slot can be acted upon.
 * Only slots that hold something else than before are written again.
 * @param {App} app
 */
export function wireTrending(app) {
  const boards = app.skies.map((_, i) => new Board(app, i));
  app.on('world', () => boards.forEach((board) => board.build()));
  app.on('language', () => boards.forEach((board) => board.build()));
  app.on('frame', () => boards.forEach((board) => board.show()));
}

/** What is beside one world. */
class Board {
  /** @param {App} app @param {number} side */
  constructor(app, side) {
    this.app = app;
    this.side = side;
    this.box = byId(side ? 'right-trending' : 'left-trending');
    /** @type {HTMLElement[]} */
    this.rows = [];
    /** What the rows show. @type {number[]} */
    this.held = [];
    /** @type {Int32Array | null} */
    this.seen = null;
  }

  /** The rows of every list, nothing in them yet. */
  build() {
    const { world } = this.app;
    if (!world) return;
    this.rows = [];
    this.held = [];
    this.seen = null;
    this.box.hidden = world.lists.length === 0;
    this.box.setAttribute('aria-label', `${say('trending.list')} – ${say(this.side ? 'right.name' : 'left.name')}`);
    this.box.replaceChildren(...world.lists.flatMap((list) => {
      const rows = Array.from({ length: list.slots }, (_, slot) => make('li', slot < list.pinned ? { class: 'pinned' } : {}));
      this.rows.push(...rows);
      const name = list.platform ? say('trending.of', { platform: list.platform }) : say('trending.list');
      return [make('h3', {}, name), make('ol', { role: 'list', 'aria-label': name }, ...rows)];
    }));
    this.show();
  }

  /** Write what has changed since the last time. */
  show() {
    const { app, side } = this;
    const past = app.pasts[side];
    // Between a world's facts and its first frame the past is still that of another.
    if (!app.world || past?.stories !== app.world.stories || past.slots === this.seen) return;
    const { slots } = past;
    this.seen = slots;
    const focused = this.focused();
    let at = 0;
    for (const list of app.world.lists) {
      for (let slot = 0; slot < list.slots; slot += 1, at += 1) {
        if (this.held[at] === slots[at]) continue;
        this.held[at] = slots[at];
        this.rows[at].replaceChildren(mark(list, slot), this.entry(list, slots[at]));
      }
    }
    if (focused >= 0 && this.focused() < 0) this.focus(focused);
  }

  /** @param {World['lists'][number]} list @param {number} story */
  entry(list, story) {
    if (story < 0) return make('span', { class: 'other' }, say(list.others ? 'trending.other' : 'trending.empty'));
    const about = /** @type {World} */ (this.app.world).stories[story];
    const tone = toneOf(about);
    const name = named('name', about.name);
    // The sign and the colour say whether it is true; whoever does not see them is told.
    const parts = [make('span', { 'aria-hidden': 'true' }, name), make('span', { class: 'hidden' }, say(`story.${tone}`, { story: name }))];
    if (this.side === 0 || about.answers) return make('div', { class: tone, title: name }, ...parts);
    return make('button', {
      class: tone, title: say('story.act', { story: name }), 'data-story': String(story), onclick: () => openStory(this.app, story),
    }, ...parts);
  }

  /** The story whose button has the keyboard, -1 for none. */
  focused() {
    const at = document.activeElement;
    return at instanceof HTMLElement && this.box.contains(at) && at.dataset.story ? Number(at.dataset.story) : -1;
  }

  /** A story moved to another slot or left: the keyboard goes with it, or stays at the list. @param {number} story */
  focus(story) {
    const button = /** @type {HTMLElement | null} */ (this.box.querySelector(`[data-story="${story}"]`));
    (button ?? this.box).focus({ preventScroll: true });
  }
}

/** What stands before an entry: its rank, or that it is pinned. @param {World['lists'][number]} list @param {number} slot */
function mark(list, slot) {
  if (slot < list.pinned) return make('b', {}, say('trending.pinned'));
  return make('i', {}, String(slot - list.pinned + 1));
}
