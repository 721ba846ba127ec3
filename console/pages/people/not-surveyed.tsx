import { Empty } from "../../ui/states.tsx";

/** Before the first look at everybody is over. */
export function NotSurveyed() {
  return (
    <Empty title="Everybody is being looked at for the first time">
      How people stand, how likely they return, and what groups do and like is worked out beside the server;
      this page shows it as soon as it is there.
    </Empty>
  );
}
