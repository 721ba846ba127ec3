import { monotonicMs } from "#base";

/**
 * @file How fast the machine was while something was measured: figures of two days compare only where these do. A shared machine
 * can be several times slower than the same one alone, with nothing in its load average to say so.
 */
export interface Yardstick {
  /** One multiplication and addition that waits for the one before, ns. */
  readonly stepNs: number;
  /** One read from a random place among 64 MiB, where each read says where the next is, ns. */
  readonly memoryNs: number;
}

const STEPS = 20_000_000;
const READS = 1_000_000;
const PLACES = 2 ** 24;

export function measureYardstick(): Yardstick {
  return { stepNs: nsEach(STEPS, takeSteps), memoryNs: nsEach(READS, walk(randomCycle())) };
}

/** Of each, the slower one. */
export function slower(left: Yardstick, right: Yardstick): Yardstick {
  return {
    stepNs: Math.max(left.stepNs, right.stepNs),
    memoryNs: Math.max(left.memoryNs, right.memoryNs),
  };
}

function nsEach(count: number, work: (count: number) => number): number {
  work(count / 10); // compiled by now
  const startedMs = monotonicMs();
  work(count);
  return ((monotonicMs() - startedMs) * 1e6) / count;
}

function takeSteps(count: number): number {
  let value = 1;
  for (let n = 0; n < count; n++) value = (Math.imul(value, 31) + n) | 0;
  return value;
}

/** Place -> the next, through all of them: a linear congruence of full period, whose neighbours lie far apart. */
function randomCycle(): Uint32Array {
  const next = new Uint32Array(PLACES);
  for (let place = 0; place < PLACES; place++)
    next[place] = (Math.imul(place, 1_664_525) + 1_013_904_223) & (PLACES - 1);
  return next;
}

function walk(next: Uint32Array): (count: number) => number {
  let place = 0;
  return (count) => {
    for (let n = 0; n < count; n++) place = next[place]!;
    return place;
  };
}
