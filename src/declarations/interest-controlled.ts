/** The track event by which a person mutes or forgets an interest. Nothing needs to declare it. */
export const INTEREST_CONTROLLED = "Interest Controlled";
