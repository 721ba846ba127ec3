import { type ComponentType, type LazyExoticComponent, lazy } from "react";

/** One entry of the navigation. A page is here when it works. */
export interface PageEntry {
  readonly name: string;
  readonly href: string;
  /** The key that leads there, after g. */
  readonly key: string;
  /** Addresses that belong to it. */
  readonly routes: readonly { readonly path: string; readonly page: LazyExoticComponent<ComponentType> }[];
}

const pulse = () => import("../pages/pulse/pulse-page.tsx");
const people = () => import("../pages/people/people-page.tsx");
const person = () => import("../pages/person/person-page.tsx");
const items = () => import("../pages/items/items-page.tsx");
const item = () => import("../pages/items/item-page.tsx");
const models = () => import("../pages/models/models-page.tsx");
const features = () => import("../pages/features/features-page.tsx");

export const pages: readonly PageEntry[] = [
  { name: "Pulse", href: "/", key: "p", routes: [{ path: "/", page: lazy(pulse) }] },
  {
    name: "People",
    href: "/people",
    key: "u",
    routes: [
      { path: "/people", page: lazy(people) },
      { path: "/people/:userId", page: lazy(person) },
    ],
  },
  {
    name: "Items",
    href: "/items",
    key: "i",
    routes: [
      { path: "/items", page: lazy(items) },
      { path: "/items/:itemId", page: lazy(item) },
    ],
  },
  { name: "Models", href: "/models", key: "m", routes: [{ path: "/models", page: lazy(models) }] },
  { name: "Features", href: "/features", key: "f", routes: [{ path: "/features", page: lazy(features) }] },
];

/** Fetches what the pages are made of while nothing else is to do, so that a click finds it there. */
export function prefetchPages(): void {
  const load = (): void => {
    for (const page of [pulse, people, person, items, item, models, features]) void page();
  };
  if ("requestIdleCallback" in window) requestIdleCallback(load, { timeout: 4000 });
  else setTimeout(load, 2000);
}
