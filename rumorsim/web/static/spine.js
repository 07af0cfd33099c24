// Between the worlds: the tally of what the policy did, the news, the policy, the sliders.

import { byId } from './app.js';
import { COLOUR, shape } from './look.js';
import { KIND, VERBS } from './wire.js';
import { count, has, make, percent, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** @param {App} app */
export function wireSpine(app) {
  wireTally(app);
  wireTabs();
  wireNews(app);
  wirePolicy(app);
  wireWhatIf(app);
  wireTrending(app);
  wireLegend(app);
}

/** @param {App} app */
function wireTally(app) {
  let told = 0;
  const shares = (/** @type {number} */ part, /** @type {number} */ whole) => (whole > 0 ? percent(part / whole) : '');
  const show = () => {
    if (app.pasts.length < 2 || !app.frame) return;
    const [left, right] = app.pasts;
    byId('left-reach').textContent = count(left.reachFalse);
    byId('right-reach').textContent = count(right.reachFalse);
    const averted = left.reachFalse - right.reachFalse;
    const lost = left.reachTrue - right.reachTrue;
    const { wrong, acts } = app.frame.sides[1];
    byId('averted').textContent = count(averted).replace('-', '−');
    byId('averted-share').textContent = shares(averted, left.reachFalse);
    byId('lost').textContent = count(lost).replace('-', '−');
    byId('lost-share').textContent = shares(lost, left.reachTrue);
    byId('wrong').textContent = count(wrong);
    byId('acts').textContent = say('tally.acts', { n: count(acts) });
    const summary = say('told', {
      left: count(left.reachFalse), right: count(right.reachFalse), averted: count(averted),
      lost: count(lost), wrong: count(wrong), of: count(left.accounts),
    });
    for (const [i, sky] of app.skies.entries()) {
      sky.top.setAttribute('aria-label', say(i ? 'right.alt' : 'left.alt', {
        n: count(app.pasts[i].reachFalse), of: count(left.accounts),
      }));
    }
    byId('chart').setAttribute('aria-valuetext', summary);
    byId('chart').setAttribute('aria-valuemax', String(app.world?.horizon ?? 24));
    byId('chart').setAttribute('aria-valuenow', app.now.toFixed(2));
    if (performance.now() - told > 6000 || app.frame.over) {
      told = performance.now();
      byId('told').textContent = summary;
    }
  };
  app.on('frame', show);
  app.on('language', show);
}

function wireTabs() {
  const tabs = ['news', 'policy', 'whatif'].map((name) => byId(`tab-${name}`));
  const choose = (/** @type {HTMLElement} */ tab) => {
    for (const each of tabs) {
      const on = each === tab;
      each.setAttribute('aria-selected', String(on));
      each.tabIndex = on ? 0 : -1;
      byId(each.getAttribute('aria-controls') ?? '').hidden = !on;
    }
  };
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => choose(tab));
    tab.addEventListener('keydown', (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[/** @type {KeyboardEvent} */ (event).key];
      if (!step) return;
      const next = tabs[(i + step + tabs.length) % tabs.length];
      choose(next);
      next.focus();
      event.stopPropagation();
    });
  });
}

