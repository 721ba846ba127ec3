export {
  type History,
  historyOf,
  type Interaction,
  type Interactions,
  packInteractions,
} from "./interactions.ts";
