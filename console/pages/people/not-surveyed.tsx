import { Empty } from "../../ui/states.tsx";

/** Before the first look at everybody is over. */
export function NotSurveyed() {
  return (
    <Empty title="Everybody is being looked at for the first time">
      What groups do, like and are likely to do is worked out beside the server; this page shows it as soon as
      it is there.
    </Empty>
  );
}
