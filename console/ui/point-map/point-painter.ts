import type { Camera, Size } from "./camera.ts";

/** Points to paint, in the order in which they lie over each other. */
export interface Points {
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Of each point, its colour: a position in {@link Paint.colors}. */
  readonly colors: Uint8Array;
}

export interface Paint {
  /** Red, green and blue of each colour, 0 to 1. */
  readonly colors: readonly (readonly [number, number, number])[];
  /** Diameter in CSS pixels. */
  readonly diameter: number;
  readonly alpha: number;
}

/** Points beneath everything else, and how they are painted. */
export interface Layer {
  readonly points: Points;
  readonly paint: Paint;
}

/** The contract of what paints many points on a canvas: by WebGL where there is one, else pixel by pixel. */
export interface PointPainter {
  readonly kind: "webgl" | "canvas";
  /** Paints everything anew. `ratio` is device pixels for a CSS pixel. */
  paint(
    layers: readonly Layer[],
    view: { readonly camera: Camera; readonly size: Size; readonly ratio: number },
  ): void;
  dispose(): void;
}
