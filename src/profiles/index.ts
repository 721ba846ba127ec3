export { type ItemEngagement, readItemEngagement } from "./item-engagement.ts";
export { type FoundPeople, listPeople, type PeopleQuery, type PersonSummary } from "./list-people.ts";
export type { TopicShare } from "./topics.ts";
export { type ProfileContext, readProfile, type UserProfile } from "./user-profile.ts";
