import {
  add,
  concatenate,
  constant,
  type Expression,
  gather,
  matmul,
  mul,
  stretchOuterLike,
  transposed,
} from "#tensor";

/** Numbers of G requests with C candidates each: (G, C, w), or (G, 1, w) where they are the same for all candidates of a request. */
export interface Column {
  readonly x: Expression;
  /** (G, 1, w): what `x`, (G, C, w), is multiplied with. */
  readonly times?: Expression;
}

/** With where its numbers stand among all that are read. */
interface Placed extends Column {
  readonly positions: readonly number[];
}

/** What is read of each candidate, side by side: W numbers. Some are the same for all candidates of a request, and some the candidate times such. */
export class Columns {
  readonly #placed: readonly Placed[];

  private constructor(placed: readonly Placed[]) {
    this.#placed = placed;
  }

  static of(columns: readonly Column[]): Columns {
    let next = 0;
    return new Columns(
      columns.map((column) => {
        const positions = Array.from({ length: Number(column.x.shape.at(-1)) }, () => next++);
        return { ...column, positions };
      }),
    );
  }

  /** Those that are not the same for all candidates. */
  get own(): Columns {
    return new Columns(this.#placed.filter(({ x }) => !isShared(x)));
  }

  /** Those that are. */
  get shared(): Columns {
    return new Columns(this.#placed.filter(({ x }) => isShared(x)));
  }

  /** W */
  get width(): number {
    return this.#positions.length;
  }

  /** (G, C, W), or (G, 1, W) of those that are all shared. */
  together(): Expression {
    const own = this.#placed.find(({ x }) => !isShared(x));
    return concatenate(
      this.#placed.map(({ x, times }) => {
        if (times) return mul(x, times);
        return own ? stretchOuterLike(x, own.x) : x;
      }),
    );
  }

  /** Their rows of a matrix that has one for each number that is read. */
  rowsOf(matrix: Expression): Expression {
    return rowsAt(this.#positions, matrix);
  }

  /** Their columns of one that has as many columns. */
  columnsOf(matrix: Expression): Expression {
    return transposed(this.rowsOf(transposed(matrix)));
  }

  /**
   * Times a (W, N) matrix, plus (N): (G, C, N), with a part of the work. What is shared is multiplied once and comes in with a one for each candidate, and
   * x R + (x * s) S is x (R + diag(s) S).
   */
  affine(matrix: Expression, bias: Expression): Expression {
    const { shared, own } = this;
    const same = transposed(add(matmul(shared.together(), shared.rowsOf(matrix)), bias)); // (G, N, 1)
    const factors = [...new Set(own.#placed.map(({ x }) => x))];
    const ones = stretchOuterLike(constant([1], Float32Array.of(1)), factors[0]!);
    const counted = factors.map((factor) =>
      own.#placed
        .filter(({ x }) => x === factor)
        .map(({ times, positions }) => {
          const turned = transposed(rowsAt(positions, matrix)); // (N, w)
          return times ? mul(turned, times) : turned;
        })
        .reduce(add),
    );
    const turned = concatenate([same, ...counted.map((part) => stretchOuterLike(part, same))]);
    return matmul(concatenate([ones, ...factors]), transposed(turned));
  }

  get #positions(): readonly number[] {
    return this.#placed.flatMap(({ positions }) => positions);
  }
}

/** Whether it is the same for all candidates of a request. */
export function isShared(x: Expression): boolean {
  return x.shape.at(-2) === 1;
}

function rowsAt(positions: readonly number[], matrix: Expression): Expression {
  return gather(matrix, constant([positions.length], Int32Array.from(positions)));
}
