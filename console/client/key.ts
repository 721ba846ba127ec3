/** @file The API key, where the server asks for one. It lives as long as the tab, in no URL and in no page. */
const NAME = "inkling.api-key";

const listeners = new Set<() => void>();

export function readKey(): string | undefined {
  return sessionStorage.getItem(NAME) ?? undefined;
}

export function writeKey(key: string | undefined): void {
  if (key === undefined) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, key);
  for (const listener of listeners) listener();
}

/** Calls when the key changes; returns what stops that. */
export function onKeyChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
