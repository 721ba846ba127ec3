import { SourceFolder } from "./source-folder.ts";
import { csvRows } from "./text-rows.ts";

/** Customers of a telephone company as numbers, and whether each left: IBM's sample of 7,043. */
export interface TelcoCustomers {
  readonly names: readonly string[];
  /** (customers, names) row-major; a word is one column for each of its values. */
  readonly values: Float64Array;
  readonly left: Uint8Array;
}

const set = {
  name: "telco-churn-ibm",
  source: "https://www.kaggle.com/datasets/blastchar/telco-customer-churn",
} as const;
const FILE = "WA_Fn-UseC_-Telco-Customer-Churn.csv";
const NUMBERS = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"];

/** @throws PlatformError `missing-file` */
export async function loadTelco(folder: string): Promise<TelcoCustomers> {
  const files = new SourceFolder(folder);
  const file = await files.find(FILE);
  if (!file) throw files.missing(set, FILE);
  const [header, ...rows] = [...csvRows(file)].map(({ fields }) => fields);
  const given = (header ?? []).filter((name) => name !== "Churn" && name !== "customerID");
  const places = new Map((header ?? []).map((name, at) => [name, at]));
  const read = (row: readonly string[], name: string): string => row[places.get(name) ?? -1] ?? "";
  const columns = given.flatMap((name) => {
    if (NUMBERS.includes(name)) return { name, of: (row: readonly string[]) => Number(read(row, name)) || 0 };
    const [, ...others] = [...new Set(rows.map((row) => read(row, name)))].sort(); // the first value is when none else is
    return others.map((value) => ({
      name: `${name}: ${value}`,
      of: (row: readonly string[]) => Number(read(row, name) === value),
    }));
  });
  return {
    names: columns.map(({ name }) => name),
    values: Float64Array.from(rows.flatMap((row) => columns.map(({ of }) => of(row)))),
    left: Uint8Array.from(rows, (row) => Number(read(row, "Churn") === "Yes")),
  };
}
