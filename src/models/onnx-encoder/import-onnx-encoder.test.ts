import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { dot, topN } from "#numeric";
import { asRows, constant, encodeOnnx, gather, input, mul, onnxGraph, sum } from "#tensor";
import { loadModel } from "../models.ts";
import { vocabularyHash } from "../vocabulary-hash.ts";
import { type EncoderCard, parseEncoderCard } from "./encoder-card.ts";
import { type ForeignEncoder, importOnnxEncoder } from "./import-onnx-encoder.ts";

/** Items in a plane: row 0 is padding, then four directions. */
const TABLE = Float32Array.of(0, 0, 1, 0, 0, 1, -1, 0, 0, -1);
const VOCABULARY = ["east", "north", "west", "south"];
/** Two of ours the model does not know, and they lie otherwise. */
const CATALOGUE = ["south", "unheard", "east", "north", "unseen", "west"];

/** A person is the sum of where they went, the newest place three times: what padding at the start keeps, and at the end does not. */
function windRose({ type = "int64" as "int32" | "int64", time = 3 as number | string } = {}): Uint8Array {
  const places = gather(constant([5, 2], TABLE), input("items", ["B", time], type)); // (B, 3, 2)
  const weights = constant([3, 1], Float32Array.of(1, 1, 3));
  const user = asRows(sum(mul(places, weights), 1)); // (B, 2)
  const directions = mul(constant([5, 2], TABLE), constant([1], Float32Array.of(1)));
  return encodeOnnx(onnxGraph("wind-rose", { user, directions }));
}

const CARD: EncoderCard = {
  format: 1,
  input: "items",
  output: "user",
  itemOutput: "directions",
  padding: { side: "start", row: 0 },
  maxLength: 3,
  firstItemRow: 1,
  vocabularySha256: vocabularyHash(VOCABULARY),
  tolerance: 1e-6,
  samples: [
    { items: ["east", "north", "west"], vector: [-2, 1] },
    { items: ["south"], vector: [0, -3] },
  ],
};

const bring = (changes: Partial<ForeignEncoder> & { readonly said?: Partial<EncoderCard> } = {}) => {
  const { said, ...others } = changes;
  const foreign = { name: "wind-rose", onnx: windRose(), vocabulary: VOCABULARY, card: { ...CARD, ...said } };
  return importOnnxEncoder({ ...foreign, ...others }, CATALOGUE);
};

const person = (...itemRows: number[]) => ({ itemRows: Uint32Array.from(itemRows) });

test("what is as it was said is taken in, and serves our items by their rows here", async () => {
  const { fitted, knownItems, parityGap } = await bring();
  expect({ knownItems, parityGap }).toEqual({ knownItems: 4, parityGap: 0 });
  expect(fitted.dimension).toBe(2);
  expect(fitted.itemCount).toBe(6);
  const vectors = await fitted.userVectors([person(2, 3, 5), person(0), person(1), person()]);
  const expected = [-2 / Math.sqrt(5), 1 / Math.sqrt(5), 0, -1, 0, 0, 0, 0];
  for (const [at, value] of expected.entries()) expect(vectors[at]).toBeCloseTo(value, 6);
  expect([...(await fitted.itemVectors())]).toEqual([0, -1, 0, 0, 1, 0, 0, 1, 0, 0, -1, 0]);
});

test("scores are those of the model, and it says nothing of what it does not know", async () => {
  const { fitted } = await bring();
  const none = Number.NEGATIVE_INFINITY;
  expect([...(await fitted.score([person(2, 3, 5), person(1)]))]).toEqual([
    ...[-1, none, -2, 1, none, 2],
    ...[none, none, none, none, none, none],
  ]);
  expect([...topN(await fitted.score([person(2, 3, 5)]), 2)]).toEqual([5, 3]);
  expect([...topN(await fitted.related(2), 6)].at(-1)).toBe(5); // west is farthest from east
});

test("what speaks for an item is what it would lose without: engagements that are not looked at say nothing", async () => {
  const { fitted } = await bring();
  const history = person(5, 1, 2, 3, 5); // west, unheard, east, north, west: the three newest known are read
  expect([...(await fitted.explain(history, 5))]).toEqual(
    [0, 0, -1, 0, 3].map((part) => expect.closeTo(part, 5)),
  );
});

test("read back from its bytes it answers the same", async () => {
  const { fitted } = await bring();
  const loaded = loadModel("onnx-encoder", fitted.serialize());
  const histories = [person(2, 3), person(0)];
  expect(loaded.name).toBe("wind-rose");
  expect(await loaded.score(histories)).toEqual(await fitted.score(histories));
  expect(await loaded.encoder!.userVectors(histories)).toEqual(await fitted.userVectors(histories));
  expect(loaded.serialize()).toEqual(fitted.serialize());
  expect(() => loadModel("onnx-encoder", new Uint8Array(8))).toThrow();
});

