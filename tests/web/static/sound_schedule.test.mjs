// Pieces of sound behind each other on a clock that is turned by hand.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RATE, SoundSchedule } from "../../../web/static/sound_schedule.js";

const PIECE = 960;

class Context {
  constructor() {
    this.currentTime = 1;
    this.outputLatency = 0.02;
    this.baseLatency = 0.01;
    this.started = [];
  }

  createBuffer(channels, frames) {
    const data = Array.from({ length: channels }, () => new Float32Array(frames));
    return { getChannelData: (number) => data[number], data, frames };
  }

  createBufferSource() {
    const node = { connect() {}, disconnect() {}, stop: () => (node.isStopped = true) };
    node.start = (when) => this.started.push({ when: Math.round(when * RATE), node });
    return node;
  }
}

function makeSound(granule, serial = 5, frames = PIECE) {
  return { serial, granule, frames, channels: [0, 1].map(() => new Float32Array(frames).fill(0.5)) };
}

function makeStage() {
  const context = new Context();
  const schedule = new SoundSchedule(context, {});
  let granule = 312;
  const push = (pieces, serial = 5) => {
    for (let number = 0; number < pieces; number++, granule += PIECE) schedule.push(makeSound(granule, serial));
  };
  return { context, schedule, push, jump: (to) => (granule = to) };
}

test("it starts when there is enough, and then piece follows piece to the sample", () => {
  const { context, schedule, push } = makeStage();
  push(9);
  assert.deepEqual([context.started.length, schedule.isPlaying], [0, false]);
  push(3);
  assert.equal(context.started.length, 12);
  const whens = context.started.map((each) => each.when);
  whens.slice(1).forEach((when, number) => assert.equal(when - whens[number], PIECE));
  assert.ok(schedule.isPlaying);
});

test("a moment leads back to the stream's sample", () => {
  const { context, schedule, push } = makeStage();
  push(20);
  const first = context.started[0].when;
  assert.deepEqual(schedule.locateAt((first + 5000) / RATE), { serial: 5, granule: 312 + 5000 });
  assert.equal(schedule.locateAt((first - 1) / RATE), null);
  assert.equal(schedule.locateAt((first + 20 * PIECE) / RATE), null);
  context.currentTime = (first + 7000) / RATE + context.outputLatency;
  assert.deepEqual(schedule.locate(), { serial: 5, granule: 312 + 7000 });
});

test("after it ran dry it holds back more before it goes on", () => {
  const { context, schedule, push } = makeStage();
  push(10);
  context.currentTime += 1;
  assert.equal(schedule.isPlaying, false);
  push(11);
  assert.deepEqual([schedule.underruns, schedule.isPlaying], [1, false]);
  push(8);
  assert.ok(schedule.isPlaying);
});

test("where the page was frozen it does not stay behind", () => {
  const { context, schedule, push } = makeStage();
  push(500);
  assert.ok(schedule.ahead < 3.5, `${schedule.ahead} s wait`);
  context.currentTime += 3.2;
  push(100);
  assert.ok(schedule.ahead > 0.1 && schedule.ahead < 3);
});

test("a connection that is made again goes on where the last one was", () => {
  const { context, schedule, push, jump } = makeStage();
  push(20);
  jump(312 + 10 * PIECE);
  push(20);
  assert.equal(context.started.length, 30);
  const first = context.started[0].when;
  assert.deepEqual(schedule.locateAt((first + 25 * PIECE) / RATE), { serial: 5, granule: 312 + 25 * PIECE });
});

test("another stream begins where the one before ends", () => {
  const { context, schedule, push, jump } = makeStage();
  push(20);
  jump(0);
  push(5, 6);
  const first = context.started[0].when;
  assert.deepEqual(schedule.locateAt((first + 20 * PIECE) / RATE), { serial: 6, granule: 0 });
});

test("what does not go on is faded in", () => {
  const { context, schedule, push } = makeStage();
  push(12);
  const [begin, next] = [context.started[0], context.started[1]].map(({ node }) => node.buffer.data[0]);
  assert.deepEqual([begin[0], begin[120], begin[500], next[0]], [0, 0.25, 0.5, 0.5]);
  schedule.push(makeSound(100 * PIECE));
  assert.equal(context.started.at(-1).node.buffer.data[0][0], 0);
});

test("a stop drops what is not heard yet", () => {
  const { context, schedule, push } = makeStage();
  push(12);
  schedule.stop();
  assert.ok(context.started.every(({ node }) => node.isStopped));
  assert.equal(schedule.isPlaying, false);
});

test("what has become old while the sound was put aside is dropped, and what comes is heard", () => {
  const { context, schedule, push } = makeStage();
  push(100);
  schedule.flush();
  assert.ok(context.started.every(({ node }) => node.isStopped));
  push(12);
  assert.ok(schedule.isPlaying && schedule.ahead < 0.5);
  assert.equal(context.started.length, 112);
});
