import type { Colors } from "../../ui/colors.ts";
import type { Moment } from "./moments.ts";
import { ticksOf, type View } from "./view.ts";

/** @file The timeline's drawing: ribbons of interests above, a lane of ticks for each action beneath, the states, and the whole history at the foot. */

export const LANE = 20;
export const RIBBON_HEIGHT = 84;
const AXIS = 22;
const STATES = 20;
const OVERVIEW = 34;
const GAP = 10;

/** What is drawn of a history as it is looked at. */
export interface Scene {
  readonly width: number;
  readonly view: View;
  readonly bounds: View;
  readonly lanes: readonly string[];
  readonly moments: readonly Moment[];
  readonly topics: readonly string[];
  readonly hueOf: (topic: string) => number;
  readonly ribbons: readonly Float64Array[];
  readonly visits: readonly (readonly [number, number])[];
  /** Oldest first; empty where they are not known. */
  readonly states: readonly StateSpan[];
}

/** What is marked in it. */
export interface Marks {
  readonly selected: Moment | undefined;
  readonly asOfMs: number | undefined;
  readonly drag: readonly [fromX: number, toX: number] | undefined;
}

/** A scene as pixels: marks come and go over it. */
export interface Drawn {
  readonly scene: Scene;
  readonly pixels: HTMLCanvasElement;
}

