import type { Colors } from "../../ui/colors.ts";
import { formatCount } from "../../words/format.ts";
import { LANE, layoutOf } from "./draw-timeline.ts";
import type { Lane } from "./moments.ts";

const NAMES = 130;

/** The timeline as it is on the screen, with the names of its lanes, which stand beside the canvas there. */
export function timelinePicture(
  drawn: HTMLCanvasElement,
  lanes: readonly Lane[],
  hasStates: boolean,
  colors: Colors,
): HTMLCanvasElement {
  const scale = devicePixelRatio;
  const layout = layoutOf(lanes.length, hasStates);
  const picture = document.createElement("canvas");
  picture.width = drawn.width + NAMES * scale;
  picture.height = drawn.height;
  const context = picture.getContext("2d");
  if (!context) return drawn;
  context.drawImage(drawn, NAMES * scale, 0);
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.font = `12px ${colors.of("font")}`;
  context.fillStyle = colors.of("text-2");
  context.textBaseline = "middle";
  for (const [n, { action, count }] of lanes.entries())
    context.fillText(`${action}  ${formatCount(count)}`, 8, layout.lanesTop + (n + 0.5) * LANE, NAMES - 16);
  return picture;
}
