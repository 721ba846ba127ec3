/** @file What an index refuses, in one place: the messages name the value and the fix. */
import { PlatformError } from "#base";
import {
  MAX_NEIGHBOURS,
  MAX_ROWS,
  type ModelVector,
  type VectorIndexConfig,
  type VectorQuery,
} from "./vector-index.ts";

const MAX_DIMENSIONS = 512; // products of 8-bit codes with a 16-bit query add up within 32 bits

export function checkConfig({ dimensions, modelVersion, numbers = [] }: VectorIndexConfig): void {
  if (!Number.isInteger(dimensions) || dimensions < 1 || dimensions > MAX_DIMENSIONS)
    refuse("invalid-config", `dimensions is ${dimensions}; an index takes 1 to ${MAX_DIMENSIONS}`);
  if (modelVersion === "")
    refuse("invalid-config", "modelVersion is empty; name the version of the model whose vectors come in");
  const twice = numbers.find((name, position) => numbers.indexOf(name) !== position);
  if (twice !== undefined) refuse("invalid-config", `numbers has "${twice}" twice; name each once`);
}

export function checkRow(row: number): void {
  if (!Number.isInteger(row) || row < 0 || row >= MAX_ROWS)
    refuse("invalid-request", `${row} is no row; rows are numbers from 0 to ${MAX_ROWS - 1}, given densely`);
}

export function checkVector(
  { values, modelVersion }: ModelVector,
  config: VectorIndexConfig,
  whose: string,
): void {
  if (modelVersion !== config.modelVersion) {
    const fault = `${whose} is of model version "${modelVersion}" and the index holds "${config.modelVersion}"`;
    refuse("data-mismatch", `${fault}; make an index of the new version and put all vectors into it`);
  }
  if (values.length !== config.dimensions) {
    const fault = `${whose} has ${values.length} dimensions and the index ${config.dimensions}`;
    refuse("data-mismatch", `${fault}; send vectors of the model the index was made for`);
  }
  const position = values.findIndex((value) => !Number.isFinite(value));
  if (position >= 0) {
    const fault = `${whose} has ${values[position]} at dimension ${position}`;
    refuse("invalid-request", `${fault}; an index takes finite numbers, look at the model that made it`);
  }
}

export function checkQuery({ vector, n }: VectorQuery, config: VectorIndexConfig): void {
  if (!Number.isInteger(n) || n < 1 || n > MAX_NEIGHBOURS)
    refuse("invalid-request", `n is ${n}; ask for 1 to ${MAX_NEIGHBOURS} neighbours`);
  checkVector(vector, config, "the query's vector");
}

function refuse(code: "invalid-config" | "invalid-request" | "data-mismatch", message: string): never {
  throw new PlatformError(code, message);
}