/** How the person used the product, for some days on end. */
export interface StateSpan {
  readonly state: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Layout {
  readonly lanesTop: number;
  readonly statesTop: number;
  readonly axisTop: number;
  readonly overviewTop: number;
  readonly height: number;
}

export function layoutOf(laneCount: number, hasStates: boolean): Layout {
  const lanesTop = RIBBON_HEIGHT + GAP;
  const statesTop = lanesTop + laneCount * LANE;
  const axisTop = statesTop + (hasStates ? STATES : 0);
  const overviewTop = axisTop + AXIS + 4;
  return { lanesTop, statesTop, axisTop, overviewTop, height: overviewTop + OVERVIEW };
}

export function xOf(ms: number, { fromMs, toMs }: View, width: number): number {
  return ((ms - fromMs) / (toMs - fromMs)) * width;
}

type Context = CanvasRenderingContext2D;

/** Draws a scene once, for as long as nothing of it changes; nothing before it has a width. */
export function drawScene(scene: Scene, colors: Colors): Drawn | undefined {
  const pixels = document.createElement("canvas");
  const context = pixels.getContext("2d");
  if (!context || scene.width === 0) return undefined;
  const scale = devicePixelRatio;
  const layout = layoutOf(scene.lanes.length, scene.states.length > 0);
  pixels.width = scene.width * scale;
  pixels.height = layout.height * scale;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  drawVisits(context, scene, layout, colors);
  drawRibbons(context, scene, colors);
  drawTicks(context, scene, layout, colors);
  drawStates(context, scene, layout, colors);
  drawAxis(context, scene, layout, colors);
  drawOverview(context, scene, layout, colors);
  return { scene, pixels };
}

/** A scene with its marks, in place of what was on the canvas. */
export function drawTimeline(context: Context, { scene, pixels }: Drawn, marks: Marks, colors: Colors): void {
  context.canvas.width = pixels.width;
  context.canvas.height = pixels.height;
  context.drawImage(pixels, 0, 0);
  const scale = devicePixelRatio;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  drawMarks(context, scene, marks, colors);
}

function drawVisits(context: Context, { visits, view, width }: Scene, layout: Layout, colors: Colors): void {
  context.fillStyle = colors.of("hover");
  for (const [fromMs, toMs] of visits) {
    if (toMs < view.fromMs || fromMs > view.toMs) continue;
    const from = xOf(fromMs, view, width) - 2;
    const size = xOf(toMs, view, width) - from + 2;
    context.fillRect(from, layout.lanesTop, Math.max(size, 3), layout.statesTop - layout.lanesTop);
  }
}

/** The ribbons cover the whole history, so a zoom shows the part of them that is looked at. */
function drawRibbons(context: Context, scene: Scene, colors: Colors): void {
  const { ribbons, topics, hueOf, view, bounds, width } = scene;
  const bins = ribbons[0]?.length ?? 0;
  if (bins === 0) return;
  const xAt = (bin: number): number =>
    xOf(bounds.fromMs + ((bounds.toMs - bounds.fromMs) * (bin + 1)) / bins, view, width);
  const first = Math.max(
    0,
    Math.floor((bins * (view.fromMs - bounds.fromMs)) / (bounds.toMs - bounds.fromMs)) - 2,
  );
  const last = Math.min(
    bins - 1,
    Math.ceil((bins * (view.toMs - bounds.fromMs)) / (bounds.toMs - bounds.fromMs)) + 1,
  );
  const below = new Float64Array(bins);
  for (const [n, ribbon] of ribbons.entries()) {
    context.beginPath();
    for (let bin = first; bin <= last; bin++)
      context.lineTo(xAt(bin), RIBBON_HEIGHT * (1 - below[bin]! - ribbon[bin]!));
    for (let bin = last; bin >= first; bin--) context.lineTo(xAt(bin), RIBBON_HEIGHT * (1 - below[bin]!));
    context.closePath();
    context.fillStyle = colors.hues[hueOf(topics[n]!)]!;
    context.globalAlpha = 0.78;
    context.fill();
    context.globalAlpha = 1;
    context.strokeStyle = colors.of("background");
    context.lineWidth = 1;
    context.stroke();
    for (let bin = first; bin <= last; bin++) below[bin]! += ribbon[bin]!;
  }
}

function drawTicks(context: Context, scene: Scene, layout: Layout, colors: Colors): void {
  const { moments, lanes, topics, hueOf, view, width } = scene;
  const lane = new Map(lanes.map((action, n) => [action, n]));
  const named = new Set(topics);
  const muted = colors.of("text-3");
  // One tick of a colour and lane on a pixel hides the others of it.
  const drawn = new Set<number>();
  for (const { ms, event, topic } of moments) {
    if (ms < view.fromMs || ms > view.toMs) continue;
    const row = lane.get(event.action);
    if (row === undefined) continue;
    const x = Math.round(xOf(ms, view, width));
    const hue = topic !== undefined && named.has(topic) ? hueOf(topic) : 10;
    const key = (x * 64 + row) * 16 + hue;
    if (drawn.has(key)) continue;
    drawn.add(key);
    const isImpression = event.action === "impression";
    context.globalAlpha = isImpression ? 0.45 : 0.95;
    context.fillStyle = colors.hues[hue] ?? muted;
    context.fillRect(
      x,
      layout.lanesTop + row * LANE + (isImpression ? 5 : 3),
      isImpression ? 1 : 2,
      isImpression ? 10 : 14,
    );
  }
  context.globalAlpha = 1;
}

/** The more often somebody comes, the fuller the bar; who begins or comes back is marked by an edge. */
const FULLNESS: Readonly<Record<string, number>> = {
  core: 0.85,
  casual: 0.5,
  marginal: 0.25,
  new: 0.35,
  resurrected: 0.35,
  dormant: 0,
};

function drawStates(context: Context, { states, view, width }: Scene, layout: Layout, colors: Colors): void {
  const top = layout.statesTop + 4;
  const height = STATES - 8;
  context.font = `11px ${colors.of("font")}`;
  context.textBaseline = "middle";
  for (const { state, fromMs, toMs } of states) {
    if (toMs < view.fromMs || fromMs > view.toMs) continue;
    const from = Math.max(0, xOf(fromMs, view, width));
    const to = Math.min(width, xOf(toMs, view, width));
    const fullness = FULLNESS[state] ?? 0;
    context.fillStyle = context.strokeStyle = colors.of("accent");
    context.globalAlpha = fullness;
    context.fillRect(from, top, to - from - 1, height);
    context.globalAlpha = 1;
    if (state === "new" || state === "resurrected") context.fillRect(from, top, 2, height);
    if (fullness === 0) {
      context.strokeStyle = colors.of("line-strong");
      context.strokeRect(from + 0.5, top + 0.5, to - from - 2, height - 1);
    }
    if (context.measureText(state).width + 12 > to - from) continue;
    context.fillStyle = fullness > 0.6 ? colors.of("on-accent") : colors.of("text");
    context.fillText(state, from + 6, top + height / 2 + 0.5);
  }
}

function drawAxis(context: Context, { view, width, lanes }: Scene, layout: Layout, colors: Colors): void {
  context.strokeStyle = colors.of("line");
  context.lineWidth = 1;
  context.beginPath();
  for (let row = 0; row <= lanes.length; row++) {
    const y = layout.lanesTop + row * LANE + 0.5;
    context.moveTo(0, y);
    context.lineTo(width, y);
  }
  context.stroke();
  context.fillStyle = colors.of("text-3");
  context.font = `11px ${colors.of("font")}`;
  context.textBaseline = "middle";
  for (const { ms, label } of ticksOf(view, width / 90)) {
    const x = xOf(ms, view, width);
    const half = context.measureText(label).width / 2;
    if (x - half < 0 || x + half > width) continue;
    context.fillText(label, x - half, layout.axisTop + AXIS / 2 + 2);
  }
}

function drawOverview(context: Context, scene: Scene, layout: Layout, colors: Colors): void {
  const { moments, bounds, view, width } = scene;
  const counts = new Float64Array(Math.max(1, Math.floor(width / 3)));
  for (const { ms } of moments) {
    const bin = Math.floor((counts.length * (ms - bounds.fromMs)) / (bounds.toMs - bounds.fromMs || 1));
    counts[Math.min(counts.length - 1, Math.max(0, bin))]!++;
  }
  const top = Math.max(1, ...counts);
  const { overviewTop } = layout;
  context.fillStyle = colors.of("hover");
  context.fillRect(0, overviewTop, width, OVERVIEW);
  context.fillStyle = colors.of("text-3");
  context.globalAlpha = 0.7;
  for (const [bin, count] of counts.entries()) {
    const size = count === 0 ? 0 : 1 + (OVERVIEW - 6) * Math.sqrt(count / top);
    context.fillRect(bin * 3, overviewTop + OVERVIEW - size, 2, size);
  }
  context.globalAlpha = 1;
  const from = xOf(view.fromMs, bounds, width);
  const to = xOf(view.toMs, bounds, width);
  if (to - from > width - 1) return;
  context.fillStyle = colors.of("glow");
  context.fillRect(from, overviewTop, Math.max(2, to - from), OVERVIEW);
  context.strokeStyle = colors.of("accent");
  context.strokeRect(from + 0.5, overviewTop + 0.5, Math.max(2, to - from - 1), OVERVIEW - 1);
}

function drawMarks(context: Context, scene: Scene, { selected, asOfMs, drag }: Marks, colors: Colors): void {
  const { view, width, lanes, states } = scene;
  const layout = layoutOf(lanes.length, states.length > 0);
  if (asOfMs !== undefined && asOfMs < view.toMs) {
    const x = xOf(asOfMs, view, width);
    context.fillStyle = colors.of("background");
    context.globalAlpha = 0.72;
    context.fillRect(Math.max(0, x), 0, width, layout.axisTop);
    context.globalAlpha = 1;
    context.fillStyle = colors.of("accent");
    if (x >= 0) context.fillRect(x - 1, 0, 2, layout.axisTop);
  }
  if (selected) {
    const x = Math.round(xOf(selected.ms, view, width));
    const row = lanes.indexOf(selected.event.action);
    context.strokeStyle = colors.of("text");
    context.lineWidth = 1.5;
    context.strokeRect(x - 3.5, layout.lanesTop + Math.max(0, row) * LANE + 1.5, 9, LANE - 3);
  }
  if (drag) {
    context.fillStyle = colors.of("glow");
    context.fillRect(Math.min(...drag), 0, Math.abs(drag[1] - drag[0]), layout.axisTop);
  }
}
