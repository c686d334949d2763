// Several MP4s in a row as one, without decoding: their samples one after the other under an index
// of all of them. Sound of a clip begins with its pictures: what its encoder put before the first
// of them is laid under the end of the clip before.

import { box, bytesOf, inside, table, words } from "./boxes.js";
import { readClip } from "./clip.js";

/** @typedef {import("./clip.js").Clip} Clip */
/** @typedef {import("./clip.js").Track} Track */
/**
 * @typedef {{seconds: number[], length: number, begin: number}} Whole how long the clips are, and
 *   all of them in ticks; where the samples begin
 */

/** What a position in the file has to fit into. */
const BYTES_MAX = 2 ** 32 - 1;

/** @param {ArrayBuffer[]} files @returns {Blob} */
export function join(files) {
  const clips = files.map(readClip);
  const first = clips[0];
  if (!first) throw new Error("nothing to join");
  const kinds = ["vide", "soun"].filter(kind =>
    clips.every(clip => clip.tracks.some(track => track.kind === kind)),
  );
  const seconds = clips.map(clip => secondsOf(trackOf(clip, "vide")));
  const total = seconds.reduce((sum, one) => sum + one, 0);
  const length = Math.round(total * movieTicks(first));
  const { samples, bytes } = layOut(clips, kinds);
  const ftyp = bytesOf(first.file, first.ftyp);
  const index = (/** @type {number} */ begin) => {
    const tracks = kinds.map(kind => trackBox(clips, kind, { seconds, length, begin }));
    const head = lasting(length, first, inside(first.file, first.moov, "mvhd"));
    return box("moov", head, ...tracks);
  };
  // The index is as long wherever the samples begin.
  const begin = ftyp.length + index(0).length + 8;
  if (begin + bytes > BYTES_MAX) throw new Error("too large");
  const head = box("mdat");
  head.set(words([bytes + 8]));
  return new Blob([ftyp, index(begin), head, ...samples].map(plain), { type: "video/mp4" });
}

/**
 * Says where every chunk goes, counted from the first, in the order in which they are now.
 * @param {Clip[]} clips @param {string[]} kinds
 */
function layOut(clips, kinds) {
  /** @type {Uint8Array[]} */
  const samples = [];
  let to = 0;
  for (const clip of clips) {
    const chunks = kinds.flatMap(kind => trackOf(clip, kind).chunks);
    for (const chunk of chunks.sort((a, b) => a.at - b.at)) {
      chunk.to = to;
      to += chunk.bytes;
      samples.push(new Uint8Array(clip.file.buffer, chunk.at, chunk.bytes));
    }
  }
  return { samples, bytes: to };
}

/** @param {Uint8Array} bytes */
const plain = bytes => /** @type {Uint8Array<ArrayBuffer>} */ (bytes);

/** @param {Clip} clip @param {string} kind @returns {Track} */
function trackOf(clip, kind) {
  const found = clip.tracks.find(track => track.kind === kind);
  if (!found) throw new Error(`no ${kind}`);
  return found;
}

/** @param {Clip} clip */
function movieTicks({ file, moov }) {
  const head = inside(file, moov, "mvhd");
  if (!head) throw new Error("no mvhd");
  return file.getUint32(head.body + (file.getUint8(head.body) === 1 ? 20 : 12));
}

/** @param {Track} track */
const secondsOf = track => track.lengths.reduce((sum, one) => sum + one, 0) / track.ticks;

/** One track of all clips. @param {Clip[]} clips @param {string} kind @param {Whole} whole */
function trackBox(clips, kind, whole) {
  const first = /** @type {Clip} */ (clips[0]);
  const model = trackOf(first, kind);
  const all = merged(clips, kind, whole);
  const inModel = (/** @type {string[]} */ ...path) => inside(first.file, model.trak, ...path);
  const copy = (/** @type {string[]} */ ...path) => {
    const found = inModel(...path);
    return found ? bytesOf(first.file, found) : new Uint8Array();
  };
  const total = all.lengths.reduce((sum, one) => sum + one, 0);
  const stbl = box(
    "stbl",
    box("stsd", words([0, all.entries.length]), ...all.entries),
    ...timesOf(all),
    table("stsc", all.runs.length / 3, all.runs),
    box("stsz", words([0, 0, all.sizes.length, ...all.sizes])),
    table("stco", all.places.length, all.places),
  );
  const header = kind === "vide" ? "vmhd" : "smhd";
  const minf = box("minf", copy("mdia", "minf", header), copy("mdia", "minf", "dinf"), stbl);
  const mdhd = lasting(total, first, inModel("mdia", "mdhd"));
  return box(
    "trak",
    lasting(whole.length, first, inModel("tkhd"), true),
    box("edts", table("elst", 1, [whole.length, model.skip, 0x10000])),
    box("mdia", mdhd, copy("mdia", "hdlr"), minf),
  );
}

