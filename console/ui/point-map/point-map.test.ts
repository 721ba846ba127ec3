import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Camera, cameraOver, panBy, toPlane, toScreen, zoomAt } from "./camera.ts";
import { paintPixels } from "./paint-pixels.ts";
import { PointGrid } from "./point-grid.ts";

const size = { width: 600, height: 400 };
const whole = cameraOver({ left: -3, right: 5, bottom: -1, top: 2 }, size);
const pixel = fc.record({ x: fc.integer({ min: 0, max: 600 }), y: fc.integer({ min: 0, max: 400 }) });

describe("the camera", () => {
  test("has everything in sight, and the plane's middle in the window's", () => {
    for (const [x, y] of [
      [-3, -1],
      [5, 2],
      [-3, 2],
    ] as const) {
      const [px, py] = toScreen(x, y, whole, size);
      expect(px).toBeGreaterThanOrEqual(0);
      expect(px).toBeLessThanOrEqual(600);
      expect(py).toBeGreaterThanOrEqual(0);
      expect(py).toBeLessThanOrEqual(400);
    }
    expect(toScreen(1, 0.5, whole, size)).toEqual([300, 200]);
    expect(toScreen(1, 2, whole, size)[1]).toBeLessThan(200); // up is up
  });

  test("what is under the pointer stays there while it zooms, and goes with it while it is dragged", () => {
    fc.assert(
      fc.property(pixel, fc.double({ min: 0.5, max: 4, noNaN: true }), ({ x, y }, factor) => {
        const near: Camera = { ...whole, span: whole.span / 8 };
        const under = toPlane(x, y, near, size);
        const zoomed = zoomAt(near, [x, y], factor, { size, whole });
        const [px, py] = toScreen(...under, zoomed, size);
        expect(px).toBeCloseTo(x, 6);
        expect(py).toBeCloseTo(y, 6);
        const [dx, dy] = toScreen(...under, panBy(near, 30, -20, size), size);
        expect(dx - x).toBeCloseTo(30, 6);
        expect(dy - y).toBeCloseTo(-20, 6);
      }),
    );
  });

  test("never goes beyond the whole, nor closer than what can be told apart", () => {
    expect(zoomAt({ ...whole, x: 4, span: whole.span / 2 }, [0, 0], 0.1, { size, whole })).toEqual(whole);
    const { span } = zoomAt(whole, [300, 200], 1e9, { size, whole });
    expect(span).toBeCloseTo(whole.span / 400, 10);
  });
});

const coordinates = fc.array(
  fc.tuple(fc.float({ min: -50, max: 50, noNaN: true }), fc.float({ min: -50, max: 50, noNaN: true })),
  {
    minLength: 1,
    maxLength: 300,
  },
);

test("the nearest point is the one a look at all of them finds, or none within reach", () => {
  fc.assert(
    fc.property(
      coordinates,
      fc.tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: -60, max: 60 })),
      fc.integer({ min: 1, max: 80 }),
      (points, [x, y], reach) => {
        const xs = Float32Array.from(points, ([px]) => px);
        const ys = Float32Array.from(points, ([, py]) => py);
        const squares = points.map((_, n) => (xs[n]! - x) ** 2 + (ys[n]! - y) ** 2);
        const least = Math.min(...squares);
        const found = new PointGrid(xs, ys).nearest(x, y, reach);
        if (least < reach * reach) expect(squares[found]).toBe(least);
        else if (least > reach * reach) expect(found).toBe(-1);
      },
    ),
  );
  expect(new PointGrid(new Float32Array(0), new Float32Array(0)).nearest(0, 0, 9)).toBe(-1);
});

describe("without WebGL", () => {
  const image = (): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } => ({
    data: new Uint8ClampedArray(4 * 9 * 9),
    width: 9,
    height: 9,
  });
  const view = { camera: { x: 0, y: 0, span: 9 }, size: { width: 9, height: 9 }, ratio: 1 };
  const layer = (x: number, y: number, diameter: number, alpha: number) => ({
    points: { xs: Float32Array.of(x), ys: Float32Array.of(y), colors: Uint8Array.of(1) },
    paint: {
      colors: [
        [0, 0, 0],
        [1, 0.4, 0],
      ] as const,
      diameter,
      alpha,
    },
  });
  const at = ({ data }: { readonly data: ArrayLike<number> }, x: number, y: number) =>
    Array.from({ length: 4 }, (_, part) => data[4 * (y * 9 + x) + part]);

  test("a point is where the camera has it, of its colour, with nothing around it", () => {
    const painted = image();
    paintPixels(painted, layer(1.5, 2.5, 1, 1), view);
    expect(at(painted, 6, 2)).toEqual([255, 102, 0, 255]);
    expect(painted.data.filter((value) => value !== 0)).toHaveLength(3);
  });

  test("a wide point is a disc, two over each other cover more than one, and those outside are left out", () => {
    const painted = image();
    for (const one of [layer(0, 0, 2.4, 0.5), layer(0, 0, 2.4, 0.5), layer(100, 100, 3, 1)])
      paintPixels(painted, one, view);
    expect(at(painted, 5, 5)[3]).toBeCloseTo(191, -1);
    const covered = Array.from({ length: 81 }, (_, n) => painted.data[4 * n + 3]!).filter(
      (alpha) => alpha > 0,
    );
    expect(covered).toHaveLength(5); // a disc of diameter 2.4 is a plus
  });
});
