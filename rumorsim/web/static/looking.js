// Looking back along a run: what hour is shown, and the ways out.

import { byId } from './app.js';
import { hourOf, say } from './words.js';

/** @param {import('./app.js').App} app */
export function wireLooking(app) {
  const box = byId('looking');
  const show = () => {
    box.hidden = !app.looking;
    document.body.classList.toggle('looking-back', app.looking);
    if (!app.looking) return;
    byId('looking-at').textContent = say('look.past', { at: hourOf(app.clock(app.now)) });
    byId('look-on').textContent = say('look.on');
    byId('look-return').textContent = say('look.return', { at: hourOf(app.clock(app.present)) });
  };
  byId('look-on').addEventListener('click', () => app.rewind(app.now));
  byId('look-return').addEventListener('click', () => app.look(null));
  app.on('look', show);
  app.on('language', show);
}
