// What cannot be, and why, in the reader's language; see rumorsim/web/faults.py.

import { has, named, say } from './words.js';

/**
 * @typedef {Object} Known what the page has words for
 * @property {string} word
 * @property {string} [n]
 * @property {string} [m]
 * @property {string} key
 * @property {string} value
 * @property {{word: string, n?: string, m?: string} | null} advice
 */

/** Lines to show. @param {{lines: string[], words?: (Known | null)[]}} told @returns {string[]} */
export function faultLines({ lines, words }) {
  // What the page itself has to say comes without words, and is in the right language.
  if (!words) return lines;
  return lines.map((line, i) => {
    const known = words[i];
    return known ? sentence(known) : say('fault.other', { line: line.replace(/policies\[0\]\.interventions\[\d+\]\.?/, '') });
  });
}

/** @param {Known} known */
function sentence({ word, n, m, key, value, advice }) {
  const where = [key && fields(key.replace(/\[\d+\]/g, ''), '.', ' › '), value].filter(Boolean).join(' = ');
  const rule = say(`fault.${word}`, { n: filling(word, n), m: filling(word, m) });
  const more = advice ? say(`advice.${advice.word}`, { n: advice.n, m: advice.m }) : '';
  return `${where ? say('fault.where', { n: where }) : ''}${rule}${more}`;
}

/** Faults that name fields of the form. */
const ABOUT_FIELDS = new Set(['no-effect', 'together', 'goes-with', 'posts-only', 'does-nothing']);

/** What fills a sentence, in the reader's words. @param {string} word @param {string | undefined} text */
function filling(word, text) {
  if (!text) return '';
  if (word === 'one-of') return fields(text, ', ', say('fault.comma'));
  if (word === 'values') return text.split(' or ').map((value) => named('choice', value.replaceAll('"', ''))).join(say('fault.comma'));
  if (word === 'large' && has(`what.${text}`)) return say(`what.${text}`);
  return ABOUT_FIELDS.has(word) ? fields(text, '.', ' › ') : text;
}

/** Names of fields as the forms have them. @param {string} names @param {string} apart @param {string} joined */
function fields(names, apart, joined) {
  return names.split(apart).map((name) => named('field', name)).join(joined);
}
