import { type Static, Type } from "typebox";
import { AnyKey } from "./common.ts";

const document = Type.Record(AnyKey, Type.Unknown());

/** `GET /v1/schema`: each value a JSON Schema 2020-12 document of its own. */
export const SchemaResponse = Type.Object({
  events: Type.Record(AnyKey, document, { description: "Name of the event -> schema of its properties" }),
  traits: Type.Record(AnyKey, Type.Unknown(), { description: "Of the traits of an identify" }),
  itemAttributes: Type.Record(AnyKey, Type.Unknown(), { description: "Of the attributes of an item" }),
});

export type SchemaResponse = Static<typeof SchemaResponse>;
