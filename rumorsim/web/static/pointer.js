// Mouse, touch and pen over the worlds: point, click, drag, wheel, two fingers.

import { byId } from './app.js';
import { MARK } from './past.js';
import { count, has, make, named, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** @typedef {(world: number, account: number, sure: boolean) => void} Choose an account was clicked; sure: no other can have been meant */

/** @param {App} app @param {Choose} choose */
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
        if (event.pointerType === 'mouse') point(app, world, sky.at(event.clientX, event.clientY).account);
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
    let finger = false;
    const up = (/** @type {PointerEvent} */ event) => {
      finger = event.pointerType !== 'mouse';
      down.delete(event.pointerId);
    };
    sky.top.addEventListener('pointerup', up);
    sky.top.addEventListener('pointercancel', up);
    // Only now, when nothing more comes of a tap: a dialog opened before would get its click.
    sky.top.addEventListener('click', (event) => {
      if (dragged > 6) return;
      const { account, sure } = sky.at(event.clientX, event.clientY, finger ? 24 : 16);
      if (account < 0) return;
      if (finger) point(app, world, account);
      choose(world, account, sure && !finger);
    });
    // What an account's dialog is about stays chosen while the dialog is open.
    const leave = () => {
      if (!document.querySelector('#account[open]')) point(app, world, -1);
    };
    sky.top.addEventListener('pointerleave', leave);
    sky.top.addEventListener('wheel', (event) => {
      event.preventDefault();
      const box = sky.top.getBoundingClientRect();
      const { zoom, x, y } = app.camera;
      const at = (/** @type {number} */ p, /** @type {number} */ low, /** @type {number} */ size, /** @type {number} */ middle) =>
        middle + ((p - low) / size - 0.5) / zoom;
      app.camera.closer(Math.exp(-event.deltaY * 0.0015), at(event.clientX, box.left, box.width, x), at(event.clientY, box.top, box.height, y));
    }, { passive: false });
    sky.top.addEventListener('keydown', (event) => walk(app, world, event, choose));
    sky.top.addEventListener('blur', leave);
  });
  app.on('search', (text) => find(app, text));
  app.on('reset', () => point(app, 0, -1));
  app.on('look', () => point(app, 0, -1));
}

/** Show who told whom: in both worlds the way the rumor came to this account. @param {App} app @param {number} world @param {number} account */
export function point(app, world, account) {
  const tip = byId('tip');
  if (account < 0 || app.pasts.length < 2) {
    for (const sky of app.skies) sky.sparks.choose(-1, [], []);
    tip.hidden = true;
    return;
  }
  app.skies.forEach((sky, i) => {
    sky.sparks.choose(account, app.pasts[i].chain(account), app.pasts[i].tree(account));
  });
  tip.replaceChildren(...facts(app, world, account));
  tip.hidden = false;
  place(tip, app.skies[world].spot(account));
}

/**
 * Put the tip beside a spot, where it covers neither the spot nor the tools.
 * @param {HTMLElement} tip @param {number[]} spot x and y on the page
 */
function place(tip, [x, y]) {
  const { width, height } = tip.getBoundingClientRect();
  const tools = /** @type {HTMLElement} */ (document.querySelector('.tools')).getBoundingClientRect();
  const [most, lowest] = [window.innerWidth - width - 6, window.innerHeight - height - 6];
  const keep = (/** @type {number} */ at, /** @type {number} */ limit) => Math.max(6, Math.min(limit, at));
  const below = tools.bottom + 8;
  // Beside the spot if that fits, else wherever there is room.
  const tops = [y + 18, y - height - 14, below, 6, lowest];
  const spots = [x + 14, x - width - 14, 6, most].flatMap((left) => tops.map((top) => [left, top]));
  const fits = spots.map(([left, top]) => [keep(left, most), keep(top, lowest)]).find(([left, top]) => {
    const over = (/** @type {number} */ l, /** @type {number} */ t, /** @type {number} */ r, /** @type {number} */ b) => left < r && left + width > l && top < b && top + height > t;
    return !over(x - 8, y - 8, x + 8, y + 8) && !over(tools.left - 4, tools.top - 4, tools.right + 4, tools.bottom + 4);
  }) ?? [keep(x + 14, most), keep(below, lowest)];
  tip.style.left = `${fits[0]}px`;
  tip.style.top = `${fits[1]}px`;
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
  const tree = past.tree(account);
  if (tree.length) {
    const direct = tree.filter((teller, i) => i % 2 === 0 && teller === account).length;
    lines.push(make('span', { class: 'false' }, say('account.tree', { n: count(tree.length / 2), direct: count(direct) })));
  }
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

/** Arrow keys walk from account to account; Enter chooses. @param {App} app @param {number} world @param {KeyboardEvent} event @param {Choose} choose */
function walk(app, world, event, choose) {
  const sky = app.skies[world];
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  if (way && app.picture) {
    const next = sky.sparks.chosen < 0 ? loudest(app) : sky.beside(sky.sparks.chosen, way[0], way[1]);
    follow(app, next);
    point(app, world, next);
    byId('told').textContent = facts(app, world, next).map((line) => line.textContent).join('. ');
  } else if (event.key === 'Enter' && sky.sparks.chosen >= 0) choose(world, sky.sparks.chosen, true);
  else if (event.key === 'Escape' && sky.sparks.chosen >= 0) point(app, world, -1);
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
