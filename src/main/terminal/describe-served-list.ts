import type { ServedItem, ServedList, SourceTrace } from "#recommendation";

/** A served list for a terminal: who asked, what every stage took in, kept and needed, and the list. */
export function describeServedList(list: ServedList): string {
  const { recommendationId, userId, surface, servedAtMs, trace, items, versions } = list;
  const models = Object.entries(versions).map(([role, { name, version }]) => `${role} ${name} ${version}`);
  const about = Object.entries(list.condition ?? {}).map(([kind, value]) => `, about ${kind} ${value}`);
  const pages = list.offset > 0 ? `, from place ${list.offset}` : "";
  const stages = [
    ["stage", "in", "kept", "ms", ""],
    ...trace.sources.map(sourceRow),
    ...trace.filters.map(({ name, in: given, kept }) => [`filter/${name}`, given, kept, "", ""]),
    ...(trace.scorer ? [stageRow("scorer", trace.scorer)] : []),
    stageRow("selector", trace.selector),
    ...trace.hydrators.map((stage) => stageRow("hydrator", stage)),
    ["all", "", items.length, trace.ms.toFixed(2), ""],
  ];
  return [
    `${recommendationId}  ${surface} for ${userId ?? "somebody unknown"}${about.join("")}${pages}`,
    `served ${new Date(servedAtMs).toISOString()} by ${models.join(", ")}${list.isColdStart ? ", a cold start" : ""}`,
    "",
    ...table(stages),
    "",
    ...table(items.map((item, place) => itemRow(item, list.offset + place))),
  ]
    .join("\n")
    .replace(/[^\P{Cc}\n]/gu, "\ufffd"); // what strangers sent does not command the terminal
}

type Row = readonly (string | number)[];

/** What it proposed is what goes in: kept is what passed the filters, at most what was wanted of it. */
function sourceRow({ name, outcome, fault, budget, proposed, kept, unique, shared, ms }: SourceTrace): Row {
  if (outcome !== "ok")
    return [`source/${name}`, 0, 0, ms.toFixed(2), `${outcome}, left out${fault ? `: ${fault}` : ""}`];
  const others = Object.entries(shared).map(([other, count]) => `${count} also in ${other}`);
  const said = [`${budget} wanted`, `${unique} its own`, ...others].join(", ");
  return [`source/${name}`, proposed, kept, ms.toFixed(2), said];
}

function stageRow(kind: string, { name, in: given, kept, ms }: ServedList["trace"]["selector"]): Row {
  return [`${kind}/${name}`, given, kept, ms.toFixed(2), ""];
}

function itemRow({ itemId, score, source, placement, probability, reasons }: ServedItem, place: number): Row {
  const how = [
    source,
    ...(placement ? [placement] : []),
    ...(probability === undefined ? [] : [`probability ${probability.toPrecision(3)}`]),
  ];
  return [place, itemId, score.toPrecision(4), how.join(", "), reasons.map(({ text }) => text).join("; ")];
}

/** Columns under each other: texts to the left, numbers to the right. */
function table(rows: readonly Row[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => String(row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const isLeft = typeof cell === "string" && !/^-?[\d.]/.test(cell);
        return isLeft ? cell.padEnd(widths[column]!) : String(cell).padStart(widths[column]!);
      })
      .join("  ")
      .trimEnd(),
  );
}
