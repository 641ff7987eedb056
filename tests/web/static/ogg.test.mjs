// The page parser, on pages that the station's own writer made (pages.json, see test_scripts.py) and on damage.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { OggParser, computeChecksum, countOpusSamples, readPreSkip } from "../../../web/static/ogg.js";

const made = JSON.parse(readFileSync(process.env.BANDSTAND_PAGES, "utf8"));
const bytes = Uint8Array.from(Buffer.from(made.stream, "base64"));
const packets = made.packets.map((packet) => Buffer.from(packet, "base64").toString("hex"));

const hex = (pages) => pages.flatMap((page) => page.packets).map((packet) => Buffer.from(packet).toString("hex"));

/** One page with these lacing values, of zeros. */
function makePage({ serial = 7, sequence = 0, granule = 960n, flags = 0, lacing, fill = 1 }) {
  const size = lacing.reduce((sum, value) => sum + value, 0);
  const page = new Uint8Array(27 + lacing.length + size).fill(fill);
  const view = new DataView(page.buffer);
  page.set([0x4f, 0x67, 0x67, 0x53, 0, flags]);
  view.setBigInt64(6, granule, true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  page[26] = lacing.length;
  page.set(lacing, 27);
  view.setUint32(22, computeChecksum(page), true);
  return page;
}

test("every packet comes out, whatever the pieces in which the bytes come", () => {
  for (const size of [1, 7, 100, 4096, bytes.length]) {
    const parser = new OggParser();
    const pages = [];
    for (let at = 0; at < bytes.length; at += size) pages.push(...parser.push(bytes.subarray(at, at + size)));
    assert.deepEqual(hex(pages), packets);
    assert.equal(pages.at(-1).granule, made.granule);
    assert.equal(pages[0].serial, made.serial);
    assert.deepEqual(
      pages.map((page) => page.begins),
      pages.map((_, number) => number === 0),
    );
    assert.equal(readPreSkip(pages[0].packets[0]), made.preSkip);
  }
});

test("who joins in the middle of a page begins with the next one", () => {
  const pages = new OggParser().push(bytes.subarray(bytes.length >> 1));
  assert.ok(pages.length > 0);
  const found = hex(pages);
  assert.deepEqual(found, packets.slice(-found.length));
});

test("a page that was damaged is left out, and no other", () => {
  const whole = new OggParser().push(bytes);
  const damaged = bytes.slice();
  const third = bytes.length >> 1;
  damaged[third] ^= 1;
  const pages = new OggParser().push(damaged);
  assert.equal(pages.length, whole.length - 1);
});

test("bytes that were lost cost one page", () => {
  const whole = new OggParser().push(bytes);
  const from = bytes.length >> 1;
  const parser = new OggParser();
  const pages = [...parser.push(bytes.slice(0, from)), ...parser.push(bytes.slice(from + 10))];
  assert.equal(pages.length, whole.length - 1);
});

test("a packet that goes on in the next page is put together", () => {
  const pages = [
    makePage({ sequence: 0, granule: -1n, lacing: [255, 255] }),
    makePage({ sequence: 1, flags: 1, lacing: [255, 10, 20] }),
  ];
  const parser = new OggParser();
  const read = pages.flatMap((page) => parser.push(page));
  assert.equal(read[0].granule, null);
  assert.deepEqual(
    read.map((page) => page.packets.map((packet) => packet.length)),
    [[], [775, 20]],
  );
});

test("a packet of which a page is missing is left out, and what follows is not", () => {
  const parser = new OggParser();
  parser.push(makePage({ sequence: 0, lacing: [30, 255] }));
  const [page] = parser.push(makePage({ sequence: 2, flags: 1, lacing: [10, 20] }));
  assert.deepEqual(
    page.packets.map((packet) => packet.length),
    [20],
  );
  const [late] = new OggParser().push(makePage({ sequence: 9, flags: 1, lacing: [255] }));
  assert.deepEqual(late.packets, []);
});

test("an Opus packet says how long it is", () => {
  const sizes = [
    [0xfc, 960], // CELT, 20 ms, one frame
    [0x08, 960], // SILK, 20 ms
    [0x18, 2880], // SILK, 60 ms
    [0xfd, 1920], // two frames
    [0x60, 480], // hybrid, 10 ms
  ];
  for (const [first, samples] of sizes) assert.equal(countOpusSamples(Uint8Array.of(first, 0)), samples);
  assert.equal(countOpusSamples(Uint8Array.of(0xff, 3)), 2880);
  assert.equal(countOpusSamples(new Uint8Array(0)), 0);
});
