import { runCrashRounds } from "../test/crash/crash-rounds.ts";
import { withTemporaryFolder } from "../test/server-process.ts";
import { type Bench, quantileOf } from "./bench.ts";

/** The crash test at length. Its figures of interest are zeros, and how soon the server is back. */
export const bench: Bench<{ kills: number; seed: number }> = {
  title: "killed at random moments of ingest, replay, compaction and erasure; what was promised must hold",
  defaults: { kills: 500, seed: 1 },
  tiny: { kills: 1, seed: 2 },

  async run({ kills, seed }, say) {
    const tally = await withTemporaryFolder((folder) =>
      runCrashRounds({
        kills,
        seed,
        folder,
        onRound: (phase, { killed, faults, notes }) =>
          say(
            `${killed}/${kills} kills, last in ${phase}: ${JSON.stringify(faults)} ${notes.splice(0).join("; ")}`,
          ),
      }),
    );
    const { faults, halved, restartSeconds } = tally;
    return {
      metrics: {
        killed: tally.killed,
        killedInIngest: tally.kills.ingest,
        killedInReplay: tally.kills.replay,
        killedInCompaction: tally.kills.compaction,
        killedInErasure: tally.kills.erasure,
        killedWhileStarting: tally.killedWhileStarting,
        halvedRebuiltStates: halved.rebuiltState,
        halvedLakeChanges: halved.lakeChange,
        halvedErasuresBeforeState: halved.erasureBeforeState,
        halvedErasuresBeforeLog: halved.erasureBeforeLog,
        halvedErasuresBeforeLake: halved.erasureBeforeLake,
        halvedErasuresBeforeReceipt: halved.erasureBeforeReceipt,
        acknowledgedEvents: tally.acknowledgedEvents,
        acknowledgedErasures: tally.acknowledgedErasures,
        lostEvents: faults.lost,
        duplicatedEvents: faults.duplicated,
        foreignEvents: faults.foreign,
        changedEvents: faults.changed,
        unreadEvents: faults.unread,
        halfErasedPeople: faults.halfErased,
        statesUnlikeReplay: faults.unlikeReplay,
        lakeRowsUnlikeLog: faults.unlikeLog,
        restartSecondsP50: quantileOf(restartSeconds, 0.5),
        restartSecondsP99: quantileOf(restartSeconds, 0.99),
      },
      compared: {},
      ...(Object.values(faults).some((count) => count > 0) && {
        failure: "a promise was broken; see the figures that should be 0",
      }),
    };
  },
};
