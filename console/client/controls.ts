import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import type { InterestControlResponse } from "#api";
import { request } from "./http.ts";

export interface MuteChange {
  readonly interestId: string;
  readonly isMuted: boolean;
}

/** Mutes an interest of a person, or takes that back; what is known of them here is asked for again. */
export function useMute(userId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ interestId, isMuted }: MuteChange) =>
      request<InterestControlResponse>(
        `/v1/users/${encodeURIComponent(userId)}/interests/${encodeURIComponent(interestId)}/mute`,
        { method: isMuted ? "POST" : "DELETE" },
      ),
    onSuccess: () => askAgain(client, userId),
  });
}

/** Whatever says something of the person. */
async function askAgain(client: QueryClient, userId: string): Promise<void> {
  const isOfThem = ["user", "recommendations", "sequence"];
  await client.invalidateQueries({
    predicate: ({ queryKey: [what, who] }) =>
      (isOfThem.includes(String(what)) && who === userId) || what === "people" || what === "what-if",
  });
}
