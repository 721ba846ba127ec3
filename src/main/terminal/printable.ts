/** Text as a terminal may show it, on one line: what strangers sent does not command the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "\ufffd");
}

/** The same data, every text in it {@link printable}, names of members too. */
export function printableData<Data>(data: Data): Data {
  return within(data) as Data; // of the same shape
}

function within(value: unknown): unknown {
  if (typeof value === "string") return printable(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(within);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [printable(name), within(inner)]));
}
