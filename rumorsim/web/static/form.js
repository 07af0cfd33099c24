// A form for a JSON schema of the kind pydantic writes: tables, lists, choices, numbers, text.

import { make, named, say } from './words.js';

/** What the page shows at once; all else is under "more". */
const FIRST = new Set(['when', 'whom', 'delay', 'sensitivity', 'false_positive_rate', 'duration', 'keep']);

export class Form {
  /** @param {any} schema @param {any} start values to begin with @param {import('./app.js').World | null} world */
  constructor(schema, start, world) {
    this.definitions = schema.$defs ?? {};
    this.world = world;
    this.fields = this.table(schema, start, true);
    this.element = this.fields.element;
  }

  /** What was filled in, as a scenario has it; what was left empty is left out. */
  value() {
    return this.fields.value() ?? {};
  }

  /** @param {any} schema @returns {any} */
  resolved(schema) {
    if (schema?.$ref) return { ...this.definitions[schema.$ref.split('/').pop()], ...without(schema, '$ref') };
    return schema;
  }

  /** One field of any shape. @param {any} given @param {any} start @param {string} name @returns {{element: HTMLElement, value: () => any}} */
  field(given, start, name) {
    const schema = this.resolved(given);
    const ways = (schema.anyOf ?? schema.oneOf)?.map((/** @type {any} */ way) => this.resolved(way)).filter((/** @type {any} */ way) => way.type !== 'null');
    if (ways?.length === 1) return this.field({ ...ways[0], description: schema.description }, start, name);
    if (ways) return ways.every((/** @type {any} */ way) => way.properties) ? this.choice(ways, start) : this.plain(ways.find((/** @type {any} */ w) => w.type === 'number' || w.type === 'integer') ? { ...schema, type: 'mixed' } : { type: 'string' }, start);
    if (schema.properties) return this.table(schema, start, false);
    if (schema.type === 'array') return this.list(schema, start, name);
    return this.plain(schema, start);
  }

  /** @param {any} schema @param {any} start @param {boolean} outermost */
  table(schema, start, outermost) {
    /** @type {[string, {element: HTMLElement, value: () => any}][]} */
    const parts = [];
    const shown = make('div', { class: 'table' });
    const more = make('details', { class: 'table' }, make('summary', {}, say('form.more')));
    for (const [name, given] of Object.entries(schema.properties ?? {})) {
      const each = this.resolved(given);
      if (each.const !== undefined) {
        if (!outermost) parts.push([name, { element: make('span'), value: () => each.const }]);
        continue;
      }
      const part = this.field(given, start?.[name], name);
      parts.push([name, part]);
      const words = named('field', name);
      const wide = Boolean(each.properties) || part.element.matches('.way, .table');
      const label = make(wide ? 'fieldset' : 'label', { class: wide ? '' : 'field' }, make(wide ? 'legend' : 'span', {}, words), part.element);
      const about = given.description ?? each.description;
      if (about && wide) part.element.before(make('small', {}, say(about)));
      else if (about) label.append(make('small', {}, say(about)));
      (!outermost || FIRST.has(name) ? shown : more).append(label);
    }
    const element = make('div', {}, shown);
    if (more.children.length > 1) element.append(more);
    return {
      element,
      value: () => {
        const filled = parts.map(([name, part]) => [name, part.value()]).filter(([, value]) => value !== undefined);
        return filled.length || outermost ? Object.fromEntries(filled) : undefined;
      },
    };
  }

  /** One of several tables, told apart by a constant. @param {any[]} ways @param {any} start */
  choice(ways, start) {
    const key = Object.keys(ways[0].properties).find((name) => this.resolved(ways[0].properties[name]).const !== undefined) ?? '';
    const names = ways.map((way) => String(this.resolved(way.properties[key])?.const ?? way.title));
    /** @type {{element: HTMLElement, value: () => any} | null} */
    let inner = null;
    const holder = make('div');
    const select = /** @type {HTMLSelectElement} */ (make('select', { onchange: () => choose() }, make('option', { value: '' }, say('form.none')), ...names.map((name) => make('option', { value: name }, named('choice', name)))));
    const choose = () => {
      const at = names.indexOf(select.value);
      inner = at < 0 ? null : this.table(ways[at], start, false);
      holder.replaceChildren(...(inner ? [inner.element] : []));
    };
    if (start?.[key]) select.value = start[key];
    choose();
    return { element: make('div', { class: 'way' }, select, holder), value: () => inner?.value() };
  }

  /** Several values in one line, with commas between. @param {any} schema @param {any} start @param {string} name */
  list(schema, start, name) {
    const inside = this.resolved(schema.items ?? {});
    const known = { kinds: this.world?.kinds, guilty_kinds: this.world?.kinds, unqualified: this.world?.kinds, stories: this.world?.stories.map((s) => s.name), categories: [...new Set(this.world?.stories.map((s) => s.category))], steps: inside.enum }[name];
    const input = /** @type {HTMLInputElement} */ (make('input', { value: (start ?? []).join(', '), placeholder: known?.join(', ') ?? '', autocomplete: 'off' }));
    const whole = inside.type === 'integer' || inside.anyOf?.some((/** @type {any} */ way) => way.type === 'integer');
    return {
      element: input,
      value: () => {
        const words = input.value.split(/[,，]/).map((word) => word.trim()).filter(Boolean);
        if (!words.length) return undefined;
        return words.map((word) => (whole && /^#?\d+$/.test(word) ? Number(word.replace('#', '')) : word));
      },
    };
  }

  /** @param {any} schema @param {any} start */
  plain(schema, start) {
    const begin = start ?? '';
    if (schema.enum) {
      const select = /** @type {HTMLSelectElement} */ (make('select', {}, make('option', { value: '' }, schema.default === undefined ? '' : named('choice', String(schema.default))), ...schema.enum.map((/** @type {string} */ value) => make('option', { value }, named('choice', value)))));
      select.value = String(begin);
      return { element: select, value: () => select.value || undefined };
    }
    if (schema.type === 'boolean') {
      const box = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox' }));
      box.checked = start ?? schema.default ?? false;
      return { element: box, value: () => (box.checked === (schema.default ?? false) ? undefined : box.checked) };
    }
    const number = schema.type === 'integer' || schema.type === 'number';
    const input = /** @type {HTMLInputElement} */ (make('input', {
      type: number ? 'number' : 'text', value: String(begin), autocomplete: 'off',
      ...(schema.type === 'integer' ? { step: '1' } : number ? { step: 'any' } : {}),
      ...(number && schema.minimum !== undefined ? { min: String(schema.minimum) } : {}),
      ...(number && schema.maximum !== undefined ? { max: String(schema.maximum) } : {}),
      placeholder: schema.default === undefined || schema.default === null ? '' : String(schema.default),
    }));
    return {
      element: input,
      value: () => {
        if (input.value === '') return undefined;
        const numeric = number || (schema.type === 'mixed' && /^-?[\d.]+$/.test(input.value));
        return numeric ? Number(input.value) : input.value;
      },
    };
  }
}

/** @param {any} table @param {string} key */
function without(table, key) {
  const { [key]: _, ...rest } = table;
  return rest;
}