test("items may come in a file of their own, and rows as int32", async () => {
  const { itemOutput: _, ...card } = CARD;
  const itemTable = { shape: [5, 2], values: TABLE };
  const { fitted } = await bring({ onnx: windRose({ type: "int32" }), card, itemTable });
  expect((await fitted.score([person(0)]))[0]).toBe(3);
});

const wrong: readonly [string, Parameters<typeof bring>[0], string][] = [
  [
    "another vocabulary",
    { vocabulary: ["east", "north", "south", "west"] },
    "the rows would mean other items",
  ],
  [
    "items that nobody here has heard of",
    {
      card: {
        ...CARD,
        vocabularySha256: vocabularyHash(["a", "b", "c", "d"]),
        samples: [{ items: ["a"], vector: [3, 0] }],
      },
      vocabulary: ["a", "b", "c", "d"],
    },
    "none of its 4 items is in the catalogue",
  ],
  [
    "an item twice",
    { card: { ...CARD, vocabularySha256: vocabularyHash(["east", "east"]) }, vocabulary: ["east", "east"] },
    "twice",
  ],
  [
    "padding with an item",
    { said: { padding: { side: "start", row: 1 } } },
    'padding has the row 1, which is that of "east"',
  ],
  [
    "padding at the other end",
    { said: { padding: { side: "end", row: 0 } } },
    "sample 1 comes out otherwise here",
  ],
  [
    "a sample that came out otherwise",
    { said: { samples: [{ items: ["south"], vector: [0, -2.9] }] } },
    "number 1 is -3, not -2.9, and may be 0.000001 apart",
  ],
  ["only full samples", { said: { samples: [CARD.samples[0]!] } }, "padding is not tried"],
  [
    "a sample of an unknown item",
    { said: { samples: [{ items: ["up"], vector: [0, 0] }] } },
    '"up" of sample 0 is not in the vocabulary',
  ],
  [
    "a sample of another dimension",
    { said: { samples: [{ items: ["south"], vector: [1] }] } },
    "sample 0 has 1 numbers, and what comes out here 2",
  ],
  [
    "an input of another name",
    { said: { input: "ids" } },
    'it has no input "ids"; there are items int64 (B, 3)',
  ],
  ["an output of another name", { said: { output: "vector" } }, 'it has no output "vector"'],
  ["another length", { said: { maxLength: 4 } }, "takes 3 items, and maxLength is 4"],
  [
    "more items than rows",
    { said: { firstItemRow: 2 } },
    "the items have 5 rows, and the vocabulary goes up to 6",
  ],
  ["items twice over", { itemTable: { shape: [5, 2], values: TABLE } }, "one of the two, and not both"],
  [
    "something else",
    { onnx: new TextEncoder().encode("not a model") },
    "The runtime cannot read the ONNX file",
  ],
];

test.each(wrong)("%s is refused, and why", async (_, changes, reason) => {
  await expect(bring(changes)).rejects.toMatchObject({
    code: "invalid-model",
    message: expect.stringContaining(reason),
  });
});

test("items of another space than people are refused", async () => {
  const { itemOutput: _, ...card } = CARD;
  const itemTable = { shape: [5, 3], values: new Float32Array(15) };
  await expect(bring({ card, itemTable })).rejects.toThrow("people have 2 numbers and items 3");
});

test("a description of another shape is refused by the place at fault", async () => {
  await expect(parseEncoderCard("{")).rejects.toThrow("is not JSON");
  const { padding: _, ...unpadded } = CARD;
  await expect(parseEncoderCard(JSON.stringify(unpadded))).rejects.toThrow("padding");
  await expect(parseEncoderCard(JSON.stringify({ ...CARD, maxLength: "3" }))).rejects.toThrow("/maxLength");
  expect(await parseEncoderCard(JSON.stringify(CARD))).toEqual(CARD);
});

test("a transformer that PyTorch exported computes here what it computed there", async () => {
  const file = (name: string) => readFile(new URL(`../../../test/made-by-pytorch/${name}`, import.meta.url));
  const card = await parseEncoderCard((await file("encoder.json")).toString());
  const vocabulary = (await file("items.txt")).toString().trimEnd().split("\n");
  const foreign = { name: "torch", onnx: await file("encoder.onnx"), card, vocabulary };
  const { fitted, parityGap } = await importOnnxEncoder(foreign, vocabulary.toReversed());
  expect(parityGap).toBeLessThan(1e-5);
  expect(fitted.dimension).toBe(8);
  const itemRows = Uint32Array.from([12, 3, 9], (row) => 12 - row); // the third sample, in a catalogue the other way round
  const [vector, sample] = [
    await fitted.userVectors([{ itemRows }]),
    Float32Array.from(card.samples[2]!.vector),
  ];
  expect(dot(vector, sample) / Math.sqrt(dot(sample, sample))).toBeCloseTo(1, 5);
});
