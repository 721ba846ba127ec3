/** What may be there already. */
export type Awaitable<Value> = Value | Promise<Value>;

/** All of the values; without waiting where they are all there, for promises of what is there cost more than most of what is kept is worth. */
export function allOf<Values extends readonly unknown[]>(
  values: readonly [...Values],
): Awaitable<{ -readonly [At in keyof Values]: Awaited<Values[At]> }> {
  type All = { -readonly [At in keyof Values]: Awaited<Values[At]> };
  return values.some(isPromise) ? Promise.all(values) : (values as unknown as All); // none of them is a promise
}

/** What is made of a value; at once where that is there. */
export function whenThere<Value, Made>(
  value: Awaitable<Value>,
  make: (value: Value) => Awaitable<Made>,
): Awaitable<Made> {
  return value instanceof Promise ? value.then(make) : make(value);
}

function isPromise(value: unknown): boolean {
  return value instanceof Promise;
}
