import pc from "picocolors";
import type { InterestBody, InterestsBody, JourneyBody, RecommendationResponse, UserResponse } from "#api";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "#base";
import { printableData } from "./printable.ts";

/** What the API says of a person. */
export interface Portrait {
  readonly profile: UserResponse;
  readonly interests: InterestsBody;
  readonly next: RecommendationResponse;
}

const LABEL_WIDTH = 26;
const BAR_WIDTH = 12;
const SHOWN_INTERESTS = 8;
const SHOWN_JOURNEYS = 4;

/** A person on one screen: who, what they like and how that stands, what they are after, whether they will come, what next. */
export function describePerson(portrait: Portrait): string {
  const { profile, interests, next } = printableData(portrait);
  const sections = [
    heading(profile),
    section(
      "Interests",
      interests.interests.slice(0, SHOWN_INTERESTS).map(interestLine),
      "part of all they engage with, and of the last 7 days; stage; when last; what it belongs to",
    ),
    section("Journeys", interests.journeys.slice(0, SHOWN_JOURNEYS).map(journeyLine), "what they are after"),
    section(
      "Foretold",
      [
        ...(profile.predictions?.value ?? []).map(predictionLine),
        ...(profile.predictions?.repeatPurchases ?? []).map(purchaseLine),
      ],
      "how likely, and what speaks most for it (▲) or against (▼)",
    ),
    section(`Why ${interests.interests[0]?.label}`, whyLines(interests.interests[0])),
    section(
      "Would like next",
      next.items.map(({ title, itemId, reasons }) => {
        const reason = reasons[0]?.text;
        return `${toWidth(title ?? itemId, 44)}${reason === undefined ? "" : pc.dim(` ${reason}`)}`;
      }),
    ),
  ];
  const muted = interests.muted.length === 0 ? [] : [`  ${pc.dim(`muted: ${interests.muted.join(", ")}`)}`];
  return ["", ...sections.flat(), ...muted, ""].join("\n");
}

function heading({
  userId,
  traits,
  state,
  counts,
  eventCount,
  firstSeen,
  asOf,
  computedAt,
}: UserResponse): string[] {
  const { name, createdAt: _, ...others } = traits;
  const facts = Object.values(others).filter(
    (value) => typeof value === "string" || typeof value === "number",
  );
  const engaged = Object.entries(counts)
    .filter(([action]) => action !== "impression" && action !== "identify")
    .sort(([, left], [, right]) => right - left)
    .slice(0, 5)
    .map(([action, count]) => `${count.toLocaleString("en")} ${action}`);
  const value = state?.value ?? "never seen";
  const meaning = state?.value ? ` (${stateMeanings[state.value]})` : "";
  const seen = asOf === null ? "" : `, last seen ${ago(asOf, computedAt)}`;
  return [
    `  ${pc.bold(typeof name === "string" ? name : userId)}  ${pc.dim(userId)}  ${inState(value)}${pc.dim(`${meaning}  ${state?.activeDays ?? 0} active days of 28${seen}`)}`,
    `  ${pc.dim([...facts.map(String), `here since ${firstSeen.slice(0, 10)}`].join(" · "))}`,
    `  ${pc.dim([`${eventCount.toLocaleString("en")} events`, ...engaged].join(" · "))}`,
    "",
  ];
}

/** Nothing where there are no lines. @param caption what the columns say */
function section(title: string, lines: readonly string[], caption = ""): string[] {
  return lines.length === 0
    ? []
    : [`  ${pc.bold(title)}  ${pc.dim(caption)}`.trimEnd(), ...lines.map((line) => `    ${line}`), ""];
}

function interestLine({ label, path, share, shareNow, perWeek, lifecycle, lastSeen }: InterestBody): string {
  const above = path.slice(0, -1).join(" / ");
  const now = pc.dim(`${percent(shareNow)} lately, ${perWeek.toFixed(1).padStart(4)} a week`);
  return `${inStage(lifecycle, "●")} ${toWidth(label, LABEL_WIDTH)} ${bar(share)} ${percent(share)}  ${now}  ${inStage(lifecycle, lifecycle.padEnd(7))} ${pc.dim(`last ${lastSeen.slice(0, 10)}  ${above}`.trimEnd())}`;
}

