/** @file The part of the plane that is looked at, and how it moves. The plane's y grows upwards, the screen's downwards. */

export interface Camera {
  /** The middle of the window, in the plane. */
  readonly x: number;
  readonly y: number;
  /** Of the plane, across the smaller side of the window. */
  readonly span: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

const CLOSEST = 1 / 400;
const MARGIN = 1.06;

/** Pixels for one unit of the plane. */
export function scaleOf({ span }: Camera, { width, height }: Size): number {
  return Math.min(width, height) / span;
}

/** Everything in sight, with a little room around it. */
export function cameraOver({ left, right, bottom, top }: Box, { width, height }: Size): Camera {
  const smaller = Math.min(width, height);
  const span = Math.max(((right - left) * smaller) / width, ((top - bottom) * smaller) / height) * MARGIN;
  return { x: (left + right) / 2, y: (bottom + top) / 2, span: span > 0 ? span : 1 };
}

export function toScreen(x: number, y: number, camera: Camera, size: Size): readonly [number, number] {
  const scale = scaleOf(camera, size);
  return [size.width / 2 + (x - camera.x) * scale, size.height / 2 - (y - camera.y) * scale];
}

export function toPlane(px: number, py: number, camera: Camera, size: Size): readonly [number, number] {
  const scale = scaleOf(camera, size);
  return [camera.x + (px - size.width / 2) / scale, camera.y - (py - size.height / 2) / scale];
}

/** Closer by `factor` (below 1: further away) around a pixel, whose point keeps its place. Never beyond the whole. */
export function zoomAt(
  camera: Camera,
  [px, py]: readonly [number, number],
  factor: number,
  { size, whole }: { readonly size: Size; readonly whole: Camera },
): Camera {
  const span = Math.min(whole.span, Math.max(whole.span * CLOSEST, camera.span / factor));
  if (span === whole.span) return whole;
  const [x, y] = toPlane(px, py, camera, size);
  const part = span / camera.span;
  return { x: x + (camera.x - x) * part, y: y + (camera.y - y) * part, span };
}

/** Moved by pixels, as a hand moves paper. */
export function panBy(camera: Camera, dx: number, dy: number, size: Size): Camera {
  const scale = scaleOf(camera, size);
  return { ...camera, x: camera.x - dx / scale, y: camera.y + dy / scale };
}

/** Near enough to see one point among its neighbours. */
export function cameraAt(x: number, y: number, camera: Camera, whole: Camera): Camera {
  return { x, y, span: Math.min(camera.span, whole.span / 4) };
}
