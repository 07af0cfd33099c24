// What if people, the rumor or the moderation were different: sliders that begin both worlds anew.

import { byId } from './app.js';
import { make, percent, say } from './words.js';

/** Sliders: name, range, what they begin at, and how their value is told. */
const SLIDERS = [
  { name: 'appeal', min: 0.3, max: 2.5, step: 0.1, from: () => 1, told: (/** @type {number} */ v) => `× ${v.toFixed(1)}` },
  { name: 'attention', min: 1, max: 60, step: 1, from: (/** @type {any} */ w) => (typeof w?.attention === 'number' ? w.attention : 60), told: (/** @type {number} */ v) => say('posts', { n: v }) },
  { name: 'reaction', min: 0, max: 12, step: 0.25, from: () => 1, told: (/** @type {number} */ v) => (v < 1.5 ? say('minutes.short', { n: Math.round(v * 60) }) : say('hours.short', { n: v })) },
  { name: 'accuracy', min: 0.5, max: 1, step: 0.05, from: () => 0.85, told: (/** @type {number} */ v) => percent(v) },
];

/** @param {import('./app.js').App} app */
export function wireWhatIf(app) {
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
