// Play, pause, step, rewind, speed, seed, search, zoom, and the clock.

import { byId } from './app.js';
import { hourOf, say } from './words.js';

const ICONS = {
  play: 'M7 4l14 9-14 9z', pause: 'M6 4h5v18H6zM15 4h5v18h-5z', again: 'M13 5a8 8 0 1 1-7.6 5.5l2.4.8A5.5 5.5 0 1 0 13 7.500V11L7 6.200 13 1.500z',
  step: 'M5 4l10 9-10 9zM17 4h4v18h-4z', dice: 'M5 5h16v16H5zM9 9v2h2V9zM15 15v2h2v-2zM15 9v2h2V9zM9 15v2h2v-2z',
  plus: 'M12 5h2v7h7v2h-7v7h-2v-7H5v-2h7z', minus: 'M5 12h16v2H5z', all: 'M4 4h7v2.500H6.500V11H4zM15 4h7v7h-2.500V6.500H15zM4 15h2.500v4.500H11V22H4zM19.500 15H22v7h-7v-2.500h4.500z',
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 26 26');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', ICONS[name]);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}

/** Hours a second at a place of the slider: the whole story in 5 minutes to 5 seconds. @param {number} place @param {number} horizon */
export function speedAt(place, horizon) {
  return horizon / (300 * (1 / 60) ** (place / 100));
}

/** @param {import('./app.js').App} app */
export function wireTransport(app) {
  const play = byId('play');
  const speed = /** @type {HTMLInputElement} */ (byId('speed'));
  const seed = /** @type {HTMLInputElement} */ (byId('seed'));
  const search = /** @type {HTMLInputElement} */ (byId('search'));
  speed.value = '45';

  const faces = () => {
    play.replaceChildren(icon(app.playing ? 'pause' : app.over ? 'again' : 'play'));
    name(play, app.playing ? 'pause' : app.over ? 'again' : 'play', 'Space');
  };
  const name = (/** @type {HTMLElement} */ button, /** @type {string} */ key, /** @type {string} */ stroke) => {
    button.setAttribute('aria-label', say(key));
    button.title = `${say(key)} (${stroke})`;
  };
  const words = () => {
    faces();
    for (const [id, image, key, stroke] of /** @type {[string, keyof typeof ICONS, string, string][]} */ ([
      ['rewind', 'again', 'rewind', 'R'], ['step', 'step', 'step', '.'], ['new-seed', 'dice', 'seed.new', 'N'],
      ['zoom-in', 'plus', 'zoom.in', '+'], ['zoom-out', 'minus', 'zoom.out', '-'], ['zoom-all', 'all', 'zoom.all', '0'],
    ])) {
      byId(id).replaceChildren(icon(image));
      name(byId(id), key, stroke);
    }
    search.placeholder = say('search');
    search.setAttribute('aria-label', say('search'));
    clock();
    pace(false);
  };
  const clock = () => {
    if (!app.world) return;
    byId('clock').textContent = hourOf(app.clock(app.now));
    byId('clock').title = say('clock.of', { now: app.now.toFixed(1), horizon: app.world.horizon });
  };
  const pace = (/** @type {boolean} */ send = true) => {
    const hours = speedAt(Number(speed.value), app.world?.horizon ?? 24);
    const minutes = hours * 60;
    byId('speed-told').textContent = minutes < 90
      ? say('speed.minutes', { n: Math.round(minutes) })
      : say('speed.hours', { n: hours.toFixed(1) });
    if (send) app.order({ do: 'speed', hours });
  };

  play.addEventListener('click', () => app.toggle());
  byId('rewind').addEventListener('click', () => app.rewind(0));
  byId('step').addEventListener('click', () => app.step());
  speed.addEventListener('input', () => pace());
  const sow = (/** @type {number} */ number) => {
    if (app.world) app.order({ do: 'open', scenario: app.world.name, seed: number });
  };
  byId('seed-form').addEventListener('submit', (event) => {
    event.preventDefault();
    const number = Number(seed.value);
    if (/^\d+$/.test(seed.value.trim()) && Number.isSafeInteger(number)) sow(number);
    else seed.value = String(app.world?.seed ?? '');
  });
  byId('new-seed').addEventListener('click', () => sow(1 + Math.floor(Math.random() * 9999)));
  byId('search-form').addEventListener('submit', (event) => {
    event.preventDefault();
    app.tell('search', search.value.trim());
  });
  byId('zoom-in').addEventListener('click', () => app.camera.closer(1.5));
  byId('zoom-out').addEventListener('click', () => app.camera.closer(1 / 1.5));
  byId('zoom-all').addEventListener('click', () => app.camera.all());

  app.on('language', words);
  app.on('playing', faces);
  app.on('over', faces);
  app.on('reset', faces);
  app.on('frame', clock);
  app.on('world', (world) => {
    seed.value = String(world.seed);
    pace();
    clock();
  });
}
