import { useAddress } from "../../client/address.ts";
import { Segmented } from "../../ui/segmented.tsx";

const VIEWS = [
  { value: "everybody", label: "One by one" },
  { value: "groups", label: "Groups" },
] as const;

/** From people one by one to groups of them, and back. */
export function ViewSwitch() {
  const [address, change] = useAddress();
  return (
    <Segmented
      label="Show"
      value={address.get("view") === "groups" ? "groups" : "everybody"}
      options={VIEWS}
      onChange={(value) => change({ view: value === "groups" ? value : undefined })}
    />
  );
}
