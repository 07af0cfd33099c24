// Where the page begins.

import { App, byId } from './app.js';
import { wireAccount } from './account.js';
import { wireCatalogue } from './catalogue.js';
import { faultLines } from './faults.js';
import { wireGallery } from './gallery.js';
import { wireKeys } from './keys.js';
import { wireLooking } from './looking.js';
import { wirePointer } from './pointer.js';
import { wireSeeds } from './seeds.js';
import { wireShare } from './share.js';
import { wireSpine } from './spine.js';
import { wireTransport } from './transport.js';
import { wireUndo } from './undo.js';
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
  // Letters that every font has: a name in its own script would be boxes where it has none.
  const button = byId('language');
  button.textContent = say('language.other');
  button.setAttribute('aria-label', say('language.switch'));
  button.title = `${say('language.switch')} (L)`;
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
wireLooking(app);
wireSeeds(app, gallery.predictions, gallery.askOf);
wireShare(app);
wireUndo(app);
wireKeys(app);

app.on('world', () => {
  byId('alert').hidden = true;
  keepAddress();
  app.tell('titles', null);
});
app.on('fault', (told) => {
  if (byId('catalogue').hasAttribute('open')) return;
  // Without a world there is nothing to go on with but the gallery.
  if (app.world) alarm(faultLines(told));
  else gallery.open(faultLines(told));
});
app.on('preparing', () => alarm([say('preparing')]));
app.on('lost', (code) => alarm([say(code === 1013 ? 'lost.full' : 'lost')]));

/** Open what the address asks for; what is wrong with it is told, and the gallery opened. */
function follow() {
  const asks = address();
  const [name, seed] = [asks.get('scenario'), asks.get('seed')];
  const faults = [];
  const unknown = Boolean(name) && !gallery.has(name ?? '');
  if (unknown) faults.push(say('gallery.unknown', { name: (name ?? '').slice(0, 60) }));
  const sound = seed !== null && /^\d+$/.test(seed) && Number.isSafeInteger(Number(seed));
  if (seed && !sound) faults.push(say('gallery.bad-seed', { seed: seed.slice(0, 60) }));
  const scenario = (!unknown && name) || app.world?.name || gallery.first();
  app.order({ do: 'open', scenario, ...(sound && !unknown ? { seed: Number(seed) } : {}) });
  if (faults.length) gallery.open(faults);
}

app.on('opened', () => {
  byId('alert').hidden = true;
  follow();
});

const asked = address().get('lang') ?? '';
speakAll(isLanguage(asked) ? asked : navigator.language.startsWith('zh') ? 'zh' : 'en');
new ResizeObserver(() => app.resize()).observe(byId('right-sky'));
window.addEventListener('resize', () => app.resize());
window.addEventListener('hashchange', () => {
  const { world } = app;
  const asks = address();
  if (world && asks.get('scenario') && (asks.get('scenario') !== world.name || asks.get('seed') !== String(world.seed))) follow();
});
app.paint();
gallery.ready().then(() => {
  app.line.open();
  if (!address().get('scenario')) gallery.open();
});

// For tests and the curious: what is shown, to be read only.
Object.assign(window, { rumorsim: app });
