import type { UserResponse } from "#api";
import { countOf, formatCount, joinWords } from "../../words/format.ts";
import { likesMost } from "../../words/likes-most.ts";
import type { Moment } from "./moments.ts";

/** @file Who this is, in one sentence made of what they did. Every part of it can be counted on the page. */

const VERBS: Readonly<Record<string, string>> = {
  purchase: "Buys",
  save: "Saves",
  bookmark: "Bookmarks",
  like: "Likes",
  share: "Shares",
  review: "Rates",
  click: "Clicks",
  listen: "Listens to",
  watch: "Watches",
  view: "Views",
  "close-up": "Looks closely at",
};
/** An action that says more is named before one that happens more often, when it is at least this part of it. */
const ENOUGH = 0.08;

/** The action a person is best told by, as a verb. */
function verbOf(counts: UserResponse["counts"]): string {
  const total = Object.keys(VERBS).reduce((sum, action) => sum + (counts[action] ?? 0), 0);
  const action = Object.keys(VERBS).find(
    (name) => (counts[name] ?? 0) > 0 && (counts[name] ?? 0) >= ENOUGH * total,
  );
  return VERBS[action ?? ""] ?? "Engages with";
}

const WEEK_MS = 7 * 86_400_000;
const GROWTH = 2;
const FEW = 3;

/** The topic whose part of the last week is at least twice its part before, of those met at least thrice lately. */
export function growingTopic(moments: readonly Moment[], nowMs: number): string | undefined {
  const lately = new Map<string, number>();
  const earlier = new Map<string, number>();
  let [recent, before] = [0, 0];
  for (const { ms, event, topic } of moments) {
    if (topic === undefined || event.action === "impression") continue;
    const isRecent = ms > nowMs - WEEK_MS;
    if (isRecent) recent++;
    else before++;
    const counts = isRecent ? lately : earlier;
    counts.set(topic, (counts.get(topic) ?? 0) + 1);
  }
  if (before < FEW) return undefined;
  let best: { topic: string; growth: number } | undefined;
  for (const [topic, count] of lately) {
    const growth = count / recent / Math.max((earlier.get(topic) ?? 0) / before, 0.5 / before);
    if (count >= FEW && growth >= GROWTH && growth > (best?.growth ?? 0)) best = { topic, growth };
  }
  return best?.topic;
}

/** The largest interest whose stage of life is growing. */
function growingInterest({ interests }: UserResponse): string | undefined {
  return interests?.interests.find(({ lifecycle }) => lifecycle === "growing")?.label;
}

const WINDOW_HOURS = 6;

/** The six hours of the day, on the reader's clock, with at least half of all engagements; `undefined` when there are none such. */
export function usualHours(moments: readonly Moment[]): string | undefined {
  const engaged = moments.filter(({ event }) => event.action !== "impression");
  if (engaged.length < 10) return undefined;
  const hours = new Array<number>(24).fill(0);
  for (const { ms } of engaged) hours[new Date(ms).getHours()]!++;
  const windows = hours.map((_, start) =>
    Array.from({ length: WINDOW_HOURS }, (_unused, n) => hours[(start + n) % 24]!).reduce(
      (sum, count) => sum + count,
      0,
    ),
  );
  const start = windows.indexOf(Math.max(...windows));
  if (windows[start]! < engaged.length / 2) return undefined;
  return `${String(start).padStart(2, "0")}:00 to ${String((start + WINDOW_HOURS) % 24).padStart(2, "0")}:00`;
}

/** "Saves photography and film; ceramics is growing; mostly from 18:00 to 00:00." Of interests where there are any, as the list below it; else of topics. */
export function summaryOf(user: UserResponse, moments: readonly Moment[]): string {
  const interests = user.interests?.interests.slice(0, 3).map(({ label }) => label) ?? [];
  const hasInterests = interests.length > 0;
  const distinct = hasInterests ? interests : likesMost(user.topics, 3).map(({ topic }) => topic);
  if (distinct.length === 0)
    return user.engagementCount === 0
      ? "Known, but has not engaged with anything yet"
      : `${countOf(user.engagementCount, "engagement")}, none with a topic`;
  const growing = hasInterests
    ? growingInterest(user)
    : growingTopic(moments, Date.parse(user.asOf ?? user.lastSeen));
  const hours = usualHours(moments);
  const others = distinct.filter((topic) => topic !== growing);
  const isAlsoGrowing = growing !== undefined && others.length > 0;
  return [
    `${verbOf(user.counts)} ${joinWords(isAlsoGrowing ? others : distinct)}`,
    ...(isAlsoGrowing ? [`${growing} is growing`] : []),
    ...(hours === undefined ? [] : [`mostly from ${hours} your time`]),
  ].join("; ");
}

/** "16 saves, 16 clicks and 2 shares in 1,200 impressions" */
export function countsSentence(counts: UserResponse["counts"]): string {
  const { impression = 0, identify: _, ...others } = counts;
  const told = Object.entries(others)
    .sort(([, left], [, right]) => right - left)
    .slice(0, 4)
    .map(([name, count]) => countOf(count, name));
  const words = joinWords(told);
  if (impression === 0) return words;
  return words === ""
    ? countOf(impression, "impression")
    : `${words}, of ${formatCount(impression)} impressions`;
}
