// The boxes that an MP4 consists of: found by their names, and written.

/** @typedef {{name: string, from: number, until: number, body: number}} Box where it lies */

/**
 * The boxes between two places, in order. A size that cannot be ends the list.
 * @param {DataView} file @param {number} [from] @param {number} [until]
 * @returns {Box[]}
 */
export function boxesIn(file, from = 0, until = file.byteLength) {
  const found = [];
  while (from + 8 <= until) {
    let size = file.getUint32(from);
    let head = 8;
    if (size === 1) [size, head] = [Number(file.getBigUint64(from + 8)), 16];
    if (size === 0) size = until - from;
    if (size < head || from + size > until) break;
    const name = String.fromCharCode(...[4, 5, 6, 7].map(at => file.getUint8(from + at)));
    found.push({ name, from, until: from + size, body: from + head });
    from += size;
  }
  return found;
}

/**
 * The box at the end of a path of names.
 * @param {DataView} file @param {Box} box @param {string[]} path
 * @returns {Box | undefined}
 */
export function inside(file, box, ...path) {
  let now = /** @type {Box | undefined} */ (box);
  for (const name of path) {
    now = now && boxesIn(file, now.body, now.until).find(one => one.name === name);
  }
  return now;
}

/** @param {DataView} file @param {{from: number, until: number}} box */
export const bytesOf = (file, box) =>
  new Uint8Array(file.buffer, file.byteOffset + box.from, box.until - box.from).slice();

/** Numbers of 32 bits, the largest first byte first. @param {number[]} numbers */
export function words(numbers) {
  const view = new DataView(new ArrayBuffer(numbers.length * 4));
  numbers.forEach((number, at) => view.setUint32(at * 4, number));
  return new Uint8Array(view.buffer);
}

/** @param {string} name @param {Uint8Array[]} parts @returns {Uint8Array} */
export function box(name, ...parts) {
  const size = parts.reduce((sum, part) => sum + part.length, 8);
  const whole = new Uint8Array(size);
  whole.set(words([size]));
  whole.set(
    [...name].map(letter => letter.charCodeAt(0)),
    4,
  );
  let at = 8;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * A table: version and flags, how many entries, the entries.
 * @param {string} name @param {number} count @param {number[]} numbers
 */
export const table = (name, count, numbers) => box(name, words([0, count, ...numbers]));
