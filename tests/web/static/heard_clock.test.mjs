// Which frame of which song is in the ear, by the station's spans.
import assert from "node:assert/strict";
import { test } from "node:test";

import { HeardClock } from "../../../web/static/heard_clock.js";

const URL = "/api/heard";
const span = (granule, more = {}) => ({ granule, cue: 4, song: "7kq3", frame: 0, rate: 1, at: 1000, ...more });

/** A station that answers with these spans by serial, and a clock of milliseconds. */
function makeStage(streams = {}, newest = null) {
  const stage = { asked: [], now: 5000, events: new EventTarget(), fails: false };
  const fetch = async (url) => {
    stage.asked.push(url);
    if (stage.fails) throw new TypeError("network");
    const given = /serial=(\d+)/.exec(url);
    const serial = given ? Number(given[1]) : newest;
    return {
      ok: true,
      json: async () => ({ serial, mount: "/a.opus", format: "opus", spans: streams[serial] ?? [], now: 1010 }),
    };
  };
  stage.clock = new HeardClock(URL, stage.events, { fetch, now: () => stage.now });
  stage.tell = (told) => {
    const event = new Event("heard");
    event.data = JSON.stringify({ event: "heard", mount: "/a.opus", format: "opus", ...told });
    stage.events.dispatchEvent(event);
  };
  return stage;
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("a stream that is not known is asked for, once, and known then", async () => {
  const stage = makeStage({ 5: [span(312), span(48312, { song: "x2mv", cue: 5, frame: 100 })] });
  assert.equal(stage.clock.locate(5, 1000), null);
  assert.equal(stage.clock.locate(5, 1000), null);
  await settle();
  assert.deepEqual(stage.asked, ["/api/heard?serial=5"]);
  assert.deepEqual(stage.clock.locate(5, 1000), { song: "7kq3", cue: 4, frame: 688, at: 5000, exact: true });
  assert.equal(stage.clock.locate(5, 48311).frame, 47999);
  assert.deepEqual([stage.clock.locate(5, 48312).song, stage.clock.locate(5, 48312).frame], ["x2mv", 100]);
  assert.equal(stage.clock.locate(5, 311), null);
  stage.clock.close();
});

test("a span that is told is heard when its sample is, not before", async () => {
  const stage = makeStage();
  stage.tell({ serial: 5, span: span(0) });
  stage.tell({ serial: 5, span: span(9600, { cue: 5, song: "x2mv" }) });
  assert.equal(stage.clock.locate(5, 9599).song, "7kq3");
  assert.equal(stage.clock.locate(5, 9600).song, "x2mv");
  stage.clock.close();
});

test("in silence nothing is heard, and a song that stands still stays where it is", () => {
  const stage = makeStage();
  stage.tell({ serial: 5, span: span(0, { cue: null, song: null, rate: 0 }) });
  stage.tell({ serial: 5, span: span(100, { frame: 7, rate: 0 }) });
  assert.equal(stage.clock.locate(5, 50), null);
  assert.equal(stage.clock.locate(5, 5000).frame, 7);
  stage.clock.close();
});

test("what is told twice, or late, is in its place once", () => {
  const stage = makeStage();
  for (const granule of [500, 0, 500]) stage.tell({ serial: 5, span: span(granule, { frame: granule * 2 }) });
  assert.equal(stage.clock.locate(5, 400).frame, 400);
  assert.equal(stage.clock.locate(5, 501).frame, 1001);
  stage.clock.close();
});

test("who does not know the sample gets an estimate by the station's clock", async () => {
  const stage = makeStage({ 5: [span(0, { at: 1000 }), span(48000, { at: 1009.5, song: "x2mv", cue: 5 })] }, 5);
  assert.equal(stage.clock.estimate(1), null);
  await settle();
  const heard = stage.clock.estimate(1); // now is 1010 there, and a second before that the first song was sent
  assert.deepEqual(heard, { song: "7kq3", cue: 4, frame: 9 * 48000, at: 5000, exact: false });
  stage.now += 1000;
  assert.deepEqual([stage.clock.estimate(1).song, stage.clock.estimate(1).frame], ["x2mv", 24000]);
  stage.clock.close();
});

test("after the events were away it asks again for what it may have missed", async () => {
  const streams = { 5: [span(0)] };
  const stage = makeStage(streams);
  stage.tell({ serial: 5, span: span(0) });
  streams[5].push(span(960, { song: "x2mv", cue: 5 }));
  stage.events.dispatchEvent(new Event("open"));
  await settle();
  assert.equal(stage.clock.locate(5, 960).song, "x2mv");
  stage.clock.close();
});

test("a station that does not answer is no fault, and it is asked again", async () => {
  const stage = makeStage({ 5: [span(0)] });
  stage.fails = true;
  stage.clock.locate(5, 0);
  await settle();
  assert.equal(stage.clock.locate(5, 0), null);
  stage.clock.close();
});
