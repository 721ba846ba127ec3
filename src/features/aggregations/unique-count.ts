import { murmur3 } from "#base";
import type { Scalar } from "#declarations";
import type { Aggregation } from "../aggregation.ts";

/**
 * @file Distinct values: their 32-bit hashes as long as they are few, which is exact but for collisions; beyond `FEW` a HyperLogLog of 4,096
 * registers (Flajolet et al. 2007), standard error 1.6 %, read by Ertl's estimator, which needs no table and no second algorithm for
 * small counts (Ertl 2017, "New cardinality estimation algorithms for HyperLogLog sketches", algorithm 6). Which of the two it is
 * depends on the set of values alone.
 */
interface UniqueState {
  /** Hashes while they are few. */
  hashes: Set<number> | undefined;
  /** One byte for each register otherwise. */
  registers: Uint8Array | undefined;
}

const FEW = 256;
const REGISTER_BITS = 12;
const REGISTERS = 1 << REGISTER_BITS;
/** Bits of a hash that tell its rank. */
const RANK_BITS = 32 - REGISTER_BITS;
const SEED = 0x1f3d5b79;

export const uniqueCountOf: Aggregation<UniqueState> = {
  needsValue: true,
  prepare: () => ({ hashes: new Set(), registers: undefined }),
  update: (state, value) => addHash(state, hashOf(value)),
  merge: (state, { hashes, registers }) => {
    for (const hash of hashes ?? []) addHash(state, hash);
    if (!registers) return;
    toRegisters(state);
    const own = state.registers!;
    for (let n = 0; n < REGISTERS; n++) own[n] = Math.max(own[n]!, registers[n]!);
  },
  finalize: ({ hashes, registers }) => hashes?.size ?? Math.round(estimate(registers!)),
  write: ({ hashes, registers }, out) => {
    out.whole(hashes ? hashes.size : FEW + 1);
    for (const hash of [...(hashes ?? [])].sort((left, right) => left - right)) out.word(hash);
    if (registers) out.bytes(registers);
  },
  read: (bytes) => {
    const size = bytes.whole();
    if (size > FEW) return { hashes: undefined, registers: Uint8Array.from(bytes.bytes(REGISTERS)) };
    return { hashes: new Set(Array.from({ length: size }, () => bytes.word())), registers: undefined };
  },
};

function hashOf(value: Scalar): number {
  return murmur3(`${typeof value}:${value}`, SEED);
}

function addHash(state: UniqueState, hash: number): void {
  if (state.hashes) {
    state.hashes.add(hash);
    if (state.hashes.size > FEW) toRegisters(state);
  } else setRegister(state.registers!, hash); // one of the two is there
}

function toRegisters(state: UniqueState): void {
  if (state.registers) return;
  const registers = new Uint8Array(REGISTERS);
  for (const hash of state.hashes ?? []) setRegister(registers, hash);
  state.registers = registers;
  state.hashes = undefined;
}

function setRegister(registers: Uint8Array, hash: number): void {
  const register = hash >>> RANK_BITS;
  const rank = Math.min(Math.clz32(hash << REGISTER_BITS), RANK_BITS) + 1;
  if (rank > registers[register]!) registers[register] = rank;
}

function estimate(registers: Uint8Array): number {
  const counts = new Float64Array(RANK_BITS + 2);
  for (const rank of registers) counts[rank]!++;
  let z = REGISTERS * tau(1 - counts[RANK_BITS + 1]! / REGISTERS);
  for (let rank = RANK_BITS; rank >= 1; rank--) z = 0.5 * (z + counts[rank]!);
  z += REGISTERS * sigma(counts[0]! / REGISTERS);
  return (REGISTERS * REGISTERS) / (2 * Math.LN2) / z;
}

/** Ertl 2017, algorithm 6. */
function sigma(share: number): number {
  if (share === 1) return Number.POSITIVE_INFINITY;
  let x = share;
  let y = 1;
  let z = share;
  for (let before = Number.NaN; z !== before; ) {
    x *= x;
    before = z;
    z += x * y;
    y += y;
  }
  return z;
}

/** Ertl 2017, algorithm 6. */
function tau(share: number): number {
  if (share === 0 || share === 1) return 0;
  let x = share;
  let y = 1;
  let z = 1 - share;
  for (let before = Number.NaN; z !== before; ) {
    x = Math.sqrt(x);
    before = z;
    y *= 0.5;
    z -= (1 - x) ** 2 * y;
  }
  return z / 3;
}
