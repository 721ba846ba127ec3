/** The data of the events that are whole, and what came of the next one. */
export function splitEvents(text: string): { readonly events: readonly string[]; readonly rest: string } {
  const parts = text.split("\n\n");
  const rest = parts.pop() ?? "";
  const events = parts.flatMap((part) => {
    const lines = part.split("\n").filter((line) => line.startsWith("data:"));
    return lines.length === 0 ? [] : lines.map((line) => line.slice(5).trimStart()).join("\n");
  });
  return { events, rest };
}