/** @param {App} app */
function wireNews(app) {
  const list = byId('news');
  /** @type {{time: number, badge: string, text: string, tone: string}[]} */
  let lines = [];
  let loud = 10;
  /** @type {Set<string>} what the left-hand world has just told */
  let left = new Set();
  let milestones = [0, 0];
  const clear = () => {
    lines = [];
    milestones = [0, 0];
    show();
  };
  const show = () => list.replaceChildren(...lines.map(({ time, badge, text, tone }) => {
    const hour = app.clock(time).toISOString().slice(11, 16);
    return make('li', { class: tone }, make('time', {}, hour), make('b', { class: `badge ${badge}` }, say(`badge.${badge}`)), make('span', {}, text));
  }));
  const put = (/** @type {number} */ time, /** @type {string} */ badge, /** @type {string} */ tone, /** @type {string} */ text) => {
    lines.unshift({ time, badge, text, tone });
    lines.length = Math.min(lines.length, 40);
  };
  let fresh = false;
  app.on('world', () => {
    const { offsets, accounts } = app.picture ?? { offsets: new Uint32Array(1), accounts: 0 };
    const all = Array.from({ length: accounts }, (_, i) => offsets[i + 1] - offsets[i]).sort((a, b) => b - a);
    loud = Math.max(5, all[Math.floor(accounts * 0.02)] ?? 5);
    clear();
  });
  app.on('reset', clear);
  app.on('event', (event) => {
    const { world, kind, account, story, time, value } = event;
    const about = app.world?.stories[story];
    const name = app.nameOf(account);
    if (kind === KIND.action && world === 1) {
      const key = `did.${VERBS[value]}`;
      if (has(key)) put(time, 'right', 'desk', say(key, { account: name, story: about?.name ?? '' }));
    } else if (kind === KIND.publish || (kind === KIND.share && app.followersOf(account) >= loud)) {
      const key = `${kind} ${time} ${account} ${story}`;
      const text = say(kind === KIND.publish ? 'news.published' : 'news.shared', {
        account: name, story: about?.name ?? '', n: count(app.followersOf(account)),
      });
      if (world === 0) {
        left.add(key);
        put(time, 'left', about?.truth ? 'true' : 'false', text);
      } else if (left.has(key)) {
        const twin = lines.find((line) => line.badge === 'left' && line.text === text && line.time === time);
        if (twin) twin.badge = 'both';
      } else put(time, 'right', about?.truth ? 'true' : 'false', text);
    } else if (kind === KIND.surface && value > 0 && value <= 3 && about) {
      const text = say('news.trending', { story: about.name, n: value });
      if (lines[0]?.text !== text) put(time, world ? 'right' : 'left', about.truth ? 'true' : 'false', text);
    } else return;
    fresh = true;
  });
  app.on('frame', () => {
    left = new Set();
    app.pasts.forEach((past, i) => {
      const part = Math.floor((10 * past.reachFalse) / Math.max(1, past.accounts));
      if (part > milestones[i]) {
        milestones[i] = part;
        put(app.now, i ? 'right' : 'left', 'milestone', say('news.milestone', { part: `${part * 10} %` }));
        fresh = true;
      }
    });
    if (fresh) show();
    fresh = false;
  });
  app.on('language', clear);
}

/** An intervention in a few words. @param {any} each */
export function inWords(each) {
  const { kind, when, whom = {}, delay } = each;
  const what = has(`kind.${kind}`) ? say(`kind.${kind}`) : kind;
  const parts = [];
  if (when.at) parts.push(say('when.at', { at: when.at.map((/** @type {string} */ t) => shortHours(t)).join(', ') }));
  for (const name of ['reports', 'shares', 'reach']) if (when[name]) parts.push(say(`when.${name}`, { n: when[name] }));
  if (when.age) parts.push(say('when.age', { age: shortHours(when.age) }));
  if (whom.accounts?.length) parts.push(whom.accounts.map((/** @type {unknown} */ a) => `#${a}`).slice(0, 3).join(' '));
  if (whom.nth) parts.push(say('whom.nth', { n: whom.nth }));
  if (whom.kinds?.length) parts.push(whom.kinds.join(', '));
  if (whom.stories?.length) parts.push(whom.stories.join(', '));
  if (delay?.median) parts.push(say('after', { time: shortHours(delay.median) }));
  if (each.sensitivity !== undefined && each.sensitivity !== null) parts.push(say('accurate', { part: percent(each.sensitivity) }));
  return { what, how: parts.join(' · ') };
}

/** @param {string} text such as "7.25 h" */
function shortHours(text) {
  const hours = parseFloat(text);
  if (!text.endsWith(' h') || Number.isNaN(hours)) return text;
  return hours >= 1.5 ? say('hours.short', { n: Math.round(hours * 10) / 10 }) : say('minutes.short', { n: Math.round(hours * 60) });
}

/** @param {App} app */
function wirePolicy(app) {
  const choice = /** @type {HTMLSelectElement} */ (byId('policy-choice'));
  const show = () => {
    const entries = app.policy.entries ?? [];
    byId('script').replaceChildren(...entries.map((/** @type {any} */ entry, /** @type {number} */ i) => {
      const { what, how } = inWords(entry.intervention);
      const drop = make('button', { class: 'round drop', onclick: () => app.order({ do: 'drop', entry: i }), 'aria-label': say('policy.drop', { what }) }, '×');
      return make('li', { class: entry.origin }, make('b', {}, what), make('span', {}, how), drop);
    }));
    if (!entries.length) byId('script').replaceChildren(make('li', { class: 'empty' }, say('policy.empty')));
    app.chart.acts = entries.filter((/** @type {any} */ e) => e.origin === 'click')
      .flatMap((/** @type {any} */ e) => e.intervention.when.at.map(parseFloat));
    app.chart.dirty = true;
  };
  const options = () => {
    const chosen = choice.value;
    const names = app.world?.policies ?? ['none'];
    choice.replaceChildren(...names.map((name) => make('option', { value: name }, name === 'none' ? say('policy.none') : name)));
    choice.value = names.includes(chosen) ? chosen : names[Math.min(1, names.length - 1)];
  };
  choice.addEventListener('change', () => app.order({ do: 'policy', name: choice.value }));
  app.on('policy', show);
  app.on('world', () => {
    choice.value = '';
    options();
  });
  app.on('language', () => {
    options();
    show();
  });
}

