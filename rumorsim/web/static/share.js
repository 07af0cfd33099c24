// Saving and sharing: the link, a picture, the curve, the scenario as clicked, all events.

import { byId } from './app.js';
import { make, put, say } from './words.js';

/** @param {import('./app.js').App} app */
export function wireShare(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('share'));
  byId('open-share').addEventListener('click', () => {
    const { world } = app;
    if (!world) return;
    const address = /** @type {HTMLInputElement} */ (make('input', { readonly: true, value: location.href, 'aria-label': say('share.address') }));
    address.addEventListener('focus', () => address.select());
    const file = (/** @type {string} */ what) => make('a', { class: 'wide button', href: `download/${world.session}/${what}`, download: '', id: `get-${what}` }, make('b', {}, say(`share.${what}`)), make('small', {}, say(`share.${what}.help`)));
    dialog.replaceChildren(
      make('h2', { id: 'share-title' }, say('share.title')),
      make('label', { class: 'field' }, make('span', {}, say('share.address')), address),
      make('p', { class: 'hint' }, say('share.address.help')),
      make('div', { class: 'choices' },
        make('button', { class: 'wide', id: 'get-picture', onclick: () => savePicture(app) }, make('b', {}, say('share.picture')), make('small', {}, say('share.picture.help'))),
        file('curve.csv'), file('scenario.toml'), file('left.ndjson'), file('right.ndjson')),
      make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
    );
    put(dialog);
    dialog.showModal();
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
}

/** Both worlds, their numbers and the curve on one picture. @param {import('./app.js').App} app */
function savePicture(app) {
  const [left, right] = app.skies;
  const wide = left.width + right.width + 60;
  const chart = app.chart.canvas;
  const scale = (wide - 40) / chart.width;
  const canvas = document.createElement('canvas');
  canvas.width = wide;
  canvas.height = 110 + left.height + Math.round(chart.height * scale) + 20;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  const style = getComputedStyle(document.body);
  pen.fillStyle = style.backgroundColor;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = style.color;
  pen.font = `600 30px ${style.fontFamily}`;
  pen.fillText(byId('title').textContent ?? '', 20, 42);
  [left, right].forEach((sky, i) => {
    const x = 20 + i * (left.width + 20);
    pen.font = `600 24px ${style.fontFamily}`;
    pen.fillText(`${say(i ? 'right.name' : 'left.name')}: ${byId(i ? 'right-reach' : 'left-reach').textContent} ${say('heard')}`, x, 88);
    for (const layer of sky.layers) pen.drawImage(layer, x, 104);
  });
  pen.drawImage(chart, 20, 110 + left.height, wide - 40, chart.height * scale);
  canvas.toBlob((blob) => {
    if (!blob) return;
    const link = make('a', { href: URL.createObjectURL(blob), download: `${app.world?.title ?? 'rumorsim'}-${app.world?.seed}.png` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(/** @type {HTMLAnchorElement} */ (link).href), 10000);
  });
}
