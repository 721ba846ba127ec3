import { createContext, useContext } from "react";
import { hueOf } from "../words/palette.ts";

const Hues = createContext<(name: string) => number>(hueOf);

/** Within it, categories have the hues given here: those that stand side by side are told apart. */
export const HuesProvider = Hues.Provider;

/** The hue of a category on this page. */
export function useHueOf(): (name: string) => number {
  return useContext(Hues);
}
