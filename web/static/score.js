// The score of a song as the page needs it: everything in seconds, notes in order of time. Knows no canvas.

/**
 * @typedef {object} Note
 * @property {number} start seconds
 * @property {number} end seconds
 * @property {number} pitch MIDI
 * @property {number} force 0 to 1
 * @property {number} part index of the part
 *
 * @typedef {{name: string, voice: string}} Part
 * @typedef {{name: string, start: number, end: number, energy: number}} Section
 * @typedef {{start: number, name: string}} Mark
 *
 * @typedef {object} Score
 * @property {number} seconds to the end of the last bar
 * @property {Note[]} notes in order of their starts
 * @property {number} longest seconds of the longest note
 * @property {Part[]} parts
 * @property {Section[]} sections
 * @property {Mark[]} chords
 * @property {number[]} bars where each bar begins, and the last one's end
 * @property {number} low lowest pitch that is no drum's and no effect's
 * @property {number} high
 * @property {number} composed seconds up to which there are notes
 */

const TICKS = 480;
/** Voices whose notes are strokes and noises: their pitch chooses a sound. */
const UNPITCHED = ["drums", "effects"];

/**
 * @param {any} stored a song's score.json: positions in ticks, 480 to a quarter note
 * @returns {Score}
 */
export function readScore(stored) {
  const toSeconds = makeClock(stored.tempi);
  const bar = stored.beats * TICKS;
  const last = stored.sections[stored.sections.length - 1];
  const count = last ? last.bar + last.bars : 0;
  const parts = stored.parts.map((/** @type {any} */ part) => ({ name: part.name, voice: part.voice }));
  /** @type {Note[]} */
  const notes = [];
  stored.parts.forEach((/** @type {any} */ part, /** @type {number} */ index) => {
    for (const [start, length, pitch, velocity] of part.notes) {
      notes.push({ start: toSeconds(start), end: toSeconds(start + length), pitch, force: velocity / 127, part: index });
    }
  });
  notes.sort((one, other) => one.start - other.start);
  const pitched = notes.filter((note) => !UNPITCHED.includes(parts[note.part].voice)).map((note) => note.pitch);
  return {
    seconds: toSeconds(count * bar),
    notes,
    longest: notes.reduce((most, note) => Math.max(most, note.end - note.start), 0),
    parts,
    sections: stored.sections.map((/** @type {any} */ one) => ({
      name: nameSection(one, stored.sections),
      start: toSeconds(one.bar * bar),
      end: toSeconds((one.bar + one.bars) * bar),
      energy: one.energy,
    })),
    chords: stored.chords.map((/** @type {[number, string]} */ [start, name]) => ({ start: toSeconds(start), name })),
    bars: Array.from({ length: count + 1 }, (_, index) => toSeconds(index * bar)),
    low: pitched.reduce((least, pitch) => Math.min(least, pitch), 127),
    high: pitched.reduce((most, pitch) => Math.max(most, pitch), 0),
    composed: notes.length ? notes[notes.length - 1].start : 0,
  };
}

/**
 * "verse 2"; the number only where there are several.
 *
 * @param {any} section
 * @param {any[]} all
 */
function nameSection(section, all) {
  const isOnly = all.filter((one) => one.kind === section.kind).length === 1;
  return isOnly ? section.kind : `${section.kind} ${section.number}`;
}

/**
 * @param {[number, number][]} tempi from tick, quarter notes a minute
 * @returns {(tick: number) => number} seconds of a tick
 */
function makeClock(tempi) {
  const marks = [{ tick: 0, at: 0, each: 60 / (tempi[0]?.[1] || 120) / TICKS }];
  for (const [tick, tempo] of tempi) {
    const before = marks[marks.length - 1];
    marks.push({ tick, at: before.at + (tick - before.tick) * before.each, each: 60 / tempo / TICKS });
  }
  return (tick) => {
    let index = findLast(marks, (mark) => mark.tick <= tick);
    if (index < 0) index = 0;
    return marks[index].at + (tick - marks[index].tick) * marks[index].each;
  };
}

/**
 * @template T
 * @param {T[]} items of which the first ones fit
 * @param {(item: T) => boolean} fits
 * @returns {number} index of the last that fits, by bisection; -1 if none does
 */
export function findLast(items, fits) {
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (fits(items[middle])) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * @param {Score} score @param {number} from seconds @param {number} to
 * @returns {Note[]} notes that sound at some time between the two
 */
export function findNotes(score, from, to) {
  const found = [];
  const first = findLast(score.notes, (note) => note.start < from - score.longest) + 1;
  for (let index = first; index < score.notes.length && score.notes[index].start <= to; index++) {
    if (score.notes[index].end >= from) found.push(score.notes[index]);
  }
  return found;
}

/** @param {Score} score @param {number} at seconds @returns {Note[]} those that sound at that moment */
export function findSounding(score, at) {
  return findNotes(score, at, at).filter((note) => note.start <= at && at < note.end);
}

/** @param {Score} score @param {number} at seconds */
export function describePlace(score, at) {
  const section = score.sections[findLast(score.sections, (one) => one.start <= at)];
  const chord = score.chords[findLast(score.chords, (one) => one.start <= at)];
  const bar = Math.min(findLast(score.bars, (one) => one <= at) + 1, score.bars.length - 1);
  return { section: section && at < score.seconds ? section.name : "", chord: chord?.name || "", bar };
}

/** @type {Map<string, Promise<any>>} */
const kept = new Map();
const MOST_KEPT = 4;

/**
 * @param {string} code @param {string} kind `score` or `waveform`
 * @param {boolean} isFresh ask again, as there may be more of it by now
 * @returns {Promise<any>} what the server has; null where there is none
 */
export function load(code, kind, isFresh = false) {
  const key = `${code}/${kind}`;
  if (isFresh) kept.delete(key);
  const known = kept.get(key);
  if (known) return known;
  const loading = fetch(`/api/songs/${encodeURIComponent(code)}/${kind}`, isFresh ? { cache: "no-cache" } : {})
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((stored) => (stored && kind === "score" ? readScore(stored) : stored))
    .catch(() => null)
    .then((value) => {
      if (value === null) kept.delete(key);
      return value;
    });
  kept.set(key, loading);
  for (const old of [...kept.keys()].slice(0, -MOST_KEPT)) kept.delete(old);
  return loading;
}
