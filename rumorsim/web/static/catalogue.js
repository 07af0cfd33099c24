// A policy from the catalogue: forms made from the JSON schema of the interventions.

import { byId } from './app.js';
import { faultLines } from './faults.js';
import { Form } from './form.js';
import { learn, make, named, put, say } from './words.js';

/** @param {import('./app.js').App} app */
export function wireCatalogue(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('catalogue'));
  /** @type {Record<string, {target: string, schema: any}> | null} */
  let forms = null;
  let chosen = '';
  /** @type {Form | null} */
  let form = null;
  let waiting = false;

  const draw = () => {
    if (!forms) return;
    const kinds = Object.keys(forms);
    chosen ||= kinds[0];
    form = new Form(forms[chosen].schema, { when: { reports: 3 } }, app.world);
    const list = make('div', { class: 'kinds', role: 'listbox', 'aria-label': say('catalogue.kinds') }, ...kinds.map((kind) => make('button', {
      role: 'option', 'aria-selected': String(kind === chosen), onclick: () => {
        chosen = kind;
        draw();
      },
    }, named('kind', kind))));
    dialog.replaceChildren(
      make('h2', { id: 'catalogue-title' }, say('catalogue.title')),
      make('div', { class: 'shelf' }, list, make('form', { class: 'fields', onsubmit: add },
        make('p', { class: 'lead' }, say(`about.${chosen}`)),
        form.element, make('div', { class: 'faults', role: 'alert' }),
        make('button', { class: 'go', type: 'submit' }, say('catalogue.add')))),
      make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
    );
    put(dialog);
  };
  const add = (/** @type {Event} */ event) => {
    event.preventDefault();
    if (!form) return;
    waiting = true;
    app.order({ do: 'add', intervention: { ...form.value(), kind: chosen } });
  };
  byId('open-catalogue').addEventListener('click', async () => {
    if (!forms) {
      const { kinds, words } = await (await fetch('forms.json')).json();
      forms = kinds;
      learn(words);
    }
    draw();
    dialog.showModal();
  });
  app.on('policy', () => {
    if (waiting) dialog.close();
    waiting = false;
  });
  app.on('fault', (told) => {
    if (!dialog.open) return;
    waiting = false;
    dialog.querySelector('.faults')?.replaceChildren(...faultLines(told).map((line) => make('p', {}, line)));
  });
}
