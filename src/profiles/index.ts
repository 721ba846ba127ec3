export type { TopicShare } from "./topics.ts";
export { type ProfileContext, readProfile, type UserProfile } from "./user-profile.ts";
