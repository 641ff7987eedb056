// What is heard where an audio element plays: an estimate by the burst, and by what has come in.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ElementWay } from "../../../web/static/element_way.js";

const ON_THE_WAY = 0.1;
let now = 0;
performance.now = () => now;

class FakeAudio extends EventTarget {
  currentTime = 0;
  paused = true;
  readyState = 4;
  end = 0;
  play() {
    this.paused = false;
    return Promise.resolve();
  }
  pause() {
    this.paused = true;
  }
  load() {}
  removeAttribute() {}
  get buffered() {
    return { length: this.end ? 1 : 0, end: () => this.end };
  }
}

/** A way that plays since a second, and the element that it has. */
function makeStage(mount) {
  const audio = new FakeAudio();
  globalThis.Audio = function () {
    return audio;
  };
  now = 1000;
  const lost = [];
  const parts = { clock: { estimate: (behind) => behind }, onState() {}, onLost: () => lost.push(now), onRefused() {} };
  const way = new ElementWay([mount], parts);
  way.start();
  return { audio, way, lost };
}

const near = (found, wanted) => assert.ok(Math.abs(found - wanted - ON_THE_WAY) < 1e-6, `${found} is not ${wanted}`);

test("who has just connected is behind by the burst, and by what was spent waiting", () => {
  const { audio, way } = makeStage({ url: "/a.mp3", burst: 1.7 });
  now = 1500;
  audio.currentTime = 0.2;
  near(way.heard(), 1.7 + 0.5 - 0.2);
  now = 11500;
  audio.currentTime = 10.2;
  near(way.heard(), 2);
});

test("a connection that took a while to be made is told by what has come in", () => {
  const { audio, way } = makeStage({ url: "/a.mp3", burst: 1.7 });
  now = 3000;
  audio.end = 2.1; // it was made at 2.6 s
  way.check();
  now = 4900; // the next piece is nearly there
  audio.currentTime = 1.2;
  way.check();
  near(way.heard(), 2.1 + 1.9 - 1.2);
});

test("after a gap in the stream the listener is behind by less", () => {
  const { audio, way } = makeStage({ url: "/a.mp3", burst: 0.5 });
  for (let second = 1; second <= 40; second++) {
    now = 1000 + second * 1000;
    audio.end = 0.5 + second - (second > 10 ? 0.4 : 0); // nothing was sent for .4 s
    audio.currentTime = second - 0.5;
    way.check();
  }
  near(way.heard(), 1 - 0.4);
});

test("without progress the connection is given up, and the next mount is tried", () => {
  const { way, lost } = makeStage({ url: "/a.mp3" });
  now = 8900;
  way.check();
  assert.deepEqual(lost, []);
  now = 9100;
  way.check();
  assert.deepEqual(lost, [9100]);
});
