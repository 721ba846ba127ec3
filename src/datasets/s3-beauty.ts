import type { Dataset } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import { parseJson } from "./json-file.ts";
import { eachNumberRow } from "./number-rows.ts";
import { Rejections } from "./rejections.ts";
import { type SourceFile, SourceFolder } from "./source-folder.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * Amazon Beauty reviews as prepared for S3-Rec (Zhou et al., CIKM 2020): every person and item has at least five, one
 * line `user item item ...` per person in time order. `Beauty_item2attributes.json` gives items their tags
 * (`attribute-12`): brands and categories whose names were not published.
 */
export const s3Beauty: Dataset = {
  name: "s3-beauty",
  title: "Amazon Beauty, 5-core, as in S3-Rec: reviews in order, with item attributes",
  source: "https://github.com/RUCAIBox/CIKM2020-S3Rec (data/Beauty.txt, data/Beauty_item2attributes.json)",
  licence: "none stated by the publishers",
  protocols: ["loo-full"],
  folders: ["s3rec", "s3-beauty", "CIKM2020-S3Rec/data"],

  async load(folder, progress) {
    const files = new SourceFolder(folder);
    const rejections = new Rejections();
    progress({ stage: "reading s3-beauty", done: 0, total: 1 });
    const file = await files.find("Beauty.txt");
    if (!file) throw files.missing(s3Beauty, "Beauty.txt (and Beauty_item2attributes.json for tags)");
    const users = new Vocabulary<number>();
    const items = new Vocabulary<number>();
    const list = new EngagementList("order", ["review"]);
    const format = { separators: " \t", minColumns: 2, maxColumns: ANY, idColumns: ANY };
    eachNumberRow(file, format, rejections, (row) => {
      const user = users.rowOf(row[0]!);
      for (let column = 1; column < row.length; column++)
        list.push({ user, item: items.rowOf(row[column]!), action: 0 });
      return undefined;
    });
    const attributes = readAttributes(await files.find("Beauty_item2attributes.json"), rejections);
    progress({ stage: "reading s3-beauty", done: 1, total: 1 });
    return {
      clock: "order",
      items: items.ids.map((id) => {
        const tags = attributes.get(id);
        return { itemId: String(id), ...(tags && { tags }) };
      }),
      users: users.ids.map((id) => ({ userId: String(id), traits: {} })),
      engagements: list.finish(),
      rejected: rejections.summary(),
      given: {},
    };
  },
};

const ANY = Number.POSITIVE_INFINITY;

/** `{"4": [1, 2, 3]}`: item -> attribute numbers, as tags. */
function readAttributes(file: SourceFile | undefined, rejections: Rejections): Map<number, string[]> {
  const tags = new Map<number, string[]>();
  const parsed = file && parseJson(file, rejections);
  if (!file || typeof parsed !== "object" || parsed === null) return tags;
  for (const [item, numbers] of Object.entries(parsed))
    if (Array.isArray(numbers) && numbers.every(Number.isInteger))
      tags.set(
        Number(item),
        numbers.map((number) => `attribute-${number}`),
      );
    else rejections.add(file.name, 1, `item "${item}": expected an array of attribute numbers`);
  return tags;
}
