import { action, type DeclaredAction } from "./action.ts";

/**
 * @file The actions in force where nothing else is declared. The strengths follow the published practice of weighting
 * engagements by effort (Deskdrop's notebook, PinnerFormer section 3.4).
 */
type Plain = DeclaredAction<Record<never, never>>;

const positive = (strength: number, verb: string): Plain => action({ kind: "positive", strength, verb });
const other = (kind: "impression" | "negative" | "neutral", verb: string): Plain => action({ kind, verb });

/**
 * Spread it to add to it: `actions: { ...defaultActions, save: action({ ... }) }`. Names in any other spelling ("Product
 * Viewed") are stored and counted until they are declared.
 */
export const defaultActions = {
  impression: other("impression", "saw"),
  view: positive(1, "viewed"),
  watch: positive(1, "watched"),
  "close-up": positive(1, "looked closely at"),
  click: positive(1, "clicked"),
  listen: positive(1, "listened to"),
  review: positive(2, "reviewed"),
  like: positive(2, "liked"),
  bookmark: positive(2.5, "bookmarked"),
  save: positive(2.5, "saved"),
  follow: positive(3, "followed"),
  share: positive(3, "shared"),
  comment: positive(4, "commented on"),
  "add-to-cart": positive(3, "added to the cart"),
  purchase: positive(4, "bought"),
  hide: other("negative", "hid"),
  dislike: other("negative", "disliked"),
  search: other("neutral", "searched for"),
  "notification-open": other("neutral", "opened a notification about"),
};
