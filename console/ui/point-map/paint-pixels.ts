import { type Camera, type Size, scaleOf } from "./camera.ts";
import type { Layer } from "./point-painter.ts";

/** Red, green, blue and alpha of each pixel, row by row: what a canvas calls `ImageData`. */
export interface Pixels {
  readonly data: { [at: number]: number };
  readonly width: number;
  readonly height: number;
}

/** Points of a layer as discs of whole pixels, laid over what is there. */
export function paintPixels(
  { data, width, height }: Pixels,
  { points, paint }: Layer,
  { camera, size, ratio }: { readonly camera: Camera; readonly size: Size; readonly ratio: number },
): void {
  const scale = scaleOf(camera, size) * ratio;
  const [fromX, fromY] = [width / 2 - camera.x * scale, height / 2 + camera.y * scale];
  const halves = discOf(paint.diameter * ratio);
  const reach = halves.length >> 1;
  const own = 255 * paint.alpha;
  const bytes = paint.colors.map((color) => color.map((part) => Math.round(255 * part)));
  for (let n = 0; n < points.xs.length; n++) {
    const x = Math.round(fromX + points.xs[n]! * scale);
    const y = Math.round(fromY - points.ys[n]! * scale);
    const color = bytes[points.colors[n]!];
    if (!color || x + reach < 0 || x - reach >= width) continue;
    for (let row = Math.max(0, y - reach); row <= Math.min(height - 1, y + reach); row++) {
      const half = halves[row - y + reach]!;
      const end = 4 * (row * width + Math.min(width - 1, x + half));
      for (let at = 4 * (row * width + Math.max(0, x - half)); at <= end; at += 4) {
        const covered = own + data[at + 3]! * (1 - paint.alpha);
        const share = own / covered;
        for (let part = 0; part < 3; part++)
          data[at + part] = data[at + part]! + (color[part]! - data[at + part]!) * share;
        data[at + 3] = covered;
      }
    }
  }
}

/** Of each row of a disc, from its top, how far it reaches to either side. */
function discOf(diameter: number): readonly number[] {
  const reach = Math.max(0, Math.floor(diameter / 2));
  return Array.from({ length: 2 * reach + 1 }, (_, row) =>
    Math.floor(Math.sqrt(Math.max(0, (diameter / 2) ** 2 - (row - reach) ** 2))),
  );
}
