// The words of the page: one file of strings for each language, plain text, never markup.

import en from './strings/en.js';
import zh from './strings/zh.js';
import zhForms from './strings/zh-forms.js';

/** One dictionary for each language. @type {Record<string, Record<string, string>>} */
const LANGUAGES = { en: { ...en }, zh: { ...zh, ...zhForms } };

let now = 'en';

/** @param {string} name @returns {boolean} */
export function isLanguage(name) {
  return name in LANGUAGES;
}

/** @param {string} name */
export function speak(name) {
  now = isLanguage(name) ? name : 'en';
  document.documentElement.lang = now === 'zh' ? 'zh-Hans' : 'en';
}

export function language() {
  return now;
}

/** Add words of the server, which are English. @param {Record<string, string>} words */
export function learn(words) {
  Object.assign(LANGUAGES.en, words);
}

/**
 * Words by key; `{name}` in them is replaced, `{n|account|accounts}` chooses by the number n.
 * @param {string} key @param {Record<string, unknown>} [filling]
 */
export function say(key, filling = {}) {
  const words = LANGUAGES[now][key] ?? LANGUAGES.en[key] ?? key;
  return words.replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (whole, name, one, more) => {
    if (!(name in filling)) return whole;
    if (one === undefined) return String(filling[name]);
    return String(filling[name]) === '1' ? one : more;
  });
}

/** @param {string} key */
export function has(key) {
  return key in LANGUAGES.en;
}

/** Sentences one after the other. @param {string[]} sentences */
export function joined(sentences) {
  return sentences.filter(Boolean).join(now === 'zh' ? '' : ' ');
}

/** A name of a scenario in the reader's language, where there is one. @param {string} kind @param {string} name */
export function named(kind, name) {
  return has(`${kind}.${name}`) ? say(`${kind}.${name}`) : name;
}

/** @param {number} number */
export function count(number) {
  return number.toLocaleString(now === 'zh' ? 'zh-CN' : 'en-GB');
}

/** A share, not negative, as a whole percentage. @param {number} part */
export function percent(part) {
  return `${Math.round(100 * part)}%`;
}

/** Day and time, as people say it. @param {Date} date */
export function hourOf(date) {
  const locale = now === 'zh' ? 'zh-CN' : 'en-GB';
  const day = date.toLocaleString(locale, { weekday: 'short', timeZone: 'UTC' });
  const time = date.toLocaleString(locale, { hour: '2-digit', minute: '2-digit', timeZone: 'UTC', hourCycle: 'h23' });
  return `${day} ${time}`;
}

/** Put words where the page asks for them: data-words inside, data-label as a name. @param {ParentNode} [root] */
export function put(root = document) {
  for (const each of root.querySelectorAll('[data-words]')) {
    each.textContent = say(/** @type {HTMLElement} */ (each).dataset.words ?? '');
  }
  for (const each of root.querySelectorAll('[data-label]')) {
    each.setAttribute('aria-label', say(/** @type {HTMLElement} */ (each).dataset.label ?? ''));
  }
}

/**
 * An element with attributes and children; text is always text.
 * @param {string} tag @param {Record<string, string | boolean | ((event: any) => void)>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}
