import { assert } from "#base";
import { mul } from "../ops/elementwise.ts";
import { type Expression, input } from "./expression.ts";
import type { Shape } from "./shape.ts";

/** A learned tensor: where its values start. */
export interface Parameter {
  readonly shape: readonly number[];
  readonly initial: Initial;
  readonly expression: Expression;
}

/** A learned tensor of which a batch sees the rows it needs: (rows, width). */
export interface RowTableParameter {
  readonly shape: readonly [rows: number, width: number];
  readonly initial: Initial;
  readonly expression: Expression;
}

/** Every element drawn from a normal distribution around 0, or all the same, or just these. */
export type Initial =
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "given"; readonly values: Float32Array };

/** One place where dropout happens: an input of the graph with the factors of this run. */
export interface DropoutSite {
  readonly name: string;
  readonly shape: Shape;
  readonly rate: number;
}

/**
 * What a network consists of besides operators, noted down while it is described: its parameters, and where chance comes in.
 * The same description makes the graph that learns and, with `isTraining` false, the graph that serves.
 */
export class Network {
  readonly isTraining: boolean;
  readonly parameters = new Map<string, Parameter>();
  readonly rowTables = new Map<string, RowTableParameter>();
  readonly dropoutSites: DropoutSite[] = [];

  constructor({ isTraining }: { readonly isTraining: boolean }) {
    this.isTraining = isTraining;
  }

  parameter(name: string, shape: readonly number[], initial: Initial): Expression {
    this.#claim(name);
    const expression = input(name, shape);
    this.parameters.set(name, { shape, initial, expression });
    return expression;
  }

  /** The rows of a large table that a batch brings along, of shape (`NAME.rows`, width); the whole table when serving. */
  rowTable(name: string, shape: readonly [rows: number, width: number], initial: Initial): Expression {
    this.#claim(name);
    const [rows, width] = shape;
    const expression = input(name, [this.isTraining ? `${name}.rows` : rows, width]);
    this.rowTables.set(name, { shape, initial, expression });
    return expression;
  }

  /** While training, each element is 0 with probability `rate` and grows by 1 / (1 - rate) otherwise. */
  dropout(x: Expression, rate: number): Expression {
    const factors = this.dropoutFactors(x.shape, rate);
    return factors ? mul(x, factors) : x;
  }

  /** The factors of a dropout to be multiplied in elsewhere; none when nothing is dropped. */
  dropoutFactors(shape: Shape, rate: number): Expression | undefined {
    assert(rate >= 0 && rate < 1, "a dropout rate is in [0, 1)");
    if (!this.isTraining || rate === 0) return undefined;
    const name = `dropout.${this.dropoutSites.length}`;
    this.dropoutSites.push({ name, shape, rate });
    return input(name, shape);
  }

  #claim(name: string): void {
    assert(!this.parameters.has(name) && !this.rowTables.has(name), `one parameter is called "${name}"`);
  }
}
