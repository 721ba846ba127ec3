import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { Suspense, useEffect } from "react";
import { Route, Switch } from "wouter";
import { ProblemError } from "../client/http.ts";
import { Page } from "../ui/page.tsx";
import { Empty, Skeleton } from "../ui/states.tsx";
import { Boundary } from "./boundary.tsx";
import { pages, prefetchPages } from "./pages.ts";
import { Shell } from "./shell.tsx";
import { SignIn } from "./sign-in.tsx";

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      refetchOnWindowFocus: true,
      // What was refused is refused again; what failed on the way may work.
      retry: (failures, error) =>
        !(error instanceof ProblemError && error.problem.status < 500) && failures < 2,
    },
  },
});

export function App() {
  useEffect(prefetchPages, []);
  return (
    <MantineProvider
      defaultColorScheme="auto"
      withCssVariables={false}
      withGlobalClasses={false}
      theme={{ respectReducedMotion: true }}
    >
      <QueryClientProvider client={client}>
        <SignIn>
          <Shell>
            <Boundary>
              <Suspense fallback={<Waiting />}>
                <Switch>
                  {pages.flatMap(({ routes }) =>
                    routes.map(({ path, page }) => <Route key={path} path={path} component={page} />),
                  )}
                  <Route component={Nowhere} />
                </Switch>
              </Suspense>
            </Boundary>
          </Shell>
        </SignIn>
      </QueryClientProvider>
    </MantineProvider>
  );
}

function Waiting() {
  return (
    <Page name="…" title={<span className="visually-hidden">Loading</span>}>
      <Skeleton lines={6} />
    </Page>
  );
}

function Nowhere() {
  return (
    <Page name="Not found" title="There is no such page">
      <Empty title="The address leads nowhere">
        Perhaps it was cut off. ⌘K finds people, items and pages.
      </Empty>
    </Page>
  );
}
