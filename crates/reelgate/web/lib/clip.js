// What an MP4 says about its tracks: enough to put their samples into another file.

import { boxesIn, bytesOf, inside } from "./boxes.js";

/** @typedef {import("./boxes.js").Box} Box */
/**
 * @typedef {{at: number, samples: number, entry: number, bytes: number, to: number}} Chunk `to`:
 *   where it goes, for whoever moves it
 * @typedef {{kind: string, trak: Box, ticks: number, skip: number, entries: Uint8Array[],
 *   sizes: number[], lengths: number[], shifts: number[] | null, starts: number[] | null,
 *   chunks: Chunk[]}} Track `ticks` a second; `skip`:
 *   ticks before the first that is shown; `starts`: samples that need no others, from 1
 * @typedef {{file: DataView, moov: Box, ftyp: Box, tracks: Track[]}} Clip
 */

/** @param {ArrayBuffer} buffer @returns {Clip} */
export function readClip(buffer) {
  const file = new DataView(buffer);
  const all = boxesIn(file);
  const moov = all.find(one => one.name === "moov");
  const ftyp = all.find(one => one.name === "ftyp");
  if (!moov || !ftyp) throw new Error("not an MP4");
  const traks = boxesIn(file, moov.body, moov.until).filter(one => one.name === "trak");
  return { file, moov, ftyp, tracks: traks.map(trak => readTrack(file, trak)) };
}

/** @param {DataView} file @param {Box} trak @returns {Track} */
function readTrack(file, trak) {
  const need = (/** @type {string[]} */ ...path) => {
    const found = inside(file, trak, ...path);
    if (!found) throw new Error(`no ${path.at(-1)}`);
    return found;
  };
  const tables = need("mdia", "minf", "stbl");
  const rows = (/** @type {string} */ name) => {
    const found = inside(file, tables, name);
    return found ? numbers(file, found) : null;
  };
  const head = need("mdia", "mdhd");
  const handler = need("mdia", "hdlr");
  const kind = String.fromCharCode(...bytesOf(file, handler).slice(16, 20));
  const [fixed = 0, count = 0, ...listed] = rows("stsz") ?? [];
  const [, ...stts] = rows("stts") ?? [];
  const [, ...ctts] = rows("ctts") ?? [];
  const [, ...stss] = rows("stss") ?? [];
  const stsd = need("mdia", "minf", "stbl", "stsd");
  const sizes = fixed ? Array(count).fill(fixed) : listed.slice(0, count);
  return {
    kind,
    trak,
    ticks: file.getUint32(head.body + (file.getUint8(head.body) === 1 ? 20 : 12)),
    skip: skipped(file, trak),
    entries: boxesIn(file, stsd.body + 8, stsd.until).map(one => bytesOf(file, one)),
    sizes,
    lengths: unrolled(stts),
    shifts: ctts.length ? unrolled(ctts) : null,
    starts: stss.length ? stss : null,
    chunks: chunksOf(rows("stsc") ?? [], placesOf(file, tables), sizes),
  };
}

/** The numbers behind version and flags. @param {DataView} file @param {Box} box */
function numbers(file, box) {
  const found = [];
  for (let at = box.body + 4; at + 4 <= box.until; at += 4) found.push(file.getUint32(at));
  return found;
}

/** Pairs of how often and what, one after the other. @param {number[]} pairs */
function unrolled(pairs) {
  /** @type {number[]} */
  const all = [];
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    for (let turn = 0; turn < (pairs[at] ?? 0); turn += 1) all.push(pairs[at + 1] ?? 0);
  }
  return all;
}

/** @param {DataView} file @param {Box} trak */
function skipped(file, trak) {
  const list = inside(file, trak, "edts", "elst");
  if (!list || file.getUint32(list.body + 4) === 0) return 0;
  if (file.getUint8(list.body) === 1) return Math.max(0, Number(file.getBigInt64(list.body + 16)));
  return Math.max(0, file.getInt32(list.body + 12));
}

/** Where the chunks are. @param {DataView} file @param {Box} tables */
function placesOf(file, tables) {
  const short = inside(file, tables, "stco");
  if (short) return numbers(file, short).slice(1);
  const long = inside(file, tables, "co64");
  const places = [];
  for (let at = (long?.body ?? 0) + 8; long && at + 8 <= long.until; at += 8) {
    places.push(Number(file.getBigUint64(at)));
  }
  return places;
}

/** @param {number[]} stsc @param {number[]} places @param {number[]} sizes @returns {Chunk[]} */
function chunksOf(stsc, places, sizes) {
  const [, ...runs] = stsc;
  let [run, sample] = [0, 0];
  return places.map((at, index) => {
    while ((runs[run + 3] ?? Infinity) <= index + 1) run += 3;
    const samples = runs[run + 1] ?? 0;
    const own = sizes.slice(sample, sample + samples);
    sample += samples;
    const bytes = own.reduce((sum, one) => sum + one, 0);
    return { at, samples, entry: runs[run + 2] ?? 1, bytes, to: 0 };
  });
}
