import { Value } from "typebox/value";
import { expect, test } from "vitest";
import { ItemInput, SegmentMessage } from "#api";
import { beauty } from "./beauty.ts";
import { deskdrop } from "./deskdrop.ts";
import { loadHandMade } from "./hand-made.cases.ts";
import { itemsOf, messagesOf } from "./messages.ts";
import { ml100k } from "./ml-100k.ts";

const ML_100K = {
  "u.data": "1\t10\t5\t881250949\n2\t10\t3\t881250948\n",
  "u.user": "1|24|M|technician|85711\n",
};

test("people with traits are identified first, then acts follow in time order", async () => {
  const messages = [...messagesOf(await loadHandMade(ml100k, ML_100K), "ml-100k")];
  expect(messages).toEqual([
    {
      type: "identify",
      messageId: "ml-100k:u0:identify",
      userId: "1",
      timestamp: "1997-12-04T15:55:48.000Z",
      traits: { ageBand: "18-24", gender: "male", occupation: "technician" },
    },
    {
      type: "track",
      event: "watch",
      messageId: "ml-100k:u1:0",
      userId: "2",
      timestamp: "1997-12-04T15:55:48.000Z",
      properties: { itemId: "10", value: 3 },
    },
    {
      type: "track",
      event: "like",
      messageId: "ml-100k:u0:0",
      userId: "1",
      timestamp: "1997-12-04T15:55:49.000Z",
      properties: { itemId: "10", value: 5 },
    },
  ]);
});

test("where only order is known, people's acts are dealt round-robin", async () => {
  const contents = await loadHandMade(beauty, { "beauty.txt": "1 1\n1 2\n1 3\n2 4\n2 5\n" });
  const ids = Array.from(messagesOf(contents, "beauty"), ({ messageId }) => messageId);
  expect(ids).toEqual(["beauty:u0:0", "beauty:u1:0", "beauty:u0:1", "beauty:u1:1", "beauty:u0:2"]);
});

test("every message and item has the documented shape, and a second reading is the same", async () => {
  const csv =
    'timestamp,eventType,contentId,personId,sessionId,userAgent,userRegion,userCountry\n1465413032,LIKE,-34,-88,12,"Mozilla/5.0 (X11)",NY,US\n';
  for (const [dataset, files] of [
    [ml100k, ML_100K],
    [deskdrop, { "users_interactions.csv": csv }],
  ] as const) {
    const contents = await loadHandMade(dataset, files);
    const messages = [...messagesOf(contents, dataset.name)];
    for (const message of messages) expect([...Value.Errors(SegmentMessage, message)]).toEqual([]);
    for (const item of itemsOf(contents)) expect([...Value.Errors(ItemInput, item)]).toEqual([]);
    expect([...messagesOf(contents, dataset.name)]).toEqual(messages);
  }
});

test("a detail called context becomes the message's context", async () => {
  const csv =
    "timestamp,eventType,contentId,personId,sessionId,userAgent,userRegion,userCountry\n1465413032,COMMENT CREATED,5,6,7,Android - Native Mobile App,SP,BR\n";
  const [message] = messagesOf(await loadHandMade(deskdrop, { "users_interactions.csv": csv }), "deskdrop");
  expect(message).toMatchObject({
    event: "comment",
    properties: { itemId: "5", sessionId: "7", surface: "app" },
    context: { userAgent: "Android - Native Mobile App", location: { country: "BR", region: "SP" } },
  });
});
