export { ItemInput } from "./items.ts";
export { IdentifyMessage, OtherMessage, SegmentMessage, TrackMessage, TrackProperties } from "./segment.ts";
