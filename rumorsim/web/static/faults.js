// What cannot be, and why, in the reader's language; see rumorsim/web/faults.py.

import { named, say } from './words.js';

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
  const rule = say(`fault.${word}`, {
    n: word === 'one-of' ? fields(n ?? '', ', ', say('fault.comma')) : word === 'no-effect' ? fields(n ?? '', '.', ' › ') : n,
    m: word === 'large' ? say(`what.${m}`) : m,
  });
  const more = advice ? say(`advice.${advice.word}`, { n: advice.n, m: advice.m }) : '';
  return `${where ? say('fault.where', { n: where }) : ''}${rule}${more}`;
}

/** Names of fields as the forms have them. @param {string} names @param {string} apart @param {string} joined */
function fields(names, apart, joined) {
  return names.split(apart).map((name) => named('field', name)).join(joined);
}