/** Sliders: name, range, what they begin at, and how their value is told. */
const SLIDERS = [
  { name: 'appeal', min: 0.3, max: 2.5, step: 0.1, from: () => 1, told: (/** @type {number} */ v) => `× ${v.toFixed(1)}` },
  { name: 'attention', min: 1, max: 60, step: 1, from: (/** @type {any} */ w) => (typeof w?.attention === 'number' ? w.attention : 60), told: (/** @type {number} */ v) => say('posts', { n: v }) },
  { name: 'reaction', min: 0, max: 12, step: 0.25, from: () => 1, told: (/** @type {number} */ v) => (v < 1.5 ? say('minutes.short', { n: Math.round(v * 60) }) : say('hours.short', { n: v })) },
  { name: 'accuracy', min: 0.5, max: 1, step: 0.05, from: () => 0.85, told: (/** @type {number} */ v) => percent(v) },
];

/** @param {App} app */
function wireWhatIf(app) {
  const pane = byId('whatif');
  /** @type {Record<string, HTMLInputElement>} */
  const inputs = {};
  const build = () => {
    pane.replaceChildren(...SLIDERS.map(({ name, min, max, step, from, told }) => {
      const value = app.policy.settings?.[name] ?? from(app.world);
      const output = make('output', {}, told(Number(value)));
      const input = /** @type {HTMLInputElement} */ (make('input', {
        type: 'range', min: String(min), max: String(max), step: String(step), id: `slider-${name}`,
        oninput: () => { output.textContent = told(Number(input.value)); },
        onchange: () => app.order({ do: 'settings', [name]: Number(input.value) }),
      }));
      input.value = String(value);
      inputs[name] = input;
      return make('label', { class: 'slider' }, make('span', {}, say(`slider.${name}`)), input, output, make('small', {}, say(`slider.${name}.help`)));
    }), make('button', { class: 'wide', onclick: reset }, say('slider.reset')));
  };
  const reset = () => app.order({ do: 'settings', appeal: null, attention: null, reaction: null, accuracy: null });
  app.on('policy', () => {
    if (!pane.contains(document.activeElement) || !Object.values(app.policy.settings).some((v) => v !== null)) build();
  });
  app.on('world', build);
  app.on('language', build);
}

/** @param {App} app */
function wireTrending(app) {
  const lists = app.skies.map((sky) => /** @type {HTMLElement} */ (sky.place.querySelector('.trending')));
  let shown = ['', ''];
  const show = () => app.frame?.sides.forEach((side, i) => {
    const world = app.world;
    lists[i].hidden = !world?.trending;
    if (!world?.trending) return;
    const key = `${Array.from(side.slots.slice(0, 5)).join()} ${[...app.pasts[i].delisted].join()}`;
    if (key === shown[i]) return;
    shown[i] = key;
    const rows = Array.from(side.slots.slice(0, 5), (story) => {
      if (story < 0) return make('li', { class: 'other' }, say('trending.other'));
      const about = world.stories[story];
      const can = i === 1;
      const inside = can
        ? make('button', { onclick: () => app.order({ do: 'act', verb: 'filter', story }), title: say('trending.filter', { story: about.name }) }, about.name, make('i', {}, '×'))
        : make('span', {}, about.name);
      return make('li', { class: about.truth ? 'true' : 'false' }, inside);
    });
    const kept = [...app.pasts[i].delisted].map((story) => make('li', { class: 'kept' }, say('trending.kept', { story: world.stories[story].name })));
    lists[i].replaceChildren(make('li', { class: 'head' }, say('trending')), ...rows, ...kept);
  });
  app.on('frame', show);
  app.on('world', () => { shown = ['', '']; });
  app.on('language', () => {
    shown = ['', ''];
    show();
  });
}

/** @param {App} app */
function wireLegend(app) {
  const show = () => {
    const states = ['unseen', 'falseRead', 'falseTold', 'trueRead', 'trueTold'];
    if (app.world?.stories.some((story) => story.answers)) states.push('corrected');
    states.push('closed', 'cut', 'closedInnocent');
    byId('legend').replaceChildren(...states.map((state) => {
      const canvas = /** @type {HTMLCanvasElement} */ (make('canvas', { width: '36', height: '36', 'aria-hidden': 'true' }));
      const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      pen.translate(18, 18);
      shape(pen, state, state === 'unseen' ? 8 : 10);
      return make('li', {}, canvas, say(`legend.${state}`));
    }));
  };
  app.on('language', show);
  app.on('world', show);
}

export { COLOUR };
