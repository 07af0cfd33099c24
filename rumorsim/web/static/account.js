// What can be done to an account of the right-hand world: by tool with one click, or chosen.

import { byId } from './app.js';
import { facts, point } from './pointer.js';
import { HIT, MARK } from './past.js';
import { make, put, say } from './words.js';

/** @typedef {import('./app.js').App} App */

/** Tools over the right-hand world, with the keys that choose them. */
export const TOOLS = ['look', 'close', 'remove-followers', 'suspend', 'delete'];

/** @param {App} app @returns {import('./pointer.js').Choose} */
export function wireAccount(app) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('account'));
  let tool = 'look';
  const box = /** @type {HTMLElement} */ (document.querySelector('.tools'));
  const pick = (/** @type {string} */ name) => {
    tool = name;
    show();
  };
  const show = () => {
    box.replaceChildren(...TOOLS.map((name, i) => make('button', {
      role: 'radio', 'aria-checked': String(name === tool), class: name, title: `${say(`tool.${name}.help`)} (${i + 1})`,
      tabindex: name === tool ? '0' : '-1', onclick: () => pick(name), onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[/** @type {string} */ (event.key)];
        if (!step) return;
        event.stopPropagation();
        pick(TOOLS[(i + step + TOOLS.length) % TOOLS.length]);
        /** @type {HTMLElement} */ (box.querySelector('[aria-checked=true]')).focus();
      },
    }, say(`tool.${name}`))));
    document.body.dataset.tool = tool;
  };
  app.on('language', show);
  app.on('tool', pick);
  // Where nothing but clicks acts, a click acts.
  app.on('world', (world) => pick(world.policies.length > 1 ? 'look' : 'close'));

  /** A line for what hangs on an account, filled in once the server has worked it out. @param {number} side @param {number} account */
  const hangs = (side, account) => {
    const told = !app.world?.model && app.pasts[side].tree(account).length > 0;
    if (told) app.order({ do: 'hang', world: side, account });
    return make('span', { class: `hangs hangs-${side}`, title: told ? say('account.hangs.help') : '' }, told ? say('account.hangs.wait') : '');
  };

  app.on('act', (what) => app.act(what));

  /** The account that the dialog is about, -1 while it is shut. */
  let about = -1;
  app.on('hanging', ({ world, account, accounts }) => {
    if (account !== about) return;
    app.skies[world].sparks.hung = accounts;
    const line = /** @type {HTMLElement} */ (dialog.querySelector(`.hangs-${world}`));
    line.textContent = say(accounts.length ? 'account.hangs' : 'account.hangs.none', { n: accounts.length });
  });

  /** @param {number} world @param {number} account @param {string} meant the tool that was clicked with, where it is not sure whom */
  const open = (world, account, meant) => {
    about = account;
    const marks = app.pasts[1].marks[account];
    const can = {
      close: !(marks & MARK.closed), 'remove-followers': !(marks & (MARK.cut | MARK.closed)),
      suspend: !(marks & HIT), delete: (app.pasts[1].postsOf.get(account) ?? []).some((post) => !app.pasts[1].posts[post].gone),
    };
    const button = (/** @type {'close' | 'remove-followers' | 'suspend' | 'delete'} */ verb) => make('button', {
      class: `wide ${verb}`, disabled: !can[verb] || app.over || app.looking, onclick: () => {
        dialog.close();
        app.act({ verb, account });
      },
    }, say(`tool.${verb}.long`));
    const column = (/** @type {number} */ side) => make('div', {}, make('h3', {}, say(side ? 'right.name' : 'left.name')), ...facts(app, side, account).slice(2), hangs(side, account));
    dialog.replaceChildren(
      make('h2', { id: 'account-title' }, ...facts(app, world, account).slice(0, 2)),
      make('div', { class: 'two' }, column(0), column(1)),
      make('p', { class: 'hint' }, say(app.looking ? 'account.past' : app.over ? 'account.over' : meant ? 'account.near' : 'account.hint')),
      make('div', { class: 'choices' }, button('close'), button('remove-followers'), button('suspend'), button('delete')),
      make('button', { class: 'shut', onclick: () => dialog.close(), 'aria-label': say('shut') }, '×'),
    );
    put(dialog);
    dialog.showModal();
    point(app, world, account);
    byId('tip').hidden = true;
    /** @type {HTMLElement | null} */ (meant ? dialog.querySelector(`.choices .${meant}:enabled`) : null)?.focus();
  };
  dialog.addEventListener('close', () => {
    about = -1;
    point(app, 0, -1);
  });
  dialog.addEventListener('click', (event) => {
    if (event.target === dialog) dialog.close();
  });
  return (world, account, sure) => {
    const acts = world === 1 && tool !== 'look';
    if (acts && sure) app.act({ verb: tool, account });
    else open(world, account, acts ? tool : '');
  };
}
