import type { Aggregation } from "../aggregation.ts";

interface ExtremeState {
  value: number | undefined;
}

/** The least or the greatest value. */
function extremeOf(pick: (left: number, right: number) => number): Aggregation<ExtremeState> {
  const take = (state: ExtremeState, value: number): void => {
    state.value = state.value === undefined ? value : pick(state.value, value);
  };
  return {
    needsValue: true,
    prepare: () => ({ value: undefined }),
    update: (state, value) => take(state, value as number), // the definition's check
    merge: (state, { value }) => {
      if (value !== undefined) take(state, value);
    },
    finalize: ({ value }) => value ?? null,
    write: ({ value }, out) => out.scalar(value ?? null),
    read: (bytes) => ({ value: (bytes.scalar() as number | null) ?? undefined }), // as written
    tell: (bytes) => bytes.scalar(),
  };
}

export const minimumOf = extremeOf(Math.min);
export const maximumOf = extremeOf(Math.max);