function journeyLine({ name, kind, stage, context, confidence, keywords }: JourneyBody): string {
  const facts = [
    kind,
    stage,
    ...(context === "any day" ? [] : [context]),
    `${percent(confidence).trim()} sure`,
  ];
  return `${toWidth(name, LABEL_WIDTH + 2)} ${facts.join(", ")}  ${pc.dim(keywords.slice(0, 4).join(", "))}`;
}

const questions: Readonly<Record<string, string>> = {
  return7: "comes back within 7 days",
  churn28: "is gone for 28 days",
  downgrade28: "comes less often in 28 days",
  convert7: "buys within 7 days",
};

/** A declared goal is `convert:name`. */
function questionOf(target: string): string {
  return questions[target] ?? target.replace(/^convert:/, "reaches the goal ");
}

function predictionLine({
  target,
  probability,
  drivers,
}: NonNullable<UserResponse["predictions"]>["value"][number]): string {
  const because = drivers.map(({ name, effect }) => `${effect > 0 ? "▲" : "▼"} ${name}`).slice(0, 2);
  return `${toWidth(questionOf(target), LABEL_WIDTH + 2)} ${bar(probability)} ${percent(probability)}  ${pc.dim(because.join("   "))}`;
}

type RepeatPurchases = NonNullable<NonNullable<UserResponse["predictions"]>["repeatPurchases"]>[number];

function purchaseLine({ goal, withinDays, purchases, value, probabilityAlive }: RepeatPurchases): string {
  const expected = `${purchases.toFixed(2)} in ${withinDays} days, worth ${value.toFixed(2)}`;
  return `${toWidth(`${goal} again`, LABEL_WIDTH + 2)} ${expected}  ${pc.dim(`${percent(probabilityAlive).trim()} still a customer`)}`;
}

/** What the first interest rests on. */
function whyLines(interest: InterestBody | undefined): string[] {
  if (!interest) return [];
  const events = (interest.events ?? []).slice(0, 3).map(({ timestamp, action, title, itemId }) => {
    return `${pc.dim(timestamp.slice(0, 16).replace("T", " "))}  ${action.padEnd(9)} ${title ?? itemId}`;
  });
  return [pc.dim(interest.why ?? ""), ...events];
}

const stages: Readonly<Record<string, (text: string) => string>> = {
  new: pc.green,
  growing: pc.cyan,
  habit: pc.blue,
  fading: pc.yellow,
};

function inStage(lifecycle: string, text: string): string {
  return (stages[lifecycle] ?? pc.white)(text);
}

const stateMeanings: Readonly<Record<NonNullable<NonNullable<UserResponse["state"]>["value"]>, string>> = {
  new: "first came in the last 28 days",
  core: "comes three times a week or more",
  casual: "comes about once a week or more",
  marginal: "comes less than once a week",
  dormant: "nothing for 28 days",
  resurrected: "came back after 28 days of nothing",
};

function inState(state: string): string {
  const isGood = state === "core" || state === "new" || state === "resurrected";
  return isGood ? pc.green(state) : state === "dormant" ? pc.red(state) : pc.yellow(state);
}

function bar(share: number): string {
  const filled = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
  return pc.cyan("█".repeat(filled)) + pc.dim("░".repeat(BAR_WIDTH - filled));
}

function percent(share: number): string {
  return `${String(Math.round(100 * share)).padStart(3)} %`;
}

/** Exactly so wide: longer texts end in an ellipsis. */
function toWidth(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

function ago(time: string, now: string): string {
  const passedMs = Math.max(0, Date.parse(now) - Date.parse(time));
  if (passedMs < MINUTE_MS) return "just now";
  if (passedMs < HOUR_MS) return `${Math.floor(passedMs / MINUTE_MS)} min ago`;
  if (passedMs < 2 * DAY_MS) return `${Math.floor(passedMs / HOUR_MS)} h ago`;
  return `${Math.floor(passedMs / DAY_MS)} days ago`;
}
