import { type Answer, ask } from "./server-process.ts";

/** The lines a person would copy into a shell. */
export function curlLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.startsWith("curl "));
}

/** Does what `curl` would with the options that our lines use: -s, -H, -u, -d. Anything else is an error. */
export function runCurl(line: string, env: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const [, ...words] = shellWords(line, env);
  const headers: Record<string, string> = {};
  let url = "";
  let body: string | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "-s") continue;
    if (word === "-H") {
      const [, name, value] = /^([^:]+): *(.*)$/.exec(words.shift() ?? "")!;
      headers[name!] = value!;
    } else if (word === "-u") {
      headers["authorization"] = `Basic ${Buffer.from(words.shift() ?? "").toString("base64")}`;
    } else if (word === "-d") body = words.shift();
    else if (word.startsWith("http")) url = word;
    else throw new Error(`an option that is not known here: ${word} in ${line}`);
  }
  return ask(url, { headers, ...(body !== undefined && { method: "POST", body }) });
}

/** Words as a POSIX shell divides them: '...' as it is, "..." and bare words with $VARIABLES. */
function shellWords(line: string, env: Readonly<Record<string, string>>): string[] {
  const expand = (text: string): string => text.replaceAll(/\$(\w+)/g, (_, name: string) => env[name] ?? "");
  return Array.from(line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g), ([word]) =>
    word.replaceAll(/'([^']*)'|"([^"]*)"|([^'"]+)/g, (_, single?: string, double?: string, bare?: string) =>
      single !== undefined ? single : expand(double ?? bare ?? ""),
    ),
  );
}
