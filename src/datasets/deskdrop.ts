import type { ItemInput } from "#api";
import type { Dataset } from "./dataset.ts";
import { EngagementList } from "./engagement-list.ts";
import { Rejections } from "./rejections.ts";
import { type SourceFile, SourceFolder } from "./source-folder.ts";
import { csvRows } from "./text-rows.ts";
import { Vocabulary } from "./vocabulary.ts";

/**
 * CI&T Deskdrop: a year of articles read and shared inside one company, with five kinds of engagement, sessions,
 * devices and places. `users_interactions.csv` is needed; `shared_articles.csv` adds titles, texts and the articles
 * nobody touched.
 */
export const deskdrop: Dataset = {
  name: "deskdrop",
  title: "Deskdrop: articles viewed, liked, bookmarked, commented and followed, with sessions",
  source: "https://www.kaggle.com/datasets/gspmoreira/articles-sharing-reading-from-cit-deskdrop",
  licence: "Open Database Licence (ODbL) as stated on Kaggle; verify before redistributing",
  protocols: [
    ...["deskdrop", "future-disjoint", "future", "staleness-once", "staleness-daily", "staleness-now"],
    ...["cold-start", "new-items"],
  ],
  folders: ["deskdrop", "articles-sharing-reading-from-cit-deskdrop"],

  async load(folder, progress) {
    const files = new SourceFolder(folder);
    const rejections = new Rejections();
    progress({ stage: "reading deskdrop", done: 0, total: 1 });
    const file = await files.find("users_interactions.csv");
    if (!file) throw files.missing(deskdrop, "users_interactions.csv (and shared_articles.csv for titles)");
    const users = new Vocabulary<string>();
    const items = new Vocabulary<string>();
    const list = new EngagementList("utc", ACTION_NAMES);
    for (const record of csvRecords(file, COLUMNS, rejections)) {
      const reason = pushEvent(list, record, users, items);
      if (reason !== undefined) rejections.add(file.name, record.line, reason);
    }
    const articles = await readArticles(files, items, rejections);
    progress({ stage: "reading deskdrop", done: 1, total: 1 });
    return {
      clock: "utc",
      items: items.ids.map((itemId) => ({ itemId, ...articles.get(itemId) })),
      users: users.ids.map((userId) => ({ userId, traits: {} })),
      engagements: list.finish(),
      rejected: rejections.summary(),
      given: {},
    };
  },
};

const EVENT_TYPES = ["VIEW", "LIKE", "BOOKMARK", "FOLLOW", "COMMENT CREATED"];
const ACTION_NAMES = ["view", "like", "bookmark", "follow", "comment"] as const;

const COLUMNS = ["timestamp", "eventType", "contentId", "personId"] as const;
const DETAIL_COLUMNS = ["sessionId", "userAgent", "userRegion", "userCountry"] as const;
const ARTICLE_COLUMNS = ["contentId", "title"] as const;

/** A record by column name; a column the file does not have reads as "". */
interface CsvRecord {
  readonly line: number;
  readonly column: (name: string) => string;
}

/** Takes one event; returns why it cannot, undefined when it can. */
function pushEvent(
  list: EngagementList,
  record: CsvRecord,
  users: Vocabulary<string>,
  items: Vocabulary<string>,
): string | undefined {
  const [timestamp, eventType, contentId, personId] = COLUMNS.map(record.column);
  const action = EVENT_TYPES.indexOf(eventType ?? "");
  const timestampS = Number(timestamp);
  if (action < 0) return `unknown eventType "${eventType}"`;
  if (!(timestampS > 0)) return `"${timestamp}" is not a time in seconds`;
  if (!contentId || !personId) return "contentId or personId is empty";
  list.push({
    user: users.rowOf(personId),
    item: items.rowOf(contentId),
    action,
    timestampMs: timestampS * 1000,
    details: detailsOf(record),
  });
  return undefined;
}

/** Session and surface are properties; device and place are Segment's context. */
function detailsOf(record: CsvRecord): Record<string, unknown> {
  const [sessionId, userAgent, region, country] = DETAIL_COLUMNS.map(record.column);
  const location = { ...(country && { country }), ...(region && { region }) };
  const context = {
    ...(userAgent && { userAgent }),
    ...(Object.keys(location).length > 0 && { location }),
  };
  return {
    ...(sessionId && { sessionId }),
    ...(userAgent && { surface: userAgent.includes("Native Mobile App") ? "app" : "web" }),
    ...(Object.keys(context).length > 0 && { context }),
  };
}

/** Content id -> facts. An article shared but never touched joins the vocabulary: it can be recommended. */
async function readArticles(
  files: SourceFolder,
  items: Vocabulary<string>,
  rejections: Rejections,
): Promise<Map<string, Omit<ItemInput, "itemId">>> {
  const articles = new Map<string, Omit<ItemInput, "itemId">>();
  const file = await files.find("shared_articles.csv");
  if (!file) return articles;
  for (const { column } of csvRecords(file, ARTICLE_COLUMNS, rejections)) {
    const [contentId, title, text, timestamp] = ["contentId", "title", "text", "timestamp"].map(column);
    const [language, url] = ["lang", "url"].map(column);
    if (!contentId) continue;
    items.rowOf(contentId);
    const attributes = { ...(language && { language }), ...(url && { url }) };
    articles.set(contentId, {
      ...(title && { title: title.slice(0, 1000) }),
      ...(text && { text: text.slice(0, 20_000) }),
      ...(Object.keys(attributes).length > 0 && { attributes }),
      ...(Number(timestamp) > 0 && { createdAt: new Date(Number(timestamp) * 1000).toISOString() }),
    });
  }
  return articles;
}

function* csvRecords(
  file: SourceFile,
  required: readonly string[],
  rejections: Rejections,
): Generator<CsvRecord> {
  let header: readonly string[] | undefined;
  for (const row of csvRows(file)) {
    if (!header) {
      header = row.fields;
      const absent = required.filter((column) => !row.fields.includes(column));
      if (absent.length === 0) continue;
      rejections.add(file.name, row.line, `no column ${absent.join(", ")}: the file is not read`);
      return;
    }
    const { line, fields } = row;
    const columns = header;
    if (fields.length === columns.length)
      yield { line, column: (name) => fields[columns.indexOf(name)] ?? "" };
    else rejections.add(file.name, line, `expected ${columns.length} columns, found ${fields.length}`);
  }
}
