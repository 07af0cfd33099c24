// Mouse, touch and pen over the worlds: point, click, drag, wheel, two fingers.

import { byId } from './app.js';
import { MARK } from './past.js';
import { count, has, make, named, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** @param {App} app @param {(world: number, account: number) => void} choose */
export function wirePointer(app, choose) {
  app.skies.forEach((sky, world) => {
    /** @type {Map<number, PointerEvent>} */
    const down = new Map();
    let dragged = 0;
    let apart = 0;
    sky.top.addEventListener('pointerdown', (event) => {
      down.set(event.pointerId, event);
      sky.top.setPointerCapture(event.pointerId);
      dragged = 0;
      apart = 0;
    });
    sky.top.addEventListener('pointermove', (event) => {
      const before = down.get(event.pointerId);
      if (!before) {
        if (event.pointerType === 'mouse') point(app, world, sky.at(event.clientX, event.clientY));
        return;
      }
      const box = sky.top.getBoundingClientRect();
      if (down.size === 1) {
        const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
        dragged += Math.abs(dx) + Math.abs(dy);
        if (dragged > 6 && app.camera.zoom > 1) app.camera.pan(-dx / box.width, -dy / box.height);
      } else {
        const [one, other] = [...down.values()];
        const far = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
        if (apart > 0) app.camera.closer(far / apart);
        apart = far;
        dragged = 99;
      }
      down.set(event.pointerId, event);
    });
    const up = (/** @type {PointerEvent} */ event) => {
      if (down.has(event.pointerId) && dragged <= 6 && event.type === 'pointerup') {
        const account = sky.at(event.clientX, event.clientY);
        if (account >= 0) choose(world, account);
      }
      down.delete(event.pointerId);
    };
    sky.top.addEventListener('pointerup', up);
    sky.top.addEventListener('pointercancel', up);
    sky.top.addEventListener('pointerleave', () => point(app, world, -1));
    sky.top.addEventListener('wheel', (event) => {
      event.preventDefault();
      const box = sky.top.getBoundingClientRect();
      const { zoom, x, y } = app.camera;
      const at = (/** @type {number} */ p, /** @type {number} */ low, /** @type {number} */ size, /** @type {number} */ middle) =>
        middle + ((p - low) / size - 0.5) / zoom;
      app.camera.closer(Math.exp(-event.deltaY * 0.0015), at(event.clientX, box.left, box.width, x), at(event.clientY, box.top, box.height, y));
    }, { passive: false });
    sky.top.addEventListener('keydown', (event) => walk(app, world, event, choose));
    sky.top.addEventListener('blur', () => point(app, world, -1));
  });
  app.on('search', (text) => find(app, text));
  app.on('reset', () => point(app, 0, -1));
}

/** Show who told whom: in both worlds the way the rumor came to this account. @param {App} app @param {number} world @param {number} account */
export function point(app, world, account) {
  const tip = byId('tip');
  if (account < 0 || app.pasts.length < 2) {
    for (const sky of app.skies) {
      sky.sparks.chosen = -1;
      sky.sparks.chain = [];
    }
    tip.hidden = true;
    return;
  }
  app.skies.forEach((sky, i) => {
    sky.sparks.chosen = account;
    sky.sparks.chain = app.pasts[i].chain(account);
  });
  tip.replaceChildren(...facts(app, world, account));
  tip.hidden = false;
  const [x, y] = app.skies[world].spot(account);
  const box = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(6, Math.min(window.innerWidth - box.width - 6, x + 14))}px`;
  tip.style.top = `${y + 18 + box.height > window.innerHeight ? y - box.height - 14 : y + 18}px`;
}

/** Lines about an account. @param {App} app @param {number} world @param {number} account @returns {HTMLElement[]} */
export function facts(app, world, account) {
  const past = app.pasts[world];
  const marks = past.marks[account];
  const kind = named('who', app.world?.kinds[app.picture?.kinds[account] ?? 0] ?? '');
  const lines = [make('b', {}, app.nameOf(account)), make('span', {}, say('account.who', { kind, n: count(app.followersOf(account)) }))];
  const hour = (/** @type {number} */ t) => app.clock(t).toISOString().slice(11, 16);
  if (marks & MARK.readFalse) {
    const teller = past.tellerFalse[account];
    const via = past.surface[account] ? viaOf(app, past.surface[account]) : '';
    lines.push(make('span', { class: 'false' }, teller < 0
      ? say('account.began', { at: hour(past.timeFalse[account]) })
      : say('account.told', { teller: app.nameOf(teller), at: hour(past.timeFalse[account]), via })));
    const steps = past.chain(account).length - 1;
    if (steps > 1) lines.push(make('span', {}, say('account.chain', { n: steps })));
  } else lines.push(make('span', {}, say('account.unreached')));
  if (marks & MARK.toldFalse && past.tellerFalse[account] >= 0) lines.push(make('span', { class: 'false' }, say('account.shared')));
  if (marks & MARK.readTrue) lines.push(make('span', { class: 'true' }, say('account.true')));
  for (const [bit, key] of /** @type {[number, string][]} */ ([[MARK.closed, 'account.closed'], [MARK.suspended, 'account.suspended'], [MARK.cut, 'account.cut'], [MARK.warned, 'account.warned']])) {
    if (marks & bit) lines.push(make('span', { class: 'hit' }, say(key) + (marks & MARK.innocent ? ` ${say('account.innocent')}` : '')));
  }
  return lines;
}

/** Where an account read something that it did not find in its feed. @param {App} app @param {number} surface */
function viaOf(app, surface) {
  const kind = app.world?.surfaces[surface]?.split(' ').at(-1) ?? '';
  return has(`via.${kind}`) ? say(`via.${kind}`) : '';
}

/** Arrow keys walk from account to account; Enter chooses. @param {App} app @param {number} world @param {KeyboardEvent} event @param {(world: number, account: number) => void} choose */
function walk(app, world, event, choose) {
  const sky = app.skies[world];
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (way && app.picture) {
    const next = sky.sparks.chosen < 0 ? loudest(app) : sky.beside(sky.sparks.chosen, way[0], way[1]);
    follow(app, next);
    point(app, world, next);
    byId('told').textContent = facts(app, world, next).map((line) => line.textContent).join('. ');
  } else if (event.key === 'Enter' && sky.sparks.chosen >= 0) choose(world, sky.sparks.chosen);
  else if (event.key === 'Escape') point(app, world, -1);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Move the camera where an account would be out of sight. @param {App} app @param {number} account */
function follow(app, account) {
  const { places } = /** @type {import('./wire.js').Picture} */ (app.picture);
  const { zoom, x, y } = app.camera;
  const [u, v] = [places[2 * account], places[2 * account + 1]];
  if (Math.abs(u - x) > 0.45 / zoom || Math.abs(v - y) > 0.45 / zoom) app.camera.move(zoom, u, v);
}

/** @param {App} app */
function loudest(app) {
  let best = 0;
  const n = app.world?.accounts ?? 0;
  for (let i = 1; i < n; i += 1) if (app.followersOf(i) > app.followersOf(best)) best = i;
  return best;
}

/** @param {App} app @param {string} text */
function find(app, text) {
  const wanted = text.replace(/^#/, '');
  const n = app.world?.accounts ?? 0;
  let found = -1;
  const ids = app.world?.ids;
  if (ids) found = ids.findIndex((id) => id === wanted || id.toLowerCase().includes(wanted.toLowerCase()));
  else if (/^\d+$/.test(wanted) && Number(wanted) < n) found = Number(wanted);
  if (found < 0 || !wanted) {
    app.tell('fault', { lines: [say('search.none', { text })] });
    return;
  }
  const { places } = /** @type {import('./wire.js').Picture} */ (app.picture);
  app.camera.move(Math.max(app.camera.zoom, 4), places[2 * found], places[2 * found + 1]);
  point(app, 1, found);
  app.skies[1].top.focus({ preventScroll: true });
  point(app, 1, found);
}
