// What if people, the rumor or the moderation were different: sliders that begin both worlds anew.

import { byId } from './app.js';
import { make, percent, say } from './words.js';

/** Hours in a duration as a scenario has it. @param {string | undefined} text */
const hours = (text) => (text ? parseFloat(text) : 0);

/** What the policy of the scenario does, which two of the sliders move. @param {any} policy */
const ofPolicy = (policy) => (policy.entries ?? []).find((/** @type {any} */ entry) => entry.origin === 'policy')?.intervention;

/**
 * Sliders: name, range, where they stand in a scenario (undefined: there is nothing to move),
 * and how their value is told.
 * @type {{name: string, min: number, max: number, step: number, from: (world: any, policy: any) => number | undefined, told: (value: number) => string}[]}
 */
const SLIDERS = [
  { name: 'appeal', min: 0.3, max: 2.5, step: 0.1, from: () => 1, told: (v) => `× ${v.toFixed(1)}` },
  { name: 'attention', min: 1, max: 60, step: 1, from: (world) => (world?.model ? undefined : typeof world?.attention === 'number' ? world.attention : 60), told: (v) => say('posts', { n: v }) },
  {
    name: 'reaction', min: 0, max: 12, step: 0.25,
    from: (_, policy) => {
      const delay = ofPolicy(policy)?.delay;
      return ofPolicy(policy) && hours(delay?.median ?? delay?.mean ?? delay?.time);
    },
    told: (v) => (v < 1.5 ? say('minutes.short', { n: Math.round(v * 60) }) : say('hours.short', { n: Math.round(v * 100) / 100 })),
  },
  { name: 'accuracy', min: 0.5, max: 1, step: 0.05, from: (_, policy) => ofPolicy(policy) && (ofPolicy(policy).sensitivity ?? 1), told: percent },
];

/** @param {import('./app.js').App} app */
export function wireWhatIf(app) {
  const pane = byId('whatif');
  /** @type {(() => void)[]} each puts one slider where the server has it */
  let syncs = [];
  const build = () => {
    syncs = [];
    pane.replaceChildren(...SLIDERS.map(({ name, min, max, step, from, told }) => {
      const output = make('output');
      const input = /** @type {HTMLInputElement} */ (make('input', {
        type: 'range', min: String(min), max: String(max), step: String(step), id: `slider-${name}`,
        oninput: () => { output.textContent = told(Number(input.value)); },
        onchange: () => app.order({ do: 'settings', [name]: Number(input.value) }),
      }));
      syncs.push(() => {
        if (input.matches(':active')) return;
        const there = from(app.world, app.policy);
        input.disabled = there === undefined;
        input.value = String(app.policy.settings?.[name] ?? there ?? min);
        output.textContent = there === undefined ? '–' : told(Number(input.value));
      });
      return make('label', { class: 'slider' }, make('span', {}, say(`slider.${name}`)), input, output, make('small', {}, say(`slider.${name}.help`)));
    }), make('button', { class: 'wide', onclick: reset }, say('slider.reset')));
    sync();
  };
  const sync = () => syncs.forEach((each) => each());
  const reset = () => app.order({ do: 'settings', appeal: null, attention: null, reaction: null, accuracy: null });
  app.on('policy', sync);
  app.on('world', sync);
  app.on('language', build);
}
