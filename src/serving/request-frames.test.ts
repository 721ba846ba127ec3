import { expect, test } from "vitest";
import type { OnlineFeaturesBody } from "#api";
import { FramedRequest, RequestFrames } from "./request-frames.ts";

interface Asked {
  readonly names: readonly string[];
}

/** Frames that have read a text twice, as whoever asks again makes them. */
function framesOf(text: string, asked: Asked = { names: ["a"] }, entity = "user_id"): RequestFrames<Asked> {
  const frames = new RequestFrames<Asked>();
  for (let time = 0; time < 2; time++) {
    const bytes = Buffer.from(text);
    const body = JSON.parse(text) as OnlineFeaturesBody;
    frames.note(body, bytes);
    frames.learn(body, { asked, entity, isFull: body.full_feature_names === true });
  }
  return frames;
}

const found = (frames: RequestFrames<Asked>, text: string | Buffer): FramedRequest<Asked> | undefined =>
  frames.find(Buffer.from(text));

test("a body that differs in its ids alone is known by what is around them, however it is written", () => {
  const asked = { names: ["a", "b"] };
  const written = [
    '{"features":["a","b"],"entities":{"user_id":["u1"]}}',
    '{ "features" : ["a", "b"], "entities" : { "user_id" : ["u1"] }, "full_feature_names": true }',
    '{"entities":{"user_id":["u1"]},"features":["a","ü"]}',
  ];
  for (const text of written) {
    const frames = framesOf(text, asked);
    for (const ids of [["u2"], [], ["u1", 7, 'a "quoted" ]id[', "ü"], Array(1000).fill("x")]) {
      const body = found(frames, text.replace('["u1"]', JSON.stringify(ids)));
      expect(body?.ids).toEqual(ids);
      expect(body?.frame).toEqual({ asked, entity: "user_id", isFull: text.includes("true") });
    }
  }
});

test("what is not that body, and ids that the schema refuses, are read whole", () => {
  const frames = framesOf('{"features":["a"],"entities":{"user_id":["u1"]}}');
  const around = (ids: string): string => `{"features":["a"],"entities":{"user_id":${ids}}}`;
  expect(found(frames, around('["u2"]'))).toBeInstanceOf(FramedRequest);
  for (const ids of [
    '"u2"',
    '["u2"',
    '["u2"],"item_id":["i"]',
    "[[1]]",
    '[{"a":1}]',
    "[null]",
    "[1e999]",
    "",
  ])
    expect(found(frames, around(ids)), ids).toBeUndefined();
  expect(found(frames, around(JSON.stringify(["x".repeat(266)])))).toBeUndefined();
  expect(found(frames, around(JSON.stringify(Array(1001).fill("x"))))).toBeUndefined();
  expect(found(frames, around('["u2"]').replace("a", "b"))).toBeUndefined();
  expect(found(frames, '{"features":["a"],"entit')).toBeUndefined();
  const broken = Buffer.from(around('["u?"]'));
  broken[broken.indexOf("?")] = 0xff;
  expect(frames.find(broken)).toBeUndefined();
});

test("a list that another of the same name hides, or that reaches a prototype, makes no frame", () => {
  const texts = [
    '{"entities":{"user_id":["u1"]},"features":["a"],"entities":{"user_id":["u2"],"n":1}}',
    '{"features":["a"],"entities":{"user_id":["u1"]},"entities":{"user_\\u0069d":["u2"]}}',
    '{"features":["a"],"__proto__":{"x":1},"entities":{"user_id":["u1"]}}',
  ];
  const seen = texts.map((text) => {
    const frames = framesOf(text);
    const other = found(frames, text.replace('["u1"]', '["u9"]'));
    const { entities } = JSON.parse(text.replace('["u1"]', '["u9"]')) as OnlineFeaturesBody;
    return other === undefined || JSON.stringify(other.ids) === JSON.stringify(entities["user_id"]);
  });
  expect(seen).toEqual([true, true, true]);
});

test("who asks for something else each time makes no frames, and of many the ones met last are kept", () => {
  const frames = new RequestFrames<Asked>();
  const textOf = (n: number): string => `{"features":["f${n}"],"entities":{"user_id":["u1"]}}`;
  const read = (n: number, asked: Asked): void => {
    const body = JSON.parse(textOf(n)) as OnlineFeaturesBody;
    frames.note(body, Buffer.from(textOf(n)));
    frames.learn(body, { asked, entity: "user_id", isFull: false });
  };
  for (let n = 0; n < 50; n++) read(n, { names: [`f${n}`] });
  expect(found(frames, textOf(49))).toBeUndefined();
  for (let n = 0; n < 50; n++) {
    const asked = { names: [`f${n}`] };
    read(n, asked);
    read(n, asked);
  }
  expect(found(frames, textOf(49))?.frame.asked.names).toEqual(["f49"]);
  expect(found(frames, textOf(0))).toBeUndefined();
});
