import type { Colors } from "../colors.ts";
import { type Camera, type Size, scaleOf, toScreen } from "./camera.ts";

/** @file What lies over the points: names of places, rings around groups, marks, and the point that is looked at. */

/** A circle around a group of points. */
export interface Ring {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly hue: number;
  readonly label: string;
  /** How firm the group is, by weight and dashes rather than by colour. */
  readonly stroke: "dotted" | "thin" | "thick" | "faint";
}

/** A single place with a name of its own. */
export interface Mark {
  readonly x: number;
  readonly y: number;
  readonly label: string;
  readonly shape: "cross" | "diamond";
}

/** The name of a neighbourhood, written quietly. */
export interface PlaceName {
  readonly x: number;
  readonly y: number;
  readonly label: string;
}

export interface Overlay {
  readonly rings: readonly Ring[];
  readonly marks: readonly Mark[];
  readonly places: readonly PlaceName[];
  /** The point under the pointer or the keyboard. */
  readonly chosen: readonly [x: number, y: number] | undefined;
}

type Context = CanvasRenderingContext2D;
type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

const RING_ROOM_PX = 8;

export function drawOverlay(
  context: Context,
  overlay: Overlay,
  { camera, size, colors }: { readonly camera: Camera; readonly size: Size; readonly colors: Colors },
): void {
  const at = ({ x, y }: { readonly x: number; readonly y: number }) => toScreen(x, y, camera, size);
  const taken: Rectangle[] = [];
  context.clearRect(0, 0, size.width, size.height);
  context.textAlign = "center";
  context.textBaseline = "middle";
  for (const ring of overlay.rings)
    drawRing(context, ring, at(ring), ring.radius * scaleOf(camera, size), colors);
  for (const mark of overlay.marks) drawMark(context, mark, at(mark), colors);
  for (const mark of overlay.marks) {
    const [x, y] = at(mark);
    write(context, mark.label, x, y - 16, { color: colors.of("text"), weight: 600, size, colors, taken });
  }
  for (const ring of overlay.rings) {
    const [x, y] = at(ring);
    const below = y + ring.radius * scaleOf(camera, size) + RING_ROOM_PX + 9;
    write(context, ring.label, x, below, { color: colors.hues[ring.hue]!, weight: 600, size, colors, taken });
  }
  for (const place of overlay.places) {
    const [x, y] = at(place);
    write(context, place.label, x, y, { color: colors.of("text-3"), weight: 400, size, colors, taken });
  }
  if (overlay.chosen) drawChosen(context, toScreen(...overlay.chosen, camera, size), colors);
}

function drawRing(
  context: Context,
  { hue, stroke }: Ring,
  [x, y]: readonly [number, number],
  radius: number,
  colors: Colors,
): void {
  context.beginPath();
  context.arc(x, y, radius + RING_ROOM_PX, 0, 2 * Math.PI);
  context.fillStyle = context.strokeStyle = colors.hues[hue]!;
  context.globalAlpha = 0.07;
  context.fill();
  context.globalAlpha = stroke === "faint" ? 0.5 : 0.95;
  context.lineWidth = stroke === "thick" ? 2.4 : 1.4;
  context.setLineDash({ dotted: [1.5, 4], faint: [6, 4], thin: [], thick: [] }[stroke]);
  context.stroke();
  context.setLineDash([]);
  context.globalAlpha = 1;
}

function drawMark(
  context: Context,
  { shape }: Mark,
  [x, y]: readonly [number, number],
  colors: Colors,
): void {
  context.beginPath();
  if (shape === "cross") {
    context.moveTo(x - 7, y);
    context.lineTo(x + 7, y);
    context.moveTo(x, y - 7);
    context.lineTo(x, y + 7);
  } else {
    context.moveTo(x, y - 7);
    context.lineTo(x + 7, y);
    context.lineTo(x, y + 7);
    context.lineTo(x - 7, y);
    context.closePath();
  }
  context.strokeStyle = colors.of("background");
  context.lineWidth = 6;
  context.stroke();
  context.strokeStyle = colors.of("text");
  context.lineWidth = 2.2;
  context.stroke();
}

function drawChosen(context: Context, [x, y]: readonly [number, number], colors: Colors): void {
  context.beginPath();
  context.arc(x, y, 7, 0, 2 * Math.PI);
  context.strokeStyle = colors.of("text");
  context.lineWidth = 1.6;
  context.stroke();
}

/** Words with the background around them, left out where others stand already. */
function write(
  context: Context,
  words: string,
  x: number,
  y: number,
  look: {
    readonly color: string;
    readonly weight: number;
    readonly size: Size;
    readonly colors: Colors;
    readonly taken: Rectangle[];
  },
): void {
  const { color, weight, size, colors, taken } = look;
  context.font = `${weight} 11px ${colors.of("font")}`;
  const half = context.measureText(words).width / 2 + 3;
  const middle = Math.min(size.width - half, Math.max(half, x));
  const own: Rectangle = [middle - half, y - 8, middle + half, y + 8];
  if (Math.abs(middle - x) > half || y < 8 || y > size.height - 8) return;
  if (taken.some((other) => overlaps(own, other))) return;
  taken.push(own);
  context.lineJoin = "round";
  context.lineWidth = 4;
  context.strokeStyle = colors.of("background");
  context.strokeText(words, middle, y);
  context.fillStyle = color;
  context.fillText(words, middle, y);
}

function overlaps(one: Rectangle, other: Rectangle): boolean {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}
