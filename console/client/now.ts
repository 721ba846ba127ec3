import { useQuery } from "@tanstack/react-query";
import { platformQuery } from "./queries.ts";

/** The platform's clock as it was last told, ISO; a historical one stands at its newest event. */
export function useNow(): string | undefined {
  return useQuery(platformQuery).data?.clock.now;
}
