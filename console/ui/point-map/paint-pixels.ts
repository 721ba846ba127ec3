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
  const disc = discOf(paint.diameter * ratio);
  const { alpha } = paint;
  const bytes = paint.colors.map((color) => color.map((part) => Math.round(255 * part)));
  for (let n = 0; n < points.xs.length; n++) {
    const x = Math.round(fromX + points.xs[n]! * scale);
    const y = Math.round(fromY - points.ys[n]! * scale);
    const color = bytes[points.colors[n]!];
    if (!color) continue;
    for (const [dx, dy] of disc) {
      const [px, py] = [x + dx, y + dy];
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const at = 4 * (py * width + px);
      const below = (data[at + 3]! / 255) * (1 - alpha);
      const covered = alpha + below;
      for (let part = 0; part < 3; part++)
        data[at + part] = (color[part]! * alpha + data[at + part]! * below) / covered;
      data[at + 3] = 255 * covered;
    }
  }
}

function discOf(diameter: number): readonly (readonly [number, number])[] {
  const reach = Math.max(0, Math.floor(diameter / 2));
  const offsets: [number, number][] = [];
  for (let y = -reach; y <= reach; y++)
    for (let x = -reach; x <= reach; x++)
      if (x * x + y * y <= (diameter / 2) ** 2 || (x === 0 && y === 0)) offsets.push([x, y]);
  return offsets;
}
