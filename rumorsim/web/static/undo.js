// Taking back the last change of the policy; after a click it is offered on the page.

import { byId } from './app.js';
import { named, say } from './words.js';

/** Milliseconds for which it is offered. */
const OFFERED = 8000;
/** What the desk does for each click. @type {Record<string, string>} */
const VERBS = { filter: 'delist' };

/** @param {import('./app.js').App} app */
export function wireUndo(app) {
  const notice = byId('notice');
  const button = byId('notice-undo');
  let undone = false;
  let timer = 0;

  const tell = (/** @type {string} */ text, /** @type {boolean} */ undoable) => {
    byId('notice-text').textContent = text;
    button.textContent = `${say('undo.button')} (U)`;
    button.hidden = !undoable;
    notice.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(() => { notice.hidden = true; }, OFFERED);
  };
  const undo = () => {
    if (!app.policy.undo) return;
    undone = true;
    app.order({ do: 'undo' });
  };
  byId('undo').addEventListener('click', undo);
  button.addEventListener('click', undo);
  app.on('policy', () => {
    const { acted } = app;
    app.acted = null;
    if (acted) {
      const { verb, account, story } = acted;
      // A deleted post is any of several, on any story.
      const key = verb === 'delete' ? 'undo.deleted' : `did.${VERBS[verb] ?? verb}`;
      const about = app.world?.stories[story ?? -1];
      tell(say(key, { account: account === undefined ? '' : app.nameOf(account), story: named('name', about?.name ?? '') }), true);
    } else if (undone) tell(say('undo.done'), false);
    undone = false;
  });
  app.on('fault', () => {
    app.acted = null;
    undone = false;
  });
  app.on('world', () => { notice.hidden = true; });
}
