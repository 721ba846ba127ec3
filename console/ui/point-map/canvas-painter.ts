import { sizeCanvas } from "../canvas-size.ts";
import { paintPixels } from "./paint-pixels.ts";
import type { PointPainter } from "./point-painter.ts";

/** Without WebGL: pixels of one image, a few operations a point, so that a hundred thousand are a matter of milliseconds. */
export function canvasPainter(canvas: HTMLCanvasElement): PointPainter | undefined {
  const context = canvas.getContext("2d");
  if (!context) return undefined;
  return {
    kind: "canvas",
    paint(layers, view) {
      sizeCanvas(canvas, view.size, view.ratio);
      const image = context.createImageData(canvas.width, canvas.height);
      for (const layer of layers) paintPixels(image, layer, view);
      context.putImageData(image, 0, 0);
    },
    dispose() {},
  };
}
