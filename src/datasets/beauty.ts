import type { Dataset } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import { eachNumberRow } from "./number-rows.ts";
import { Rejections } from "./rejections.ts";
import { SourceFolder } from "./source-folder.ts";
import { Vocabulary } from "./vocabulary.ts";

/** Amazon Beauty reviews as prepared for BERT4Rec (Sun et al., CIKM 2019): lines `user item`, each person's in time order. */
export const beauty: Dataset = {
  name: "beauty",
  title: "Amazon Beauty as in BERT4Rec: reviews in order, 54,542 items",
  source: "https://github.com/FeiSun/BERT4Rec (data/beauty.txt)",
  licence: "repository Apache-2.0; nothing stated on the data",
  protocols: ["loo-full"],
  folders: ["amazon-beauty-bert4rec", "beauty", "BERT4Rec/data"],

  async load(folder, progress) {
    const files = new SourceFolder(folder);
    const rejections = new Rejections();
    progress({ stage: "reading beauty", done: 0, total: 1 });
    const file = await files.find("beauty.txt");
    if (!file) throw files.missing(beauty, "beauty.txt");
    const users = new Vocabulary<number>();
    const items = new Vocabulary<number>();
    const list = new EngagementList("order", ["review"]);
    eachNumberRow(file, { separators: " \t", minColumns: 2, maxColumns: 2 }, rejections, (row) => {
      list.push({ user: users.rowOf(row[0]!), item: items.rowOf(row[1]!), action: 0 });
      return undefined;
    });
    progress({ stage: "reading beauty", done: 1, total: 1 });
    return {
      clock: "order",
      items: items.ids.map((id) => ({ itemId: String(id) })),
      users: users.ids.map((id) => ({ userId: String(id), traits: {} })),
      engagements: list.finish(),
      rejected: rejections.summary(),
      given: {},
    };
  },
};
