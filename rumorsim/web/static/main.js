// Where the page begins.

import { App, byId } from './app.js';
import { wireAccount } from './account.js';
import { wireCatalogue } from './catalogue.js';
import { faultLines } from './faults.js';
import { wireGallery } from './gallery.js';
import { wireKeys } from './keys.js';
import { wirePointer } from './pointer.js';
import { wireShare } from './share.js';
import { wireSpine } from './spine.js';
import { wireTransport } from './transport.js';
import { isLanguage, language, put, say, speak } from './words.js';

const app = new App();

/** What the address says: scenario, seed, language. */
function address() {
  return new URLSearchParams(location.hash.slice(1));
}

/** Keep the address at what is shown, so that it can be shared. */
function keepAddress() {
  const { world } = app;
  if (!world) return;
  const now = new URLSearchParams({ scenario: world.name, seed: String(world.seed), lang: language() });
  history.replaceState(null, '', `#${now}`);
}

/** @param {string} name */
function speakAll(name) {
  speak(name);
  put();
  byId('language').textContent = say('language.other');
  byId('language').lang = name === 'zh' ? 'en' : 'zh-Hans';
  app.chart.dirty = true;
  app.tell('language', name);
}

byId('language').addEventListener('click', () => {
  speakAll(language() === 'zh' ? 'en' : 'zh');
  keepAddress();
});

/** @param {string[]} lines */
function alarm(lines) {
  const box = byId('alert');
  box.replaceChildren(...lines.map((line) => Object.assign(document.createElement('p'), { textContent: line })));
  box.hidden = false;
  clearTimeout(Number(box.dataset.timer));
  box.dataset.timer = String(setTimeout(() => { box.hidden = true; }, 3000 + 1500 * lines.length));
}

const gallery = wireGallery(app);
wireSpine(app);
wireTransport(app);
wirePointer(app, wireAccount(app));
wireCatalogue(app);
wireShare(app);
wireKeys(app);

app.on('world', () => {
  byId('alert').hidden = true;
  keepAddress();
  app.tell('titles', null);
});
app.on('fault', (told) => {
  if (!byId('catalogue').hasAttribute('open')) alarm(faultLines(told));
});
app.on('preparing', () => alarm([say('preparing')]));
app.on('lost', (code) => alarm([say(code === 1013 ? 'lost.full' : 'lost')]));
app.on('opened', () => {
  byId('alert').hidden = true;
  const asked = address();
  const seed = Number(asked.get('seed'));
  const order = { do: 'open', scenario: asked.get('scenario') || app.world?.name || gallery.first() };
  app.order(asked.has('seed') && Number.isSafeInteger(seed) && seed >= 0 ? { ...order, seed } : order);
});

const asked = address().get('lang') ?? '';
speakAll(isLanguage(asked) ? asked : navigator.language.startsWith('zh') ? 'zh' : 'en');
new ResizeObserver(() => app.resize()).observe(byId('right-sky'));
window.addEventListener('resize', () => app.resize());
window.addEventListener('hashchange', () => {
  const asks = address();
  const seed = Number(asks.get('seed'));
  const { world } = app;
  if (world && (asks.get('scenario') !== world.name || seed !== world.seed) && asks.get('scenario')) {
    app.order({ do: 'open', scenario: asks.get('scenario'), ...(Number.isSafeInteger(seed) ? { seed } : {}) });
  }
});
app.paint();
gallery.ready().then(() => {
  app.line.open();
  if (!address().get('scenario')) gallery.open();
});

// For tests and the curious: what is shown, to be read only.
Object.assign(window, { rumorsim: app });
