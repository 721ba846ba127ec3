import { PlatformError } from "#base";

/** The signals of `include`, divided by commas. @throws PlatformError `invalid-request` for one that cannot be added */
export function namesIn(include: string | undefined, addable: readonly string[]): readonly string[] {
  const names = (include ?? "").split(",").filter((name) => name !== "");
  const unknown = names.find((name) => !addable.includes(name));
  if (unknown === undefined) return names;
  throw new PlatformError(
    "invalid-request",
    `include names "${unknown}"; what can be added: ${addable.join(", ")}`,
  );
}
