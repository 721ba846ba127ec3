import { useAddress } from "../../client/address.ts";
import { Everybody } from "./everybody.tsx";
import { Groups } from "./groups.tsx";

/** Everybody, to find somebody, or as groups. */
export default function PeoplePage() {
  const [address] = useAddress();
  return address.get("view") === "groups" ? <Groups /> : <Everybody />;
}
