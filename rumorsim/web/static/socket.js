// The line to the server: orders out, worlds and frames in, opened again when it was lost.

import { isPicture, read } from './wire.js';

/**
 * @typedef {Object} Hearing what is called with what arrives
 * @property {(told: any) => void} told
 * @property {(picture: import('./wire.js').Picture) => void} picture
 * @property {(frame: import('./wire.js').Frame) => void} frame
 * @property {() => void} opened
 * @property {(code: number) => void} lost
 */

export class Line {
  /** @param {Hearing} hearing */
  constructor(hearing) {
    this.hearing = hearing;
    /** @type {WebSocket | null} */
    this.socket = null;
    this.tries = 0;
    this.bytes = 0;
  }

  open() {
    const socket = new WebSocket(`ws://${location.host}/live`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      this.tries = 0;
      this.hearing.opened();
    };
    socket.onmessage = (message) => this.take(message.data);
    socket.onclose = (event) => {
      this.socket = null;
      this.hearing.lost(event.code);
      this.tries += 1;
      // 1008 and 1013: we are not wanted; asking again at once would not help.
      const wait = event.code === 1008 || event.code === 1013 ? 15000 : 500 * 2 ** Math.min(this.tries, 5);
      setTimeout(() => this.open(), wait);
    };
    this.socket = socket;
  }

  /** @param {string | ArrayBuffer} data */
  take(data) {
    if (typeof data === 'string') {
      this.hearing.told(JSON.parse(data));
      return;
    }
    this.bytes += data.byteLength;
    const thing = read(data);
    if (isPicture(thing)) this.hearing.picture(thing);
    else this.hearing.frame(thing);
  }

  /** Say something; what cannot be said now is dropped. @param {Record<string, unknown>} order */
  say(order) {
    if (this.socket && this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(order));
  }
}
