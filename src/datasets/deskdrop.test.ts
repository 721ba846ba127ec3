import { expect, test } from "vitest";
import { deskdrop } from "./deskdrop.ts";
import { actsOf, loadHandMade } from "./hand-made.cases.ts";

const HEADER = "timestamp,eventType,contentId,personId,sessionId,userAgent,userRegion,userCountry";
const ROWS = [
  HEADER,
  '1465413040,LIKE,-3499919498720038879,-88,126,"Mozilla/5.0 (X11, Linux)",NY,US',
  "1465413032,VIEW,889,-88,126,,,",
  "1465413050,COMMENT CREATED,889,77,127,iOS - Native Mobile App,SP,BR",
  "1465413060,SHARE,889,77,127,,,",
  "soon,VIEW,889,77,127,,,",
  "1465413060,VIEW,,77,127,,,",
  "1465413060,VIEW,889",
].join("\n");

test("the five kinds of engagement are actions in time order, with 64-bit ids kept exactly", async () => {
  const contents = await loadHandMade(deskdrop, { "users_interactions.csv": ROWS });
  expect(contents.clock).toBe("utc");
  expect(actsOf(contents)).toEqual(["-88 view 889", "-88 like -3499919498720038879", "77 comment 889"]);
  expect(contents.engagements.details!(1)).toEqual({
    sessionId: "126",
    surface: "web",
    context: { userAgent: "Mozilla/5.0 (X11, Linux)", location: { country: "US", region: "NY" } },
  });
  expect(contents.engagements.details!(0)).toEqual({ sessionId: "126" });
  expect(contents.rejected).toEqual({
    count: 4,
    samples: [
      { file: "users_interactions.csv", line: 5, reason: 'unknown eventType "SHARE"' },
      { file: "users_interactions.csv", line: 6, reason: '"soon" is not a time in seconds' },
      { file: "users_interactions.csv", line: 7, reason: "contentId or personId is empty" },
      { file: "users_interactions.csv", line: 8, reason: "expected 8 columns, found 3" },
    ],
  });
});

test("articles give titles and texts, and those nobody touched join the catalogue", async () => {
  const contents = await loadHandMade(deskdrop, {
    "users_interactions.csv": `${HEADER}\n1465413032,VIEW,889,77,127,,,\n`,
    "shared_articles.csv":
      'timestamp,eventType,contentId,url,title,text,lang\n1459193988,CONTENT SHARED,889,http://a,"Ethereum, again","Two\nlines",en\n1459193988,CONTENT SHARED,5,http://b,Unread,,pt\n',
  });
  expect(contents.items).toEqual([
    {
      itemId: "889",
      title: "Ethereum, again",
      text: "Two\nlines",
      attributes: { language: "en", url: "http://a" },
      createdAt: "2016-03-28T19:39:48.000Z",
    },
    {
      itemId: "5",
      title: "Unread",
      attributes: { language: "pt", url: "http://b" },
      createdAt: "2016-03-28T19:39:48.000Z",
    },
  ]);
});

test("a file without the needed columns is not read, and says why", async () => {
  const contents = await loadHandMade(deskdrop, { "users_interactions.csv": "timestamp,who\n1,2\n" });
  expect(contents.engagements.items.length).toBe(0);
  expect(contents.rejected.samples[0]!.reason).toBe(
    "no column eventType, contentId, personId: the file is not read",
  );
});
