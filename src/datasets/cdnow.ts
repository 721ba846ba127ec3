import { DAY_MS } from "#base";
import { SourceFolder } from "./source-folder.ts";

/** A customer of CDNOW in the calibration period; times in weeks, value in dollars a repeat purchase. */
export interface CdnowCustomer {
  readonly frequency: number;
  readonly recency: number;
  readonly age: number;
  readonly meanValue: number;
}

const set = {
  name: "cdnow",
  source: "https://github.com/CamDavidsonPilon/lifetimes (lifetimes/datasets/CDNOW_sample.txt)",
} as const;
/** Fader, Hardie and Lee fit on what was bought until then. */
const CALIBRATION_END = "19970930";
const WEEK_DAYS = 7;

/**
 * The 1/10 sample of CDNOW's customers of early 1997 as BG/NBD and Gamma-Gamma read them: purchases of one day are one purchase.
 * @throws PlatformError `missing-file`
 */
export async function loadCdnow(folder: string): Promise<CdnowCustomer[]> {
  const files = new SourceFolder(folder);
  const file = await files.find("CDNOW_sample.txt");
  if (!file) throw files.missing(set, "CDNOW_sample.txt");
  const customers = new Map<string, Map<number, number>>(); // customer -> day -> dollars
  for (const line of Buffer.from(file.bytes).toString("latin1").split("\n")) {
    const [, customer, date, , dollars] = line.trim().split(/\s+/);
    if (customer === undefined || date === undefined || date > CALIBRATION_END) continue;
    const days = customers.get(customer) ?? new Map<number, number>();
    customers.set(customer, days);
    const day = dayOf(date);
    days.set(day, (days.get(day) ?? 0) + Number(dollars));
  }
  const end = dayOf(CALIBRATION_END);
  return Array.from(customers.values(), (spent) => {
    const days = [...spent.keys()].sort((left, right) => left - right);
    const first = days[0]!; // a customer bought something
    const repeats = days.slice(1);
    const value = repeats.reduce((sum, day) => sum + spent.get(day)!, 0);
    return {
      frequency: repeats.length,
      recency: (days.at(-1)! - first) / WEEK_DAYS,
      age: (end - first) / WEEK_DAYS,
      meanValue: repeats.length === 0 ? 0 : value / repeats.length,
    };
  });
}

function dayOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6, 8))) / DAY_MS;
}
