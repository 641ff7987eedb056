// What is heard where an audio element plays: an estimate by the burst, and by when it was connected.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ElementWay } from "../../../web/static/element_way.js";

const CONNECTING = 0.08;
let now = 0;
Object.defineProperty(performance, "now", { value: () => now }); // older versions of Node let nobody assign it

class FakeAudio extends EventTarget {
  currentTime = 0;
  paused = true;
  readyState = 4;
  play() {
    this.paused = false;
    return Promise.resolve();
  }
  pause() {
    this.paused = true;
  }
  load() {}
  removeAttribute() {}
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

const near = (found, wanted) => assert.ok(Math.abs(found - wanted + CONNECTING) < 1e-6, `${found} is not ${wanted}`);

test("who has just connected is behind by the burst, and by what was spent waiting", () => {
  const { audio, way } = makeStage({ url: "/a.mp3", burst: 1.7 });
  now = 1500;
  audio.currentTime = 0.2;
  near(way.heard(), 1.7 + 0.5 - 0.2);
  now = 11500;
  audio.currentTime = 10.2;
  near(way.heard(), 2);
});

test("metadata that come at once say nothing of the connection", () => {
  const { audio, way } = makeStage({ url: "/a.mp3", burst: 1.7 });
  now = 1600;
  audio.dispatchEvent(new Event("loadedmetadata"));
  audio.currentTime = 0.1;
  near(way.heard(), 1.7 + 0.6 - 0.1);
});

test("on a machine without time the connection was made shortly before the metadata came", () => {
  const { audio, way } = makeStage({ url: "/a.mp3", burst: 1.7 });
  now = 9000;
  audio.dispatchEvent(new Event("loadedmetadata"));
  now = 10000;
  audio.currentTime = 0.5;
  near(way.heard() - CONNECTING, 1.7 + 0.35 + 1 - 0.5);
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
