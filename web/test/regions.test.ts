// The catalogue of regions, and finding a city in it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { distanceKm, latin, readRegions, search } from "../src/regions.ts";

const regions = readRegions(readFileSync("../data/regions.csv", "utf8"));

/** The first city found for a text; undefined if there is none. */
function check(wanted: string, expected: string | undefined) {
  assert.equal(search(regions, wanted)[0]?.city.hans, expected, JSON.stringify(wanted));
}

test("what names no city finds none", () => {
  check("atlantis", undefined);
  check("<script>", undefined);
  check("广洲", undefined);
  assert.deepEqual(readRegions(""), []);
});

test("a city is found by either script, pinyin and initials", () => {
  check("广州", "广州市");
  check("廣州", "广州市");
  check("guangzhou", "广州市");
  check("Guang Zhou", "广州市");
  check("ｇｕａｎｇｚ", "广州市");
  check("xi'an", "西安市");
  check("gz", "广州市");
  check("長治", "长治市");
  check("changzhi", "长治市");
  check("chongqing", "重庆市");
  check("羊城通", "广州市");
});

test("the catalogue is whole", () => {
  assert.equal(regions.length, 112);
  assert.equal(search(regions, "").length, 112);
  for (const region of regions) {
    const names = [region.province, region.city, region.brand].flatMap(({ hans, hant }) => [hans, hant]);
    assert.ok(names.every((name) => name !== ""), region.city.hans);
    assert.ok(region.pinyin.every((syllable) => /^[a-z]+$/.test(syllable)), region.city.hans);
    assert.match(latin(region), /^[A-Z][a-z]+$/);
  }
});

test("distances sort the cities around a place", () => {
  const near = (latitude: number, longitude: number) => {
    const here = { latitude, longitude };
    const away = (at: number) => distanceKm(here, regions[at]!.position);
    const order = regions.map((_, at) => at).sort((one, other) => away(one) - away(other));
    return { city: regions[order[0]!]!.city.hans, km: away(order[0]!) };
  };
  assert.equal(near(23.13, 113.26).city, "广州市");
  assert.equal(near(22.53, 114.05).city, "深圳市");
  assert.equal(near(45.75, 126.65).city, "哈尔滨市");
  assert.ok(near(23.13, 113.26).km < 10);
  const [one, other] = [{ latitude: 0, longitude: 0 }, { latitude: 0, longitude: 180 }];
  assert.ok(Math.abs(distanceKm(one, other) - Math.PI * 6371) < 1);
  for (const region of regions) {
    const { latitude, longitude } = region.position;
    assert.ok(latitude > 18 && latitude < 54 && longitude > 73 && longitude < 136, region.city.hans);
  }
});
