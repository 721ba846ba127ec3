const waiting: (() => void)[] = [];

/**
 * Resolves in a turn of the event loop of its own, in the order of asking: where long work is cut into slices that each begin here, what has come
 * meanwhile is answered between any two slices, however many work at once.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(begin);
  });
}

function begin(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(begin);
}
