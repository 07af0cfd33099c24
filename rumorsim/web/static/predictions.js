// What is predicted before pressing play: one's own answer, and how many of a class chose each.
// A class is counted in one browser, by a show of hands that somebody types in: nothing has to be
// shared, joined or installed, and it works without a network.

/** What a question asks about, and where its three answers part. @type {Record<string, {of: (numbers: Numbers) => number, edges: [number, number]}>} */
const QUESTIONS = {
  averted: { of: averted, edges: [15, 50] },
  lost: { of: lost, edges: [5, 25] },
  wrong: { of: (numbers) => numbers.wrong, edges: [0.5, 9.5] },
};

/** @typedef {{left: number, right: number, leftTrue: number, rightTrue: number, wrong: number}} Numbers accounts */

/** The share of the rumor's reach that a policy prevented, in percent. @param {Numbers} numbers */
export function averted({ left, right }) {
  return left ? (100 * (left - right)) / left : 0;
}

/** The share of their readers that true stories lost, in percent. @param {Numbers} numbers */
export function lost({ leftTrue, rightTrue }) {
  return leftTrue ? (100 * (leftTrue - rightTrue)) / leftTrue : 0;
}

/** Which answer came true: 0, 1 or 2. @param {string} ask @param {Numbers} numbers */
export function answerOf(ask, numbers) {
  const { of, edges } = QUESTIONS[ask];
  const value = of(numbers);
  return edges.filter((edge) => value > edge).length;
}

/** Where a class is kept until the tab is closed. */
const KEY = 'rumorsim-class';
/** The most hands there are for one answer. */
export const MOST = 9999;

export class Predictions {
  constructor() {
    /** One's own answer, by scenario. @type {Record<string, number>} */
    this.own = {};
    const { collect, hands } = kept();
    /** Whether a class is asked. */
    this.collect = collect;
    /** How many chose each answer, by scenario. @type {Record<string, number[]>} */
    this.hands = hands;
  }

  /** @param {string} scenario @returns {number[]} */
  of(scenario) {
    return this.hands[scenario] ?? [0, 0, 0];
  }

  /** All hands there were for a scenario; 0 where no class is asked. @param {string} scenario */
  all(scenario) {
    return this.collect ? this.of(scenario).reduce((sum, each) => sum + each, 0) : 0;
  }

  /** @param {string} scenario @param {number} answer @param {number} number */
  count(scenario, answer, number) {
    const hands = [...this.of(scenario)];
    hands[answer] = Math.max(0, Math.min(MOST, Math.round(number) || 0));
    this.hands[scenario] = hands;
    this.keep();
  }

  /** @param {string} scenario */
  clear(scenario) {
    delete this.hands[scenario];
    this.keep();
  }

  keep() {
    sessionStorage.setItem(KEY, JSON.stringify({ collect: this.collect, hands: this.hands }));
  }
}

/** What was kept, or nothing where something else stands in its place. @returns {{collect: boolean, hands: Record<string, number[]>}} */
function kept() {
  const none = { collect: false, hands: {} };
  const text = sessionStorage.getItem(KEY);
  if (text === null) return none;
  try {
    const { collect, hands } = JSON.parse(text);
    const sound = Object.entries(hands).filter(([, each]) => Array.isArray(each) && each.length === 3 && each.every(Number.isInteger));
    return { collect: collect === true, hands: Object.fromEntries(sound) };
  } catch {
    return none;
  }
}
