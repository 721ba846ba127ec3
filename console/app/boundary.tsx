import { Component, type ReactNode } from "react";
import { Page } from "../ui/page.tsx";
import { Failure } from "../ui/states.tsx";

/** A page that breaks says so, and the others stay. */
export class Boundary extends Component<{ readonly children: ReactNode }, { readonly error?: unknown }> {
  override state: { readonly error?: unknown } = {};

  static getDerivedStateFromError(error: unknown): { readonly error: unknown } {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === undefined) return this.props.children;
    return (
      <Page name="Broken" title="This page broke">
        <Failure error={this.state.error} onRetry={() => location.reload()} />
      </Page>
    );
  }
}
