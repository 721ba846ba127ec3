import { type PointerEvent, useEffect, useRef } from "react";

export interface MapGestures {
  readonly onMove: (x: number, y: number) => void;
  readonly onDrag: (dx: number, dy: number) => void;
  readonly onZoom: (at: readonly [number, number], factor: number) => void;
  readonly onClick: (x: number, y: number) => void;
  readonly onLeave: () => void;
}

const CLICK_PX = 4;

/** Mouse, pen and fingers on a map: one drags, two zoom, ⌃ and the wheel zoom; the page scrolls by the wheel alone. */
export function useMapPointers(element: { readonly current: HTMLElement | null }, gestures: MapGestures) {
  const latest = useRef(gestures);
  latest.current = gestures;
  const down = useRef(new Map<number, readonly [number, number]>());
  const isClick = useRef(false);
  useEffect(() => {
    const target = element.current;
    const listen = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      latest.current.onZoom([event.offsetX, event.offsetY], Math.exp(-event.deltaY / 200));
    };
    target?.addEventListener("wheel", listen, { passive: false });
    return () => target?.removeEventListener("wheel", listen);
  }, [element]);

  const at = ({ nativeEvent: { offsetX, offsetY } }: PointerEvent): readonly [number, number] => [
    offsetX,
    offsetY,
  ];
  return {
    onPointerDown(event: PointerEvent) {
      event.currentTarget.setPointerCapture(event.pointerId);
      down.current.set(event.pointerId, at(event));
      isClick.current = down.current.size === 1;
    },
    onPointerMove(event: PointerEvent) {
      const before = down.current.get(event.pointerId);
      const [x, y] = at(event);
      if (!before) return latest.current.onMove(x, y);
      if (isClick.current && Math.hypot(x - before[0], y - before[1]) < CLICK_PX) return;
      isClick.current = false;
      const other = [...down.current].find(([id]) => id !== event.pointerId)?.[1];
      down.current.set(event.pointerId, [x, y]);
      if (!other) return latest.current.onDrag(x - before[0], y - before[1]);
      const apart = Math.hypot(before[0] - other[0], before[1] - other[1]);
      const middle = [(x + other[0]) / 2, (y + other[1]) / 2] as const;
      if (apart > 0) latest.current.onZoom(middle, Math.hypot(x - other[0], y - other[1]) / apart);
    },
    onPointerUp(event: PointerEvent) {
      if (down.current.delete(event.pointerId) && isClick.current) latest.current.onClick(...at(event));
    },
    onPointerCancel(event: PointerEvent) {
      down.current.delete(event.pointerId);
    },
    onPointerLeave() {
      latest.current.onLeave();
    },
  };
}
