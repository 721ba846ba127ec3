import { PlatformError } from "#base";
import type { JourneyNaming } from "#declarations";
import type { JourneyWords, WriteName } from "#profiles";

const TIMEOUT_MS = 10_000;
const MOST_BYTES = 100_000;
const MOST_TOKENS = 40;

const ORDER =
  "You name journeys for a recommendation product. Answer with the name alone: two to five words in title case, in the language of " +
  "the words given, about nothing but them. Never name a person, a place of residence, health, faith, politics or sexuality.";

/**
 * Asks an endpoint that speaks OpenAI's chat completions for the name of a journey. It is sent words of topics and titles, never who they are about.
 * @param environment where the key is found
 * @throws PlatformError `invalid-config` when the variable of the key is not set
 */
export function journeyWriter(
  { endpoint, model, key, timeoutMs = TIMEOUT_MS }: JourneyNaming,
  environment: Readonly<Record<string, string | undefined>>,
): WriteName {
  const secret = key && environment[key.variable];
  if (key && !secret)
    throw new PlatformError(
      "invalid-config",
      `journeyNaming.key: ${key.variable} is not set; set it, or leave key out`,
    );
  const address = `${endpoint.replace(/\/+$/, "")}/chat/completions`;
  return async (words) => {
    const answer = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json", ...(secret && { authorization: `Bearer ${secret}` }) },
      body: JSON.stringify({
        ...{ model, temperature: 0, max_tokens: MOST_TOKENS },
        messages: [
          { role: "system", content: ORDER },
          { role: "user", content: describe(words) },
        ],
      }),
      redirect: "error", // what is sent goes where it was declared to go
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
    const text = await answer.text();
    if (text.length > MOST_BYTES) throw new Error(`${address} answered more than a name`);
    return nameIn(JSON.parse(text)).replace(/^["'“”]+|["'“”.]+$/gu, "");
  };
}

function describe({ name, intent, kind, keywords }: JourneyWords): string {
  return `Plain name: ${name}\nIntent: ${intent}\nKind: ${kind}\nWords: ${keywords.join(", ")}`;
}

/** `choices[0].message.content`. */
function nameIn(answer: unknown): string {
  const { choices } = (answer ?? {}) as { choices?: readonly { message?: { content?: unknown } }[] }; // looked at below
  const content = Array.isArray(choices) ? choices[0]?.message?.content : undefined;
  if (typeof content !== "string") throw new Error("the endpoint's answer has no choices[0].message.content");
  return content;
}
