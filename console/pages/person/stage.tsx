import type { InterestBody } from "#api";
import { colorOf } from "../../words/palette.ts";

export type Lifecycle = InterestBody["lifecycle"];

/** The stage of life by shape: new an open ring, growing a quarter, habit full, fading a ring around a dot. */
export function Stage({ lifecycle, hue }: { readonly lifecycle: Lifecycle; readonly hue: number }) {
  const color = colorOf(hue);
  return (
    <svg viewBox="0 0 14 14" width="14" height="14" role="img" aria-label={lifecycle}>
      <circle
        cx="7"
        cy="7"
        r="5.5"
        fill={lifecycle === "habit" ? color : "none"}
        stroke={color}
        strokeWidth="1.6"
        {...(lifecycle === "new" && { strokeDasharray: "2.2 2.1" })}
      />
      {lifecycle === "growing" && <path d="M7 7V1.5A5.5 5.5 0 0 1 12.5 7z" fill={color} />}
      {lifecycle === "fading" && <circle cx="7" cy="7" r="2" fill={color} />}
    </svg>
  );
}
