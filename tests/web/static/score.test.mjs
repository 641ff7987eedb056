// The score as the page reads it: ticks become seconds, and what sounds at a moment is found.
import assert from "node:assert/strict";
import test from "node:test";

import { describePlace, findNotes, findSounding, readScore } from "../../../web/static/score.js";

const STORED = {
  beats: 4,
  tempi: [[0, 120], [1920, 60]],
  sections: [
    { kind: "verse", number: 1, bar: 0, bars: 1, energy: 0.5 },
    { kind: "chorus", number: 1, bar: 1, bars: 1, energy: 0.9 },
    { kind: "verse", number: 2, bar: 2, bars: 1, energy: 0.5 },
  ],
  chords: [[0, "Am"], [1920, "F"]],
  parts: [
    { name: "drums", voice: "drums", notes: [[0, 60, 36, 100], [480, 60, 38, 100]] },
    { name: "lead", voice: "melody", notes: [[0, 1920, 60, 127], [1920, 960, 64, 64]] },
  ],
};

test("a slower tempo makes what follows longer", () => {
  const score = readScore(STORED);
  assert.equal(score.seconds, 2 + 4 + 4);
  assert.deepEqual(score.bars, [0, 2, 6, 10]);
  assert.deepEqual(score.sections.map((one) => [one.name, one.start]), [["verse 1", 0], ["chorus", 2], ["verse 2", 6]]);
});

test("the compass is that of the parts with pitches", () => {
  const score = readScore(STORED);
  assert.deepEqual([score.low, score.high], [60, 64]);
});

test("a note sounds from its beginning until just before its end", () => {
  const score = readScore(STORED);
  const names = (at) => findSounding(score, at).map((note) => note.pitch);
  assert.deepEqual(names(0), [36, 60]);
  assert.deepEqual(names(0.3), [60]);
  assert.deepEqual(names(1.999), [60]);
  assert.deepEqual(names(2), [64]);
  assert.deepEqual(names(4), []);
});

test("a long note is found also where it began long before", () => {
  assert.deepEqual(findNotes(readScore(STORED), 1.8, 1.9).map((note) => note.pitch), [60]);
});

test("a place has its section, its bar and its chord", () => {
  const score = readScore(STORED);
  assert.deepEqual(describePlace(score, 0.1), { section: "verse 1", chord: "Am", bar: 1 });
  assert.deepEqual(describePlace(score, 5.9), { section: "chorus", chord: "F", bar: 2 });
  assert.deepEqual(describePlace(score, 11), { section: "", chord: "F", bar: 3 });
});

test("a score of which nothing is composed yet has no compass and no notes", () => {
  const score = readScore({ ...STORED, parts: [{ name: "lead", voice: "melody", notes: [] }] });
  assert.deepEqual([score.notes.length, score.high, score.composed], [0, 0, 0]);
  assert.deepEqual(findSounding(score, 1), []);
});
