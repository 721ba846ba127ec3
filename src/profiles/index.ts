export { type TopicShare, topTopics } from "./topics.ts";
export { type ProfileContext, readProfile, type UserProfile } from "./user-profile.ts";