/**
 * The tables of one track in all clips, one behind the other.
 * @param {Clip[]} clips @param {string} kind @param {Whole} whole
 */
function merged(clips, kind, { seconds, begin }) {
  const { ticks, skip } = trackOf(/** @type {Clip} */ (clips[0]), kind);
  const all = {
    entries: /** @type {Uint8Array[]} */ ([]),
    sizes: /** @type {number[]} */ ([]),
    lengths: /** @type {number[]} */ ([]),
    shifts: /** @type {number[]} */ ([]),
    starts: /** @type {number[]} */ ([]),
    hasStarts: clips.some(clip => trackOf(clip, kind).starts),
    runs: /** @type {number[]} */ ([]),
    places: /** @type {number[]} */ ([]),
  };
  let [begins, is] = [0, 0];
  clips.forEach((clip, at) => {
    const track = trackOf(clip, kind);
    // Where this clip's first tick lies, so that what is shown first is shown when it begins.
    const wanted =
      Math.round(begins * ticks) + skip - Math.round((track.skip / track.ticks) * ticks);
    const last = all.lengths.length - 1;
    if (at && last >= 0) {
      const room = (all.lengths[last] ?? 0) + wanted - is;
      all.lengths[last] = Math.max(1, room);
      is = wanted + Math.max(1, room) - room;
    }
    const before = all.sizes.length;
    for (const length of track.lengths) {
      const own = Math.round((length * ticks) / track.ticks);
      all.lengths.push(own);
      is += own;
    }
    all.sizes.push(...track.sizes);
    all.shifts.push(...(track.shifts ?? track.sizes.map(() => 0)));
    const starts = track.starts ?? track.sizes.map((_, index) => index + 1);
    all.starts.push(...starts.map(start => start + before));
    putChunks(track, all, begin);
    begins += seconds[at] ?? 0;
  });
  return all;
}

/**
 * @param {Track} track
 * @param {{entries: Uint8Array[], runs: number[], places: number[]}} all @param {number} begin
 */
function putChunks(track, all, begin) {
  const entries = track.entries.map(entry => {
    const same = all.entries.findIndex(one => isSame(one, entry));
    return same >= 0 ? same + 1 : all.entries.push(entry);
  });
  for (const chunk of track.chunks) {
    all.places.push(begin + chunk.to);
    all.runs.push(all.places.length, chunk.samples, entries[chunk.entry - 1] ?? 1);
  }
}

/** @param {Uint8Array} one @param {Uint8Array} other */
const isSame = (one, other) =>
  one.length === other.length && one.every((byte, at) => byte === other[at]);

/**
 * @param {{lengths: number[], shifts: number[], starts: number[], hasStarts: boolean}} all
 */
function timesOf({ lengths, shifts, starts, hasStarts }) {
  const runs = rolled(lengths);
  const found = [table("stts", runs.length / 2, runs)];
  const moved = rolled(shifts);
  if (shifts.some(Boolean)) found.push(table("ctts", moved.length / 2, moved));
  if (hasStarts) found.push(table("stss", starts.length, starts));
  return found;
}

/** How often and what, as pairs. @param {number[]} values */
function rolled(values) {
  /** @type {number[]} */
  const pairs = [];
  for (const value of values) {
    if (pairs.length && pairs.at(-1) === value) pairs[pairs.length - 2] = (pairs.at(-2) ?? 0) + 1;
    else pairs.push(1, value);
  }
  return pairs;
}

/**
 * A copy of a header that says another length; a track's stands 4 bytes further on.
 * @param {number} length @param {Clip} clip
 * @param {import("./boxes.js").Box | undefined} header @param {boolean} [isTrack]
 */
function lasting(length, clip, header, isTrack = false) {
  if (!header) throw new Error("a header is missing");
  const bytes = bytesOf(clip.file, header);
  const view = new DataView(bytes.buffer);
  const more = isTrack ? 4 : 0;
  // In version 1 the two moments before it have 8 bytes, as it has.
  if (view.getUint8(8) === 1) view.setBigUint64(32 + more, BigInt(length));
  else view.setUint32(24 + more, length);
  return bytes;
}
